"""Reporting what may put people at risk at a placement, and dealing with it: one transaction each."""

from dataclasses import dataclass
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, list_people_with_role
from lms.notifications.services import send_mail, tell
from lms.placements import queries
from lms.placements.models import SafeguardingReport, SafeguardingStep
from lms.placements.rules import evaluations as rules
from lms.placements.rules.evaluations import SafeguardingOutcome
from lms.policy import Permission, Role, Viewer


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that is kept, and whether anybody was told who can read it."""

    id: UUID
    has_reader: bool


def report_risk(actor: Viewer, site_id: UUID, *, text: str, no_identifiers: bool = False) -> Reported:
    """Say that something put somebody at risk at a placement; every consultant nurse of the actor is told at once.

    Where none is in post, administrators are told that somebody has to be, without the words.

    Raises NotFound for a site the actor never worked at; RuleViolation without words, if they may identify somebody,
    or if nobody at all could be told.
    """
    if not text.strip():
        raise RuleViolation("Say what happened", "text")
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        hold(actor.id)
        queries.get_own_placement(actor, site_id)
        row = SafeguardingReport(site_id=site_id, trainee_id=actor.id, text=keep_text(text))
        session.add(row)
        session.flush()
        record(actor, "safeguarding.reported", row, about=actor.id, under=Permission.EVALUATION_GIVE)
        readers = queries.list_report_readers(actor.id)
        for person_id in readers:
            tell(person_id, "A trainee reports a risk at a placement", f"/safeguarding/{row.id}")
            send_mail(person_id, "safeguarding-reported", url=f"/safeguarding/{row.id}")
        if not readers:
            _tell_administrators()
    return Reported(row.id, has_reader=bool(readers))


def _tell_administrators() -> None:
    """Say that a report waits which nobody can read: giving the role is theirs, reading it is not.

    Raises RuleViolation where there is nobody.
    """
    people = list_people_with_role(Role.ADMINISTRATOR)
    if not people:
        raise RuleViolation(
            "Nobody can receive this report at the moment, so it was not kept. Tell the safeguarding team yourself."
        )
    for person in people:
        tell(person.id, "A report of a risk waits and no consultant nurse is in post to read it", "/people")
        send_mail(person.id, "safeguarding-unread", url="/people")


def take_step(
    actor: Viewer, report_id: UUID, *, outcome: SafeguardingOutcome, words: str, no_identifiers: bool = False
) -> SafeguardingStep:
    """Say what is done about a report; whoever made it is told where it stands, without the words.

    Raises NotFound outside the actor's scope; RuleViolation without words, out of order, or on one's own report.
    """
    if not words.strip():
        raise RuleViolation("Say what you did", "words")
    check_free_text(words, no_identifiers=no_identifiers, field="words")
    with transaction() as session:
        hold(queries.get_report(actor, report_id).trainee_id)
        page = queries.get_report(actor, report_id)
        trainee_id = page.trainee_id
        rules.check_step(page.row.outcomes, outcome, actor_id=actor.id, trainee_id=trainee_id)
        acting = acting_towards(actor, trainee_id, Permission.SAFEGUARDING_READ)
        row = SafeguardingStep(
            report_id=report_id,
            trainee_id=trainee_id,
            outcome=outcome,
            words=keep_text(words),
            by_id=actor.id,
            role=acting.acting,
        )
        session.add(row)
        record(acting, "safeguarding.step-taken", row, about=trainee_id, under=Permission.SAFEGUARDING_READ)
        tell(trainee_id, f"Your report of a risk: {outcome.label.lower()}", "/hours/evaluations")
    return row
