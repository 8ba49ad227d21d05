"""Playing cases: starting an attempt, taking steps once each, keeping drafts, finishing the debrief; discussing one."""

import enum
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms.audit.services import hold, keep_text, record
from lms.cases import queries
from lms.cases.models import (
    CaseAttempt,
    CaseDiscussion,
    CaseDraft,
    CaseFinish,
    CaseReflection,
    CaseStep,
    DebriefDone,
    DiscussionOutcome,
)
from lms.cases.queries import DiscussionRow, Play
from lms.cases.rules.answers import Step
from lms.cases.rules.decisions import Write
from lms.cases.rules.discussions import Ended, check_correctable, check_correction, check_outcome, check_withdrawal
from lms.cases.rules.engine import Mode, State, advance, check_written, draw
from lms.cases.rules.scoring import score
from lms.core.clock import today
from lms.core.confidence import Confidence
from lms.core.db import Model, transaction
from lms.core.errors import RuleViolation, Stale
from lms.core.identifiers import adds_identifiers, check_free_text
from lms.identity.queries import get_trainee
from lms.notifications.services import tell
from lms.policy import Permission, Viewer

LONGEST_TEXT = 20_000


class Taken(enum.StrEnum):
    """What became of a step that was sent."""

    NOW = "now"
    BEFORE = "before"
    ELSEWHERE = "elsewhere"


def start_attempt(actor: Viewer, slug: str, *, mode: Mode) -> CaseAttempt:
    """Begin a case at its current version, with a patient drawn by chance.

    A graded attempt that is still open goes on instead: there is one at a time. Whoever plays again meets another
    patient if there is one. Raises NotFound if the case is not taught now.
    """
    with transaction() as session:
        get_trainee(actor, actor.id, Permission.CASE_PLAY)
        hold(actor.id)
        version_id, row = queries.get_case(actor, slug)
        if mode is Mode.GRADED:
            going_on = next((past for past in row.attempts if past.is_open and past.attempt.mode is mode), None)
            if going_on:
                return going_on.attempt
        last = row.attempts[0].attempt.draw["variant"] if row.attempts else None
        drawn = draw(row.case, secrets.randbits(64), unlike=last)
        attempt = CaseAttempt(trainee_id=actor.id, content_version_id=version_id, mode=mode, draw=drawn.to_json())
        session.add(attempt)
        session.flush()
        record(actor, "case.started", attempt, about=actor.id, under=Permission.CASE_PLAY)
    return attempt


def take_step(
    actor: Viewer, attempt_id: UUID, *, seq: int, choice: Mapping[str, Any], confidence: Confidence | None = None
) -> Taken:
    """Commit an answer, a hint or going on as step `seq` of the viewer's attempt, once.

    `choice` is what `Step.choice` gives. The same step sent again changes nothing; a step sent from an old page says
    that the attempt is elsewhere; a hint taken meanwhile on another page stands and the answer follows it. Raises
    RuleViolation if the scene does not allow it.
    """
    with transaction() as session:
        hold(actor.id)
        play = queries.get_play(actor, attempt_id)
        if "hint" not in choice:
            seq = play.after_hints(seq)
        if seq != len(play.steps):
            again = seq < len(play.steps) and play.steps[seq].step.choice == dict(choice)
            return Taken.BEFORE if again else Taken.ELSEWHERE
        step = Step.stored(play.state.scene, choice, confidence)
        if isinstance(play.scene.decision, Write):
            raise RuleViolation("This scene asks for your own words.", "text")
        after = advance(play.case, play.state, step)
        row = CaseStep(attempt_id=attempt_id, seq=seq, scene=step.scene, choice=step.choice, confidence=confidence)
        _keep(session, actor, play, after, row)
    return Taken.NOW


def submit_text(actor: Viewer, attempt_id: UUID, *, seq: int, text: str, version: int) -> Taken:
    """Commit a written answer as step `seq` of the viewer's attempt, once; its draft is deleted.

    `version` is that of the draft the page was read at, 0 if there was none. Raises Stale if another page saved other
    words since, RuleViolation if the scene asks for something else or the text is too short or too long.
    """
    with transaction() as session:
        hold(actor.id)
        play = queries.get_play(actor, attempt_id)
        if seq != len(play.steps):
            again = seq < len(play.steps) and play.steps[seq].text == text
            return Taken.BEFORE if again else Taken.ELSEWHERE
        _check_length(text)
        check_written(written_task(play), text)
        check_free_text(text, no_identifiers=True, field="text")
        draft = queries.find_draft(actor, attempt_id)
        if draft is not None and draft.version != version and draft.text != text:
            raise Stale({"text": draft.text}, draft.version)
        step = Step(play.state.scene)
        after = advance(play.case, play.state, step)
        body = keep_text(text)
        session.flush()  # The step needs the id of its text.
        row = CaseStep(attempt_id=attempt_id, seq=seq, scene=step.scene, choice={}, text_id=body.id)
        gone: list[Model] = []
        if draft is not None:
            session.delete(draft)
            gone.append(draft)
        _keep(session, actor, play, after, row, *gone)
    return Taken.NOW


