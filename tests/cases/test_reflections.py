import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.cases import queries, services
from lms.cases.models import CaseReflection
from lms.cases.rules.engine import Mode
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.identity.queries import find_viewer
from tests.factories.cases import play_through, publish_case

pytestmark = pytest.mark.both_databases


@pytest.fixture
def trainee(cast, context):
    publish_case()
    return find_viewer(cast.trainee)


@pytest.fixture
def ended(trainee):
    return play_through(trainee, "close", "label", "force")


def count():
    return db.session.scalar(select(func.count()).select_from(CaseReflection))


def entries():
    return db.session.scalars(select(LedgerEntry.event).where(LedgerEntry.event == "case.reflection-saved")).all()


@pytest.mark.parametrize("mode", Mode)
def test_a_reflection_is_kept_after_practice_and_graded_alike(trainee, mode):
    attempt_id = play_through(trainee, "close", "label", "force", mode=mode)
    services.save_reflection(trainee, attempt_id, text="Slow down.", version=0)
    assert queries.find_reflection(trainee, attempt_id).text == "Slow down."
    assert len(entries()) == 1


def test_a_reflection_that_may_name_somebody_waits_for_a_word_from_its_writer(trainee, ended):
    named = "Mr Smith of EC1A 1BB would not speak to me."
    with pytest.raises(RuleViolation, match="confirm that nobody can be identified"):
        services.save_reflection(trainee, ended, text=named, version=0)
    assert count() == 0
    services.save_reflection(trainee, ended, text=named, version=0, no_identifiers=True)
    assert count() == 1
    services.save_reflection(trainee, ended, text=f"{named} I waited.", version=1)
    with pytest.raises(RuleViolation, match="a title and surname"):
        services.save_reflection(trainee, ended, text=f"{named} Mrs Jones did.", version=2)
    number = "999" + " " * 9 + "000" + " " * 9 + "0018"
    with pytest.raises(RuleViolation, match="Remove the NHS number"):
        services.save_reflection(trainee, ended, text=number, version=1, no_identifiers=True)


def test_a_reflection_is_changed_in_its_place_and_the_same_words_change_nothing(trainee, ended):
    first = services.save_reflection(trainee, ended, text="Slow down.", version=0)
    assert services.save_reflection(trainee, ended, text="Slow down.", version=0).version == first.version
    services.save_reflection(trainee, ended, text="", version=first.version)
    assert queries.find_reflection(trainee, ended).text == ""
    assert (count(), len(entries())) == (1, 2)


def test_a_reflection_saved_from_an_old_page_is_refused_with_what_is_stored(trainee, ended):
    services.save_reflection(trainee, ended, text="From the first tab", version=0)
    with pytest.raises(Stale) as stale:
        services.save_reflection(trainee, ended, text="From the second tab", version=0)
    assert (stale.value.theirs, stale.value.version) == ({"text": "From the first tab"}, 1)


@pytest.mark.parametrize("text", ["NHS number 943 476 5919.", "x" * (services.LONGEST_TEXT + 1)])
def test_what_names_a_patient_or_is_too_long_is_refused(trainee, ended, text):
    with pytest.raises(RuleViolation):
        services.save_reflection(trainee, ended, text=text, version=0)
    assert count() == 0


def test_a_reflection_waits_for_the_end(trainee):
    attempt = services.start_attempt(trainee, "small-case", mode=Mode.PRACTICE)
    with pytest.raises(RuleViolation):
        services.save_reflection(trainee, attempt.id, text="Slow down.", version=0)


@pytest.mark.parametrize("other", ["trainee_b", "educator", "consultant_nurse", "external_examiner"])
def test_nobody_else_reads_or_writes_it(trainee, ended, cast, other):
    services.save_reflection(trainee, ended, text="Slow down.", version=0)
    stranger = find_viewer(getattr(cast, other))
    assert queries.find_reflection(stranger, ended) is None
    with pytest.raises(NotFound):
        services.save_reflection(stranger, ended, text="Mine", version=1)
