from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from lms.competencies import rules
from lms.competencies.rules import (
    Capability,
    ConcernFact,
    ConcernStepFact,
    RequestFact,
    RequestState,
    Rule,
    Rung,
    Step,
    StepKind,
)
from lms.core.errors import RuleViolation

ANA, BEN, TRAINEE = UUID(int=11), UUID(int=12), UUID(int=1)
TODAY = date(2026, 11, 20)
ASKED = datetime(2026, 11, 1, 9, tzinfo=UTC)
CODES = {"D1.1", "D1.2", "D1.3", "D2.1", "D2.2", "D3.1"}


def ask(**changes):
    facts = {
        "trainee_id": TRAINEE,
        "assessor_id": ANA,
        "codes": ["D3.1"],
        "known": CODES,
        "seen_on": TODAY,
        "today": TODAY,
    }
    rules.check_request(**{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"assessor_id": TRAINEE}, "assessor_id", id="oneself"),
        pytest.param({"codes": []}, "codes", id="nothing to assess"),
        pytest.param({"codes": sorted(CODES)}, "codes", id="six capabilities"),
        pytest.param({"codes": ["D9.9"]}, "codes", id="unknown capability"),
        pytest.param({"seen_on": TODAY + timedelta(days=1)}, "seen_on", id="future"),
        pytest.param({"seen_on": TODAY - timedelta(days=8)}, "seen_on", id="eight days ago"),
    ],
)
def test_a_request_that_cannot_be_answered_fairly_is_refused(changes, field):
    with pytest.raises(RuleViolation) as problem:
        ask(**changes)
    assert problem.value.field == field


def test_a_request_within_seven_days_for_five_capabilities_is_accepted():
    ask(seen_on=TODAY - timedelta(days=7), codes=sorted(CODES)[:5])


@pytest.mark.parametrize(
    ("kinds", "completed", "days", "state"),
    [
        ([], False, 0, RequestState.ASKED),
        ([StepKind.OPENED], False, 0, RequestState.OPENED),
        ([StepKind.OPENED], True, 0, RequestState.COMPLETED),
        ([StepKind.OPENED, StepKind.DECLINED], False, 0, RequestState.DECLINED),
        ([StepKind.CANCELLED], False, 0, RequestState.CANCELLED),
        ([], False, 14, RequestState.ASKED),
        ([StepKind.OPENED], False, 15, RequestState.EXPIRED),
        ([], True, 100, RequestState.COMPLETED),
    ],
)
def test_a_request_stands_where_its_steps_put_it(kinds, completed, days, state):
    steps = [Step(kind, ASKED) for kind in kinds]
    now = ASKED + timedelta(days=days)
    assert rules.state_of(steps, asked_at=ASKED, is_completed=completed, now=now) is state


ENQUIRY = rules.Asked(ANA, rules.FormKind.MINI_CEX, date(2026, 11, 17), ("D3.1", "D4.1"))


def capability(code, title):
    return Capability(code, title, "", code[:2], (), (), False, 12, Rule(code, ()))


KNOWN = {each.code: each for each in (capability("D3.1", "Suicide enquiry"), capability("D4.1", "Capacity assessment"))}


@pytest.mark.parametrize(
    ("changes", "twice"),
    [
        pytest.param({}, True, id="the same again"),
        pytest.param({"codes": ("D1.1", "D4.1")}, True, id="one capability in common"),
        pytest.param({"codes": ("D1.1",)}, False, id="another capability"),
        pytest.param({"assessor_id": BEN}, False, id="another assessor"),
        pytest.param({"form_kind": rules.FormKind.CASE_BASED_DISCUSSION}, False, id="another form"),
        pytest.param({"seen_on": date(2026, 11, 16)}, False, id="another day"),
    ],
)
def test_the_same_is_not_asked_of_the_same_person_while_it_waits(changes, twice):
    asked = replace(ENQUIRY, **changes)
    if not twice:
        rules.check_not_waiting(asked, [ENQUIRY], known=KNOWN)
        return
    with pytest.raises(
        RuleViolation, match=r"already asked .* a mini-CEX about 17 November 2026: .*D4.1 Capacity"
    ) as no:
        rules.check_not_waiting(asked, [ENQUIRY], known=KNOWN)
    assert no.value.field == "codes"


