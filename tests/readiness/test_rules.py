import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.audit.rules import digest
from lms.cases.rules.discussions import DiscussionFact
from lms.cases.rules.results import AttemptFact
from lms.competencies.rules import (
    Assessment,
    Capability,
    ConcernFact,
    ConcernStepFact,
    Domain,
    FormKind,
    Framework,
    Part,
    Rule,
    Rung,
    SeenAs,
    SignOffFact,
)
from lms.core.content import load, parse
from lms.core.errors import ContentError, RuleViolation
from lms.curriculum.rules.pace import Pause
from lms.grading.rules.outcomes import ModuleOutcomeFact, Outcome, Standing
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.format import read_settings
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import Doubt, Presentation, Status
from lms.placements.rules.states import Part as Share
from lms.readiness.rules import (
    CheckFact,
    CheckKind,
    Decision,
    DecisionFact,
    Overall,
    Owner,
    Requirements,
    RequirementSet,
    StatusKind,
    Supervision,
    TraineeFacts,
    assess,
    assess_held,
    check_decision,
    check_requirement_set,
    decision_due,
    describe,
    first_end,
    is_ready,
    status_on,
)
from lms.signing.rules import IdentityGrade

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 6, 1)
NURSE, TRAINEE, ANA, BEN = (UUID(int=number) for number in range(1, 5))
UNIVERSITY = UUID(int=9)


def capability(code, *, critical=True, months=12):
    rule = Rule(code, (Part(2, (FormKind.MINI_CEX,)),), assessors=2, window_months=months)
    return Capability(code, f"Skill {code}", "Does it", code[:2], ("C",), (), critical, months, rule)


FRAMEWORK = Framework(
    "example",
    "Example",
    "example",
    (
        Domain("D1", "One", (capability("D1.1"), capability("D1.2", critical=False, months=24))),
        Domain("D3", "Three", (capability("D3.1"),)),
    ),
    (),
    4,
    3,
)
BODY = """
format: 1
slug: car
title: Car
setting: car
framework: everyday
summary: A car.
supervision: alone-with-advice
valid_days: 365
review: {status: example, by: 2027-05-01}
groups:
  - key: capabilities
    title: Capabilities
    requirements:
      - {kind: capabilities, critical: true, level: 4}
      - {kind: capabilities, others: true, level: 3}
  - key: hours
    title: Hours
    requirements:
      - {kind: hours, key: car-hours, title: Car, settings: [car], hours: 20}
      - {kind: hours, key: choice, title: Two, settings: [crisis, liaison, perinatal], at_least_settings: 2, hours: 10}
      - {kind: hours, key: total, title: All, hours: 30}
  - key: exposure
    title: Contacts
    requirements:
      - {kind: encounters, key: contacts, title: Contacts, settings: [car], count: 2}
  - key: learning
    title: Learning
    requirements:
      - {kind: modules, modules: [mhp701]}
      - {kind: cases, key: cases, title: Graded cases, count: 1}
  - key: checks
    title: Checks
    requirements:
      - {kind: checks, checks: [registration, response-driving]}
  - key: standing
    title: Standing
    requirements:
      - {kind: concerns, none_from: action-plan}
      - {kind: absence, over_months: 3}
"""
CAR = parse(BODY, RequirementSet, "car.yaml").model
ASKED = Requirements(CAR, FRAMEWORK, CAR.supervision, cases={"wasting-your-time": "Wasting your time"})


def noon(day):
    return datetime.combine(day, time(12), tzinfo=UTC)


def seen(number, day, code, level=4, by=ANA):
    return Assessment(
        id=UUID(int=1000 + number),
        trainee_id=TRAINEE,
        assessor_id=by,
        kind=FormKind.MINI_CEX,
        setting="car",
        observed_on=day,
        is_simulated=False,
        seen_as=SeenAs.LIVE,
        identity_grade=IdentityGrade.ACCOUNT,
        ratings={code: level},
        recorded_at=noon(day),
    )


def shift(number, day, setting="car", hours=10, status=Status.APPROVED):
    start = datetime.combine(day, time(7), tzinfo=UTC)
    return ShiftFact(
        UUID(int=2000 + number), setting, start, start + timedelta(hours=hours), 30, status, BEN, noon(day)
    )


def contact(number, of, status=Status.APPROVED):
    return EncounterFact(UUID(int=3000 + number), of.id, of.setting, of.on, Presentation.LOW_MOOD, Share.LED, status)


def check(number, kind, issued, until):
    return CheckFact(UUID(int=4000 + number), kind, issued, until, noon(issued))


def outcome(number, day, result=Outcome.PASS, standing=Standing.RATIFIED):
    return ModuleOutcomeFact(UUID(int=5000 + number), "mhp701", result, standing, day, UNIVERSITY, noon(day))


def concern(number, day, rung, *steps):
    return ConcernFact(UUID(int=6000 + number), TRAINEE, NURSE, day, rung, noon(day), steps)


def decided(number, decision, day, until=None, supervision=None):
    return DecisionFact(UUID(int=7000 + number), "car", decision, supervision, day, until, noon(day))


