from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import FormKind
from lms.competencies.rules.sampling import (
    LookOutcome,
    Quarter,
    SampledPiece,
    check_look,
    check_policy,
    draw,
    may_look,
    policy_for,
    share_of,
)
from lms.core.errors import RuleViolation
from tests.factories.quality import AUTUMN, policy_fact, sampled

KINDS = (FormKind.MINI_CEX, FormKind.CASE_BASED_DISCUSSION, FormKind.DIRECT_OBSERVATION)
pieces = st.builds(
    sampled,
    st.integers(0, 400),
    assessor=st.integers(1, 6),
    trainee=st.integers(1, 8),
    kind=st.sampled_from(KINDS),
)
quarters = st.lists(pieces, min_size=1, max_size=40, unique_by=lambda piece: piece.id)
shares = st.integers(1, 100)
policies = st.builds(
    lambda assessors, trainees, forms: policy_fact(
        assessors_share=assessors, trainees_share=trainees, forms_share=forms
    ),
    shares,
    shares,
    shares,
)


@pytest.mark.parametrize(
    ("day", "name", "words"),
    [
        (date(2026, 1, 1), "2026-q1", "January to March 2026"),
        (date(2026, 3, 31), "2026-q1", "January to March 2026"),
        (date(2026, 11, 18), "2026-q4", "October to December 2026"),
    ],
)
def test_a_day_falls_in_its_quarter(day: date, name: str, words: str) -> None:
    quarter = Quarter.of(day)
    assert (quarter.name, quarter.words) == (name, words)
    assert Quarter.named(name) == quarter
    assert quarter.starts_on <= day <= quarter.ends_on
    assert quarter.after.before == quarter


@pytest.mark.parametrize("name", ["", "2026", "2026-q5", "2026-q0", "26-q1", "0000-q1", "²026-q1", "2026-q1-q1"])
def test_what_names_no_quarter_is_none(name: str) -> None:
    assert Quarter.named(name) is None


@pytest.mark.parametrize(("count", "share", "expected"), [(0, 50, 0), (1, 1, 1), (4, 50, 2), (5, 50, 3), (29, 100, 29)])
def test_a_share_is_rounded_up_and_never_none_where_there_is_something(count: int, share: int, expected: int) -> None:
    assert share_of(count, share) == expected


def test_the_latest_policy_that_has_begun_holds() -> None:
    first = policy_fact(id=UUID(int=1), from_on=date(2026, 7, 1))
    second = policy_fact(id=UUID(int=2), from_on=date(2026, 10, 1))
    coming = policy_fact(id=UUID(int=3), from_on=date(2027, 1, 1))
    assert policy_for([coming, first, second], AUTUMN) == second
    assert policy_for([coming, first, second], AUTUMN.before) == first
    assert policy_for([coming], AUTUMN) is None


def test_of_two_policies_from_one_day_the_newer_holds() -> None:
    first = policy_fact(id=UUID(int=9))
    second = policy_fact(id=UUID(int=2), recorded_at=first.recorded_at.replace(hour=9))
    assert policy_for([second, first], AUTUMN) == second


@given(quarters, policies, st.randoms(use_true_random=False))
def test_the_draw_is_the_same_in_whatever_order_the_records_are_given(found, policy, chance) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert draw(shuffled, policy, AUTUMN) == draw(found, policy, AUTUMN)


@given(quarters, policies)
def test_something_is_drawn_of_every_form_and_as_much_of_each_as_its_share(found, policy) -> None:
    sample = draw(found, policy, AUTUMN)
    needed = {each.name: each.needed for each in sample.dimensions}
    assert needed["Assessors"] == share_of(len({piece.assessor_id for piece in found}), policy.assessors_share) > 0
    assert needed["Trainees"] == share_of(len({piece.trainee_id for piece in found}), policy.trainees_share) > 0
    for kind in {piece.kind for piece in found}:
        count = sum(piece.kind is kind for piece in found)
        drawn = sum(piece.kind is kind for piece in sample.drawn)
        assert drawn >= share_of(count, policy.forms_share) > 0
    assert len({piece.assessor_id for piece in sample.drawn}) >= needed["Assessors"]
    assert len({piece.trainee_id for piece in sample.drawn}) >= needed["Trainees"]


@given(quarters, policies, st.data())
def test_what_was_drawn_stays_drawn_whatever_comes_in_later(found, policy, data) -> None:
    in_time = sorted(found, key=lambda piece: (piece.recorded_at, piece.id))
    until = data.draw(st.integers(1, len(in_time)))
    assert set(draw(in_time[:until], policy, AUTUMN).drawn) <= set(draw(in_time, policy, AUTUMN).drawn)


@given(quarters, policies, st.data())
def test_looking_first_at_one_or_another_changes_nothing_of_the_draw(found, policy, data) -> None:
    before = draw(found, policy, AUTUMN)
    looked_at = data.draw(st.sets(st.sampled_from([piece.id for piece in before.drawn])))
    after = draw(found, policy, AUTUMN, looked_at)
    assert after.drawn == before.drawn
    assert {piece.id for piece in after.due} == {piece.id for piece in before.drawn} - looked_at


@given(quarters, policies)
def test_who_looks_at_all_that_is_due_is_compliant(found, policy) -> None:
    drawn = draw(found, policy, AUTUMN).drawn
    sample = draw(found, policy, AUTUMN, {piece.id for piece in drawn})
    assert (sample.due, sample.is_compliant, sample.missing) == ((), True, "")
    assert not draw(found, policy, AUTUMN).is_compliant


