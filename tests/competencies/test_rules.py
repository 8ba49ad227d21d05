from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.competencies import rules
from lms.competencies.rules import (
    Assessment,
    Capability,
    FormKind,
    Part,
    Rule,
    SeenAs,
    SignOffFact,
    Status,
    evaluate,
    standing_of,
)
from lms.core.errors import RuleViolation
from lms.signing.rules import IdentityGrade

TRAINEE = UUID(int=1)
ANA, BEN, CAT = UUID(int=11), UUID(int=12), UUID(int=13)
CAR, ROOM = "joint-response-car", "999-control-room"
ON = date(2026, 11, 1)
JAN, MAY, SEP = date(2026, 1, 12), date(2026, 5, 4), date(2026, 9, 7)

ENQUIRY = Rule(
    "D3.1",
    (Part(3, (FormKind.MINI_CEX,)),),
    assessors=2,
    settings=2,
    real_patients=1,
    observed=1,
    window_months=12,
    least_grade=IdentityGrade.VERIFIED_LINK,
)
OVERDOSE = Rule(
    "D6.1",
    (Part(2, (FormKind.DIRECT_OBSERVATION,), simulated_at_most=2),),
    assessors=2,
    settings=2,
    observed=1,
    window_months=12,
)
MANAGING = Rule(
    "D3.4",
    (
        Part(1, (FormKind.MINI_CEX,), simulated_at_most=1),
        Part(1, (FormKind.CASE_BASED_DISCUSSION,)),
        Part(1, (FormKind.PATIENT_FEEDBACK,), is_advisory=True),
    ),
    assessors=2,
    settings=2,
    real_patients=1,
    observed=1,
    window_months=12,
)
CAPABILITY = Capability("D3.1", "Suicide enquiry", "Asks directly", "D3", ("clinical",), ("SHSP",), True, 12, ENQUIRY)


def seen(
    by=ANA,
    on=MAY,
    level=4,
    *,
    setting=CAR,
    kind=FormKind.MINI_CEX,
    code="D3.1",
    simulated=False,
    how=SeenAs.LIVE,
    grade=IdentityGrade.ACCOUNT,
    recorded=None,
    number=[100],  # noqa: B006  A running number gives each its own id.
):
    number[0] += 1
    return Assessment(
        id=UUID(int=number[0]),
        trainee_id=TRAINEE,
        assessor_id=by,
        kind=kind,
        setting=setting,
        observed_on=on,
        is_simulated=simulated,
        seen_as=how,
        identity_grade=grade,
        ratings={code: level},
        recorded_at=recorded or datetime(on.year, on.month, on.day, 20, tzinfo=UTC),
    )


def enough(level=4):
    return [seen(ANA, JAN, level), seen(ANA, MAY, level, setting=ROOM), seen(BEN, SEP, level)]


def signed(level=4, on=SEP, **changes):
    facts = {
        "id": UUID(int=7),
        "trainee_id": TRAINEE,
        "code": "D3.1",
        "level": level,
        "assessor_id": CAT,
        "decided_on": on,
        "recorded_at": datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
    }
    return SignOffFact(**{**facts, **changes})


