"""A supervisor beside the trainee approves shifts on the trainee's phone, and a guest one with the link they got."""

import re
from datetime import time, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from lms.core.clock import today
from lms.core.db import db
from lms.identity.services import viewer_for
from lms.notifications.models import Mail
from lms.notifications.services import facts_of
from lms.placements import services as placements
from lms.placements.models import Shift, ShiftDecision
from lms.placements.rules.states import Activity
from tests.journeys.service import LiveService
from tests.journeys.test_accessibility import faults
from tests.journeys.test_signing_routes import PIN, TRAINEE, Phone, give_pin

SUPERVISOR = "Sam Okoro"


def log_shifts(service: LiveService, *days_ago: int) -> None:
    """Shifts of the trainee at the site where they were last, with the supervisor they named there."""
    trainee = service.person(TRAINEE)

    def make() -> None:
        last = db.session.scalars(select(Shift).where(Shift.trainee_id == trainee).order_by(Shift.id.desc())).first()
        assert last is not None
        for days in days_ago:
            placements.log_shift(
                viewer_for(trainee),
                site_id=last.site_id,
                supervisor_id=service.person(SUPERVISOR),
                worked_on=today() - timedelta(days=days),
                starts=time(9),
                ends=time(15),
                activities={Activity.PATIENT_CONTACT: 330, Activity.BREAK: 30},
                is_supernumerary=True,
                note="Two long visits.",
            )

    service.ask(make)


def newest(service: LiveService) -> list[str]:
    """The grades of the last two decisions, the newest first."""

    def read() -> list[str]:
        made = select(ShiftDecision).order_by(ShiftDecision.id.desc()).limit(2)
        return [row.identity_grade.value for row in db.session.scalars(made) if row.identity_grade]

    return service.ask(read)


def sent_link(service: LiveService) -> str:
    def read() -> str:
        mail = db.session.scalars(
            select(Mail).where(Mail.template == "asked-to-approve").order_by(Mail.id.desc())
        ).first()
        assert mail is not None
        return str(facts_of(mail)["url"])

    return service.ask(read)


def test_a_supervisor_approves_hours_on_the_trainees_phone(service: LiveService, phone: Phone) -> None:
    give_pin(service, SUPERVISOR)
    log_shifts(service, 2, 1)
    both = phone(TRAINEE)
    both.at("/hours/approvals/new").interactions = 0
    both.choose("How does your supervisor approve them?", "Here and now, on this phone")
    both.press("Continue")
    both.press("Hand over now")
    both.sees("asks you to approve")
    both.sees("Note: Two long visits.")
    assert faults(both.page) == []
    both.select("Your name", SUPERVISOR)
    both.write("Your PIN", PIN)
    both.press("Sign and send")
    both.sees("Signed. Thank you.")
    assert both.interactions <= 6, both.interactions
    assert newest(service) == ["pin", "pin"]
    for address in ("/hours", "/"):
        both.at(address)
        expect(both.page).to_have_url(re.compile("/sign-in"))

    log_shifts(service, 6)
    both.sign_in_as(TRAINEE)
    both.at("/hours/approvals/new").interactions = 0
    both.choose("How does your supervisor approve them?", "With a link sent to somebody without an account")
    both.write("Their full name", "Nia Bevan")
    both.write("Their profession", "Recovery worker")
    both.write("Their work email address", "nia.bevan@northmere-general.example")
    both.press("Continue")
    both.sees("The link is on its way")
    assert both.interactions <= 5, both.interactions

    guest = phone()
    guest.at(sent_link(service)).interactions = 0
    guest.press("Open the form")
    guest.press("Sign and send")
    guest.sees("Signed. Thank you.")
    assert guest.interactions <= 2, guest.interactions
    assert newest(service)[0] == "email-link"
    both.at("/hours").sees("Approved by a guest, not checked yet")
