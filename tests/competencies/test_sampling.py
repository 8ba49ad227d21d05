from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit.models import LedgerEntry
from lms.competencies import services
from lms.competencies.models import SampleLook
from lms.competencies.queries.sampling import (
    count_to_look_at,
    get_look_page,
    get_sampling,
    list_looks_at_own,
    list_policies,
)
from lms.competencies.rules import Way
from lms.competencies.rules.sampling import LookOutcome, Quarter
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role, Viewer
from lms.signing import services as signing
from lms.signing.rules import Channel, Method
from lms.signing.rules.guests import GuestVerdict
from tests.factories import competencies as make
from tests.factories import quality, save

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def content(cast, context):
    make.load_framework()


def sampler(person_id: UUID) -> Viewer:
    return viewer_for(person_id, Permission.ASSESSMENT_SAMPLE)


def page_of(person_id: UUID, quarter: Quarter | None = None):
    return get_sampling(sampler(person_id), quarter or Quarter.of(today()))


def due(person_id: UUID) -> set[UUID]:
    return {row.id for row in page_of(person_id).due}


def notices(person_id: UUID) -> list[str]:
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def test_without_a_policy_nothing_is_drawn(cast, content):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    page = page_of(cast.consultant_nurse)
    assert (page.policy, page.sample, page.due) == (None, None, [])
    made = make.assess(cast.trainee_b, cast.assessor, {"D3.1": 4})
    with pytest.raises(RuleViolation, match="No sampling policy"):
        quality.look(cast.consultant_nurse, made.id)


def test_a_policy_is_set_as_a_fact_with_who_when_and_why(cast, content):
    quality.set_policy(cast.consultant_nurse)
    [row] = list_policies(sampler(cast.consultant_nurse))
    assert (row.set_by, row.fact.from_on, row.fact.forms_share) == ("Connie Njoroge", datetime(2026, 10, 1).date(), 100)
    assert row.reason == "A small service can look at everything."
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "sampling.policy-set")).one()
    assert (entry.role, entry.chain) == ("consultant-nurse", UUID(int=0))


def test_a_policy_of_the_next_quarter_waits_for_it(cast, content, clock):
    quality.set_policy(cast.consultant_nurse, from_on=Quarter.of(today()).after.starts_on)
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    page = page_of(cast.consultant_nurse)
    assert page.policy is None
    assert page.coming is not None
    clock.set(clock() + timedelta(days=60))
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    assert len(due(cast.consultant_nurse)) == 1


def test_a_quarter_holds_what_was_recorded_in_it(cast, content, clock):
    quality.set_policy(cast.consultant_nurse)
    first = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    clock.set(clock() + timedelta(days=60))
    second = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    assert due(cast.consultant_nurse) == {second.id}
    before = page_of(cast.consultant_nurse, Quarter.of(today()).before)
    assert {row.id for row in before.due} == {first.id}
    assert not before.is_current


def test_a_second_person_accepts_and_the_flag_becomes_compliant(cast, content):
    quality.set_policy(cast.consultant_nurse)
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    page = page_of(cast.consultant_nurse)
    assert not page.sample.is_compliant
    assert page.sample.missing == "Still to look at: 1 assessor, 1 trainee and 1 mini-CEX."
    assert count_to_look_at(sampler(cast.consultant_nurse)) == 1
    look = quality.look(cast.consultant_nurse, made.id)
    assert (look.role, look.quarter, look.assessor_id) == (Role.CONSULTANT_NURSE, "2026-q4", cast.assessor)
    page = page_of(cast.consultant_nurse)
    assert page.sample.is_compliant
    assert (page.due, [row.by for row in page.looks]) == ([], ["Connie Njoroge"])
    assert notices(cast.assessor) == [
        "Amina Yusuf asks you for an assessment",
        "You signed an assessment of Amina Yusuf",
    ]
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "assessment.looked-at")).one()
    assert entry.chain == cast.trainee


def test_a_note_for_a_talk_reaches_the_assessor_and_not_the_trainee(cast, content):
    quality.set_policy(cast.consultant_nurse)
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    quality.look(cast.consultant_nurse, made.id, outcome=LookOutcome.TALK, note="The action cannot be seen on a shift.")
    assert "Connie Njoroge would like to talk about an assessment you wrote" in notices(cast.assessor)
    [row] = list_looks_at_own(viewer_for(cast.assessor))
    assert (row.look.note, row.trainee) == ("The action cannot be seen on a shift.", "Amina Yusuf")
    assert list_looks_at_own(viewer_for(cast.stranger)) == []
    assert not any("talk" in text for text in notices(cast.trainee))