@pytest.mark.parametrize(
    ("evidence", "met", "missing"),
    [
        pytest.param([], False, "3 more of: 3 mini-CEX (now 0)", id="nothing yet"),
        pytest.param(enough(), True, "", id="three by two in two settings"),
        pytest.param(enough()[:2] + [seen(ANA, SEP)], False, "1 more assessor (now 1)", id="one assessor counts once"),
        pytest.param([seen(ANA), seen(BEN), seen(BEN)], False, "1 more setting (now 1)", id="one setting"),
        pytest.param(enough()[:2] + [seen(BEN, SEP, 3)], False, "1 more of", id="one below level"),
        pytest.param(enough()[:2] + [seen(BEN, SEP, None)], False, "1 more of", id="not observed does not count"),
        pytest.param([*enough(), seen(CAT, SEP, None)], True, "", id="not observed is no fail"),
        pytest.param([seen(CAT, JAN, 1), *enough()], True, "", id="an early low rating does no harm"),
        pytest.param([*enough(), seen(CAT, SEP, 2)], True, "", id="a later low rating undoes nothing"),
        pytest.param(enough()[1:] + [seen(TRAINEE, JAN)], False, "1 more of", id="self-rating never counts"),
        pytest.param(
            enough()[1:] + [seen(CAT, JAN, simulated=True)], False, "1 more of", id="simulation does not count here"
        ),
        pytest.param(enough()[1:] + [seen(CAT, date(2025, 10, 31))], False, "1 more of", id="before the window"),
        pytest.param(enough()[1:] + [seen(CAT, date(2025, 11, 1))], True, "", id="first day of the window"),
        pytest.param(enough()[1:] + [seen(CAT, date(2026, 11, 2))], False, "1 more of", id="after the date asked"),
        pytest.param(
            enough()[1:] + [seen(CAT, grade=IdentityGrade.DRAWN_SIGNATURE)], False, "1 more of", id="drawn signature"
        ),
        pytest.param(
            enough()[1:] + [seen(CAT, kind=FormKind.CASE_BASED_DISCUSSION)], False, "1 more of", id="another form"
        ),
        pytest.param(enough()[1:] + [seen(CAT, code="D3.2")], False, "1 more of", id="another capability"),
        pytest.param(
            [seen(ANA, how=SeenAs.ACCOUNT), seen(BEN, setting=ROOM, how=SeenAs.ACCOUNT), seen(CAT, how=SeenAs.ACCOUNT)],
            False,
            "at least 1 piece directly observed",
            id="nobody saw it",
        ),
    ],
)
def test_a_capability_is_met_when_enough_people_saw_it_in_enough_settings(evidence, met, missing):
    result = evaluate(ENQUIRY, evidence, level=4, on=ON)
    assert result.is_met is met
    assert missing in " ".join(result.missing)
    assert bool(result.missing) is not met


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        pytest.param(seen(level=3), "Rated level 3: level 4 or above is asked for", id="level"),
        pytest.param(seen(level=None), "Not observed: this is no fail", id="not observed"),
        pytest.param(seen(TRAINEE), "Self-rating never counts", id="self"),
        pytest.param(seen(simulated=True), "Simulated: only work with real patients counts here", id="simulated"),
        pytest.param(seen(on=date(2025, 1, 1)), "Seen before 1 November 2025", id="window"),
        pytest.param(seen(kind=FormKind.PROJECT), "Project: not among the forms", id="kind"),
        pytest.param(seen(grade=IdentityGrade.EMAIL_LINK), "Signed by link to an unchecked address", id="grade"),
    ],
)
def test_what_does_not_count_says_why(evidence, reason):
    result = evaluate(ENQUIRY, [evidence], level=4, on=ON)
    (piece,) = result.not_counted
    assert reason in piece.why_not
    assert result.counted == ()


def test_the_rule_reads_as_a_sentence():
    assert ENQUIRY.sentence(4) == (
        "At least 3 mini-CEX at level 4 or above, by at least 2 assessors, in at least 2 settings, at least 1 piece "
        "with a real patient, at least 1 piece directly observed, seen in the last 12 months."
    )
    assert "up to 1 simulated" in MANAGING.sentence(3)
    assert "never blocks it" in MANAGING.sentence(3)


def test_only_so_many_simulated_pieces_count_and_the_further_ones_are_shown():
    discussion = seen(BEN, MAY, kind=FormKind.CASE_BASED_DISCUSSION, code="D3.4", setting=ROOM)
    simulations = [seen(ANA, on, simulated=True, code="D3.4") for on in (JAN, MAY, SEP)]
    result = evaluate(MANAGING, [discussion, *simulations], level=4, on=ON)
    assert result.is_met
    assert [piece.why_not for piece in result.not_counted] == ["Simulated: at most 1 simulated can count here"] * 2
    assert simulations[-1].id in {piece.assessment.id for piece in result.counted}


def test_the_simulated_pieces_that_help_most_are_the_ones_that_count():
    pieces = [
        seen(ANA, JAN, code="D6.1", kind=FormKind.DIRECT_OBSERVATION, simulated=True, setting=ROOM),
        *[seen(BEN, SEP, code="D6.1", kind=FormKind.DIRECT_OBSERVATION, simulated=True) for _ in range(4)],
    ]
    assert evaluate(OVERDOSE, pieces, level=4, on=ON).is_met


