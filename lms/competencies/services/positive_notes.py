"""Writing a positive note: as quick as raising a concern, by the same people."""

from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies.models import PositiveNote
from lms.competencies.services.concerns import check_code
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee
from lms.notifications.services import tell
from lms.policy import Permission, Viewer


def write_positive_note(
    actor: Viewer, trainee_id: UUID, *, text: str, code: str | None = None, no_identifiers: bool = False
) -> PositiveNote:
    """Say what a trainee did well. The trainee is told and reads it at once.

    Raises NotFound outside the actor's scope, RuleViolation about oneself or without words.
    """
    if not text.strip():
        raise RuleViolation("Say what went well", field="text")
    if actor.id == trainee_id:
        raise RuleViolation("A positive note is written by somebody else.")
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, Permission.CONCERN_RAISE)
        actor = acting_towards(actor, trainee.id, Permission.CONCERN_RAISE)
        check_code(trainee.id, code)
        note = PositiveNote(
            trainee_id=trainee.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_RAISE),
            noted_on=today(),
            capability_code=code,
            text=keep_text(text),
        )
        session.add(note)
        record(actor, "positive-note.written", note, about=trainee.id, under=Permission.CONCERN_RAISE)
        tell(trainee.id, f"{actor.name} wrote a positive note about you", f"/trainees/{trainee.id}/positive-notes")
    return note
