"""Keeping the list of sites: one transaction each, with its ledger entries."""

from collections.abc import Iterable
from uuid import UUID

from lms.audit.services import record
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.identity.queries import get_trust
from lms.placements import queries
from lms.placements.models import Site
from lms.policy import Permission, Viewer


def add_site(actor: Viewer | None, *, name: str, setting: str) -> Site:
    """Add a place where shifts are worked.

    Raises RuleViolation if the name is taken or holds an NHS number, or there is no such setting.
    """
    check_free_text(name, no_identifiers=True, field="name")
    with transaction() as session:
        _check_named(name, setting, others=queries.list_sites())
        site = Site(name=name, setting=setting, organisation_id=get_trust().id)
        session.add(site)
        record(actor, "site.changed", site, under=Permission.SLOT_MANAGE)
    return site


def change_site(actor: Viewer, site_id: UUID, *, version: int, name: str, setting: str) -> Site:
    """Correct the name of a site, or its setting while nothing has been offered or worked there.

    Shifts keep the setting they were logged with, so a place that changes what it does is another site. Raises NotFound
    without it, Stale if somebody saved it since `version`, RuleViolation as add_site does or for a setting in use.
    """
    check_free_text(name, no_identifiers=True, field="name")
    with transaction():
        site = hold_site(site_id)
        if site.version != version:
            raise Stale({"name": site.name, "setting": queries.get_placements().title_of(site.setting)}, site.version)
        _check_named(name, setting, others=[other for other in queries.list_sites() if other.id != site_id])
        if setting != site.setting and queries.is_site_used(site_id):
            raise RuleViolation(
                "Slots or shifts belong to this site, so its setting stays. Close it and add another one", "setting"
            )
        site.name, site.setting, site.updated_at = name, setting, now()
        record(actor, "site.changed", site, under=Permission.SLOT_MANAGE)
    return site


def close_site(actor: Viewer, site_id: UUID) -> Site:
    """Let a site offer no slots any more. What is booked there stays booked, and what was worked stays in the record.

    Raises RuleViolation if it is closed already.
    """
    return _set_closed(actor, site_id, closed=True)


def reopen_site(actor: Viewer, site_id: UUID) -> Site:
    """Let a closed site offer slots again.

    Raises RuleViolation if it is open.
    """
    return _set_closed(actor, site_id, closed=False)


def _set_closed(actor: Viewer, site_id: UUID, *, closed: bool) -> Site:
    with transaction():
        site = hold_site(site_id)
        if (site.closed_at is not None) is closed:
            raise RuleViolation("This site is closed already" if closed else "This site is open already")
        site.closed_at = now() if closed else None
        site.updated_at = now()
        record(actor, "site.changed", site, under=Permission.SLOT_MANAGE)
    return site


def _check_named(name: str, setting: str, *, others: Iterable[Site]) -> None:
    if queries.get_placements().setting(setting) is None:
        raise RuleViolation("Select a setting from the list", "setting")
    if any(site.name.lower() == name.lower() for site in others):
        raise RuleViolation("There is already a site with this name", "name")


def hold_site(site_id: UUID) -> Site:
    """The site, locked, so that what is decided about it follows one after the other; else NotFound."""
    site = db.session.get(Site, site_id, with_for_update=True)
    if site is None:
        raise NotFound
    return site
