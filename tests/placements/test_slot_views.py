import re
from datetime import date

import pytest
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.identity.services import give_role, viewer_for
from lms.placements import services
from lms.placements.models import Slot
from lms.placements.rules.slots import ClearedBy
from lms.policy import Role
from tests.factories.placements import add_site, prepare
from tests.factories.slots import make_series, make_slot


@pytest.fixture
def site_id(app, cast):
    with app.app_context():
        return prepare()


def date_fields(name, on):
    return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}


def fields(**changes):
    usual = {
        **date_fields("first_on", date(2027, 3, 20)),
        "repeats": "weekly",
        "weekdays": ["5"],
        **date_fields("last_on", date(2027, 4, 3)),
        "starts": "19:00",
        "ends": "07:00",
        "capacity": "1",
        "sign_up": "first-come",
    }
    return {**usual, **changes}


def slots(app):
    with app.app_context():
        return list(db.session.scalars(select(Slot.id).order_by(Slot.starts_at)))


def test_every_date_is_shown_before_a_series_is_made(app, sign_in, site_id):
    client = sign_in("consultant_nurse")
    address = f"/sites/{site_id}/slots/new"
    shown = client.post(address, fields(), 200).text
    assert "3 slots to make" in shown
    assert "The clocks go forward in this slot: it lasts 11 h." in shown
    assert slots(app) == []
    seen = re.search(r'name="seen"[^>]*value="(\w+)"|value="(\w+)"[^>]*name="seen"', shown)
    assert seen is not None
    token = seen[1] or seen[2]
    other = client.post(address, fields(seen=token, starts="20:00"), 200).text
    assert "20:00 to 07:00" in other
    assert slots(app) == []
    page = client.follow(client.post(address, fields(seen=token), 303)).text
    assert "3 slots made" in page
    assert "March 2027: 2 slots" in page
    assert len(slots(app)) == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts": ""}, "Enter the time the slot begins"),
        ({"capacity": "30"}, "Enter places from 1 to 20"),
        ({"repeats": ""}, "Select how often"),
        ({"last_on-day": ""}, "The date must include a day"),
        ({"weekdays": ["9"]}, "Select from the options shown"),
        ({"ends": "01:30", "first_on-day": "27"}, "there is no 01:30"),
        (date_fields("first_on", date(2026, 11, 17)) | {"repeats": "once"}, "A slot must begin in the future"),
    ],
)
def test_what_is_wrong_with_a_series_is_said(app, sign_in, site_id, changes, sentence):
    page = sign_in("consultant_nurse").post(f"/sites/{site_id}/slots/new", fields(**changes), 422).text
    assert sentence in page
    assert slots(app) == []


def test_the_list_keeps_its_filters_and_says_when_nothing_matches(app, cast, sign_in, site_id):
    client = sign_in("administrator")
    assert "There are no slots in this month" in client.get("/slots").text
    with app.app_context():
        make_series(cast.consultant_nurse, site_id, until=date(2026, 12, 22))
    page = client.get(f"/slots?from=2026-12-01&site={site_id}&status=open").text
    assert "December 2026: 4 slots" in page
    assert f"/slots?from=2027-01-01&amp;view=month&amp;site={site_id}&amp;status=open" in page
    assert "0 of 1" in page
    assert "Week of 7 December 2026: 1 slot" in client.get("/slots?from=2026-12-10&view=week").text
    assert "No slot matches" in client.get("/slots?from=2026-12-01&status=full").text


def test_a_slot_is_changed_with_the_later_ones_and_a_late_save_shows_both(app, cast, sign_in, site_id):
    with app.app_context():
        ids = [slot.id for slot in make_series(cast.consultant_nurse, site_id, until=date(2026, 12, 22))]
    client = sign_in("consultant_nurse")
    page = client.get(f"/slots/{ids[1]}/change").text
    assert "This slot and the later ones of its series" in page
    answers = {
        **date_fields("first_on", date(2026, 12, 8)),
        "starts": "09:00",
        "ends": "16:00",
        "capacity": "1",
        "sign_up": "first-come",
        "scope": "later",
        "version": "1",
    }
    done = client.follow(client.post(f"/slots/{ids[1]}/change", answers, 303)).text
    assert "3 slots changed" in done
    assert "09:00 to 16:00" in done
    late = client.post(f"/slots/{ids[1]}/change", {**answers, "scope": "this", "starts": "10:00"}, 409).text
    assert "Somebody else saved this while you had it open" in late
    assert "09:00" in late
    assert "One of 4 slots" in client.get(f"/slots/{ids[0]}").text


def test_a_cancelled_slot_says_why_and_offers_no_change(app, cast, sign_in, site_id):
    with app.app_context():
        slot_id = make_slot(cast.consultant_nurse, site_id).id
    client = sign_in("consultant_nurse")
    assert "Say why the slot does not take place" in client.post(f"/slots/{slot_id}/cancel", {"reason": ""}, 422).text
    page = client.follow(client.post(f"/slots/{slot_id}/cancel", {"reason": "The team moves."}, 303)).text
    assert "The team moves." in page
    assert f"/slots/{slot_id}/change" not in page