SHIFTS = (
    shift(1, date(2026, 5, 1)),
    shift(2, date(2026, 5, 2)),
    shift(3, date(2026, 5, 3), "crisis", 5),
    shift(4, date(2026, 5, 4), "liaison", 5),
)
READY = TraineeFacts(
    TRAINEE,
    assessments=tuple(
        seen(10 * at + turn, date(2026, 3, 1 + at + turn), code, by=(ANA, BEN)[turn])
        for at, code in enumerate(["D1.1", "D1.2", "D3.1"])
        for turn in range(2)
    ),
    shifts=SHIFTS,
    encounters=(contact(1, SHIFTS[0]), contact(2, SHIFTS[1])),
    outcomes=(outcome(1, date(2026, 4, 1)),),
    cases=(AttemptFact(UUID(int=8001), "wasting-your-time", date(2026, 4, 2), 0, date(2026, 4, 2)),),
    checks=(
        check(1, CheckKind.REGISTRATION, date(2025, 9, 1), date(2027, 8, 31)),
        check(2, CheckKind.RESPONSE_DRIVING, date(2025, 9, 1), date(2026, 8, 31)),
    ),
)
AUTHORISED = replace(
    READY,
    decisions=(decided(1, Decision.AUTHORISE, date(2026, 2, 1), date(2028, 1, 1), Supervision.ALONE_WITH_ADVICE),),
)


def item(result, key):
    return next(each for each in result.requirements if each.key == key)


def test_a_trainee_with_everything_is_ready_and_the_result_says_what_counted():
    result = assess(READY, ASKED, TODAY)
    assert result.overall is Overall.READY
    assert result.words == f"Ready: all {result.total} requirements met"
    assert not result.blockers
    assert is_ready(READY, ASKED, TODAY)
    assert [record.text for record in item(result, "car-hours").counted] == [
        "1 May 2026, car: 10 h",
        "2 May 2026, car: 10 h",
    ]
    assert item(result, "choice").words == "10 h of 10 h, 2 of 2 settings"
    assert len(item(result, "D3.1").counted) == 2


def test_nothing_recorded_is_not_ready_and_every_blocker_has_an_owner_and_a_next_step():
    result = assess(TraineeFacts(TRAINEE), ASKED, TODAY)
    assert result.overall is Overall.NOT_READY
    assert not result.lapses
    for blocker in result.blockers:
        assert blocker.owner in Owner
        assert blocker.next_step
        assert blocker.rule.endswith(".")
    assert item(result, "concerns").met
    assert item(result, "absence").met


@pytest.mark.parametrize(
    ("shifts", "key", "step"),
    [
        pytest.param(SHIFTS[:1], "car-hours", "Log 10 h more.", id="to log"),
        pytest.param(
            (shift(1, date(2026, 5, 1)), shift(2, date(2026, 5, 2), hours=4, status=Status.SUBMITTED)),
            "car-hours",
            "Log 6 h more. The supervisor still has to approve 4 h.",
            id="to log and to approve",
        ),
        pytest.param(SHIFTS[:3], "choice", "Log 5 h more and work in 1 more setting.", id="another setting"),
        pytest.param(
            (*SHIFTS[:3], shift(4, date(2026, 5, 4), "liaison", 5, Status.SUBMITTED)),
            "choice",
            "Approve the 5 h that wait.",
            id="the other setting waits",
        ),
        pytest.param(
            (*SHIFTS[:3], shift(4, date(2026, 5, 4), "liaison", 5, Status.QUERIED)),
            "choice",
            "Answer the supervisor's question about a shift.",
            id="the other setting is queried",
        ),
        pytest.param(
            (*SHIFTS[:3], shift(4, date(2026, 5, 4), "liaison", 5, Status.UNCONFIRMED)),
            "choice",
            "Check who signed for 5 h.",
            id="a guest approved the other setting",
        ),
        pytest.param(
            (
                *SHIFTS[:3],
                replace(shift(4, date(2026, 5, 4), "liaison", 5, Status.UNCONFIRMED), doubt=Doubt.SAID_OFFLINE),
            ),
            "choice",
            "Approve the 5 h that wait.",
            id="its supervisor said yes without a signal",
        ),
        pytest.param(
            (*SHIFTS[:3], shift(4, date(2026, 5, 4), "liaison", 2, Status.UNCONFIRMED)),
            "choice",
            "Log 3 h more. An administrator still has to check who signed for 2 h.",
            id="a guest approved what is not enough",
        ),
        pytest.param(
            (*SHIFTS[:3], shift(4, date(2026, 5, 4), "liaison", 2, Status.SUBMITTED)),
            "choice",
            "Log 3 h more. The supervisor still has to approve 2 h.",
            id="the other setting waits and is not enough",
        ),
    ],
)
def test_the_next_step_towards_hours_is_said_in_plain_words(shifts, key, step):
    assert item(assess(replace(READY, shifts=shifts), ASKED, TODAY), key).next_step == step


S, Q, U = Status.SUBMITTED, Status.QUERIED, Status.UNCONFIRMED


@pytest.mark.parametrize(
    ("statuses", "owner", "step"),
    [
        ((S, S, S), Owner.TRAINEE, "Log 2 more. 3 wait for approval."),
        ((S, S, S, S, S), Owner.SUPERVISOR, "Approve the shifts with the 5 that wait."),
        ((S, S, S, U, U), Owner.ADMINISTRATOR, "Check who signed for the shifts with 2 of them."),
        ((S, S, S, U, Q), Owner.TRAINEE, "Answer the supervisor's question about a shift."),
    ],
)
def test_contacts_that_wait_are_not_asked_for_again(statuses, owner, step):
    of = shift(1, date(2026, 5, 1), status=Status.SUBMITTED)
    body = parse(
        BODY.replace("settings: [car], count: 2", "settings: [car], count: 5"), RequirementSet, "car.yaml"
    ).model
    facts = replace(READY, encounters=tuple(contact(at, of, status) for at, status in enumerate(statuses)))
    found = item(assess(facts, replace(ASKED, body=body), TODAY), "contacts")
    assert (found.owner, found.next_step) == (owner, step)