def test_ratings_are_named_as_a_draft_keeps_them():
    assert rules.as_entered({"D3.1": 4, "D1.1": None, "D4.1": 3, "D5.4": None}, ("D3.1", "D1.1")) == {
        "level_D3_1": "4",
        "level_D1_1": "not-observed",
        "extra_code": "D4.1",
        "extra_level": "3",
        "extra_code_2": "D5.4",
        "extra_level_2": "not-observed",
        "extra_code_3": None,
        "extra_level_3": None,
    }


def complete(**changes):
    facts = {
        "assessor_id": ANA,
        "trainee_id": TRAINEE,
        "asked_of": ANA,
        "state": RequestState.OPENED,
        "ratings": {"D3.1": 4, "D1.1": None},
        "known": CODES,
    }
    rules.check_assessment(**{**facts, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"assessor_id": TRAINEE, "asked_of": TRAINEE}, id="oneself"),
        pytest.param({"assessor_id": BEN}, id="somebody who was not asked"),
        pytest.param({"state": RequestState.COMPLETED}, id="twice"),
        pytest.param({"state": RequestState.EXPIRED}, id="after it expired"),
        pytest.param({"ratings": {}}, id="no rating"),
        pytest.param({"ratings": {"D3.1": 6}}, id="off the scale"),
        pytest.param({"ratings": dict.fromkeys(CODES, 3)}, id="six capabilities"),
    ],
)
def test_an_assessment_that_may_not_be_written_is_refused(changes):
    with pytest.raises(RuleViolation):
        complete(**changes)


def test_an_assessment_may_rate_some_and_not_observe_others():
    complete()


def test_only_the_trainee_cancels_and_only_until_the_assessor_opens():
    rules.check_cancel(actor_id=TRAINEE, trainee_id=TRAINEE, state=RequestState.ASKED)
    with pytest.raises(RuleViolation):
        rules.check_cancel(actor_id=ANA, trainee_id=TRAINEE, state=RequestState.ASKED)
    with pytest.raises(RuleViolation, match="opened"):
        rules.check_cancel(actor_id=TRAINEE, trainee_id=TRAINEE, state=RequestState.OPENED)


RAISED = date(2026, 11, 2)


def concern(first=Rung.HEADS_UP, *steps):
    return ConcernFact(
        UUID(int=5),
        TRAINEE,
        ANA,
        RAISED,
        first,
        ASKED,
        tuple(ConcernStepFact(rung, on, datetime(on.year, on.month, on.day, tzinfo=UTC)) for rung, on in steps),
    )


def test_a_heads_up_closes_itself_after_14_days_and_never_blocks():
    found = concern()
    assert found.is_open(RAISED + timedelta(days=14))
    assert not found.is_open(RAISED + timedelta(days=15))
    assert not found.blocks(RAISED)


def test_a_raised_heads_up_stays_open_and_blocks_from_the_action_plan_up():
    moved = concern(Rung.HEADS_UP, (Rung.ACTION_PLAN, date(2026, 11, 10)))
    assert not moved.blocks(date(2026, 11, 9))
    assert moved.blocks(date(2027, 3, 1))
    assert moved.review_by(date(2026, 11, 10)) == date(2026, 12, 22)
    assert rules.blocking([moved, concern()], date(2026, 11, 12)) == (moved,)


def test_a_closed_concern_blocks_no_more_but_did_before():
    closed = concern(Rung.FORMAL_REVIEW, (None, date(2026, 11, 20)))
    assert closed.blocks(date(2026, 11, 19))
    assert not closed.is_open(date(2026, 11, 20))
    assert closed.rung(date(2026, 11, 20)) is Rung.FORMAL_REVIEW


@pytest.mark.parametrize(
    ("rung", "end"),
    [
        (Rung.HEADS_UP, date(2026, 11, 16)),
        (Rung.RECORDED, date(2026, 11, 16)),
        (Rung.ACTION_PLAN, date(2026, 12, 14)),
        (Rung.FORMAL_REVIEW, date(2026, 11, 30)),
    ],
)
def test_each_rung_has_its_clock(rung, end):
    assert rules.clock_end(rung, RAISED) == end


