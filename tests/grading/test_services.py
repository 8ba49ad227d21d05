from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry, TextBody
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.grading import queries, services
from lms.grading.models import Mark, MarkComment, MarkDraft, MarkRelease, ModuleOutcome
from lms.grading.rules.marks import Result
from lms.grading.rules.outcomes import Outcome, Standing
from lms.identity.models import Person
from lms.identity.queries import find_viewer
from lms.identity.services import give_role
from lms.notifications.models import Mail, Notice
from lms.notifications.services import facts_of
from lms.policy import Role
from tests.factories.grading import ASSIGNMENT, BEST, SOUND, enrol, hand_in, teach

pytestmark = pytest.mark.usefixtures("context")
ON = date(2026, 11, 10)


@pytest.fixture
def taught(cast):
    teach()
    enrol(cast.trainee, cast.university_a)
    enrol(cast.trainee_b, cast.university_b)
    give_role(None, person_id=cast.assessor, role=Role.EDUCATOR, scope_id=cast.university_a, cause="Second marker")
    return cast


@pytest.fixture
def work(taught):
    return hand_in(taught.trainee)


@pytest.fixture
def educator(taught):
    return find_viewer(taught.educator)


@pytest.fixture
def second(taught):
    return find_viewer(taught.assessor, Role.EDUCATOR)


@pytest.fixture
def other_university(taught):
    return find_viewer(taught.educator_b)


def draft(actor, work, *, version=0, seen=None, levels=None, comments=None, feedback="A start."):
    return services.save_draft(
        actor, work, version=version, seen_mark_id=seen, levels=levels or {}, comments=comments or {}, feedback=feedback
    )


def mark(actor, work, *, version=0, seen=None, levels=SOUND, comments=None, feedback="Clear and kind.", **more):
    return services.mark(
        actor,
        work,
        version=version,
        seen_mark_id=seen,
        levels=levels,
        comments=comments or {},
        feedback=feedback,
        **more,
    )


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_draft_is_kept_with_its_version(educator, work):
    assert draft(educator, work, levels={"needs": 50}, comments={"needs": " Say more. ", "safe-plan": ""}) == 1
    marking = queries.get_marking(educator, work)
    assert marking.draft.body == {"levels": {"needs": 50}, "comments": {"needs": "Say more."}, "feedback": "A start."}
    assert draft(educator, work, version=1, feedback="More.") == 2


def test_saving_the_same_again_changes_nothing(educator, work):
    draft(educator, work)
    entries = count(LedgerEntry)
    assert draft(educator, work, version=1) == 1
    assert count(LedgerEntry) == entries


def test_an_empty_page_leaves_no_draft(educator, work):
    assert draft(educator, work, feedback="  ") == 0
    assert count(MarkDraft) == 0


def test_a_stale_draft_is_refused_and_both_texts_survive(educator, second, work):
    draft(educator, work, feedback="First thoughts.", levels={"needs": 100})
    with pytest.raises(Stale) as refused:
        draft(second, work, feedback="Other thoughts.")
    assert refused.value.version == 1
    assert refused.value.theirs == {
        "level_needs": "Strong",
        "comment_needs": "",
        "level_safe-plan": "",
        "comment_safe-plan": "",
        "feedback": "First thoughts.",
    }
    assert queries.get_marking(educator, work).draft.body["feedback"] == "First thoughts."
    assert draft(second, work, version=1, feedback="Both together.") == 2


def test_a_mark_is_recorded_and_the_draft_is_gone(educator, work):
    version = draft(educator, work, feedback="Draft words nobody may find.")
    entry = mark(educator, work, version=version, comments={"needs": "Quote him."})
    assert (entry.percent, entry.result, entry.role) == (70, Result.PASS, Role.EDUCATOR)
    assert count(MarkDraft) == 0
    assert count(MarkComment) == 1
    assert set(db.session.scalars(select(TextBody.text))) >= {"Clear and kind.", "Quote him."}
    view = queries.get_marking(educator, work).current
    assert (view.feedback, view.comments) == ("Clear and kind.", {"needs": "Quote him."})
    assert view.calculation.percent == view.percent == 70


