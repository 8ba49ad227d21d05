from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import Capability, FormKind, Part, Rule, SeenAs, standing_of
from lms.competencies.rules.evaluation import Assessment
from lms.competencies.rules.looking import MOST_SHOWN, what_to_look_for
from lms.competencies.rules.own_hours import OwnPiece, Period, own_work
from lms.signing.rules import IdentityGrade

ME, OTHER, TRAINEE = UUID(int=1), UUID(int=2), UUID(int=3)
ON = date(2026, 11, 18)
MINI_CEX, CBD, FEEDBACK = FormKind.MINI_CEX, FormKind.CASE_BASED_DISCUSSION, FormKind.MULTI_SOURCE_FEEDBACK


def capability(code: str, *parts: Part, critical: bool = True, **rule: object) -> Capability:
    return Capability(
        code=code,
        title=f"Title of {code}",
        indicator="",
        domain=code[:2],
        pillars=("clinical",),
        maps=(),
        is_critical=critical,
        review_months=12,
        rule=Rule(code=code, parts=parts or (Part(2, (MINI_CEX,)),), **rule),  # type: ignore[arg-type]
    )


def seen(code: str, number: int, **changes: object) -> Assessment:
    usual: dict[str, object] = {
        "assessor_id": OTHER,
        "kind": MINI_CEX,
        "setting": "car",
        "is_simulated": False,
        "seen_as": SeenAs.LIVE,
        "ratings": {code: 4},
    }
    return Assessment(
        id=UUID(int=50 + number),
        trainee_id=TRAINEE,
        observed_on=date(2026, 11, number),
        identity_grade=IdentityGrade.ACCOUNT,
        recorded_at=datetime(2026, 11, number, tzinfo=UTC),
        **{**usual, **changes},  # type: ignore[arg-type]
    )


def look(capability: Capability, *assessments: Assessment) -> str:
    found = what_to_look_for([standing_of(capability, assessments, (), level=4, on=ON)], ME)
    return found[0].words if found else ""


@pytest.mark.parametrize(
    ("needs", "have", "words"),
    [
        pytest.param(capability("D1.1"), [], "2 more mini-CEX", id="nothing yet"),
        pytest.param(capability("D1.1"), [seen("D1.1", 1)], "1 more mini-CEX", id="half"),
        pytest.param(capability("D1.1"), [seen("D1.1", 1), seen("D1.1", 2)], "", id="met"),
        pytest.param(
            capability("D1.1", Part(1, (MINI_CEX, CBD))), [], "1 more mini-CEX or case-based discussion", id="either"
        ),
        pytest.param(capability("D1.1", Part(1, (FEEDBACK,))), [], "", id="what one person cannot give"),
        pytest.param(
            capability("D1.1", assessors=2),
            [seen("D1.1", 1), seen("D1.1", 2)],
            "a rating from a new assessor (you have not rated this yet)",
            id="my view",
        ),
        pytest.param(
            capability("D1.1", assessors=2),
            [seen("D1.1", 1, assessor_id=ME), seen("D1.1", 2, assessor_id=ME)],
            "",
            id="somebody else's view",
        ),
        pytest.param(
            capability("D1.1", settings=2),
            [seen("D1.1", 1), seen("D1.1", 2)],
            "a setting that is new for it",
            id="another setting",
        ),
        pytest.param(
            capability("D1.1", observed=1),
            [seen("D1.1", n, seen_as=SeenAs.ACCOUNT) for n in (1, 2)],
            "1 piece directly observed",
            id="directly observed",
        ),
    ],
)
def test_what_an_assessor_could_add_stands_in_words(needs: Capability, have: list[Assessment], words: str) -> None:
    assert look(needs, *have) == words


def test_critical_ones_come_first_and_three_are_shown() -> None:
    asked = [
        capability("D1.1", critical=False),
        capability("D1.2"),
        capability("D1.3", Part(1, (MINI_CEX,)), Part(1, (CBD,))),
        capability("D1.4"),
        capability("D1.5"),
    ]
    standings = [standing_of(each, (), (), level=4, on=ON) for each in asked]
    found = what_to_look_for(standings, ME)
    assert [each.capability.code for each in found] == ["D1.2", "D1.4", "D1.5"]
    assert len(found) == MOST_SHOWN


def test_low_ratings_do_not_hide_what_is_lacking() -> None:
    assert look(capability("D1.1"), seen("D1.1", 1, ratings={"D1.1": 2})) == "2 more mini-CEX"


@pytest.mark.parametrize(
    ("period", "since"),
    [
        (Period.THREE_MONTHS, date(2026, 9, 1)),
        (Period.YEAR, date(2025, 12, 1)),
        (Period.TWO_YEARS, date(2024, 12, 1)),
    ],
)
def test_a_period_begins_with_a_month(period: Period, since: date) -> None:
    assert period.starts_on(ON) == since


def test_own_work_is_counted_by_month_with_the_minutes_that_were_given() -> None:
    written = [
        OwnPiece(date(2026, 11, 2), 30),
        OwnPiece(date(2026, 11, 17), None),
        OwnPiece(date(2026, 9, 30), 45),
        OwnPiece(date(2025, 1, 1), 500),
    ]
    work = own_work(written, since=date(2026, 9, 1), until=ON)
    assert [(each.month, each.count, each.minutes) for each in work.months] == [
        (date(2026, 11, 1), 2, 30),
        (date(2026, 9, 1), 1, 45),
    ]
    assert (work.count, work.minutes, work.unsaid, work.average) == (3, 75, 1, 38)


def test_without_minutes_there_is_no_average() -> None:
    assert own_work([OwnPiece(ON, None)], since=ON, until=ON).average is None


@given(
    st.lists(
        st.builds(OwnPiece, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.none() | st.integers(0, 600)),
        max_size=30,
    )
)
def test_nothing_is_lost_between_the_months(written: list[OwnPiece]) -> None:
    work = own_work(written, since=date(2026, 1, 1), until=date(2026, 12, 31))
    assert work.count == len(written)
    assert work.minutes == sum(each.minutes or 0 for each in written)