def test_an_unread_debrief_of_a_case_that_counts_holds_nobody_up():
    again = AttemptFact(UUID(int=8002), "wasting-your-time", date(2026, 3, 2), 0, None)
    body = parse(BODY.replace("Graded cases, count: 1", "Graded cases, count: 2"), RequirementSet, "car.yaml").model
    asked = replace(ASKED, body=body, cases={**ASKED.cases, "other": "Another case"})
    found = item(assess(replace(READY, cases=(*READY.cases, again)), asked, TODAY), "cases")
    assert found.next_step == "Complete 1 more graded case, or discuss it with an educator."


@pytest.mark.parametrize(
    ("others", "owner", "step"),
    [
        pytest.param(
            "abc",
            Owner.TRAINEE,
            "Complete 3 more graded cases, or discuss them with an educator.",
            id="all are published",
        ),
        pytest.param(
            "a",
            Owner.TRAINEE,
            "Complete 1 graded case now, or discuss it with an educator. Then 2 more cases have to be published first.",
            id="one is",
        ),
        pytest.param(
            "", Owner.EDUCATOR, "Nothing can be done now: 3 more cases have to be published first.", id="none"
        ),
    ],
)
def test_the_next_case_is_one_that_can_be_played(others, owner, step):
    body = parse(BODY.replace("Graded cases, count: 1", "Graded cases, count: 4"), RequirementSet, "car.yaml").model
    asked = replace(ASKED, body=body, cases={**ASKED.cases, **dict.fromkeys(others, "Another case")})
    found = item(assess(READY, asked, TODAY), "cases")
    assert (found.owner, found.next_step) == (owner, step)


def discussion(number, day, case="wasting-your-time", *, covered=True):
    return DiscussionFact(UUID(int=9000 + number), case, day, covered)


NOT_YET = "Not all capabilities are covered yet: another discussion or attempt can count."
TWICE = "This case already counts."
PLAYED = READY.cases[0]


@pytest.mark.parametrize(
    ("attempts", "discussions", "words", "counted", "not_counted"),
    [
        pytest.param(
            (),
            [discussion(1, date(2026, 3, 3))],
            "1 of 2",
            ["Discussion held on 3 March 2026, Wasting your time"],
            [],
            id="a discussion that covered it counts like an attempt",
        ),
        pytest.param(
            (),
            [discussion(1, date(2026, 3, 3), covered=False)],
            "0 of 2",
            [],
            [("Discussion held on 3 March 2026, Wasting your time", NOT_YET)],
            id="not yet does not count and says why",
        ),
        pytest.param(
            (),
            [discussion(1, date(2026, 3, 3), covered=False), discussion(2, date(2026, 4, 3))],
            "1 of 2",
            ["Discussion held on 3 April 2026, Wasting your time"],
            [("Discussion held on 3 March 2026, Wasting your time", NOT_YET)],
            id="another discussion of it can count",
        ),
        pytest.param(
            (PLAYED,),
            [discussion(1, date(2026, 3, 3))],
            "1 of 2",
            ["Discussion held on 3 March 2026, Wasting your time"],
            [("2 April 2026, Wasting your time", TWICE)],
            id="one case counts once: the discussion came first",
        ),
        pytest.param(
            (PLAYED,),
            [discussion(1, date(2026, 5, 3)), discussion(2, date(2026, 5, 4), "other")],
            "2 of 2",
            ["2 April 2026, Wasting your time", "Discussion held on 4 May 2026, Another case"],
            [("Discussion held on 3 May 2026, Wasting your time", TWICE)],
            id="one case played and one discussed are two",
        ),
        pytest.param(
            (PLAYED,),
            [discussion(1, date(2026, 5, 3), covered=False)],
            "1 of 2",
            ["2 April 2026, Wasting your time"],
            [("Discussion held on 3 May 2026, Wasting your time", NOT_YET)],
            id="not yet takes nothing away",
        ),
        pytest.param(
            (replace(PLAYED, critical_errors=1),),
            [discussion(1, TODAY)],
            "1 of 2",
            ["Discussion held on 1 June 2026, Wasting your time"],
            [("2 April 2026, Wasting your time", "A critical error was made: another attempt can count.")],
            id="an attempt does not stand against a discussion",
        ),
        pytest.param((), [discussion(1, TODAY + timedelta(days=1))], "0 of 2", [], [], id="it is held later"),
        pytest.param((), [discussion(1, date(2026, 3, 3), "gone")], "0 of 2", [], [], id="of a case that is not named"),
    ],
)
def test_a_discussion_counts_the_same_as_the_case(attempts, discussions, words, counted, not_counted):
    named = "Graded cases, count: 2, cases: [wasting-your-time, other]"
    body = parse(BODY.replace("Graded cases, count: 1", named), RequirementSet, "car.yaml").model
    asked = replace(ASKED, body=body, cases={**ASKED.cases, "other": "Another case"})
    found = item(assess(replace(READY, cases=attempts, discussions=tuple(discussions)), asked, TODAY), "cases")
    assert (found.words, found.met) == (words, words == "2 of 2")
    assert [record.text for record in found.counted] == counted
    assert [(record.text, record.why) for record in found.not_counted] == not_counted
    assert "or a discussion of it that covered its capabilities" in found.rule


def test_what_was_discussed_is_neither_asked_for_again_nor_owed_by_anybody():
    found = item(assess(replace(READY, cases=(), discussions=(discussion(1, TODAY),)), ASKED, TODAY), "cases")
    assert (found.met, found.owner, found.next_step) == (True, None, "")
    assert [record.kind for record in found.counted] == ["discussion"]