def test_patient_feedback_informs_and_never_blocks():
    pieces = [
        seen(ANA, code="D3.4"),
        seen(BEN, code="D3.4", kind=FormKind.CASE_BASED_DISCUSSION, setting=ROOM),
    ]
    without = evaluate(MANAGING, pieces, level=4, on=ON)
    assert without.is_met
    assert without.informs == ("Patient or carer feedback: none received yet. This never blocks.",)
    feedback = seen(CAT, code="D3.4", kind=FormKind.PATIENT_FEEDBACK, level=None)
    assert evaluate(MANAGING, [*pieces, feedback], level=4, on=ON).informs == ()
    assert not evaluate(MANAGING, [pieces[0], feedback], level=4, on=ON).is_met


def test_the_level_reached_is_the_highest_at_which_the_rule_is_met():
    pieces = [seen(ANA, JAN, 5), seen(ANA, MAY, 4, setting=ROOM), seen(BEN, SEP, 3)]
    result = evaluate(ENQUIRY, pieces, level=4, on=ON)
    assert (result.is_met, result.reached) == (False, 3)
    assert evaluate(ENQUIRY, pieces[:2], level=4, on=ON).reached is None


def test_a_met_rule_says_since_when_and_shows_what_was_rated_lower_later():
    low = seen(CAT, date(2026, 10, 1), 2)
    result = evaluate(ENQUIRY, [*enough(), low], level=4, on=ON)
    assert result.met_on == SEP
    assert [piece.assessment.id for piece in result.later_lower] == [low.id]
    assert low.id in {piece.assessment.id for piece in result.not_counted}


@pytest.mark.parametrize(
    ("evidence", "step"),
    [
        pytest.param([], "Ask for a mini-CEX.", id="start"),
        pytest.param(
            [seen(ANA)],
            "Ask for a mini-CEX from an assessor who has not assessed this before"
            " and in a setting that is new for this.",
            id="somebody else, somewhere else",
        ),
        pytest.param(enough(), "Ask an assessor to sign this off at level 4.", id="met"),
    ],
)
def test_the_next_step_is_an_instruction(evidence, step):
    assert evaluate(ENQUIRY, evidence, level=4, on=ON).next_step == step


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_off_the_scale_is_refused(level):
    with pytest.raises(RuleViolation):
        evaluate(ENQUIRY, [], level=level, on=ON)


@pytest.mark.parametrize(
    ("evidence", "decisions", "on", "status"),
    [
        pytest.param([], [], ON, Status.NOT_STARTED, id="nothing"),
        pytest.param([seen(level=None)], [], ON, Status.NOT_STARTED, id="not observed starts nothing"),
        pytest.param([seen(level=2)], [], ON, Status.IN_PROGRESS, id="a low rating is a start"),
        pytest.param(enough(), [], ON, Status.MET, id="met is computed"),
        pytest.param(enough(), [signed()], ON, Status.SIGNED_OFF, id="signed off is decided"),
        pytest.param(enough(), [signed(5)], ON, Status.SIGNED_OFF, id="a higher level covers a lower"),
        pytest.param(enough(), [signed(3)], ON, Status.MET, id="a lower level does not"),
        pytest.param(enough(), [signed()], date(2027, 9, 7), Status.SIGNED_OFF, id="last day"),
        pytest.param(enough(), [signed()], date(2027, 9, 8), Status.EXPIRED, id="expired"),
        pytest.param(enough(), [signed()], date(2026, 9, 6), Status.IN_PROGRESS, id="before the decision"),
        pytest.param([*enough(), seen(CAT, date(2026, 10, 1), 2)], [signed()], ON, Status.REVIEW_DUE, id="later lower"),
        pytest.param([*enough(), seen(CAT, date(2026, 8, 1), 2)], [signed()], ON, Status.SIGNED_OFF, id="early low"),
        pytest.param(
            [*enough(), seen(CAT, date(2026, 10, 1), 2)],
            [signed(), signed(on=date(2026, 10, 20), id=UUID(int=8))],
            ON,
            Status.SIGNED_OFF,
            id="signed again after the doubt",
        ),
        pytest.param(enough(), [signed(withdrawn_on=date(2026, 10, 1))], ON, Status.MET, id="withdrawn"),
        pytest.param(enough(), [signed(withdrawn_on=date(2026, 11, 2))], ON, Status.SIGNED_OFF, id="withdrawn later"),
    ],
)
def test_a_capability_stands_where_its_records_and_decisions_put_it(evidence, decisions, on, status):
    found = standing_of(CAPABILITY, evidence, decisions, level=4, on=on)
    assert found.status is status
    assert found.holds is (status in (Status.SIGNED_OFF, Status.REVIEW_DUE))