def test_a_mark_belongs_to_the_university_and_the_version_it_was_set_in(educator, taught, work):
    entry = mark(educator, work)
    teach(ASSIGNMENT.replace("weight: 60", "weight: 50").replace("weight: 40", "weight: 50"))
    assert entry.university_id == taught.university_a
    assert queries.get_marking(educator, work).current.calculation.percent == 70


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"levels": {"needs": 50}}, "level_safe-plan"),
        ({"levels": {"needs": 51, "safe-plan": 100}}, "level_needs"),
        ({"feedback": " "}, "feedback"),
        ({"feedback": "x" * 4001}, "feedback"),
        ({"comments": {"needs": "x" * 1001}}, "comment_needs"),
        ({"feedback": "NHS number 943 476 5919.", "no_identifiers": True}, "feedback"),
        ({"comments": {"needs": "Ring Mrs Hargreaves."}}, "comment_needs"),
    ],
)
def test_an_incomplete_or_identifying_mark_is_refused(educator, work, change, field):
    with pytest.raises(RuleViolation) as refused:
        mark(educator, work, **change)
    assert refused.value.field == field
    assert count(Mark) == 0


def test_a_name_may_stand_once_the_marker_has_confirmed(educator, work):
    assert mark(educator, work, feedback="You met Mr Hale with kindness.", no_identifiers=True).percent == 70


def test_a_draft_never_holds_an_nhs_number(educator, work):
    with pytest.raises(RuleViolation):
        draft(educator, work, feedback="943 476 5919")
    assert count(MarkDraft) == 0


def test_nobody_marks_their_own_work(taught, work):
    give_role(None, person_id=taught.trainee, role=Role.EDUCATOR, scope_id=taught.university_a, cause="Teaches too")
    own = find_viewer(taught.trainee, Role.EDUCATOR)
    for attempt in (draft, mark):
        with pytest.raises(RuleViolation, match="own work"):
            attempt(own, work)
    assert queries.list_queue(own).to_mark == []


def test_a_marker_of_another_university_finds_nothing(educator, other_university, taught, work):
    entry = mark(educator, work)
    for attempt in (
        lambda: draft(other_university, work),
        lambda: mark(other_university, work),
        lambda: services.release(other_university, [entry.id]),
        lambda: queries.get_marking(other_university, work),
        lambda: record(other_university, taught),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert queries.list_queue(other_university).marked == []


@pytest.mark.parametrize("name", ["consultant_nurse", "supervisor", "stranger", "administrator", "external_examiner"])
def test_nobody_but_educators_marks(taught, educator, work, name):
    actor = find_viewer(getattr(taught, name))
    entry = mark(educator, work)
    for attempt in (lambda: draft(actor, work), lambda: services.release(actor, [entry.id])):
        with pytest.raises(NotFound):
            attempt()


def test_the_second_of_two_markers_sees_the_first_mark(educator, second, work):
    version = draft(educator, work)
    mark(educator, work, version=version, feedback="Mine.", levels=BEST)
    with pytest.raises(Stale) as refused:
        mark(second, work, version=version, feedback="Theirs.")
    assert refused.value.theirs["feedback"] == "Mine."
    assert refused.value.theirs["level_needs"] == "Strong"
    assert count(Mark) == 1


def test_a_correction_says_why_and_keeps_the_first_mark(educator, second, work):
    first = mark(educator, work)
    with pytest.raises(RuleViolation, match="why"):
        mark(second, work, seen=first.id, levels=BEST)
    better = mark(second, work, seen=first.id, levels=BEST, reason="A page was overlooked.")
    assert (better.supersedes_id, better.percent) == (first.id, 100)
    marking = queries.get_marking(educator, work)
    assert [view.percent for view in marking.marks] == [70, 100]
    assert marking.current.reason == "A page was overlooked."


def test_a_release_shows_the_mark_to_its_trainee_and_tells_them_once(taught, educator, work):
    entry = mark(educator, work)
    trainee = find_viewer(taught.trainee)
    with pytest.raises(NotFound):
        queries.get_own_feedback(trainee, work)
    assert services.release(educator, [entry.id]) == 1
    assert queries.get_own_feedback(trainee, work).mark.percent == 70
    assert services.release(educator, [entry.id]) == 0
    assert count(MarkRelease) == 1
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.person_id, notice.url) == (taught.trainee, f"/feedback/{work}")
    mail = db.session.scalars(select(Mail)).one()
    assert mail.template == "feedback-released"
    assert "70" not in str({**facts_of(mail), "path": ""})


