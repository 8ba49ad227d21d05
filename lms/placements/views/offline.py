"""The page that needs no signal, what it needs from the service while there is one, and what it sends."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from flask import current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from lms.core.errors import AlreadyDone, DifferentRequest, RuleViolation
from lms.core.words import day, number_of
from lms.placements import queries, services
from lms.placements.forms import EncounterForm
from lms.placements.forms.offline import DiscardForm, OfflineShiftForm, problems, read_form, required
from lms.placements.models import ShiftDraft
from lms.placements.rules.encounters import AgeBand
from lms.placements.rules.offline import SealedEntry, SealedShift, initials, read_sealed_shift
from lms.placements.rules.sealing import Pairs, Place, key_for, lock_for, open_entry
from lms.placements.views.blueprint import bp
from lms.placements.views.shifts import site_choices
from lms.policy import Permission
from lms.web import once
from lms.web.access import public, requires, viewer
from lms.web.forms import NHSForm
from lms.web.scripts import json_by_script

FILE = re.compile(r'="(/static/[^"]+)"')
FIELDS = {"name": "agreed_name", "email": "agreed_email", "supervisor_id": "agreed_email"}
"""Where the form asks for what services call by another name."""
SENT_BEFORE = (
    "This shift was already sent, before you changed it here. What you changed is not sent: "
    "correct the shift in your hours, then discard this one."
)
Opened = dict[str, Pairs]


@bp.get("/offline")
@public
def show_offline() -> ResponseReturnValue:
    """Show the page that devices keep; there is nobody's name in it, whoever asks."""
    return _page()


@bp.get("/sw.js")
@public
def show_service_worker() -> ResponseReturnValue:
    """The script that keeps the page on a device, with every file the page names."""
    page = _page()
    digest = hashlib.sha256(page.encode()).hexdigest()[:12]
    files = ["/offline", *dict.fromkeys(FILE.findall(page))]
    answer = make_response(render_template("placements/service_worker.js", files=files, digest=digest))
    answer.mimetype = "text/javascript"
    answer.headers["Cache-Control"] = "private, no-cache"  # A device asks each time whether there is a newer one.
    return answer


@bp.get("/manifest.webmanifest")
@public
def show_manifest() -> ResponseReturnValue:
    """What a device needs to install the service."""
    answer = make_response(render_template("placements/manifest.webmanifest"))
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/offline/session")
@requires(Permission.HOURS_LOG)
def show_session() -> ResponseReturnValue:
    """Say to a device whose session it holds, and what it needs to go on without a signal."""
    who, last = viewer(), queries.find_last_time(viewer())
    sites = [{"id": choice.value, "name": str(choice.label)} for choice in site_choices()]
    owner = {
        "person": str(who.id),
        "initials": initials(who.name),
        "lock": lock_for(current_app.config["OFFLINE_KEY"], who.id),
        "sites": sites,
        "site": str(last.site_id) if last else "",
    }
    return {"token": generate_csrf(), "owner": owner}


@bp.post("/offline/bundles")
@requires(Permission.HOURS_LOG)
def receive_bundle() -> ResponseReturnValue:
    """Log a shift that was entered without a signal, with its contacts, once; or send it back with what is wrong."""
    opened: Opened = {}
    entry = None
    try:
        sent = read_sealed_shift(json_by_script())
        if not _is_new(sent, opened):
            return _taken()
        opened.update(_open(sent))
        entry = sent.end.id
        return _carry_out(sent, opened)
    except AlreadyDone:
        return _taken()
    except DifferentRequest:
        return {**_refused([_Wrong(None, None, SENT_BEFORE)], opened), "url": url_for(".show_own_hours")}, 409
    except RuleViolation as problem:
        wrong = [_Wrong(entry, FIELDS.get(each.field or "", each.field), each.message) for each in problem.each]
        return _refused(wrong, opened), 422


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A sentence about an entry, and the field it belongs to; without an entry it is about the whole shift."""

    entry: UUID | None
    field: str | None
    message: str


def _is_new(sent: SealedShift, opened: Opened) -> bool:
    try:
        return once.is_new(sent.id, json.dumps(json_by_script(), sort_keys=True))
    except DifferentRequest:
        opened.update(_open(sent))  # Its writer must still be able to read what was not taken.
        raise


def _carry_out(sent: SealedShift, opened: Opened) -> ResponseReturnValue:
    """Check every form, then log the shift."""
    contacts = {each.id: read_form(EncounterForm, opened[str(each.id)]) for each in sent.contacts}
    shift = read_form(OfflineShiftForm, opened[str(sent.end.id)])
    shift.site_id.choices = site_choices()
    forms: dict[UUID, NHSForm] = {**contacts, sent.end.id: shift}
    wrong = [_Wrong(entry, *found) for entry, form in forms.items() if not form.validate() for found in problems(form)]
    if wrong:
        return _refused(wrong, opened), 422
    made = services.log_offline(
        viewer(),
        draft_id=sent.id,
        body=shift.draft,
        span=shift.span,
        contacts=[form.contact for form in contacts.values()],
        **shift.answers,
    )
    words = f"Shift of {day(shift.worked_on.data)} with {number_of(len(contacts), 'contact')}"
    if isinstance(made, ShiftDraft):
        return {"url": url_for(".continue_draft", draft_id=made.id), "words": f"{words}: choose who supervised it"}
    return {"url": url_for(".show_shift", shift_id=made.id), "words": words}


def _refused(wrong: Sequence[_Wrong], opened: Opened) -> dict[str, object]:
    return {"problems": [asdict(each) for each in wrong], "opened": opened}


def _page() -> str:
    contact = EncounterForm(formdata=None, data={"age_band": AgeBand.NOT_KNOWN})
    shift = OfflineShiftForm(formdata=None)
    return render_template(
        "placements/show_offline.html",
        contact=contact,
        shift=shift,
        discard=DiscardForm(formdata=None),
        contact_required=required(contact),
        shift_required=required(shift),
    )


def _taken() -> ResponseReturnValue:
    return {"url": url_for(".show_own_hours"), "words": "This shift was sent before"}


def _open(sent: SealedShift) -> Opened:
    key = key_for(current_app.config["OFFLINE_KEY"], viewer().id)

    def opened(entry: SealedEntry, use: str) -> Pairs:
        return open_entry(key, entry.sealed, Place(viewer().id, sent.id, entry.id, use))

    found = {str(entry.id): opened(entry, "contact") for entry in sent.contacts}
    return {**found, str(sent.end.id): opened(sent.end, "end")}
