"""Keeping main rotas that were imported: when somebody works, and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from lms.audit.services import hold, record
from lms.core import words
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.ids import new_id
from lms.identity.queries import list_trainees
from lms.notifications.services import tell
from lms.placements.models import RotaImport, RotaShift
from lms.placements.rules.rota import RotaSource, check_rota
from lms.placements.rules.times import Span
from lms.policy import Permission, Viewer


def import_own_rota(
    actor: Viewer, *, spans: Sequence[Span], from_on: date, until_on: date, source: RotaSource
) -> RotaImport:
    """Keep the actor's own main rota of these days. It takes the place of what was known of them.

    Raises RuleViolation if it cannot be the rota of these days.
    """
    check_rota(spans, from_on, until_on)
    with transaction():
        hold(actor.id)
        return _keep(actor, actor.id, Permission.ROTA_IMPORT, spans, from_on, until_on, source)


def import_rotas(
    actor: Viewer, *, rotas: Mapping[UUID, Sequence[Span]], from_on: date, until_on: date, source: RotaSource
) -> list[RotaImport]:
    """Keep the main rotas of several trainees on these days, all or none, and tell each of them.

    Raises NotFound for somebody outside the actor's scope, RuleViolation for what cannot be a rota of these days.
    """
    for spans in rotas.values():
        check_rota(spans, from_on, until_on)
    with transaction():
        hold(*rotas)
        if set(rotas) - {person.id for person in list_trainees(actor, Permission.ROTA_MANAGE)}:
            raise NotFound
        kept = []
        for person_id, spans in sorted(rotas.items()):
            kept.append(_keep(actor, person_id, Permission.ROTA_MANAGE, spans, from_on, until_on, source))
            days = f"{words.day(from_on)} to {words.day(until_on)}"
            tell(person_id, f"Your main rota of {days} was imported. Check it.", "/rota")
    return kept


def _keep(
    actor: Viewer,
    person_id: UUID,
    under: Permission,
    spans: Sequence[Span],
    from_on: date,
    until_on: date,
    source: RotaSource,
) -> RotaImport:
    with transaction() as session:
        rota = RotaImport(
            id=new_id(),
            person_id=person_id,
            from_on=from_on,
            until_on=until_on,
            source=source,
            by_id=actor.id,
            role=actor.role_for(under),
        )
        shifts = [
            RotaShift(import_id=rota.id, person_id=person_id, starts_at=span.started_at, ends_at=span.ended_at)
            for span in sorted(spans, key=lambda span: span.started_at)
        ]
        session.add(rota)
        session.flush()  # The shifts point at it.
        session.add_all(shifts)
        record(actor, "rota.imported", rota, *shifts, about=person_id, under=under)
    return rota
