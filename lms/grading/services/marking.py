"""Drafting, marking and releasing. Two people at one piece of work never overwrite each other in silence."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms.audit.services import hold, keep_text, record
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.errors import RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.curriculum.queries import last_enrolment
from lms.grading.models import Mark, MarkComment, MarkDraft, MarkRelease
from lms.grading.queries.assignments import Paper
from lms.grading.queries.marking import Marking, get_marking, get_work, has_draft, list_releasable
from lms.grading.queries.marks import MarkView
from lms.grading.rules import marks as rules
from lms.grading.rules.marks import Rubric
from lms.notifications.services import send_mail, tell
from lms.policy import Permission, Viewer

MARK = Permission.SUBMISSION_MARK


def save_draft(
    actor: Viewer,
    work_id: UUID,
    *,
    version: int,
    seen_mark_id: UUID | None,
    levels: Mapping[str, int],
    comments: Mapping[str, str],
    feedback: str,
    reason: str = "",
) -> int:
    """Keep what has been entered so far and say its version; nobody but markers sees it.

    `version` is the draft's version the page was read at, 0 for none; `seen_mark_id` the mark it showed. Raises
    NotFound outside the actor's scope, Stale if somebody else saved or marked since, RuleViolation.
    """
    with transaction() as session:
        marking = _open(actor, work_id)
        rubric = marking.paper.rubric
        body = _body(rubric, levels, comments, feedback, reason)
        rules.check_lengths(feedback, body["comments"], rubric)
        _check_identifiers(body, no_identifiers=True)
        _check_fresh(marking, version, seen_mark_id)
        draft = marking.draft
        if draft is None and not any(body.values()):
            return 0
        if draft is not None and draft.body == body:
            return draft.version
        if draft is None:
            draft = MarkDraft(
                work_kind=marking.work.kind,
                work_id=work_id,
                trainee_id=marking.work.trainee_id,
                assignment_id=marking.paper.id,
            )
            session.add(draft)
        draft.marker_id, draft.body, draft.updated_at = actor.id, body, now()
        session.flush()
        record(actor, "mark.draft-saved", draft, about=draft.trainee_id, under=MARK)
        return draft.version


def mark(
    actor: Viewer,
    work_id: UUID,
    *,
    version: int,
    seen_mark_id: UUID | None,
    levels: Mapping[str, int],
    comments: Mapping[str, str],
    feedback: str,
    reason: str = "",
    no_identifiers: bool = False,
) -> Mark:
    """Record the mark, and delete the draft; the trainee sees nothing until it is released.

    A piece of work that has a mark gets a correction, with its reason. Raises NotFound outside the actor's scope, Stale
    if somebody else saved or marked since, RuleViolation if the mark is not complete.
    """
    with transaction() as session:
        marking = _open(actor, work_id)
        rubric, before = marking.paper.rubric, marking.current
        body = _body(rubric, levels, comments, feedback, reason)
        _check_fresh(marking, version, seen_mark_id)
        calculation = rules.calculate(rubric, body["levels"])
        rules.check_feedback(feedback, body["comments"], rubric)
        rules.check_correction(reason=reason, is_correction=before is not None)
        _check_identifiers(body, no_identifiers=no_identifiers)
        entry = _new_mark(session, actor, marking, body, calculation)
        if before is not None:
            entry.supersedes_id, entry.reason_id = before.id, _kept(session, reason.strip())
        session.add(entry)
        session.flush()
        said = [
            MarkComment(mark_id=entry.id, criterion=key, text_id=_kept_comment(session, before, key, text))
            for key, text in body["comments"].items()
        ]
        session.add_all(said)
        touched = [entry, *said, *_deleted(session, marking.draft)]
        record(actor, "mark.recorded", *touched, about=entry.trainee_id, under=MARK)
    return entry


def release(actor: Viewer, mark_ids: Collection[UUID]) -> int:
    """Let the trainees read these marks, tell each of them once, and say how many marks became visible.

    What was released before stays as it is. Raises NotFound if a mark is outside the actor's scope, RuleViolation if
    none is chosen, one has been corrected since, or one is being corrected.
    """
    if not mark_ids:
        raise RuleViolation("Select at least one mark to release", "marks")
    with transaction() as session:
        hold(*{mark.trainee_id for mark, _ in list_releasable(actor, mark_ids)})
        found = list_releasable(actor, mark_ids)
        if {mark.id for mark, _ in found} != set(mark_ids):
            raise RuleViolation("One of these marks was changed since you opened the page. Look at it first.")
        if has_draft([mark for mark, _ in found]):
            raise RuleViolation("One of these marks is being corrected. Finish the correction first.", "marks")
        by_trainee: dict[UUID, list[tuple[Mark, MarkRelease]]] = {}
        for mark, released_at in found:
            rules.check_marker(marker_id=actor.id, trainee_id=mark.trainee_id)
            if released_at is None:
                row = MarkRelease(
                    mark_id=mark.id,
                    trainee_id=mark.trainee_id,
                    released_by_id=actor.id,
                    role=actor.role_for(MARK),
                )
                by_trainee.setdefault(mark.trainee_id, []).append((mark, row))
        for trainee_id, pairs in sorted(by_trainee.items()):
            session.add_all(row for _, row in pairs)
            record(actor, "feedback.released", *(row for _, row in pairs), about=trainee_id, under=MARK)
            _announce(trainee_id, [mark for mark, _ in pairs])
    return sum(len(pairs) for pairs in by_trainee.values())


def _announce(trainee_id: UUID, marks: list[Mark]) -> None:
    """One notice and one message, however many marks; neither says the mark."""
    one = len(marks) == 1
    path = f"/feedback/{marks[0].work_id}" if one else "/feedback"
    words = "Feedback on your work is ready to read" if one else f"Feedback on {len(marks)} pieces of work is ready"
    tell(trainee_id, words, path)
    send_mail(trainee_id, "feedback-released", path=path, count=len(marks))


def _open(actor: Viewer, work_id: UUID) -> Marking:
    """The piece of work with its draft and marks, read while nobody else can write about its trainee."""
    work = get_work(actor, work_id)
    rules.check_marker(marker_id=actor.id, trainee_id=work.trainee_id)
    hold(work.trainee_id)
    return get_marking(actor, work_id)


def _check_fresh(marking: Marking, version: int, seen_mark_id: UUID | None) -> None:
    """Refuse a save that was typed beside another draft or another mark than the one stored now."""
    current = marking.current
    if (current.id if current else None) != seen_mark_id and current is not None:
        theirs = _as_text(marking.paper, current.levels, current.comments, current.feedback)
        raise Stale(theirs, marking.version)
    if marking.version != version:
        body = marking.draft.body if marking.draft else _body(marking.paper.rubric, {}, {}, "")
        raise Stale(
            _as_text(marking.paper, body["levels"], body["comments"], body["feedback"], body.get("reason")),
            marking.version,
        )


def _as_text(
    paper: Paper,
    levels: Mapping[str, int],
    comments: Mapping[str, str | None],
    feedback: str | None,
    reason: str | None = None,
) -> dict[str, str]:
    """What is stored, by the names of the form's fields."""
    found: dict[str, str] = {}
    for criterion in paper.rubric.criteria:
        points = levels.get(criterion.key)
        level = criterion.level(points) if points is not None else None
        found[f"level_{criterion.key}"] = level.label if level else ""
        found[f"comment_{criterion.key}"] = comments.get(criterion.key, "") or ""
    found["feedback"] = feedback or ""
    return found if reason is None else {**found, "reason": reason}


