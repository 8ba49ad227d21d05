from datetime import date, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from lms.core.errors import RuleViolation
from lms.placements.rules.checks import CheckFact, CheckKind, check_check, check_gaps

TODAY = date(2026, 11, 18)
YESTERDAY = date(2026, 11, 17)
SOON = date(2026, 12, 18)
PERSON, OTHER = uuid4(), uuid4()
MOMENT = datetime(2026, 1, 1, tzinfo=timezone(timedelta()))


def held(kind: CheckKind, until: date, since: date = date(2025, 1, 1)) -> CheckFact:
    return CheckFact(uuid4(), kind, since, until, MOMENT)


LONG = [held(kind, date(2028, 1, 1)) for kind in CheckKind if kind is not CheckKind.REGISTRATION]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], (None, True), id="never recorded"),
        pytest.param(
            [held(CheckKind.REGISTRATION, date(2026, 11, 17))], (date(2026, 11, 17), True), id="ended yesterday"
        ),
        pytest.param([held(CheckKind.REGISTRATION, TODAY)], (TODAY, False), id="ends today"),
        pytest.param(
            [held(CheckKind.REGISTRATION, date(2026, 12, 18))], (date(2026, 12, 18), False), id="ends in 30 days"
        ),
        pytest.param([held(CheckKind.REGISTRATION, date(2026, 12, 19))], None, id="ends in 31 days"),
        pytest.param(
            [held(CheckKind.REGISTRATION, date(2026, 1, 1)), held(CheckKind.REGISTRATION, date(2027, 9, 1))],
            None,
            id="renewed",
        ),
        pytest.param(
            [held(CheckKind.REGISTRATION, date(2028, 1, 1), since=date(2026, 12, 1))], (None, True), id="begins later"
        ),
    ],
)
def test_a_check_that_fails_or_soon_will_needs_the_administrator(
    facts: list[CheckFact], expected: tuple[date | None, bool] | None
) -> None:
    found = [(gap.ends_on, gap.has_lapsed) for gap in check_gaps([*LONG, *facts], TODAY)]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"actor_id": PERSON}, None),
        ({"issued_on": date(2026, 11, 19)}, "issued_on"),
        ({"valid_until": date(2026, 1, 1)}, "valid_until"),
        ({"reference": "x" * 121}, "reference"),
    ],
)
def test_a_check_nobody_could_rely_on_is_refused(change, field):
    facts = {
        "actor_id": OTHER,
        "person_id": PERSON,
        "issued_on": TODAY,
        "valid_until": TODAY,
        "reference": "",
        "today": TODAY,
    }
    check_check(**facts)
    with pytest.raises(RuleViolation) as refused:
        check_check(**(facts | change))
    assert refused.value.field == field