def test_a_series_is_cancelled_from_a_slot_on(app, cast, sign_in, site_id):
    with app.app_context():
        ids = [slot.id for slot in make_series(cast.consultant_nurse, site_id, until=date(2026, 12, 22))]
    client = sign_in("consultant_nurse")
    assert "Its series has 3 slots from this one on" in client.get(f"/slots/{ids[1]}/cancel").text
    assert "Select what you cancel" in client.post(f"/slots/{ids[1]}/cancel", {"reason": "It moves."}, 422).text
    sent = {"scope": "later", "reason": "The team moves."}
    assert "3 slots cancelled" in client.follow(client.post(f"/slots/{ids[1]}/cancel", sent, 303)).text
    assert f"/slots/{ids[0]}/change" in client.get(f"/slots/{ids[0]}").text


def test_the_name_of_a_site_is_corrected_and_its_setting_only_while_nothing_belongs_to_it(app, cast, sign_in, site_id):
    client, url = sign_in("administrator"), f"/sites/{site_id}/change"
    assert 'value="Riverside crisis team"' in client.get(url).text
    named = {"name": "Riverside home treatment team", "setting": "control-room", "version": "1"}
    assert "Riverside home treatment team" in client.follow(client.post(url, named, 303)).text
    assert "Somebody else saved this" in client.post(url, named, 409).text
    with app.app_context():
        make_slot(cast.consultant_nurse, site_id)
        add_site("Quayside")
    again = {**named, "version": "2"}
    refused = client.post(url, {**again, "setting": "crisis-team"}, 422).text
    assert "Slots or shifts belong to this site" in refused
    assert "already a site with this name" in client.post(url, {**again, "name": "quayside"}, 422).text
    client.post(url, {**again, "name": "Riverside"}, 303)


def test_a_site_is_closed_and_opened_again(sign_in, site_id):
    client = sign_in("administrator")
    page = client.follow(client.post(f"/sites/{site_id}/close", {}, 303)).text
    assert "This site is closed since 18 November 2026" in page
    assert "This site is closed" in client.get(f"/sites/{site_id}/slots/new").text
    page = client.follow(client.post(f"/sites/{site_id}/reopen", {}, 303)).text
    assert "Site open again" in page
    assert "is open already" in client.follow(client.post(f"/sites/{site_id}/reopen", {}, 303)).text


def test_requirements_are_kept_on_the_page_of_the_site(sign_in, site_id):
    client = sign_in("consultant_nurse")
    answers = {"title": "Site induction", "valid_days": "365", "cleared_by": "site"}
    page = client.follow(client.post(f"/sites/{site_id}/requirements/new", answers, 303)).text
    assert "A supervisor of the site clears it. It holds for 365 days." in page
    assert "asks for this already" in client.post(f"/sites/{site_id}/requirements/new", answers, 422).text
    found = re.search(r"/site-requirements/([0-9a-f-]+)", page)
    assert found is not None
    changed = {"title": "Induction", "valid_days": "", "cleared_by": "trust", "version": "1"}
    page = client.follow(client.post(found[0], changed, 303)).text
    assert "The administrator of the trust clears it. It does not run out." in page
    assert "Both" not in page
    assert "Site induction" in client.post(found[0], {**changed, "title": "Site induction"}, 409).text
    page = client.follow(client.post(f"{found[0]}/retire", {}, 303)).text
    assert "Not asked any more since 18 November 2026" in page


def test_a_trainee_sees_what_is_missing_what_it_blocks_and_who_clears_it(app, cast, sign_in, site_id):
    client = sign_in("trainee")
    page = client.get("/placements/before").text
    assert "You have no bookings ahead." in page
    assert "Blocks every placement. The administrator of the trust clears it." in page
    assert "No site asks for anything of its own." in page
    with app.app_context(), transaction():
        nurse = viewer_for(cast.consultant_nurse)
        services.add_requirement(nurse, site_id, title="Site induction", cleared_by=ClearedBy.SITE, valid_days=365)
    page = client.get("/placements/before").text
    assert "Blocks slots at this site. A supervisor of the site clears it." in page


def test_a_clearance_is_recorded_and_corrected(app, cast, sign_in, site_id):
    with app.app_context():
        nurse = viewer_for(cast.consultant_nurse)
        asked = services.add_requirement(
            nurse, site_id, title="Honorary contract", cleared_by=ClearedBy.TRUST, valid_days=None
        ).id
    client = sign_in("administrator")
    address = f"/trainees/{cast.trainee}/clearances/{asked}"
    assert "It does not run out." in client.get(address).text
    assert (
        "The date cannot be in the future"
        in client.post(address, date_fields("issued_on", date(2026, 11, 19)), 422).text
    )
    page = client.follow(client.post(address, date_fields("issued_on", date(2026, 11, 1)), 303)).text
    assert "Clearance recorded" in page
    page = client.get(address).text
    found = re.search(r"/clearances/[0-9a-f-]+/correct", page)
    assert found is not None
    wrong = date_fields("issued_on", date(2026, 11, 2)) | {"reason": ""}
    assert "Say why you correct it" in client.post(found[0], wrong, 422).text
    page = client.follow(client.post(found[0], {**wrong, "reason": "Another day."}, 303)).text
    assert "Another day." in page
    assert "Replaced" in page


def test_nothing_waits_for_a_supervisor_without_a_site(app, cast, sign_in, site_id):
    with app.app_context():
        give_role(None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=site_id, cause="Here")
    assert "Nothing waits for you." in sign_in("supervisor").get("/clearances").text