@pytest.mark.parametrize(
    ("change", "key", "words", "owner"),
    [
        pytest.param({"outcomes": ()}, "mhp701", "No outcome recorded", Owner.EDUCATOR, id="no outcome"),
        pytest.param(
            {"outcomes": (outcome(1, date(2026, 4, 1), Outcome.REFER),)},
            "mhp701",
            "Refer (ratified), 1 April 2026",
            Owner.TRAINEE,
            id="referred",
        ),
        pytest.param(
            {"outcomes": (outcome(1, date(2026, 4, 1), standing=Standing.PROVISIONAL),)},
            "mhp701",
            "Pass (provisional), 1 April 2026",
            Owner.EDUCATOR,
            id="a provisional pass does not support work alone",
        ),
        pytest.param(
            {"cases": (AttemptFact(UUID(int=8001), "x", date(2026, 4, 2), 1, date(2026, 4, 2)),)},
            "cases",
            "0 of 1",
            Owner.TRAINEE,
            id="a critical error",
        ),
        pytest.param(
            {"cases": (AttemptFact(UUID(int=8001), "x", date(2026, 4, 2), 0, None),)},
            "cases",
            "0 of 1",
            Owner.TRAINEE,
            id="no debrief",
        ),
        pytest.param(
            {"shifts": (shift(1, date(2026, 5, 1)), shift(2, date(2026, 5, 2), status=Status.SUBMITTED), *SHIFTS[2:])},
            "car-hours",
            "10 h of 20 h",
            Owner.SUPERVISOR,
            id="hours that wait belong to the supervisor",
        ),
        pytest.param(
            {"shifts": SHIFTS[:3]}, "choice", "5 h of 10 h, 1 of 2 settings", Owner.TRAINEE, id="one setting too few"
        ),
        pytest.param({"encounters": READY.encounters[:1]}, "contacts", "1 of 2", Owner.TRAINEE, id="too few contacts"),
        pytest.param(
            {"assessments": READY.assessments[1:]},
            "D1.1",
            "1 more of: 2 mini-CEX (now 1); 1 more assessor (now 1)",
            Owner.TRAINEE,
            id="one piece too few",
        ),
        pytest.param({"checks": READY.checks[:1]}, "response-driving", "Not recorded", Owner.ADMINISTRATOR, id="check"),
        pytest.param(
            {"concerns": (concern(1, date(2026, 5, 1), Rung.ACTION_PLAN),)},
            "concerns",
            "1 open concern",
            Owner.CONSULTANT_NURSE,
            id="an open concern",
        ),
    ],
)
def test_one_thing_missing_blocks_and_says_whose_turn_it_is(change, key, words, owner):
    result = assess(replace(READY, **change), ASKED, TODAY)
    assert result.overall is Overall.NOT_READY
    blocker = item(result, key)
    assert (blocker.met, blocker.words, blocker.owner) == (False, words, owner)
    assert key in {each.key for each in result.blockers}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"concerns": (concern(1, date(2026, 5, 1), Rung.RECORDED),)}, id="a lower rung"),
        pytest.param(
            {
                "concerns": (
                    concern(
                        1,
                        date(2026, 4, 1),
                        Rung.ACTION_PLAN,
                        ConcernStepFact(None, date(2026, 5, 20), noon(date(2026, 5, 20))),
                    ),
                )
            },
            id="a closed concern",
        ),
        pytest.param({"concerns": (concern(1, date(2026, 6, 2), Rung.FORMAL_REVIEW),)}, id="a later concern"),
        pytest.param({"pauses": (Pause(date(2026, 1, 1), date(2026, 4, 1)),)}, id="exactly three months away"),
    ],
)
def test_what_does_not_block(change):
    assert assess(replace(READY, **change), ASKED, TODAY).overall is Overall.READY


def test_a_provisional_pass_supports_accompanied_work():
    facts = replace(READY, outcomes=(outcome(1, date(2026, 4, 1), standing=Standing.PROVISIONAL),))
    assert assess(facts, replace(ASKED, supervision=Supervision.ACCOMPANIED), TODAY).overall is Overall.READY


def test_an_authorisation_for_less_is_held_against_what_less_takes():
    provisional = replace(READY, outcomes=(outcome(1, date(2026, 4, 1), standing=Standing.PROVISIONAL),))
    granted = decided(1, Decision.AUTHORISE, date(2026, 5, 1), date(2027, 1, 1), Supervision.ACCOMPANIED)
    status = status_on([granted], "car", TODAY)
    assert assess(provisional, ASKED, TODAY).overall is Overall.NOT_READY
    assert decision_due(status, assess_held(provisional, ASKED, status, TODAY), TODAY) is None
    broken = assess_held(replace(provisional, outcomes=()), ASKED, status, TODAY)
    assert "no longer met" in decision_due(status, broken, TODAY).words
    in_full = decided(2, Decision.AUTHORISE, date(2026, 5, 2), date(2027, 1, 1), Supervision.ALONE_WITH_ADVICE)
    assert assess_held(READY, ASKED, status_on([granted, in_full], "car", TODAY), TODAY) is None


def test_more_freedom_than_the_set_grants_is_refused():
    with pytest.raises(RuleViolation, match="grants alone with advice"):
        assess(READY, replace(ASKED, supervision=Supervision.ALONE_AND_SUPERVISES), TODAY)