def _keep(session: Session, actor: Viewer, play: Play, after: State, step: CaseStep, *others: Model) -> None:
    rows: list[Model] = [step]
    if after.ended:
        result = score(play.case, after)
        rows.append(
            CaseFinish(
                attempt_id=play.attempt.id,
                points=result.points,
                points_available=result.points_available,
                facts_found=len(result.facts_found),
                facts_available=len(play.case.facts),
                critical_errors=len(result.critical_steps),
            )
        )
    session.add_all(rows)
    session.flush()
    record(actor, "case.step-taken", *rows, *others, about=actor.id, under=Permission.CASE_PLAY)


def save_draft(actor: Viewer, attempt_id: UUID, *, seq: int, text: str, version: int) -> CaseDraft:
    """Keep what is written so far for step `seq`. `version` is the one the page was read at, 0 if there was none.

    Raises Stale if another page saved since, RuleViolation if the attempt is no longer at a written task or the text is
    too long.
    """
    _check_length(text)
    check_free_text(text, no_identifiers=True, field="text")
    with transaction() as session:
        hold(actor.id)
        play = queries.get_play(actor, attempt_id)
        written_task(play)
        if seq != len(play.steps):
            raise RuleViolation("You have already submitted this answer.")
        draft = queries.find_draft(actor, attempt_id)
        if draft is None:
            draft = CaseDraft(attempt_id=attempt_id, scene=play.state.scene, text=text)
            session.add(draft)
        elif draft.scene != play.state.scene:
            draft.scene, draft.text = play.state.scene, text
        elif not _rewrite(draft, text, version):
            return draft
        session.flush()
        record(actor, "case.draft-saved", draft, about=actor.id, under=Permission.CASE_PLAY)
    return draft


def _rewrite(kept: CaseDraft | CaseReflection, text: str, version: int) -> bool:
    """Put a text in place of the one that is kept, and say whether anything changed.

    Raises Stale if another page saved other words since this version.
    """
    if kept.text == text:
        return False
    if kept.version != version:
        raise Stale({"text": kept.text}, kept.version)
    kept.text = text
    return True


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise RuleViolation(f"Use {LONGEST_TEXT:,} characters or fewer.", "text")


def written_task(play: Play) -> Write:
    """The written task the attempt is at. Raises RuleViolation if it is at something else."""
    decision = play.scene.decision
    if not isinstance(decision, Write):
        raise RuleViolation("This scene does not ask for your own words.")
    return decision


def finish_debrief(actor: Viewer, attempt_id: UUID) -> None:
    """Record that the viewer read the debrief of their finished attempt; saying it twice changes nothing.

    Raises RuleViolation if the attempt has not ended.
    """
    with transaction() as session:
        hold(actor.id)
        play = queries.get_play(actor, attempt_id)
        if play.finish is None:
            raise RuleViolation("Finish the case first: the debrief follows its end.")
        if play.debriefed_at is not None:
            return
        done = DebriefDone(attempt_id=attempt_id)
        session.add(done)
        session.flush()
        record(actor, "case.debriefed", done, about=actor.id, under=Permission.CASE_PLAY)


def save_reflection(
    actor: Viewer, attempt_id: UUID, *, text: str, version: int, no_identifiers: bool = False
) -> CaseReflection:
    """Keep what the viewer writes for themselves after a finished attempt of their own; nobody else reads it.

    `version` is the one the page was read at, 0 if there was none. What the writer confirmed once needs no second word.
    Raises Stale if another page saved since, RuleViolation if the attempt has not ended, or if the text is too long or
    may identify somebody.
    """
    _check_length(text)
    with transaction() as session:
        hold(actor.id)
        if queries.get_play(actor, attempt_id).finish is None:
            raise RuleViolation("Finish the case first: the debrief follows its end.")
        reflection = queries.find_reflection(actor, attempt_id)
        confirmed = no_identifiers or (reflection is not None and not adds_identifiers(reflection.text, text))
        check_free_text(text, no_identifiers=confirmed, field="text")
        if reflection is None:
            reflection = CaseReflection(attempt_id=attempt_id, text=text)
            session.add(reflection)
        elif not _rewrite(reflection, text, version):
            return reflection
        session.flush()
        record(actor, "case.reflection-saved", reflection, about=actor.id, under=Permission.CASE_PLAY)
    return reflection


def ask_discussion(actor: Viewer, slug: str) -> UUID:
    """Ask to discuss a case with an educator; gives the id of the discussion. While one is open, nothing changes.

    No reason is asked or kept. Raises NotFound if the case is not the viewer's to discuss.
    """
    with transaction() as session:
        get_trainee(actor, actor.id, Permission.CASE_PLAY)
        hold(actor.id)
        found = queries.get_discussable(actor, slug)
        if found.open_discussion is not None:
            return found.open_discussion.id
        asked = CaseDiscussion(trainee_id=actor.id, content_version_id=found.version_id)
        session.add(asked)
        session.flush()
        record(actor, "case.discussion-asked", asked, about=actor.id, under=Permission.CASE_PLAY)
    return asked.id


