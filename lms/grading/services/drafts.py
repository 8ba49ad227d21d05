"""Taking a text out of drafts before it is destroyed."""

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from lms.audit.services import record
from lms.core.clock import now
from lms.core.db import db
from lms.grading.models import Mark, MarkComment, MarkDraft
from lms.policy import Permission, Viewer


def forget_text(actor: Viewer, text_id: UUID, text: str) -> None:
    """Take a feedback, comment or reason out of the draft of a correction, which starts from the words of the mark."""
    said = select(MarkComment.mark_id).where(MarkComment.text_id == text_id)
    works = select(Mark.work_id).where(or_(Mark.feedback_id == text_id, Mark.reason_id == text_id, Mark.id.in_(said)))
    drafts = db.session.scalars(select(MarkDraft).where(MarkDraft.work_id.in_(works)))
    for draft in drafts:
        body = _without(draft.body, text)
        if body != draft.body:
            draft.body, draft.updated_at = body, now()
            record(actor, "mark.draft-saved", draft, about=draft.trainee_id, under=Permission.TEXT_REDACT)


def _without(body: dict[str, Any], text: str) -> dict[str, Any]:
    comments = {key: comment.replace(text, "").strip() for key, comment in body["comments"].items()}
    return {
        **body,
        "comments": {key: comment for key, comment in comments.items() if comment},
        **{name: body[name].replace(text, "").strip() for name in ("feedback", "reason") if name in body},
    }