@pytest.mark.parametrize(
    ("evidence", "decisions", "level", "may"),
    [
        pytest.param([], [], 4, False, id="nothing is met"),
        pytest.param(enough(), [], 4, True, id="met and not signed"),
        pytest.param(enough(2), [], 4, True, id="met at a lower level"),
        pytest.param(enough(2), [signed(2)], 4, False, id="signed at the highest level that is met"),
        pytest.param(enough(3), [signed(2)], 4, True, id="met above what is signed"),
        pytest.param(enough(), [signed()], 4, False, id="signed"),
        pytest.param(enough(), [signed(5)], 4, False, id="signed higher"),
        pytest.param(enough(), [signed(on=date(2025, 11, 20))], 4, True, id="review near"),
        pytest.param([*enough(), seen(CAT, date(2026, 10, 1), 2)], [signed()], 4, True, id="doubt"),
        pytest.param(enough(), [signed(withdrawn_on=date(2026, 10, 1))], 4, True, id="withdrawn"),
    ],
)
def test_a_sign_off_is_offered_only_where_it_changes_something(evidence, decisions, level, may):
    standing = standing_of(CAPABILITY, evidence, decisions, level=level, on=ON)
    assert rules.may_sign_now(standing, evidence, decisions) is may


FIRST_SIGNED, RENEWED, TAKEN_BACK = date(2025, 12, 1), date(2026, 10, 1), date(2026, 10, 20)


@pytest.mark.parametrize(
    ("evidence", "on", "status", "words"),
    [
        pytest.param([], date(2026, 10, 19), Status.SIGNED_OFF, "", id="before the withdrawal"),
        pytest.param(
            [], TAKEN_BACK, Status.SIGNED_OFF, "stands only until its own review date, 1 December 2026", id="withdrawn"
        ),
        pytest.param([], date(2026, 12, 1), Status.SIGNED_OFF, "stands only until", id="last day of the earlier one"),
        pytest.param(
            [],
            date(2026, 12, 2),
            Status.EXPIRED,
            "ended on its own review date, 1 December 2026",
            id="earlier one over",
        ),
        pytest.param(
            [seen(CAT, date(2026, 9, 20), 2)], ON, Status.REVIEW_DUE, "stands only until", id="doubt before the renewal"
        ),
    ],
)
def test_a_withdrawn_renewal_leaves_the_earlier_sign_off_until_its_own_review_date(evidence, on, status, words):
    first = signed(on=FIRST_SIGNED, id=UUID(int=6))
    renewal = signed(on=RENEWED, id=UUID(int=8), withdrawn_on=TAKEN_BACK)
    found = standing_of(CAPABILITY, [*enough(), *evidence], [renewal, first], level=4, on=on)
    assert found.status is status
    assert words in found.withdrawn_words
    assert bool(found.withdrawn_words) is bool(words)
    if words:
        assert (found.sign_off, found.withdrawn, found.review_by) == (first, renewal, date(2026, 12, 1))
        assert "The sign-off of 1 October 2026 was withdrawn on 20 October 2026." in found.withdrawn_words


def test_a_withdrawn_earlier_sign_off_says_nothing_about_a_renewal_that_stands():
    first = signed(on=FIRST_SIGNED, id=UUID(int=6), withdrawn_on=TAKEN_BACK)
    found = standing_of(CAPABILITY, enough(), [first, signed(on=RENEWED)], level=4, on=ON)
    assert (found.status, found.withdrawn, found.withdrawn_words) == (Status.SIGNED_OFF, None, "")


