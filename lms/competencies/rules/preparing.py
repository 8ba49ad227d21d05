"""What a trainee wants to ask, kept as plain values until they have rated themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lms.competencies.rules.requests import Way
from lms.competencies.rules.words import FormKind


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request before it is asked: of whom, about what, and which capabilities."""

    way: Way
    form_kind: FormKind
    setting: str
    seen_on: date
    is_simulated: bool
    codes: tuple[str, ...]
    assessor_id: UUID | None = None
    name: str = ""
    profession: str = ""
    email: str = ""
    note: str = ""
    encounter_id: UUID | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """The keywords of asking."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def body(self) -> dict[str, Any]:
        """The same as JSON keeps it."""
        return {
            **self.facts,
            "way": self.way.value,
            "form_kind": self.form_kind.value,
            "seen_on": self.seen_on.isoformat(),
            "codes": list(self.codes),
            "assessor_id": str(self.assessor_id) if self.assessor_id else None,
            "encounter_id": str(self.encounter_id) if self.encounter_id else None,
        }


def prepared_from(body: Mapping[str, Any]) -> Prepared:
    """Read what was kept."""
    return Prepared(
        **{
            **body,
            "way": Way(body["way"]),
            "form_kind": FormKind(body["form_kind"]),
            "seen_on": date.fromisoformat(body["seen_on"]),
            "codes": tuple(body["codes"]),
            "assessor_id": UUID(body["assessor_id"]) if body["assessor_id"] else None,
            "encounter_id": UUID(body["encounter_id"]) if body["encounter_id"] else None,
        }
    )