def test_the_assessor_reads_the_note_without_a_name_once_access_has_ended(cast, content, clock):
    quality.set_policy(cast.consultant_nurse)
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    quality.look(cast.consultant_nurse, made.id, outcome=LookOutcome.TALK, note="Let us talk.")
    clock.set(clock() + timedelta(days=91))
    [row] = list_looks_at_own(viewer_for(cast.assessor))
    assert (row.look.note, row.trainee) == ("Let us talk.", None)


def test_an_educator_looks_at_their_own_university_only(cast, content):
    quality.set_policy(cast.consultant_nurse)
    here = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    there = make.assess(cast.trainee_b, cast.assessor, {"D3.1": 4})
    assert due(cast.educator) == {here.id}
    page = page_of(cast.educator)
    assert (len(page.sample.due), page.for_others) == (2, 1)
    with pytest.raises(NotFound):
        quality.look(cast.educator, there.id)
    quality.look(cast.educator, here.id)
    assert due(cast.consultant_nurse) == {there.id}


def test_nobody_looks_at_what_they_wrote_themselves(cast, content):
    give_role(None, person_id=cast.educator, role=Role.ASSESSOR, scope_id=cast.trust, cause="Also assesses")
    quality.set_policy(cast.consultant_nurse)
    own = make.assess(cast.trainee, cast.educator, {"D3.1": 4})
    assert own.id not in due(cast.educator)
    assert page_of(cast.educator).for_others == 1
    with pytest.raises(RuleViolation, match="second person"):
        quality.look(cast.educator, own.id)
    quality.look(cast.consultant_nurse, own.id)


def test_the_database_holds_the_second_person_too(cast, content):
    policy = quality.set_policy(cast.consultant_nurse)
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    usual = {
        "assessment_id": made.id,
        "trainee_id": cast.trainee,
        "assessor_id": cast.assessor,
        "policy_id": policy.id,
        "quarter": "2026-q4",
        "role": Role.ASSESSOR,
        "outcome": LookOutcome.ACCEPTED,
    }
    for by_id in (cast.assessor, cast.trainee):
        with pytest.raises(IntegrityError):
            save(SampleLook(**usual, by_id=by_id), about=cast.trainee)
    with pytest.raises(IntegrityError):
        save(
            SampleLook(**{**usual, "outcome": LookOutcome.TALK}, by_id=cast.consultant_nurse),
            about=cast.trainee,
        )


def test_only_what_was_drawn_is_looked_at_and_only_once(cast, content):
    quality.set_policy(cast.consultant_nurse, assessors_share=1, trainees_share=1, forms_share=1)
    made = [make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=n) for n in range(4)]
    [drawn] = due(cast.consultant_nurse)
    other = next(each.id for each in made if each.id != drawn)
    assert not get_look_page(sampler(cast.consultant_nurse), other).is_drawn
    with pytest.raises(RuleViolation, match="not drawn"):
        quality.look(cast.consultant_nurse, other)
    quality.look(cast.consultant_nurse, drawn)
    with pytest.raises(RuleViolation, match="already looked"):
        quality.look(cast.consultant_nurse, drawn)


@pytest.mark.parametrize("later", [1, 60], ids=["in the same quarter", "in the next one"])
def test_a_corrected_assessment_stays_drawn_and_its_newest_version_is_read(cast, content, clock, later):
    quality.set_policy(cast.consultant_nurse, assessors_share=1, trainees_share=1, forms_share=1)
    quarter = Quarter.of(today())
    made = [make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=n) for n in range(4)]
    [drawn] = page_of(cast.consultant_nurse).sample.drawn
    clock.set(clock() + timedelta(days=later))
    corrected = quality.correct(next(each for each in made if each.id == drawn.id), 2)
    page = page_of(cast.consultant_nurse, quarter)
    assert (page.sample.drawn, [row.id for row in page.due]) == ((drawn,), [corrected.id])
    assert len(due(cast.consultant_nurse)) == (1 if later == 1 else 0)
    for version in (drawn.id, corrected.id):
        found = get_look_page(sampler(cast.consultant_nurse), version)
        assert (found.is_drawn, found.assessment.row.id) == (True, corrected.id)
    assert quality.look(cast.consultant_nurse, corrected.id).quarter == quarter.name
    assert page_of(cast.consultant_nurse, quarter).sample.is_compliant
    with pytest.raises(RuleViolation, match="already looked"):
        quality.look(cast.consultant_nurse, drawn.id)