@pytest.mark.parametrize(
    ("found", "changes"),
    [
        pytest.param(concern(), {"actor_id": TRAINEE}, id="about oneself"),
        pytest.param(concern(), {"to": Rung.HEADS_UP}, id="the same rung"),
        pytest.param(concern(), {"reason": "  "}, id="no reason"),
        pytest.param(concern(Rung.RECORDED, (None, RAISED)), {}, id="closed"),
    ],
)
def test_a_step_that_cannot_be_defended_is_refused(found, changes):
    facts = {"actor_id": BEN, "to": Rung.ACTION_PLAN, "reason": "Repeated", "on": RAISED}
    with pytest.raises(RuleViolation):
        rules.check_step(found, **{**facts, **changes})


def test_nobody_raises_a_concern_about_themselves():
    with pytest.raises(RuleViolation, match="somebody else"):
        rules.check_raise(actor_id=TRAINEE, trainee_id=TRAINEE, rung=Rung.HEADS_UP, may_manage=True)


def test_only_who_manages_concerns_begins_on_a_blocking_rung():
    rules.check_raise(actor_id=ANA, trainee_id=TRAINEE, rung=Rung.RECORDED, may_manage=False)
    rules.check_raise(actor_id=ANA, trainee_id=TRAINEE, rung=Rung.ACTION_PLAN, may_manage=True)
    with pytest.raises(RuleViolation, match="consultant nurse"):
        rules.check_raise(actor_id=ANA, trainee_id=TRAINEE, rung=Rung.ACTION_PLAN, may_manage=False)


@pytest.mark.parametrize("days", [-8, 1])
def test_an_assessment_is_about_the_week_before_it_was_asked(days):
    with pytest.raises(RuleViolation) as problem:
        rules.check_observed_on(TODAY + timedelta(days=days), asked_on=TODAY)
    assert problem.value.field == "observed_on"


def rows(*states):
    facts = [(RequestState(state), tuple(codes.split())) for state, codes in states]
    return [RequestFact(UUID(int=number), *fact, ASKED) for number, fact in enumerate(facts)]


@pytest.mark.parametrize(
    ("requests", "left"),
    [
        pytest.param(rows(("declined", "D1.1")), [0], id="declined"),
        pytest.param(rows(("expired", "D1.1")), [0], id="expired"),
        pytest.param(rows(("cancelled", "D1.1")), [], id="cancelled by the trainee"),
        pytest.param(rows(("asked", "D1.1"), ("declined", "D1.1")), [], id="asked again and waiting"),
        pytest.param(rows(("completed", "D1.1"), ("expired", "D1.1")), [], id="asked again and answered"),
        pytest.param(
            rows(("declined", "D1.1"), ("completed", "D1.1")),
            [0],
            id="declined after an earlier answer",
        ),
        pytest.param(
            rows(("asked", "D1.1"), ("declined", "D1.1 D3.1")),
            [1],
            id="only a part was asked again",
        ),
        pytest.param(rows(("cancelled", "D1.1"), ("declined", "D1.1")), [1], id="asked again and cancelled"),
        pytest.param(rows(("expired", "D1.1"), ("declined", "D1.1")), [0], id="twice in vain is said once"),
    ],
)
def test_what_was_asked_in_vain_is_said_until_it_is_asked_again(requests, left):
    assert rules.turned_back(requests, ASKED) == [requests[index].id for index in left]


@pytest.mark.parametrize(("days", "said"), [(21, True), (22, False)])
def test_what_was_asked_in_vain_is_said_for_three_weeks(days, said):
    requests = rows(("expired", "D1.1"))
    assert bool(rules.turned_back(requests, ASKED + timedelta(days=days))) is said


@pytest.mark.parametrize(
    ("state", "seen_on", "again"),
    [
        pytest.param(RequestState.EXPIRED, date(2026, 11, 13), (ANA, date(2026, 11, 13)), id="seven days ago"),
        pytest.param(RequestState.EXPIRED, date(2026, 11, 12), (ANA, None), id="too long ago"),
        pytest.param(RequestState.DECLINED, TODAY, (None, TODAY), id="whoever declined is not asked again"),
    ],
)
def test_a_request_is_asked_again_of_whom_and_about_when_it_can_be(state, seen_on, again):
    before = rules.asking.Asked(ANA, rules.FormKind.MINI_CEX, seen_on, ("D1.1",))
    assert rules.asked_again(before, state, TODAY) == again


def test_what_waits_is_asked_now():
    assert rules.asked_now(rows(("asked", "D1.1"), ("opened", "D3.1 D4.1"), ("completed", "D5.1"))) == {
        "D1.1",
        "D3.1",
        "D4.1",
    }