def test_a_set_may_ask_for_a_sign_off_on_top_of_the_rule():
    body = BODY.replace("critical: true, level: 4", "critical: true, level: 4, sign_off: true")
    asked = replace(ASKED, body=parse(body, RequirementSet, "car.yaml").model)
    blocked = item(assess(READY, asked, TODAY), "D3.1")
    assert (blocked.met, blocked.owner, blocked.words) == (False, Owner.ASSESSOR, "Level 4 by its rule, not signed off")
    signed = tuple(
        SignOffFact(UUID(int=9000 + at), TRAINEE, code, 4, ANA, date(2026, 4, 1), noon(date(2026, 4, 1)))
        for at, code in enumerate(["D1.1", "D3.1"])
    )
    facts = replace(READY, sign_offs=signed)
    assert assess(facts, asked, TODAY).overall is Overall.READY
    later = assess(facts, asked, date(2027, 4, 2))
    assert item(later, "D3.1").restricts_from == date(2027, 4, 2)
    assert item(later, "D3.1").words == "Expired on 1 April 2027"


def test_a_lapsed_check_restricts_from_the_day_after_its_last():
    on = date(2026, 9, 1)
    assert assess(READY, ASKED, on - timedelta(days=1)).overall is Overall.READY
    result = assess(AUTHORISED, ASKED, on)
    assert result.overall is Overall.RESTRICTED
    assert result.restricted_from == on
    assert result.words == "Restricted: Response driving: lapsed on 31 August 2026"
    renewed = replace(AUTHORISED, checks=(*READY.checks, check(3, CheckKind.RESPONSE_DRIVING, on, date(2027, 8, 31))))
    assert assess(renewed, ASKED, on).overall is Overall.READY


@pytest.mark.parametrize(
    "decisions",
    [
        pytest.param((), id="nothing decided"),
        pytest.param((decided(1, Decision.DEFER, date(2026, 5, 1), date(2027, 1, 1)),), id="deferred"),
        pytest.param(
            (decided(1, Decision.AUTHORISE, date(2026, 5, 1), date(2026, 8, 31), Supervision.ACCOMPANIED),),
            id="expired",
        ),
        pytest.param(
            (replace(decided(1, Decision.AUTHORISE, date(2026, 5, 1), date(2027, 1, 1)), setting="elsewhere"),),
            id="authorised elsewhere",
        ),
    ],
)
def test_without_an_authorisation_a_lapse_is_a_blocker_and_restricts_nothing(decisions):
    result = assess(replace(READY, decisions=decisions), ASKED, date(2026, 9, 1))
    assert (result.overall, result.restricted_from) == (Overall.NOT_READY, None)
    assert result.words.startswith("Not ready: 1 of ")
    assert result.words.endswith("requirements missing. Response driving: lapsed on 31 August 2026")
    assert [(each.key, each.state) for each in result.blockers] == [("response-driving", "lapsed")]
    assert describe(result)["overall"] == "not-ready"


def test_an_expired_critical_capability_restricts_from_that_day_and_another_only_goes_missing():
    on = date(2027, 3, 5)
    result = assess(READY, ASKED, on)
    assert item(result, "D1.1").restricts_from == date(2027, 3, 2)
    assert item(result, "D1.1").words == "Expired on 1 March 2027"
    far = assess(READY, ASKED, date(2028, 6, 1))
    assert item(far, "D1.2").restricts_from is None
    assert not item(far, "D1.2").met


def test_over_three_months_away_restricts_until_somebody_has_seen_the_person_at_work_again():
    away = replace(READY, pauses=(Pause(date(2026, 1, 10)),))
    assert assess(away, ASKED, date(2026, 4, 9)).lapses == ()
    result = assess(replace(away, decisions=AUTHORISED.decisions), ASKED, TODAY)
    assert (result.overall, result.restricted_from) == (Overall.RESTRICTED, date(2026, 4, 10))
    back = replace(READY, pauses=(Pause(date(2026, 1, 10), date(2026, 5, 20)),))
    blocked = item(assess(back, ASKED, TODAY), "absence")
    assert (blocked.owner, blocked.restricts_from) == (Owner.TRAINEE, date(2026, 4, 10))
    observed = replace(back, assessments=(*READY.assessments, seen(99, date(2026, 5, 25), "D1.1", level=2)))
    assert item(assess(observed, ASKED, TODAY), "absence").met


def test_two_pauses_that_touch_are_one_absence():
    pauses = (Pause(date(2026, 1, 1), date(2026, 3, 1)), Pause(date(2026, 3, 1), date(2026, 5, 1)))
    assert assess(replace(AUTHORISED, pauses=pauses), ASKED, TODAY).restricted_from == date(2026, 4, 1)


def test_what_ends_first_is_the_check_or_critical_capability_that_restricts_first():
    end = first_end(READY, ASKED, TODAY)
    assert (end.title, end.last_on) == ("Response driving", date(2026, 8, 31))
    assert end.words == "Response driving ends on 31 August 2026: from the day after, the authorisation is restricted"
    assert assess(AUTHORISED, ASKED, end.last_on).overall is Overall.READY
    assert assess(AUTHORISED, ASKED, end.last_on + timedelta(days=1)).overall is Overall.RESTRICTED
    renewed = replace(READY, checks=(*READY.checks, check(3, CheckKind.RESPONSE_DRIVING, TODAY, date(2028, 1, 1))))
    end = first_end(renewed, ASKED, TODAY)
    assert (end.title, end.last_on) == ("D1.1 Skill D1.1", date(2027, 3, 1))
    lasting = replace(renewed, assessments=(), checks=renewed.checks[2:])
    assert first_end(lasting, ASKED, TODAY) is None


def test_a_concern_below_the_rung_is_said_in_plain_words():
    concerns = (concern(1, date(2026, 5, 1), Rung.RECORDED),)
    found = item(assess(replace(READY, concerns=concerns), ASKED, TODAY), "concerns")
    assert found.words == "No open concern at action plan or above"
    assert found.not_counted[0].why == "It stands below action plan."


# What a decision amounts to.