def withdraw_discussion(actor: Viewer, discussion_id: UUID) -> None:
    """Take back the viewer's own request for a discussion; taking it back twice changes nothing.

    Raises NotFound for anybody else's, RuleViolation if the discussion has been held.
    """
    with transaction() as session:
        hold(actor.id)
        before = queries.get_own_discussion(actor, discussion_id).ended
        if before is Ended.WITHDRAWN:
            return
        check_withdrawal(before)
        outcome = DiscussionOutcome(
            discussion_id=discussion_id,
            ended=Ended.WITHDRAWN,
            recorded_by_id=actor.id,
            role=actor.role_for(Permission.CASE_PLAY),
        )
        session.add(outcome)
        session.flush()
        record(actor, "case.discussion-ended", outcome, about=actor.id, under=Permission.CASE_PLAY)


def record_discussion(
    actor: Viewer, discussion_id: UUID, *, ended: Ended, held_on: date, note: str = "", no_identifiers: bool = False
) -> DiscussionOutcome:
    """Record that a discussion was held and whether it covered the capabilities of its case, and tell the trainee.

    Raises NotFound outside the actor's scope, RuleViolation if the outcome cannot be defended or one stands already.
    """
    with transaction() as session:
        hold(queries.get_discussion(actor, discussion_id).trainee_id)
        row = queries.get_discussion(actor, discussion_id)
        check_outcome(
            actor_id=actor.id,
            trainee_id=row.trainee_id,
            ended=ended,
            held_on=held_on,
            asked_on=row.asked_on,
            today=today(),
            note=note,
            before=row.ended,
        )
        check_free_text(note, no_identifiers=no_identifiers, field="note")
        kept = keep_text(note.strip()) if note.strip() else None
        session.flush()  # The outcome needs the id of its text.
        outcome = DiscussionOutcome(
            discussion_id=discussion_id,
            ended=ended,
            held_on=held_on,
            recorded_by_id=actor.id,
            role=actor.role_for(Permission.CASE_REVIEW),
            note_id=kept.id if kept else None,
        )
        session.add(outcome)
        session.flush()
        record(actor, "case.discussion-ended", outcome, about=row.trainee_id, under=Permission.CASE_REVIEW)
        tell(row.trainee_id, f"Your discussion of {row.case.title} is recorded", f"/cases/{row.slug}/discussion")
    return outcome


def correct_discussion(
    actor: Viewer,
    discussion_id: UUID,
    *,
    seen_id: UUID | None,
    ended: Ended,
    held_on: date,
    reason: str,
    note: str = "",
    no_identifiers: bool = False,
) -> DiscussionOutcome:
    """Supersede what is recorded of a discussion that was held, say why, and tell the trainee.

    `seen_id` is the outcome the page showed; a note that stays as it was stays the same text. Raises NotFound outside
    the actor's scope, Stale if somebody else corrected it since, RuleViolation if it cannot be corrected so.
    """
    with transaction() as session:
        hold(queries.get_discussion(actor, discussion_id).trainee_id)
        row = queries.get_discussion(actor, discussion_id)
        check_correctable(actor_id=actor.id, trainee_id=row.trainee_id, before=row.ended)
        if row.outcome_id != seen_id:
            raise Stale(_as_text(row), 0)
        same_note = note.strip() == (row.note or "")
        check_correction(
            ended=ended,
            held_on=held_on,
            asked_on=row.asked_on,
            today=today(),
            note=note,
            reason=reason,
            changes=not same_note or (ended, held_on) != (row.ended, row.held_on),
        )
        check_free_text(note, no_identifiers=no_identifiers, field="note")
        check_free_text(reason, no_identifiers=no_identifiers, field="reason")
        kept = keep_text(note.strip()) if note.strip() and not same_note else None
        why = keep_text(reason.strip())
        session.flush()  # The outcome needs the ids of its texts.
        outcome = DiscussionOutcome(
            discussion_id=discussion_id,
            ended=ended,
            held_on=held_on,
            recorded_by_id=actor.id,
            role=actor.role_for(Permission.CASE_REVIEW),
            note_id=row.note_id if same_note else kept.id if kept else None,
            supersedes_id=seen_id,
            reason_id=why.id,
        )
        session.add(outcome)
        session.flush()
        record(actor, "case.discussion-ended", outcome, about=row.trainee_id, under=Permission.CASE_REVIEW)
        words = f"The record of your discussion of {row.case.title} is corrected"
        tell(row.trainee_id, words, f"/cases/{row.slug}/discussion")
    return outcome


def _as_text(row: DiscussionRow) -> dict[str, str]:
    """What is recorded, as the form that corrects it shows it."""
    held = row.held_on
    return {
        "held_on": f"{held.day} {held.month} {held.year}" if held else "",
        "ended": row.ended.answer if row.ended else "",
        "note": row.note or "",
    }
