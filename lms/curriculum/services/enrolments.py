"""Opening cohorts and changing enrolments. Facts are added, never edited; no reason of a pause is kept."""

from collections.abc import Callable, Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.services import hold, record
from lms.core.clock import start_of_day, today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.curriculum import queries
from lms.curriculum.models import (
    Cohort,
    CohortRequirementSet,
    ContentVersion,
    Enrolment,
    EnrolmentEnd,
    Pause,
    WorkingShare,
)
from lms.curriculum.rules import enrolment as rules
from lms.curriculum.rules import pace
from lms.curriculum.rules.enrolment import EnrolmentFact, EnrolmentOutcome
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Organisation, Person
from lms.identity.queries import find_account_by_email, get_trust, roles_of
from lms.identity.rules import OrganisationKind
from lms.identity.services import add_to_scope, give_role, leave_scope, open_grant
from lms.identity.services.endings import end_what_is_ahead
from lms.policy import Permission, Role, Viewer

MANAGE = Permission.ENROLMENT_MANAGE


PauseNotice = Callable[..., object]
"""Says to whom it concerns what a pause touches, in the same transaction; takes what `pause` takes."""

_pause_notices: list[PauseNotice] = []


def use_pause_notice(*notices: PauseNotice) -> None:
    """Say who tells of what a pause touches."""
    _pause_notices[:] = notices