def test_an_authorisation_runs_to_its_last_day_and_then_says_since_when_it_has_expired():
    facts = [decided(1, Decision.AUTHORISE, date(2026, 2, 1), TODAY, Supervision.ACCOMPANIED)]
    status = status_on(facts, "car", TODAY)
    assert (status.kind, status.words, status.may_work) == (StatusKind.AUTHORISED, "Authorised, accompanied", True)
    after = status_on(facts, "car", TODAY + timedelta(days=1))
    assert (after.kind, after.valid_until, after.may_work) == (StatusKind.EXPIRED, TODAY, False)
    assert status_on(facts, "other", TODAY).kind is StatusKind.NONE
    assert status_on(facts, "car", date(2026, 1, 31)).kind is StatusKind.NONE


def test_a_lapse_restricts_an_authorisation_from_its_day():
    facts = [decided(1, Decision.AUTHORISE, date(2026, 2, 1), date(2027, 1, 1), Supervision.ALONE_WITH_ADVICE)]
    lapses = assess(READY, ASKED, date(2026, 9, 3)).lapses
    status = status_on(facts, "car", date(2026, 9, 3), lapses)
    assert (status.kind, status.since, status.may_work) == (StatusKind.RESTRICTED, date(2026, 9, 1), False)
    assert status.words == "Restricted: Response driving: lapsed on 31 August 2026"
    assert (status.until_words, status.valid_until) == ("Authorised until", date(2027, 1, 1))


def test_a_deferral_leaves_an_authorisation_in_force_and_a_restriction_stands():
    running = decided(1, Decision.AUTHORISE, date(2026, 2, 1), date(2026, 12, 1), Supervision.ACCOMPANIED)
    deferred = decided(2, Decision.DEFER, date(2026, 5, 1), date(2026, 7, 1))
    assert status_on([running, deferred], "car", TODAY).kind is StatusKind.AUTHORISED
    assert status_on([deferred], "car", TODAY).kind is StatusKind.DEFERRED
    restricted = decided(3, Decision.RESTRICT, date(2026, 5, 2), date(2026, 6, 30))
    again = decided(4, Decision.DEFER, date(2026, 5, 3), date(2026, 7, 1))
    held = status_on([running, deferred, restricted, again], "car", date(2026, 8, 1))
    assert (held.kind, held.may_work) == (StatusKind.RESTRICTED, False)
    lifted = decided(5, Decision.AUTHORISE, date(2026, 5, 4), date(2026, 12, 1), Supervision.ACCOMPANIED)
    assert status_on([lifted, restricted, running], "car", TODAY).kind is StatusKind.AUTHORISED


def test_a_restriction_may_leave_accompanied_work_until_its_review_date():
    facts = [
        decided(1, Decision.AUTHORISE, date(2026, 2, 1), date(2026, 12, 1), Supervision.ALONE_WITH_ADVICE),
        decided(2, Decision.RESTRICT, date(2026, 5, 1), date(2026, 7, 1), Supervision.ACCOMPANIED),
    ]
    status = status_on(facts, "car", TODAY)
    assert (status.words, status.may_work) == ("Restricted: only accompanied", True)
    assert not status_on(facts, "car", date(2026, 7, 2)).may_work


DECIDE = {
    "actor_id": NURSE,
    "trainee_id": TRAINEE,
    "decision": Decision.AUTHORISE,
    "supervision": Supervision.ALONE_WITH_ADVICE,
    "reason": "Everything is there.",
    "valid_until": date(2027, 5, 1),
    "today": TODAY,
    "result": assess(READY, ASKED, TODAY),
    "status": status_on([], "car", TODAY),
}


def test_a_defensible_decision_passes():
    check_decision(**DECIDE)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"actor_id": TRAINEE}, None, "their own"),
        ({"reason": "  "}, "reason", "Enter the reason"),
        ({"reason": "x" * 2001}, "reason", "2,000"),
        ({"valid_until": None}, "valid_until", "Enter the date"),
        ({"valid_until": TODAY}, "valid_until", "future"),
        ({"valid_until": date(2027, 7, 1)}, "valid_until", "365 days"),
        ({"supervision": None}, "supervision", "Select"),
        ({"supervision": Supervision.ALONE_AND_SUPERVISES}, "supervision", "supports alone with advice"),
        ({"result": assess(replace(READY, checks=()), ASKED, TODAY)}, "decision", "Response driving"),
        ({"result": assess(TraineeFacts(TRAINEE), ASKED, TODAY)}, "decision", "and 8 more"),
        ({"decision": Decision.RESTRICT}, "decision", "no authorisation to restrict: defer instead"),
        ({"decision": Decision.RESTRICT, "supervision": None}, "decision", "no authorisation to restrict"),
        ({"decision": Decision.DEFER}, "supervision", "To defer, select “Does not apply”"),
    ],
)
def test_a_decision_that_could_not_be_defended_is_refused(change, field, words):
    with pytest.raises(RuleViolation, match=words) as refused:
        check_decision(**(DECIDE | change))
    assert refused.value.field == field


def test_a_restriction_leaves_less_and_ends_no_later_than_what_it_restricts():
    facts = [decided(1, Decision.AUTHORISE, date(2026, 2, 1), date(2026, 12, 1), Supervision.ACCOMPANIED)]
    change = {"decision": Decision.RESTRICT, "status": status_on(facts, "car", TODAY)}
    with pytest.raises(RuleViolation, match="cannot go beyond"):
        check_decision(**(DECIDE | change))
    change["supervision"] = Supervision.ACCOMPANIED
    with pytest.raises(RuleViolation, match="cannot outlast"):
        check_decision(**(DECIDE | change))
    check_decision(**(DECIDE | change | {"valid_until": date(2026, 8, 1)}))
    check_decision(**(DECIDE | change | {"supervision": None}))
    stopped = [*facts, decided(2, Decision.RESTRICT, date(2026, 3, 1), date(2026, 12, 1))]
    change["status"] = status_on(stopped, "car", TODAY)
    with pytest.raises(RuleViolation, match="Nothing is left to restrict"):
        check_decision(**(DECIDE | change))


