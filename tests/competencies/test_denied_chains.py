"""A signature that was denied bars every correction of what was signed, from that moment on and until it is decided."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.competencies import queries, services
from lms.competencies.queries.own_work import get_own_work
from lms.competencies.rules import SeenAs
from lms.competencies.rules.own_hours import Period
from lms.core.db import db
from lms.core.errors import RuleViolation
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission
from lms.signing import queries as signatures
from lms.signing import services as signing
from lms.signing.models import RefusedSignature
from lms.signing.rules import Purpose, Refusal, Verdict
from tests.factories import competencies as make

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def content(cast, context):
    make.load_framework()


def assessor(person_id):
    return viewer_for(person_id, Permission.ASSESSMENT_COMPLETE)


def corrected(made, level=4):
    return services.correct_assessment(
        assessor(made.assessor_id),
        made.id,
        reason="I ticked the wrong level.",
        ratings={"D3.1": level},
        setting=made.setting,
        observed_on=made.observed_on,
        is_simulated=made.is_simulated,
        seen_as=SeenAs.LIVE,
        complexity="average",
        minutes=30,
        went_well="Asked directly.",
        next_time="Say the plan back.",
    )


@pytest.fixture
def chain(cast, content, clock):
    """An assessment and two corrections, each made a day after the one before."""
    versions = [make.assess(cast.trainee, cast.assessor, {"D3.1": 4})]
    for level in (5, 3):
        clock.set(clock() + timedelta(days=1))
        versions.append(corrected(versions[-1], level))
    clock.set(clock() + timedelta(days=1))
    return versions


def deny(made):
    return signing.deny_own(assessor(made.assessor_id), Purpose.ASSESSMENT, made.id, trainee_id=made.trainee_id)


def decide(cast, denied, verdict):
    signing.decide(viewer_for(cast.consultant_nurse), denied.id, verdict=verdict, reason="Their rota says so.")


def why_not(cast, known_at):
    """The one version that is seen at a moment, and why it does not count."""
    scope = select(Person.id).where(Person.id == cast.trainee)
    [piece] = queries.load_assessments(scope, known_at=known_at)[cast.trainee]
    return piece.id, piece.barred_because.partition(":")[0]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_denial_bars_the_newest_version_until_it_is_decided_and_not_before(cast, chain, clock, place):
    newest, before = chain[-1], clock() - timedelta(hours=1)
    denied = deny(chain[place])
    clock.set(clock() + timedelta(hours=1))
    suspended_at = clock()
    assert why_not(cast, before) == (newest.id, "")
    assert why_not(cast, suspended_at) == (newest.id, "Suspended")
    clock.set(clock() + timedelta(hours=1))
    decide(cast, denied, Verdict.STANDS)
    assert why_not(cast, suspended_at) == (newest.id, "Suspended")
    assert why_not(cast, clock()) == (newest.id, "")


def test_what_was_struck_out_stays_out_and_no_earlier_version_comes_back(cast, chain, clock):
    denied = deny(chain[1])
    decide(cast, denied, Verdict.STRUCK_OUT)
    assert why_not(cast, clock()) == (chain[2].id, "Struck out")
    standing = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1").standing
    assert standing.result.counted == ()
    [piece] = standing.result.not_counted
    assert piece.why_not.startswith("Struck out")
    reasons = {made.id: queries.get_assessment(viewer_for(cast.trainee), made.id).barred_because for made in chain}
    assert [reasons[made.id].partition(":")[0] for made in chain] == ["", "Struck out", "Struck out"]


def test_what_corrects_a_denied_record_is_neither_corrected_added_to_nor_denied(cast, chain):
    denied, newest = deny(chain[0]), chain[-1]
    with pytest.raises(RuleViolation, match="cannot be corrected. Suspended"):
        corrected(newest)
    with pytest.raises(RuleViolation, match="cannot be added to. Suspended"):
        services.add_words(assessor(cast.assessor), newest.id, words="We spoke afterwards.")
    traces = db.session.execute(select(RefusedSignature.refusal, RefusedSignature.subject_id)).all()
    assert traces == [(Refusal.RECORD_IN_DOUBT, newest.id)] * 2
    with pytest.raises(RuleViolation, match="in doubt already"):
        deny(newest)
    decide(cast, denied, Verdict.STANDS)
    services.add_words(assessor(cast.assessor), newest.id, words="We spoke afterwards.")
    deny(corrected(newest))


def test_a_record_is_barred_while_either_of_two_denials_is_not_found_to_stand(cast, chain, clock):
    later, earlier = deny(chain[2]), deny(chain[0])
    decide(cast, later, Verdict.STANDS)
    assert why_not(cast, clock())[1] == "Suspended"
    decide(cast, earlier, Verdict.STRUCK_OUT)
    assert why_not(cast, clock())[1] == "Struck out"


def test_a_correction_of_what_was_denied_is_no_work_of_the_assessors(cast, chain):
    def work():
        return get_own_work(viewer_for(cast.assessor), Period.YEAR).minutes

    denied = deny(chain[0])
    assert work() == 0
    decide(cast, denied, Verdict.STANDS)
    assert work() == 30


def test_a_low_correction_is_told_again_when_the_signature_before_it_stands(cast, content, clock):
    other = make.another_assessor(cast.trust)
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    make.sign_off(cast.trainee, cast.assessor)
    clock.set(clock() + timedelta(days=10))
    first = make.assess(cast.trainee, other, {"D3.1": 4})
    corrected(first, level=2)

    def told():
        texts = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.assessor)).all()
        return sum("below the level signed off" in text for text in texts)

    scope = select(Person.id).where(Person.id == cast.trainee)
    assert (told(), len(queries.reviews_of(scope)[cast.trainee])) == (1, 1)
    denied = deny(first)
    assert not queries.reviews_of(scope).get(cast.trainee)
    decide(cast, denied, Verdict.STANDS)
    assert (told(), len(queries.reviews_of(scope)[cast.trainee])) == (2, 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, *Verdict])), max_size=4, unique_by=lambda x: x[0]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_version_counts_unless_it_or_an_earlier_one_is_suspended_or_struck_out(cast, content, denials):
    versions = [make.assess(cast.trainee, cast.assessor, {"D3.1": 4})]
    for _ in range(3):
        versions.append(corrected(versions[-1]))
    standing = {}
    for place, verdict in sorted(denials, reverse=True, key=lambda each: each[0]):  # The newest first: none is refused.
        denied = deny(versions[place])
        if verdict is not None:
            decide(cast, denied, verdict)
        standing[place] = verdict
    barred = set(db.session.scalars(signatures.barred_records()))
    for place, made in enumerate(versions):
        over = [verdict for at, verdict in standing.items() if at <= place]
        expected = "Struck out" if Verdict.STRUCK_OUT in over else "Suspended" if None in over else ""
        found = signatures.find_suspension(made.id)
        assert (found.words if found else "").partition(":")[0] == expected
        assert (made.id in barred) == bool(expected)