def create_cohort(
    actor: Viewer, *, name: str, programme: str, university_id: UUID, starts_on: date, ends_on: date
) -> Cohort:
    """Open a cohort on the current version of a programme, held to the current version of every requirement set.

    Raises RuleViolation if the dates or the university do not fit, the name holds an NHS number or the university
    already has a cohort of the name.
    """
    rules.check_cohort(name=name, starts_on=starts_on, ends_on=ends_on)
    check_free_text(name, no_identifiers=True, field="name")
    with transaction() as session:
        _lock_university(session, university_id)
        if session.scalar(select(Cohort.id).where(Cohort.university_id == university_id, Cohort.name == name.strip())):
            raise RuleViolation("This university already has a cohort of this name", "name")
        version = queries.find_content(ContentKind.PROGRAMME, programme)
        if version is None:
            raise RuleViolation("Select a programme that is taught now", "programme")
        cohort = Cohort(
            name=name.strip(),
            programme=version.slug,
            programme_version_id=version.id,
            university_id=university_id,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        session.add(cohort)
        session.flush()
        pinned = _pin(session, cohort.id, queries.list_content(ContentKind.REQUIREMENT_SET))
        record(actor, "cohort.created", cohort, *pinned, under=MANAGE)
    return cohort


def pin_requirement_sets(
    actor: Viewer, cohort_id: UUID, *, version_ids: Collection[UUID]
) -> list[CohortRequirementSet]:
    """Hold a cohort to these versions of requirement sets from now on; what it was held to before stays recorded."""
    with transaction() as session:
        queries.get_cohort(actor, cohort_id, MANAGE)
        versions = list(queries.content_versions_by_id(version_ids).values())
        if any(version.content_kind is not ContentKind.REQUIREMENT_SET for version in versions):
            raise RuleViolation("Only requirement sets can be chosen here")
        pinned = _pin(session, cohort_id, versions)
        record(actor, "cohort.changed", *pinned, under=MANAGE)
    return pinned


def enrol_by_email(actor: Viewer, cohort_id: UUID, *, email: str, from_on: date, percent: int) -> Enrolment:
    """Enrol the person with this address. Raises RuleViolation if nobody has it."""
    person = find_account_by_email(email)
    if person is None:
        raise RuleViolation("Nobody has an account with this email address. Invite them first", "email")
    return enrol(actor, cohort_id, trainee_id=person.id, from_on=from_on, percent=percent)


def enrol(
    actor: Viewer, cohort_id: UUID, *, trainee_id: UUID, from_on: date | None = None, percent: int = pace.FULL
) -> Enrolment:
    """Put a person into a cohort: they become a trainee, and cohort, university and trust may see them.

    Without `from_on` the enrolment begins with the cohort. Raises RuleViolation if the person is the actor or enrolled
    already, or the account is closed.
    """
    rules.check_another(actor.id, trainee_id)
    rules.check_share(percent)
    with transaction() as session:
        hold(trainee_id)
        cohort = queries.get_cohort(actor, cohort_id, MANAGE).cohort
        person = session.get(Person, trainee_id)
        if person is None or person.deactivated_at is not None:
            raise RuleViolation("This account is closed or does not exist", "email")
        begins = from_on or cohort.starts_on
        before = queries.last_enrolment(trainee_id)
        rules.check_joining(
            before, from_on=begins, cohort_starts_on=cohort.starts_on, cohort_ends_on=cohort.ends_on, on=today()
        )
        enrolment = Enrolment(trainee_id=trainee_id, cohort_id=cohort.id, from_on=begins)
        session.add(enrolment)
        session.flush()
        share = WorkingShare(enrolment_id=enrolment.id, from_on=begins, percent=percent)
        session.add(share)
        record(actor, "enrolment.opened", enrolment, share, about=trainee_id, under=MANAGE)
        if before is not None:
            _leave(actor, trainee_id, before, cohort)
        _open_access(actor, trainee_id, cohort)
    return enrolment


def change_working_share(actor: Viewer, trainee_id: UUID, *, percent: int, from_on: date) -> WorkingShare:
    """Record that from a day on a trainee works another share of full time; expected dates follow, hours stay."""
    rules.check_share(percent)
    with transaction() as session:
        fact = _open_enrolment(actor, trainee_id)
        if from_on < fact.from_on:
            raise RuleViolation("The first day must not be before the enrolment began", "from_on")
        share = WorkingShare(enrolment_id=fact.id, from_on=from_on, percent=percent)
        session.add(share)
        record(actor, "enrolment.changed", share, about=trainee_id, under=MANAGE)
    return share


def pause(actor: Viewer, trainee_id: UUID, *, from_on: date, until_on: date | None) -> Pause:
    """Stop the clock of an enrolment from the first day away until the first day back, if that is known.

    It cancels nothing: whoever decides about bookings is told what is booked in it.
    """
    with transaction() as session:
        fact = _open_enrolment(actor, trainee_id)
        rules.check_pause(fact.pauses, from_on=from_on, until_on=until_on, starts_on=fact.from_on)
        row = Pause(enrolment_id=fact.id, from_on=from_on, until_on=until_on)
        session.add(row)
        record(actor, "enrolment.changed", row, about=trainee_id, under=MANAGE)
        for tell_of in _pause_notices:
            tell_of(actor, trainee_id, from_on=from_on, until_on=until_on)
    return row


def resume(actor: Viewer, trainee_id: UUID, *, back_on: date) -> Pause:
    """Record the first day back; the pause keeps its first day. The first day away itself cancels a pause."""
    with transaction() as session:
        fact = _open_enrolment(actor, trainee_id)
        open_pause = queries.find_open_pause(fact.id)
        rules.check_return(pace.Pause(open_pause.from_on, open_pause.until_on) if open_pause else None, back_on=back_on)
        assert open_pause is not None
        others = [other for other in fact.pauses if other.from_on != open_pause.from_on]
        if back_on > open_pause.from_on:
            rules.check_pause(others, from_on=open_pause.from_on, until_on=back_on, starts_on=fact.from_on)
        row = Pause(enrolment_id=fact.id, from_on=open_pause.from_on, until_on=back_on, supersedes_id=open_pause.id)
        session.add(row)
        record(actor, "enrolment.changed", row, about=trainee_id, under=MANAGE)
    return row


def end_enrolment(actor: Viewer, trainee_id: UUID, *, ended_on: date, outcome: EnrolmentOutcome) -> EnrolmentEnd:
    """End an enrolment on a day. The record stays, and so does the trainee's view of it.

    What is booked after that day is cancelled, also for somebody who moves: they ask again from where they move to.
    """
    with transaction() as session:
        end_what_is_ahead(
            actor,
            trainee_id,
            from_at=start_of_day(ended_on + timedelta(days=1)),
            reason=f"The last day of the enrolment is {day(ended_on)}.",
            under=MANAGE,
        )
        fact = _open_enrolment(actor, trainee_id)
        if fact.ended_on is not None:
            raise RuleViolation("The end of this enrolment is already recorded", "ended_on")
        if ended_on < fact.from_on:
            raise RuleViolation("The last day must not be before the enrolment began", "ended_on")
        end = EnrolmentEnd(enrolment_id=fact.id, ended_on=ended_on, outcome=outcome)
        session.add(end)
        record(actor, "enrolment.changed", end, about=trainee_id, under=MANAGE)
    return end


def _open_enrolment(actor: Viewer, trainee_id: UUID) -> EnrolmentFact:
    rules.check_another(actor.id, trainee_id)
    hold(trainee_id)
    fact = queries.get_enrolment(actor, trainee_id, MANAGE)
    rules.check_open(fact, today())
    return fact


def _lock_university(session: Session, university_id: UUID) -> Organisation:
    """Two cohorts of one university are opened one after the other, so that names stay unique."""
    university = session.get(Organisation, university_id, with_for_update=True)
    if university is None or university.organisation_kind is not OrganisationKind.UNIVERSITY:
        raise RuleViolation("Select a university", "university_id")
    return university


def _pin(session: Session, cohort_id: UUID, versions: Collection[ContentVersion]) -> list[CohortRequirementSet]:
    rows = [
        CohortRequirementSet(cohort_id=cohort_id, slug=version.slug, content_version_id=version.id)
        for version in versions
    ]
    session.add_all(rows)
    return rows


def _leave(actor: Viewer, trainee_id: UUID, before: EnrolmentFact, cohort: Cohort) -> None:
    """Close the old cohort, and the old university where it is another one, to the record of somebody who moves."""
    for scope_id in {before.cohort_id, before.university_id} - {cohort.id, cohort.university_id}:
        leave_scope(actor, trainee_id=trainee_id, scope_id=scope_id, cause=f"Moved to {cohort.name}")


def _open_access(actor: Viewer, trainee_id: UUID, cohort: Cohort) -> None:
    """Scopes through which others see the trainee, and the trainee's own grant on themselves."""
    cause = f"Enrolled in {cohort.name}"
    is_new = Role.TRAINEE not in roles_of(trainee_id)
    if is_new:
        give_role(actor, person_id=trainee_id, role=Role.TRAINEE, scope_id=cohort.id, cause=cause)
    for scope_id in (trainee_id, cohort.id, cohort.university_id, get_trust().id):
        add_to_scope(actor, trainee_id=trainee_id, scope_id=scope_id, cause=cause)
    if not queries.has_own_grant(trainee_id):
        open_grant(
            actor,
            person_id=trainee_id,
            scope_id=trainee_id,
            role=Role.TRAINEE,
            cause="Their own record",
            about=trainee_id,
        )
