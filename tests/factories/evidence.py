"""Assessments and sign-offs as values, for the rules."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from lms.competencies.rules import Assessment, FormKind, Profession, SeenAs, SignOffFact
from lms.signing.rules import IdentityGrade

TRAINEE = UUID(int=1)
ANA, BEN, CAT = UUID(int=11), UUID(int=12), UUID(int=13)
_numbers = count(10_000)


def seen(by: UUID, on: date, level: int | None, **changes: Any) -> Assessment:
    """A live mini-CEX of suicide enquiry in a car by a signed-in paramedic, unless something else is said."""
    code = changes.pop("code", "D3.1")
    usual: dict[str, Any] = {
        "id": UUID(int=next(_numbers)),
        "trainee_id": TRAINEE,
        "assessor_id": by,
        "kind": FormKind.MINI_CEX,
        "setting": "joint-response-car",
        "observed_on": on,
        "is_simulated": False,
        "seen_as": SeenAs.LIVE,
        "identity_grade": IdentityGrade.ACCOUNT,
        "ratings": {code: level},
        "recorded_at": datetime(on.year, on.month, on.day, 20, tzinfo=UTC),
        "profession": Profession.PARAMEDIC,
    }
    return Assessment(**{**usual, **changes})


def signed(on: date, level: int = 4, **changes: Any) -> SignOffFact:
    """A sign-off of suicide enquiry at noon of a day."""
    usual: dict[str, Any] = {
        "id": UUID(int=next(_numbers)),
        "trainee_id": TRAINEE,
        "code": "D3.1",
        "level": level,
        "assessor_id": CAT,
        "decided_on": on,
        "recorded_at": datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
        "assessor_name": "Cat Lowe",
    }
    return SignOffFact(**{**usual, **changes})