def test_a_bulk_release_sends_one_message_to_each_trainee(taught, educator):
    marks = [mark(educator, hand_in(taught.trainee, f"Work {number}")) for number in range(3)]
    assert services.release(educator, [entry.id for entry in marks]) == 3
    assert count(Mail) == count(Notice) == 1
    assert db.session.scalars(select(Notice)).one().url == "/feedback"


def test_a_release_of_nothing_or_of_a_replaced_mark_is_refused(educator, work):
    with pytest.raises(RuleViolation):
        services.release(educator, [])
    first = mark(educator, work)
    mark(educator, work, seen=first.id, reason="Typing error")
    with pytest.raises(RuleViolation, match="changed"):
        services.release(educator, [first.id])
    assert count(MarkRelease) == 0


def test_a_mark_under_correction_is_not_released(educator, second, work):
    first = mark(educator, work)
    draft(second, work, seen=first.id, feedback="I read this differently.")
    with pytest.raises(RuleViolation, match="being corrected"):
        services.release(educator, [first.id])
    assert count(MarkRelease) == 0


def test_a_released_mark_stays_readable_until_its_correction_is_released(taught, educator, work):
    first = mark(educator, work)
    services.release(educator, [first.id])
    better = mark(educator, work, seen=first.id, levels=BEST, reason="A page was overlooked.")
    trainee = find_viewer(taught.trainee)
    assert queries.get_own_feedback(trainee, work).mark.percent == 70
    services.release(educator, [better.id])
    assert queries.get_own_feedback(trainee, work).mark.percent == 100


def record(actor, cast, *, outcome=Outcome.PASS, standing=Standing.PROVISIONAL, on=ON, reason="", seen=None, **more):
    return services.record_module_outcome(
        actor,
        more.get("trainee", cast.trainee),
        more.get("module", "mhp703"),
        outcome=outcome,
        standing=standing,
        decided_on=on,
        reason=reason,
        seen_id=seen,
    )


def test_an_outcome_is_recorded_ratified_and_told(taught, educator):
    first = record(educator, taught)
    ratified = record(educator, taught, standing=Standing.RATIFIED, on=date(2026, 11, 17), seen=first.id)
    assert (ratified.supersedes_id, ratified.university_id, ratified.role) == (
        first.id,
        taught.university_a,
        Role.EDUCATOR,
    )
    assert count(Notice) == count(Mail) == 2
    history = queries.outcome_history(taught.trainee, "mhp703")
    assert [entry.is_current for entry in history] == [True, False]


def test_an_outcome_changed_by_somebody_else_is_shown_first(taught, educator, second):
    first = record(educator, taught)
    with pytest.raises(Stale) as refused:
        record(second, taught, outcome=Outcome.REFER)
    assert refused.value.theirs == {"outcome": "Pass", "standing": "Provisional", "decided_on": "10 11 2026"}
    with pytest.raises(RuleViolation, match="why"):
        record(second, taught, outcome=Outcome.REFER, seen=first.id)
    record(second, taught, outcome=Outcome.REFER, seen=first.id, reason="The panel decided otherwise.")
    assert count(ModuleOutcome) == 2


def test_an_outcome_needs_a_module_of_the_trainees_programme(taught, educator):
    with pytest.raises(NotFound):
        record(educator, taught, module="mhp999")


@pytest.mark.parametrize("name", ["consultant_nurse", "supervisor", "stranger", "trainee", "administrator"])
def test_only_the_university_records_outcomes(taught, name):
    with pytest.raises(NotFound):
        record(find_viewer(getattr(taught, name)), taught)


def test_outcomes_are_loaded_as_they_were_known(taught, educator, clock):
    scope = select(Person.id)
    first = record(educator, taught)
    clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    record(educator, taught, outcome=Outcome.REFER, seen=first.id, reason="A station was failed.")
    before, after = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
    assert queries.load_module_outcomes(scope, known_at=datetime(2026, 11, 1, tzinfo=UTC)) == {}
    assert [fact.words for fact in queries.load_module_outcomes(scope, known_at=before)[taught.trainee]] == [
        "Pass (provisional)"
    ]
    assert [fact.words for fact in queries.load_module_outcomes(scope, known_at=after)[taught.trainee]] == [
        "Refer (provisional)"
    ]