@pytest.mark.parametrize(
    ("on", "words"),
    [
        pytest.param(date(2027, 6, 8), "", id="91 days"),
        pytest.param(date(2027, 6, 9), "fewer than 91 days", id="90 days"),
        pytest.param(date(2027, 7, 10), "fewer than 61 days", id="59 days"),
        pytest.param(date(2027, 9, 7), "fewer than 31 days", id="last day"),
    ],
)
def test_a_review_is_announced_90_60_and_30_days_ahead(on, words):
    warning = standing_of(CAPABILITY, enough(), [signed()], level=4, on=on).warning
    assert words in warning
    assert bool(warning) is bool(words)


def found(level=4, evidence=None, decisions=(), on=ON):
    return standing_of(CAPABILITY, enough() if evidence is None else evidence, decisions, level=level, on=on)


@pytest.mark.parametrize(
    ("doubted", "decided", "on", "words"),
    [
        pytest.param(False, [], ON, "", id="the first sign-off"),
        pytest.param(True, [signed()], ON, "A later, lower rating waits for review", id="a doubt"),
        pytest.param(False, [signed()], date(2027, 9, 8), "The last sign-off has expired", id="expired"),
        pytest.param(
            False, [signed()], date(2027, 9, 7), "Review by 7 September 2027: fewer than 31 days left", id="a review"
        ),
    ],
)
def test_what_is_met_says_why_it_waits_for_another_sign_off(doubted, decided, on, words):
    evidence = [*enough(), seen(CAT, date(2026, 10, 1), 2)] if doubted else None
    assert found(evidence=evidence, decisions=decided, on=on).why_waiting == words


def test_a_sign_off_needs_the_rule_met_at_its_level():
    rules.check_sign_off(standing=found())
    with pytest.raises(RuleViolation, match="not met at level 5. Missing: 3 more") as problem:
        rules.check_sign_off(standing=found(5))
    assert problem.value.field == "level"


def test_a_sign_off_that_holds_is_not_repeated_until_a_review_is_near():
    with pytest.raises(RuleViolation, match="already signed off"):
        rules.check_sign_off(standing=found(decisions=[signed()]))
    doubted = found(evidence=[*enough(), seen(CAT, date(2026, 10, 1), 2)], decisions=[signed()])
    rules.check_sign_off(standing=doubted)
    raised = found(5, evidence=enough(5), decisions=[signed()])
    rules.check_sign_off(standing=raised)


def test_a_snapshot_holds_what_was_seen_as_plain_values():
    import json

    result = evaluate(ENQUIRY, [*enough(), seen(CAT, SEP, 2)], level=4, on=ON)
    frozen = json.loads(json.dumps(result.snapshot()))
    assert frozen["met"] is True
    assert len(frozen["counted"]) == 3
    assert frozen["not_counted"][0]["why_not"].startswith("Rated level 2")
    assert frozen["rules_version"] == rules.RULES_VERSION


# Properties


PEOPLE, PLACES = [ANA, BEN, CAT], [CAR, ROOM, "crisis-team"]
DAYS = st.integers(0, 700).map(lambda days: ON - timedelta(days=days))


ANY_LEVEL = st.sampled_from([None, 1, 2, 3, 4, 5])


@st.composite
def evidence_for(draw, code="D3.1", levels=ANY_LEVEL):
    return seen(
        draw(st.sampled_from([*PEOPLE, TRAINEE])),
        draw(DAYS),
        draw(levels),
        setting=draw(st.sampled_from(PLACES)),
        kind=draw(st.sampled_from([*FormKind])),
        code=code,
        simulated=draw(st.booleans()),
        how=draw(st.sampled_from([*SeenAs])),
        grade=draw(st.sampled_from([*IdentityGrade])),
    )


def kinds_of(rule):
    return sorted({kind for part in rule.parts for kind in part.kinds})


