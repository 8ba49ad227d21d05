"""What a rule can ask for beyond numbers: professions, the latest ratings, a refresher; and what is barred."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.competencies.rules import (
    Capability,
    FormKind,
    Part,
    Profession,
    ProfessionNeed,
    Rule,
    SeenAs,
    Status,
    evaluate,
    may_sign_now,
    profession_of,
    standing_of,
)
from tests.factories.evidence import ANA, BEN, CAT, TRAINEE, seen, signed

ON = date(2026, 11, 1)
JAN, MARCH, MAY, JULY, SEP = (date(2026, month, 7) for month in (1, 3, 5, 7, 9))
NURSE = Profession.NURSE
NOT_A_PARAMEDIC = ProfessionNeed(1, (Profession.PARAMEDIC,), other_than=True)
MIXED = Rule("D3.1", (Part(2, (FormKind.MINI_CEX,)),), assessors=2, professions=(NOT_A_PARAMEDIC,), window_months=12)
LATEST = Rule("D3.1", (Part(2, (FormKind.MINI_CEX,)),), latest=2, window_months=12)
SIMULATED = Rule(
    "D3.1", (Part(3, (FormKind.MINI_CEX,), simulated_at_most=1),), latest=3, professions=(NOT_A_PARAMEDIC,)
)
REFRESHED = Rule(
    "D3.1",
    (Part(3, (FormKind.MINI_CEX,)),),
    assessors=2,
    window_months=12,
    refresher=Part(1, (FormKind.MINI_CEX,), seen_as=(SeenAs.LIVE,)),
)
CAPABILITY = Capability("D3.1", "Suicide enquiry", "Asks directly", "D3", ("clinical",), ("SHSP",), True, 12, REFRESHED)


@pytest.mark.parametrize(
    ("text", "profession"),
    [
        ("Paramedic", Profession.PARAMEDIC),
        ("Advanced Paramedic Practitioner", Profession.PARAMEDIC),
        ("Registered mental health nurse", NURSE),
        ("Consultant nurse", NURSE),
        ("Consultant psychiatrist", Profession.DOCTOR),
        ("GP", Profession.DOCTOR),
        ("Social worker (AMHP)", Profession.SOCIAL_WORKER),
        ("occupational therapist", Profession.OCCUPATIONAL_THERAPIST),
        ("Clinical Psychologist", Profession.PSYCHOLOGIST),
        ("Lecturer", Profession.OTHER),
        ("Nursery manager", Profession.OTHER),
        ("", Profession.OTHER),
    ],
)
def test_a_profession_is_read_from_what_a_person_calls_themselves(text, profession):
    assert profession_of(text) is profession


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (NOT_A_PARAMEDIC, "at least 1 is not a paramedic"),
        (ProfessionNeed(2, (NURSE, Profession.DOCTOR)), "at least 2 are nurses or doctors"),
        (ProfessionNeed(1, (NURSE, Profession.DOCTOR)), "at least 1 is a nurse or a doctor"),
    ],
)
def test_a_need_for_professions_reads_as_a_phrase(need, words):
    assert need.words == words


def test_a_rule_with_everything_reads_as_a_sentence():
    assert MIXED.sentence(4) == (
        "At least 2 mini-CEX at level 4 or above, by at least 2 assessors, of whom at least 1 is not a paramedic, "
        "seen in the last 12 months."
    )
    assert LATEST.sentence(3) == (
        "At least 2 mini-CEX at level 3 or above, seen in the last 12 months. The latest 2 ratings, with all of the "
        "same day as the earliest of them, must be at level 3 or above."
    )
    assert REFRESHED.to_refresh is not None
    assert REFRESHED.to_refresh.sentence(4) == (
        "At least 1 mini-CEX (seen live) at level 4 or above, seen since the last sign-off and in the last 12 months."
    )


def test_paramedics_alone_do_not_meet_a_rule_that_wants_another_profession():
    alone = evaluate(MIXED, [seen(ANA, MAY, 4), seen(BEN, SEP, 4)], level=4, on=ON)
    assert alone.missing == ("1 assessor who is not a paramedic (now 0)",)
    assert alone.next_step == "Ask for a mini-CEX from an assessor who is not a paramedic."
    mixed = evaluate(MIXED, [seen(ANA, MAY, 4), seen(BEN, SEP, 4, profession=NURSE)], level=4, on=ON)
    assert (mixed.is_met, mixed.met_on) == (True, SEP)


def test_somebody_who_changed_profession_keeps_what_they_were_when_they_assessed():
    pieces = [seen(ANA, MAY, 4, profession=NURSE), seen(BEN, JULY, 4), seen(ANA, SEP, 4)]
    assert evaluate(MIXED, pieces, level=4, on=ON).is_met


def test_the_simulated_piece_that_brings_the_missing_profession_is_the_one_that_counts():
    rule = Rule("D3.1", (Part(2, (FormKind.MINI_CEX,), simulated_at_most=1),), professions=(NOT_A_PARAMEDIC,))
    by_nurse = seen(CAT, MARCH, 4, is_simulated=True, profession=NURSE)
    further = seen(BEN, SEP, 4, is_simulated=True)
    result = evaluate(rule, [seen(ANA, MAY, 4), by_nurse, further], level=4, on=ON)
    assert result.is_met
    assert [(piece.assessment.id, piece.why_not) for piece in result.not_counted] == [
        (further.id, "Simulated: at most 1 simulated can count here")
    ]


@pytest.mark.parametrize(
    ("ratings", "met", "since"),
    [
        pytest.param([(JAN, 1), (MAY, 4), (SEP, 4)], True, SEP, id="an early low rating does no harm"),
        pytest.param([(MAY, 4), (JULY, 4), (SEP, 2)], False, None, id="a later not-yet unmeets"),
        pytest.param([(MAY, 4), (JULY, 4), (SEP, None)], True, JULY, id="not observed does not"),
        pytest.param([(MAY, 4), (JULY, 2), (SEP, 4)], False, None, id="one of the latest two"),
        pytest.param([(JAN, 4), (MARCH, 4), (MAY, 2), (JULY, 4), (SEP, 4)], True, SEP, id="met again since"),
        pytest.param([(MAY, 4), (JULY, 4), (JULY, 2), (SEP, 4)], False, None, id="all of the day of the second"),
    ],
)
def test_the_latest_ratings_are_looked_at_by_the_day_of_the_encounter(ratings, met, since):
    pieces = [seen(ANA, on, level) for on, level in ratings]
    for ordered in (pieces, pieces[::-1]):
        result = evaluate(LATEST, ordered, level=4, on=ON)
        assert (result.is_met, result.met_on) == (met, since)


def test_what_the_latest_ratings_lack_is_said_with_its_day():
    result = evaluate(LATEST, [seen(ANA, MAY, 4), seen(ANA, JULY, 4), seen(BEN, SEP, 2)], level=4, on=ON)
    assert result.missing == ("the latest 2 ratings at level 4 or above (below it on 7 September 2026)",)


def test_what_is_barred_counts_towards_nothing_and_says_why():
    reason = "Suspended: the assessor says this was not them"
    barred = seen(BEN, SEP, 5, barred_because=reason)
    low = seen(BEN, SEP, 1, barred_because=reason)
    result = evaluate(LATEST, [seen(ANA, MAY, 4), seen(ANA, JULY, 4), barred, low], level=4, on=ON)
    assert result.is_met
    assert {piece.why_not for piece in result.not_counted} == {reason}
    assert result.later_lower == ()
    assert standing(low, decided=[signed(JULY)]).status is Status.SIGNED_OFF


def standing(*pieces, decided=(), on=ON, level=4):
    return standing_of(CAPABILITY, pieces, decided, level=level, on=on)


def test_a_refresher_is_enough_to_renew_what_was_signed_off():
    last, late = signed(date(2025, 12, 1)), date(2026, 12, 20)
    fresh = seen(ANA, SEP, 4)
    due = standing(fresh, decided=[last])
    assert (due.status, due.result.is_met, due.is_renewable, due.level_to_sign) == (Status.SIGNED_OFF, False, True, 4)
    assert due.next_step == "Ask an assessor to sign this off again at level 4."
    expired = standing(fresh, decided=[last], on=late)
    assert (expired.status, expired.is_supported) == (Status.EXPIRED, True)
    assert may_sign_now(expired, [fresh], [last])
    assert expired.snapshot()["renewal"]["met"] is True


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing since"),
        pytest.param([seen(ANA, date(2025, 11, 20), 4)], id="seen before the sign-off"),
        pytest.param([seen(ANA, SEP, 3)], id="below the level"),
        pytest.param([seen(ANA, SEP, 4, seen_as=SeenAs.ACCOUNT)], id="not seen live"),
        pytest.param([seen(ANA, SEP, 4, is_simulated=True)], id="simulated"),
        pytest.param([seen(TRAINEE, SEP, 4)], id="rated by oneself"),
    ],
)
def test_what_is_no_refresher_renews_nothing(pieces):
    found = standing(*pieces, decided=[signed(date(2025, 12, 1))], on=date(2026, 12, 20))
    assert (found.status, found.is_supported) == (Status.EXPIRED, False)
    assert found.next_step == "This expired. To renew: Ask for a mini-CEX."


def test_a_refresher_counts_only_near_the_review_and_never_above_the_level_signed_off():
    fresh = seen(ANA, SEP, 5)
    assert standing(fresh, decided=[signed(JULY)]).renewal is None
    near = standing(fresh, decided=[signed(date(2025, 12, 1))])
    assert near.supported_level == 4
    assert standing(fresh, decided=[signed(date(2025, 12, 1))], level=5).is_supported is False


def test_what_was_withdrawn_is_not_refreshed():
    gone = signed(date(2025, 12, 1), withdrawn_on=date(2026, 2, 1))
    assert standing(seen(ANA, SEP, 4), decided=[gone]).is_supported is False


def test_prior_learning_holds_until_its_own_last_day_and_can_be_refreshed():
    accepted = signed(MAY, expires_on=date(2026, 10, 1))
    assert standing(decided=[accepted], on=SEP).status is Status.SIGNED_OFF
    assert standing(decided=[accepted], on=SEP).review_by == date(2026, 10, 1)
    assert standing(decided=[accepted], on=date(2026, 10, 2)).status is Status.EXPIRED
    assert standing(seen(ANA, SEP, 4), decided=[accepted]).is_renewable


def test_a_review_ends_with_the_decision_that_the_sign_off_stands():
    low, decided = seen(ANA, SEP, 2), signed(JULY)
    assert standing(low, decided=[decided]).status is Status.REVIEW_DUE
    looked_at = signed(JULY, reviewed_at=datetime(2026, 9, 20, 9, tzinfo=UTC))
    assert standing(low, decided=[looked_at]).status is Status.SIGNED_OFF
    again = seen(ANA, SEP, 2, recorded_at=datetime(2026, 9, 21, 9, tzinfo=UTC))
    assert standing(low, again, decided=[looked_at]).status is Status.REVIEW_DUE


# Properties

RULES = st.sampled_from([MIXED, LATEST, SIMULATED])
PEOPLE, PLACES = [ANA, BEN, CAT], ["joint-response-car", "control-room", "crisis-team"]


@st.composite
def pieces_at(draw, levels):
    return seen(
        draw(st.sampled_from(PEOPLE)),
        draw(st.integers(0, 400).map(lambda days: ON - timedelta(days=days // 3 * 3))),
        draw(levels),
        setting=draw(st.sampled_from(PLACES)),
        is_simulated=draw(st.booleans()),
        profession=draw(st.sampled_from([Profession.PARAMEDIC, NURSE, Profession.OTHER])),
        seen_as=draw(st.sampled_from([SeenAs.LIVE, SeenAs.RECORDING])),
        barred_because=draw(st.sampled_from(["", "", "", "Suspended"])),
    )


ANY, GOOD = pieces_at(st.sampled_from([None, 1, 2, 3, 4, 5])), pieces_at(st.integers(3, 5))


@given(before=st.lists(ANY | GOOD, max_size=9), more=st.lists(GOOD, max_size=5), rule=RULES)
@settings(max_examples=250, deadline=None)
def test_more_good_evidence_never_makes_a_met_rule_unmet(before, more, rule):
    was = evaluate(rule, before, level=3, on=ON)
    now = evaluate(rule, [*before, *more], level=3, on=ON)
    assert now.is_met >= was.is_met


@given(data=st.data(), pieces=st.lists(ANY | GOOD, max_size=9), rule=RULES)
@settings(max_examples=200, deadline=None)
def test_the_order_of_entry_never_matters(data, pieces, rule):
    shuffled = data.draw(st.permutations(pieces))
    decided = [signed(MAY, 3), signed(JULY, 4)]
    capability = Capability("D3.1", "", "", "D3", ("clinical",), (), True, 12, rule)
    assert evaluate(rule, pieces, level=3, on=ON) == evaluate(rule, shuffled, level=3, on=ON)
    assert standing_of(capability, pieces, decided, level=3, on=ON) == standing_of(
        capability, shuffled, decided[::-1], level=3, on=ON
    )


@given(pieces=st.lists(GOOD, min_size=4, max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_later_not_yet_unmeets_what_looks_at_the_latest_and_nothing_else(pieces):
    low = seen(ANA, ON, 1)
    plain = Rule("D3.1", LATEST.parts, window_months=12)
    assert evaluate(plain, [*pieces, low], level=3, on=ON).is_met is evaluate(plain, pieces, level=3, on=ON).is_met
    assert not evaluate(LATEST, [*pieces, low], level=3, on=ON).is_met


@given(pieces=st.lists(ANY | GOOD, max_size=10), rule=RULES, level=st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_every_piece_counts_or_says_why_not_and_what_is_unmet_says_what_is_missing(pieces, rule, level):
    result = evaluate(rule, pieces, level=level, on=ON)
    known = [each for each in pieces if each.observed_on <= ON]
    assert {each.assessment.id for each in (*result.counted, *result.not_counted)} == {each.id for each in known}
    assert all(each.why_not for each in result.not_counted)
    assert result.is_met is not bool(result.missing)
    assert (result.met_on is not None) is result.is_met


@given(pieces=st.lists(GOOD, max_size=10), rule=RULES, level=st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_what_is_met_at_a_level_is_met_at_every_lower_one(pieces, rule, level):
    if evaluate(rule, pieces, level=level + 1, on=ON).is_met:
        assert evaluate(rule, pieces, level=level, on=ON).is_met
