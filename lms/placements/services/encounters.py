"""Noting de-identified contacts and taking them back: one transaction each, with its ledger entries."""

from collections.abc import Collection
from uuid import UUID

from lms.audit.services import hold, record
from lms.core.db import transaction
from lms.placements import queries
from lms.placements.models import Encounter, EncounterWithdrawal
from lms.placements.rules import encounters as rules
from lms.placements.rules import states
from lms.placements.rules.encounters import Contact
from lms.policy import Permission, Viewer


def add_encounter(actor: Viewer, shift_id: UUID, *, contact: Contact) -> Encounter:
    """Note one de-identified contact of a shift the actor worked.

    Raises NotFound for somebody else's shift; RuleViolation if the shift no longer stands or the frameworks exclude
    each other.
    """
    return add_encounters(actor, shift_id, contacts=[contact])[0]


def add_encounters(actor: Viewer, shift_id: UUID, *, contacts: Collection[Contact]) -> list[Encounter]:
    """Note several de-identified contacts of one shift the actor worked.

    Raises NotFound for somebody else's shift; RuleViolation if the shift no longer stands or the frameworks of a
    contact exclude each other.
    """
    for contact in contacts:
        rules.check_frameworks(contact.frameworks)
    with transaction() as session:
        hold(actor.id)
        page = queries.get_own_shift(actor, shift_id)
        states.check_standing(page.row.fact.status)
        encounters = [_encounter(page.first_id, actor.id, contact) for contact in contacts]
        session.add_all(encounters)
        record(actor, "encounter.added", *encounters, about=actor.id, under=Permission.HOURS_LOG)
    return encounters


def take_back_encounter(actor: Viewer, encounter_id: UUID) -> EncounterWithdrawal:
    """Take back a contact the actor entered wrongly. It counts no longer and stays readable.

    Raises NotFound for somebody else's contact, RuleViolation if it was taken back already.
    """
    with transaction() as session:
        hold(actor.id)
        row = queries.get_own_encounter(actor, encounter_id)
        rules.check_not_taken_back(taken_back=row.taken_back)
        withdrawal = EncounterWithdrawal(encounter_id=row.id, trainee_id=actor.id)
        session.add(withdrawal)
        record(actor, "encounter.taken-back", withdrawal, about=actor.id, under=Permission.HOURS_LOG)
    return withdrawal


def _encounter(shift_id: UUID, trainee_id: UUID, contact: Contact) -> Encounter:
    return Encounter(
        shift_id=shift_id,
        trainee_id=trainee_id,
        presentation=contact.presentation,
        part=contact.part,
        outcome=contact.outcome,
        age_band=contact.age_band,
        frameworks=rules.in_order(contact.frameworks),
        safety_plan_made=contact.safety_plan_made,
    )