@given(quarters, policies)
def test_nobody_is_a_second_person_for_their_own_work(found, policy) -> None:
    for piece in draw(found, policy, AUTUMN).due:
        assert not may_look(piece, piece.assessor_id)
        assert not may_look(piece, piece.trainee_id)
        assert may_look(piece, UUID(int=5))


def test_another_quarter_draws_other_pieces() -> None:
    found = [sampled(number) for number in range(200)]
    here = {piece.id for piece in draw(found, policy_fact(), AUTUMN).drawn}
    there = {piece.id for piece in draw(found, policy_fact(), AUTUMN.after).drawn}
    assert here != there


def test_what_is_missing_stands_in_words() -> None:
    found = [sampled(0), sampled(1, assessor=2), sampled(2, trainee=2, kind=FormKind.CASE_BASED_DISCUSSION)]
    sample = draw(found, policy_fact(), AUTUMN)
    assert sample.missing == "Still to look at: 1 assessor, 1 trainee, 1 case-based discussion and 1 mini-CEX."
    assert [(each.name, each.done, each.needed) for each in sample.dimensions] == [
        ("Assessors", 0, 1),
        ("Trainees", 0, 1),
        ("Case-based discussions", 0, 1),
        ("Mini-CEX", 0, 1),
    ]


def test_a_quarter_without_assessments_asks_for_nothing() -> None:
    sample = draw([], policy_fact(), AUTUMN)
    assert (sample.drawn, sample.is_compliant) == ((), True)


DRAWN = sampled(0)
SAMPLE = draw([DRAWN], policy_fact(), AUTUMN)


def looked(piece: SampledPiece = DRAWN, **changes: object) -> None:
    usual = {"by_id": UUID(int=5), "outcome": LookOutcome.ACCEPTED, "note": "", "is_looked_at": False}
    check_look(piece, SAMPLE, **{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("piece", "changes", "words"),
    [
        pytest.param(DRAWN, {"by_id": DRAWN.assessor_id}, "second person", id="own work"),
        pytest.param(DRAWN, {"by_id": DRAWN.trainee_id}, "second person", id="about oneself"),
        pytest.param(DRAWN, {"is_looked_at": True}, "already looked", id="twice"),
        pytest.param(sampled(7), {}, "not drawn", id="not drawn"),
        pytest.param(DRAWN, {"outcome": LookOutcome.TALK, "note": " "}, "talk about", id="a talk about nothing"),
    ],
)
def test_a_look_that_cannot_stand_is_refused(piece: SampledPiece, changes: dict[str, object], words: str) -> None:
    looked()
    with pytest.raises(RuleViolation, match=words):
        looked(piece, **changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"from_on": date(2026, 7, 1)}, "from_on", id="a quarter that is over"),
        pytest.param({"from_on": date(2026, 11, 1)}, "from_on", id="the middle of a quarter"),
        pytest.param({"shares": {"forms_share": 0}}, "forms_share", id="none"),
        pytest.param({"shares": {"trainees_share": 101}}, "trainees_share", id="more than all"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
    ],
)
def test_a_policy_that_cannot_stand_is_refused(changes: dict[str, object], field: str) -> None:
    usual = {"from_on": AUTUMN.starts_on, "quarter": AUTUMN, "shares": {"forms_share": 10}, "reason": "Enough."}
    check_policy(**usual)  # type: ignore[arg-type]
    check_policy(**{**usual, "from_on": AUTUMN.after.starts_on})  # type: ignore[arg-type]
    with pytest.raises(RuleViolation) as refused:
        check_policy(**{**usual, **changes})  # type: ignore[arg-type]
    assert refused.value.field == field


@given(quarters, policies, st.data())
def test_what_came_into_the_draw_later_moves_no_lot(found, policy, data) -> None:
    late = data.draw(st.sets(st.sampled_from(range(len(found)))))
    later = max(piece.recorded_at for piece in found) + timedelta(days=1)
    unchecked = [replace(p, drawable_at=None) if at in late else p for at, p in enumerate(found)]
    accepted = [replace(p, drawable_at=later) if at in late else p for at, p in enumerate(found)]
    before = draw(unchecked, policy, AUTUMN)
    assert before == draw([p for at, p in enumerate(found) if at not in late], policy, AUTUMN)
    assert {p.id for p in before.drawn} <= {p.id for p in draw(accepted, policy, AUTUMN).drawn}


@given(quarters, policies, st.data())
def test_what_counts_no_longer_is_left_out_and_every_share_is_still_reached(found, policy, data) -> None:
    gone = data.draw(st.sets(st.sampled_from(range(len(found)))))
    pieces = [replace(p, counts=at not in gone) for at, p in enumerate(found)]
    left = [p for p in pieces if p.counts]
    before, after = draw(found, policy, AUTUMN), draw(pieces, policy, AUTUMN)
    assert all(piece.counts for piece in after.drawn)
    assert {p.id for p in before.drawn} - {p.id for p in pieces if not p.counts} <= {p.id for p in after.drawn}
    assert draw(pieces, policy, AUTUMN, {p.id for p in after.drawn}).is_compliant
    needed = {each.name: each.needed for each in after.dimensions}
    assert needed["Assessors"] >= share_of(len({p.assessor_id for p in left}), policy.assessors_share)
    assert needed["Trainees"] >= share_of(len({p.trainee_id for p in left}), policy.trainees_share)
    for kind in {p.kind for p in left}:
        words = kind.plural[0].upper() + kind.plural[1:]
        assert needed[words] >= share_of(sum(p.kind is kind for p in left), policy.forms_share)