@st.composite
def good_evidence(draw, rule, level):
    """Evidence that could count under the rule."""
    return seen(
        draw(st.sampled_from(PEOPLE)),
        draw(st.integers(0, 360).map(lambda days: ON - timedelta(days=days))),
        draw(st.integers(level, 5)),
        setting=draw(st.sampled_from(PLACES)),
        kind=draw(st.sampled_from(kinds_of(rule))),
        code=rule.code,
        simulated=draw(st.booleans()),
    )


RULES = st.sampled_from([ENQUIRY, OVERDOSE, MANAGING])


@given(data=st.data(), rule=RULES, level=st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_more_good_evidence_never_makes_a_met_rule_unmet(data, rule, level):
    before = data.draw(st.lists(good_evidence(rule, level) | evidence_for(rule.code), max_size=8))
    more = data.draw(st.lists(good_evidence(rule, level), max_size=5))
    was = evaluate(rule, before, level=level, on=ON)
    now = evaluate(rule, [*before, *more], level=level, on=ON)
    assert now.is_met >= was.is_met
    assert (now.reached or 0) >= (was.reached or 0)


@given(data=st.data(), rule=RULES, level=st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_the_order_of_entry_never_matters(data, rule, level):
    pieces = data.draw(st.lists(good_evidence(rule, level) | evidence_for(rule.code), max_size=8))
    shuffled = data.draw(st.permutations(pieces))
    assert evaluate(rule, pieces, level=level, on=ON) == evaluate(rule, shuffled, level=level, on=ON)


@given(data=st.data(), rule=RULES)
@settings(max_examples=100, deadline=None)
def test_a_lower_rating_takes_nothing_away_and_is_always_shown(data, rule):
    pieces = data.draw(st.lists(good_evidence(rule, 4), max_size=8))
    low = data.draw(evidence_for(rule.code, levels=st.integers(1, 3)))
    was = evaluate(rule, pieces, level=4, on=ON)
    now = evaluate(rule, [*pieces, low], level=4, on=ON)
    assert now.is_met is was.is_met
    shown = {piece.assessment.id for piece in (*now.counted, *now.not_counted)}
    assert low.id in shown
    if was.is_met and low.observed_on > was.met_on and low.assessor_id != TRAINEE:
        assert low.id in {piece.assessment.id for piece in now.later_lower}


@given(data=st.data(), rule=RULES, level=st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_every_piece_is_either_counted_or_says_why_not(data, rule, level):
    pieces = data.draw(st.lists(evidence_for(rule.code) | good_evidence(rule, level), max_size=8))
    result = evaluate(rule, pieces, level=level, on=ON)
    assert len(result.counted) + len(result.not_counted) == len(pieces)
    assert all(piece.why_not for piece in result.not_counted)
    assert result.is_met is not bool(result.missing)


@given(data=st.data(), level=st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_what_is_met_at_a_level_is_met_at_every_lower_one(data, level):
    pieces = data.draw(st.lists(good_evidence(ENQUIRY, 1), max_size=8))
    if evaluate(ENQUIRY, pieces, level=level + 1, on=ON).is_met:
        assert evaluate(ENQUIRY, pieces, level=level, on=ON).is_met


# The shipped framework


ROOT = Path(__file__).parents[2]


def test_every_shipped_rule_can_be_met_by_enough_good_evidence():
    from lms.competencies.rules.format import check_framework, framework_from

    body, problems = check_framework(ROOT / "content/frameworks/specialist-paramedic-mh.yaml", ROOT)
    assert problems == []
    framework = framework_from(body)
    assert len(framework.domains) == 8
    assert len(framework.capabilities) == 36
    assert sum(each.is_critical for each in framework.capabilities.values()) == 20
    for capability in framework.capabilities.values():
        rule = capability.rule
        pieces = [
            seen(who, MAY, 4, setting=where, kind=kind, code=capability.code, how=how)
            for kind in kinds_of(rule)
            for who, where in [(ANA, CAR), (BEN, ROOM), (CAT, CAR), (CAT, ROOM)]
            for how in (SeenAs.LIVE, SeenAs.RECORDS)
        ]
        assert evaluate(rule, pieces, level=4, on=ON).is_met, capability.code
        assert not evaluate(rule, [], level=3, on=ON).is_met