def test_correcting_one_draws_no_other(cast, content, clock):
    quality.set_policy(cast.consultant_nurse, assessors_share=1, trainees_share=1, forms_share=25)
    made = [make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=n) for n in range(4)]
    before = page_of(cast.consultant_nurse).sample.drawn
    for each in made:
        clock.set(clock() + timedelta(minutes=1))
        quality.correct(each, 3)
        assert page_of(cast.consultant_nurse).sample.drawn == before


@pytest.mark.parametrize("note", ["", "He was born on 4 May 1961", "943 476 5919"])
def test_a_talk_needs_a_note_that_identifies_nobody(cast, content, note):
    quality.set_policy(cast.consultant_nurse)
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    with pytest.raises(RuleViolation) as refused:
        quality.look(cast.consultant_nurse, made.id, outcome=LookOutcome.TALK, note=note)
    assert refused.value.field == "note"
    assert page_of(cast.consultant_nurse).looks == []


# --- Guests ---


def guest_signs(trainee_id: UUID, name: str = "Nell Abara") -> tuple[UUID, UUID]:
    """An assessment a guest signed by email, and the guest."""
    email = f"{name.partition(' ')[0].lower()}@northmere-general.example"
    request = make.ask(trainee_id, None, way=Way.EMAIL, name=name, profession="Ward host", email=email)
    made = services.sign_assessment(
        request.id,
        channel=Channel.SENT,
        sent_to=request.assessor_id,
        proof=signing.Proof(method=Method.LINK),
        ratings={"D3.1": 2},
        setting=request.setting,
        observed_on=request.seen_on,
        is_simulated=False,
        went_well="Asked directly.",
        next_time="Say the plan back.",
    )
    return made.id, made.assessor_id


@pytest.fixture
def administrator(cast, content):
    actor = viewer_for(cast.administrator)
    signing.add_domain(actor, domain="northmere-general.example", name="Northmere General")
    return actor


def needed(person_id: UUID) -> dict[str, int]:
    return {each.name: each.needed for each in page_of(person_id).sample.dimensions}


def test_what_a_guest_signed_is_drawn_once_an_administrator_has_accepted_them(cast, administrator):
    quality.set_policy(cast.consultant_nurse)
    own = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    signed, guest = guest_signs(cast.trainee)
    assert due(cast.consultant_nurse) == {own.id}
    assert (needed(cast.consultant_nurse)["Assessors"], count_to_look_at(sampler(cast.consultant_nurse))) == (1, 1)
    with pytest.raises(RuleViolation, match="not drawn"):
        quality.look(cast.consultant_nurse, signed)
    signing.check_guest(administrator, guest, GuestVerdict.ACCEPTED)
    assert due(cast.consultant_nurse) == {own.id, signed}
    assert needed(cast.consultant_nurse)["Assessors"] == 2
    quality.look(cast.consultant_nurse, signed)


def test_what_a_refused_guest_signed_is_in_no_pool(cast, administrator):
    quality.set_policy(cast.consultant_nurse)
    _, guest = guest_signs(cast.trainee)
    refused = {"reason": "The ward knows nobody."}
    signing.check_guest(administrator, guest, GuestVerdict.REFUSED, **refused)
    assert (due(cast.consultant_nurse), needed(cast.consultant_nurse)) == (set(), {"Assessors": 0, "Trainees": 0})
    signing.check_guest(administrator, guest, GuestVerdict.ACCEPTED)
    assert len(due(cast.consultant_nurse)) == 1
    signing.check_guest(administrator, guest, GuestVerdict.REFUSED, **refused)
    assert due(cast.consultant_nurse) == set()


def test_a_guest_who_is_somebody_with_an_account_is_in(cast, administrator):
    quality.set_policy(cast.consultant_nurse)
    signed, guest = guest_signs(cast.trainee)
    signing.join_people(administrator, guest, cast.assessor, reason="The same registration number.")
    assert due(cast.consultant_nurse) == {signed}


def test_a_guest_who_is_accepted_later_moves_no_lot_that_was_drawn(cast, administrator, clock):
    quality.set_policy(cast.consultant_nurse, assessors_share=1, trainees_share=1, forms_share=50)
    _, guest = guest_signs(cast.trainee)
    for _ in range(6):
        clock.set(clock() + timedelta(minutes=5))
        make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    before = due(cast.consultant_nurse)
    signing.check_guest(administrator, guest, GuestVerdict.ACCEPTED)
    assert before < due(cast.consultant_nurse)
