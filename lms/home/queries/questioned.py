"""One questioned text: where it stands, who asked and why, and who of those who decide may read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from lms.audit.models import TextBody
from lms.audit.queries import class_of, find_stand, get_redaction_request
from lms.core.db import Model, db
from lms.core.words import join_words
from lms.home.rules.questioned import HOMES, PARENTS, Home
from lms.identity.models import Person
from lms.identity.queries import ids_with_roles, list_in_roles, people_by_id
from lms.policy import Viewer


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the request itself; none once it was redacted."""

    text: str | None
    text_id: UUID


@dataclass(frozen=True, slots=True)
class Shown:
    """The words for somebody who reads them where they stand: the page, its arguments, and what is noted of it.

    `about` names whose record it is, where the page says so.
    """

    text: str | None
    endpoint: str
    arguments: dict[str, Any]
    about: str
    trainee_id: UUID | None
    noted: str
    record_id: UUID


@dataclass(frozen=True, slots=True)
class Questioned:
    """A text that two people decide about, in values: that it is read is noted before they are shown.

    `shown` is None for a viewer who may not read it. `readers` are the others who decide and may read it, by id and
    name; `own` says that the viewer asked.
    """

    request_id: UUID
    recorded_at: datetime
    kind: str
    where_found: Words
    reason: Words
    asked_by: str
    shown: Shown | None
    readers: tuple[tuple[UUID, str], ...]
    own: bool

    @property
    def is_typed(self) -> bool:
        """Say whether where and why were written in words, and not chosen."""
        return self.where_found.text != self.kind

    @property
    def is_unseen(self) -> bool:
        """Say whether nobody who decides may read it, so that it is decided by who asked and why."""
        return self.shown is None and not self.readers


def get_questioned(viewer: Viewer, request_id: UUID) -> Questioned:
    """One text in question, for somebody who decides about texts. A constant number of statements.

    Raises NotFound where it is decided already.
    """
    request = get_redaction_request(request_id)
    stands = find_stand(request.text_id)
    found = _home_of(stands.table, stands.row_id) if stands else None
    readers = _readers(*found) if found else {}
    asked_by = people_by_id([request.asked_by_id])[request.asked_by_id]
    others = [person for key, person in readers.items() if key not in (viewer.id, asked_by.id)]
    return Questioned(
        request_id=request.id,
        recorded_at=request.recorded_at,
        kind=stands.words if stands else "text",
        where_found=Words(request.where_found.text, request.where_found_id),
        reason=Words(request.reason.text, request.reason_id),
        asked_by=asked_by.name,
        shown=_shown(request.text_id, *found) if found and viewer.id in readers else None,
        readers=tuple(
            sorted(((each.id, each.name) for each in others), key=lambda each: (each[1].casefold(), each[0]))
        ),
        own=asked_by.id == viewer.id,
    )


def _home_of(table: str, row_id: UUID) -> tuple[Home, Model] | None:
    """The page on which a row stands, and the row that page is about: the row itself, or what it hangs on."""
    row: Model = db.session.get_one(class_of(table), row_id)
    while table in PARENTS:
        (key,) = row.__table__.columns[PARENTS[table]].foreign_keys
        table = key.column.table.name
        row = db.session.get_one(class_of(table), _value(row, key.parent.key))
    return (HOMES[table], row) if table in HOMES else None


def _value(row: Model, column: str) -> Any:
    return getattr(row, inspect(type(row)).get_property_by_column(row.__table__.columns[column]).key)


def _readers(home: Home, row: Model) -> dict[UUID, Person]:
    """Those who decide about texts and read this one, in a role they hold today."""
    holders = set(db.session.scalars(ids_with_roles(home.roles)))
    for column in home.trainees:
        trainee_id = _value(row, column)
        holders &= set(list_in_roles(trainee_id, home.roles)) - {trainee_id}
    return {key: person for key, person in people_by_id(holders).items() if person.deactivated_at is None}


def _shown(text_id: UUID, home: Home, row: Model) -> Shown:
    trainees = [_value(row, column) for column in home.trainees]
    people = people_by_id(trainees) if not home.is_nameless else {}
    return Shown(
        text=db.session.get_one(TextBody, text_id).text,
        endpoint=home.endpoint,
        arguments={name: _value(row, column) for name, column in home.arguments.items()},
        about=join_words([people[each].name for each in trainees if each in people]),
        trainee_id=trainees[0] if trainees else None,
        noted=home.noted,
        record_id=row.id,
    )