def test_what_waits_for_the_consultant_nurse_today():
    ready = assess(READY, ASKED, TODAY)
    missing = assess(TraineeFacts(TRAINEE), ASKED, TODAY)
    running = [decided(1, Decision.AUTHORISE, date(2026, 2, 1), date(2026, 6, 20), Supervision.ACCOMPANIED)]
    none = status_on([], "car", TODAY)
    assert decision_due(none, ready, TODAY).words == (
        "Ready: may be authorised, alone with advice on call and review after"
    )
    assert decision_due(none, missing, TODAY) is None
    assert decision_due(status_on(running, "car", TODAY), ready, TODAY).words == "The authorisation ends in 19 days"
    pending = decision_due(status_on(running, "car", TODAY), missing, TODAY)
    assert (pending.rank, "Decision pending" in pending.words) == (0, True)
    restricted = [decided(2, Decision.RESTRICT, date(2026, 5, 1), TODAY)]
    assert "review date" in decision_due(status_on(restricted, "car", TODAY), missing, TODAY).words
    restricted = [decided(2, Decision.RESTRICT, date(2026, 5, 1), date(2026, 7, 1))]
    assert decision_due(status_on(restricted, "car", TODAY), ready, TODAY) is None
    cured = [replace(restricted[0], was_ready=False)]
    assert decision_due(status_on(cured, "car", TODAY), ready, TODAY).words == (
        "Restricted: what was missing then is met now"
    )
    assert decision_due(status_on(cured, "car", TODAY), missing, TODAY) is None


# Properties over generated histories.

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
NUMBERS = st.integers(0, 10**6)
ASSESSMENTS = st.builds(
    seen,
    NUMBERS,
    DAYS,
    st.sampled_from(["D1.1", "D1.2", "D3.1"]),
    st.sampled_from([None, 2, 3, 4, 5]),
    st.sampled_from([ANA, BEN]),
)
SHIFT_FACTS = st.builds(
    shift, NUMBERS, DAYS, st.sampled_from(["car", "crisis", "liaison"]), st.integers(1, 12), st.sampled_from(Status)
)
CHECKS = st.builds(
    lambda number, kind, issued, days: check(number, kind, issued, issued + timedelta(days=days)),
    NUMBERS,
    st.sampled_from(CheckKind),
    DAYS,
    st.integers(0, 800),
)
DISCUSSIONS = st.builds(DiscussionFact, st.builds(UUID, int=NUMBERS), st.sampled_from(["a", "b"]), DAYS, st.booleans())
CASES = st.builds(
    AttemptFact,
    st.builds(UUID, int=NUMBERS),
    st.sampled_from(["a", "b"]),
    st.none() | DAYS,
    st.integers(0, 2),
    st.none() | DAYS,
)
CONCERNS = st.builds(concern, NUMBERS, DAYS, st.sampled_from(Rung))
OUTCOMES = st.builds(outcome, NUMBERS, DAYS, st.sampled_from(Outcome), st.sampled_from(Standing))


def unique(facts):
    return st.lists(facts, max_size=8, unique_by=lambda fact: fact.id).map(tuple)


HISTORIES = st.builds(
    TraineeFacts,
    st.just(TRAINEE),
    assessments=unique(ASSESSMENTS),
    shifts=unique(SHIFT_FACTS),
    checks=unique(CHECKS),
    cases=unique(CASES),
    discussions=unique(DISCUSSIONS),
    concerns=unique(CONCERNS),
    outcomes=unique(OUTCOMES),
    decisions=st.just(()) | st.just(AUTHORISED.decisions),
)
LISTS = ("assessments", "sign_offs", "concerns", "shifts", "encounters", "outcomes", "cases", "discussions", "checks")


def with_contacts(facts):
    contacts = tuple(contact(at, of, of.status) for at, of in enumerate(facts.shifts))
    return replace(facts, encounters=contacts)