def _body(
    rubric: Rubric, levels: Mapping[str, int], comments: Mapping[str, str], feedback: str, reason: str = ""
) -> dict[str, Any]:
    """What was entered, without empty parts and without criteria the rubric does not have."""
    body: dict[str, Any] = {
        "levels": {key: levels[key] for key in rubric.keys if levels.get(key) is not None},
        "comments": {key: comments[key].strip() for key in rubric.keys if comments.get(key, "").strip()},
        "feedback": feedback.strip(),
    }
    return {**body, "reason": reason.strip()} if reason.strip() else body


def _check_identifiers(body: Mapping[str, Any], *, no_identifiers: bool) -> None:
    for field in ("feedback", "reason"):
        check_free_text(body.get(field, ""), no_identifiers=no_identifiers, field=field)
    for key, text in body["comments"].items():
        check_free_text(text, no_identifiers=no_identifiers, field=f"comment_{key}")


def _new_mark(
    session: Session, actor: Viewer, marking: Marking, body: Mapping[str, Any], calculation: rules.Calculation
) -> Mark:
    enrolment, before = last_enrolment(marking.work.trainee_id), marking.current
    unchanged = before is not None and before.feedback == body["feedback"]
    return Mark(
        work_kind=marking.work.kind,
        work_id=marking.work.id,
        trainee_id=marking.work.trainee_id,
        marker_id=actor.id,
        role=actor.role_for(MARK),
        university_id=enrolment.university_id if enrolment else None,
        assignment_id=marking.paper.id,
        calculation=rules.CALCULATION_VERSION,
        levels=body["levels"],
        percent=calculation.percent,
        result=calculation.result,
        feedback_id=before.feedback_id if before and unchanged else _kept(session, body["feedback"]),
    )


def _kept(session: Session, text: str) -> UUID:
    body = keep_text(text)
    session.flush()
    return body.id


def _kept_comment(session: Session, before: MarkView | None, criterion: str, text: str) -> UUID:
    """The text of a comment; one that a correction leaves as it was stays the same text and is redacted once."""
    if before is not None and before.comments.get(criterion) == text:
        return before.comment_ids[criterion]
    return _kept(session, text)


def _deleted(session: Session, draft: MarkDraft | None) -> list[MarkDraft]:
    if draft is None:
        return []
    session.delete(draft)
    return [draft]
