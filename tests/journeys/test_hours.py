"""At 320 px: a shift from its booking, kept while it is typed, approved with its week, corrected and open again."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import expect
from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import db
from lms.placements.models import ShiftDraft
from tests.factories.placements import STARTED, add_site, book
from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService

TRAINEE, SUPERVISOR = "Amina Yusuf", "Sam Okoro"
LOG, APPROVE, CORRECT = 5, 2, 5


def a_booking(service: LiveService) -> UUID:
    """A booked shift of the trainee that is over, at a site of its own, with their supervisor."""
    trainee, supervisor = service.person(TRAINEE), service.person(SUPERVISOR)

    def make() -> UUID:
        site = add_site("Quayside crisis team", "crisis-team")
        return book(trainee, site.id, STARTED + timedelta(hours=1), hours=9, supervisor_id=supervisor)

    return service.ask(make)


def kept(service: LiveService) -> dict[str, str]:
    return service.ask(
        lambda: db.session.scalars(select(ShiftDraft.body).where(ShiftDraft.updated_at <= now())).all()[-1]
    )


def test_a_shift_goes_from_its_booking_to_a_week_that_is_approved_and_opens_again(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    a_booking(service)
    trainee = phone(TRAINEE)
    trainee.follow("Log a booked shift")
    page = trainee.page
    expect(page.locator("#starts")).to_have_value("08:00")
    trainee.write("Pulled to operational duty, in minutes", "90")
    trainee.choose("Were you supernumerary?", "Yes")
    expect(page.locator("[data-said]")).to_contain_text("Patient contact: 6 h 45 min, the rest of the shift.")
    expect(page).to_have_url(re.compile("/hours/drafts/"))
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    page.reload()
    trainee.fits()
    expect(page.get_by_label("Pulled to operational duty, in minutes")).to_have_value("90")
    assert kept(service)["minutes_operational_duty"] == "90"
    trainee.press("Log shift")
    trainee.sees("Shift logged")
    trainee.sees("As long as planned")
    trainee.sees("1 h 30 min of this shift does not count.")
    assert trainee.took() <= LOG

    supervisor = phone(SUPERVISOR)
    supervisor.follow("Approve or query hours")
    supervisor.sees("1 h 30 min pulled to operational duty.")
    week = supervisor.page.locator(".app-week", has_text="Quayside crisis team")
    supervisor.open(week.get_by_role("button", name=re.compile("^Approve this")))
    supervisor.sees("approved")
    assert supervisor.took() <= APPROVE

    page.reload()
    trainee.sees("Approved")
    trainee.follow("Correct this shift")
    trainee.sees("a correction opens it again")
    trainee.write("Why are you correcting this shift?", "I was pulled for two hours.")
    trainee.write("Pulled to operational duty, in minutes", "120")
    trainee.press("Send correction")
    trainee.sees("Waiting for approval")
    trainee.sees("2 h of this shift does not count.")
    assert trainee.took() <= CORRECT

    supervisor.page.reload()
    supervisor.sees("2 h pulled to operational duty.")