@given(HISTORIES, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_means_nothing(facts, on, chance):
    facts = with_contacts(facts)
    shuffled = {}
    for name in LISTS:
        rows = list(getattr(facts, name))
        chance.shuffle(rows)
        shuffled[name] = tuple(rows)
    first = describe(assess(facts, ASKED, on))
    assert describe(assess(replace(facts, **shuffled), ASKED, on)) == first
    assert digest(first) == digest(describe(assess(facts, ASKED, on)))


@given(HISTORIES, DAYS)
def test_what_happened_later_never_changes_what_is_decided_for_a_day(facts, on):
    facts = with_contacts(facts)
    dates = {
        "assessments": lambda fact: fact.observed_on,
        "shifts": lambda fact: fact.on,
        "outcomes": lambda fact: fact.decided_on,
        "cases": lambda fact: fact.finished_on or date.max,
        "discussions": lambda fact: fact.held_on,
        "checks": lambda fact: fact.issued_on,
        "concerns": lambda fact: fact.raised_on,
    }
    by_then = {name: tuple(f for f in getattr(facts, name) if day(f) <= on) for name, day in dates.items()}
    begun = {fact.id for fact in by_then["shifts"]}
    earlier = replace(facts, **by_then, encounters=tuple(f for f in facts.encounters if f.shift_id in begun))
    now, then = assess(facts, ASKED, on), assess(earlier, ASKED, on)
    assert now.overall is then.overall
    assert [(i.key, i.met, i.words, i.counted) for i in now.requirements] == [
        (i.key, i.met, i.words, i.counted) for i in then.requirements
    ]


@given(HISTORIES, HISTORIES, DAYS)
def test_more_evidence_never_makes_a_met_requirement_unmet(facts, more, on):
    """Concerns and changed module outcomes are decisions of people; everything else only adds."""
    grown = {}
    for name in ("assessments", "shifts", "checks", "cases", "discussions"):
        mine = getattr(facts, name)
        taken = {fact.id for fact in mine}
        grown[name] = mine + tuple(fact for fact in getattr(more, name) if fact.id not in taken)
    before = assess(with_contacts(facts), ASKED, on)
    after = assess(with_contacts(replace(facts, **grown)), ASKED, on)
    met = {each.key for each in after.requirements if each.met}
    assert {each.key for each in before.requirements if each.met} <= met


@given(HISTORIES, DAYS)
def test_the_answer_follows_from_the_requirements(facts, on):
    result = assess(with_contacts(facts), ASKED, on)
    every = list(result.requirements)
    assert (result.overall is Overall.READY) == all(each.met for each in every)
    assert is_ready(with_contacts(facts), ASKED, on) == (result.overall is Overall.READY)
    authorised = status_on(facts.decisions, "car", on).kind is StatusKind.AUTHORISED
    assert (result.overall is Overall.RESTRICTED) == (bool(result.lapses) and authorised)
    for each in every:
        assert 0 <= each.share <= 100
        assert each.met == (each.owner is None) == (each.next_step == "")
        assert all(record.why for record in each.not_counted)
        assert each.restricts_from is None or (each.restricts_from <= on and not each.met)


@given(st.lists(st.tuples(st.sampled_from(Decision), DAYS, DAYS), max_size=6), DAYS)
def test_a_later_decision_changes_no_earlier_day(rows, on):
    facts = [
        decided(
            at, decision, begin, max(begin, end), Supervision.ACCOMPANIED if decision is Decision.AUTHORISE else None
        )
        for at, (decision, begin, end) in enumerate(rows)
    ]
    random.Random(len(rows)).shuffle(facts)
    assert status_on(facts, "car", on) == status_on([f for f in facts if f.valid_from <= on], "car", on)


# The files people write.


@pytest.mark.parametrize("path", sorted((ROOT / "content/requirements").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_shipped_set_says_that_it_is_an_example(path):
    model = load(path, RequirementSet, ROOT).model
    assert model.review.status == "example content, not yet clinically approved"
    checks = {kind for _, _, each in model.requirements for kind in getattr(each, "checks", ())}
    assert {CheckKind.REGISTRATION, CheckKind.CRIMINAL_RECORD, CheckKind.STATUTORY_TRAINING} <= checks
    assert (CheckKind.RESPONSE_DRIVING in checks) == path.stem.endswith("car")


def test_hours_of_a_setting_carry_the_title_of_the_setting():
    placements = read_settings(ROOT / "content/settings.yaml", ROOT).body
    titles = {(each["slug"],): each["title"] for each in placements["settings"]}
    for group in placements["groups"]:
        members = (each["slug"] for each in placements["settings"] if each.get("group") == group["slug"])
        titles[tuple(sorted(members))] = group["title"]
    for path in (ROOT / "content/requirements").glob("*.yaml"):
        for _, _, each in load(path, RequirementSet, ROOT).model.requirements:
            if each.kind == "hours" and each.settings:
                assert each.title == titles[tuple(sorted(each.settings))], path.name


KNOWN = {
    "frameworks": {"everyday"},
    "capabilities": {"D1.1", "D1.2", "D3.1"},
    "settings": {"car", "crisis", "liaison", "perinatal"},
}


def problems_of(tmp_path, text):
    path = tmp_path / "car.yaml"
    path.write_text(text)
    _, problems = check_requirement_set(path, tmp_path, **KNOWN, modules={"mhp701"}, cases=set())
    return [str(problem) for problem in problems]


def test_a_good_file_has_no_problems(tmp_path):
    assert problems_of(tmp_path, BODY) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("modules: [mhp701]", "modules: [mhp999]", "groups.3.requirements.0.modules.0: There is no module mhp999."),
        ("settings: [car], hours", "settings: [boat], hours", "There is no setting boat."),
        ("critical: true", "codes: [D9.9]", "There is no capability D9.9."),
        ("critical: true", "critical_of: [D9]", "There is no domain D9."),
        ("critical: true", "critical: true, others: true", "in one way"),
        ("hours: 20", "hours: 20, colour: red", "There is no field of this name here."),
        ("hours: 20", "hours: 20.001", "whole minutes"),
        ("at_least_settings: 2", "at_least_settings: 9", "more than the settings named"),
        ("key: total", "key: choice", "The key choice stands here twice."),
        ("key: exposure", "key: hours", "The key hours stands here twice."),
        ("framework: everyday", "framework: other", "car.yaml:6: framework: There is no framework other."),
        ("slug: car", "slug: van", "This must be the name of the file: car."),
        ("level: 4", "level: 6", "less than or equal to 5"),
        ("none_from: action-plan", "none_from: whisper", "This must be"),
        ("kind: modules", "kind: magic", "This must be one of"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_field(tmp_path, old, new, words):
    problems = problems_of(tmp_path, BODY.replace(old, new, 1))
    assert len(problems) == 1, problems
    assert words in problems[0]
    assert problems[0].startswith("car.yaml:")


def test_a_file_that_is_no_yaml_is_refused():
    with pytest.raises(ContentError, match=r"x\.yaml:1"):
        parse("- 1", RequirementSet, "x.yaml")
