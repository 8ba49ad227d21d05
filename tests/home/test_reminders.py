from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.home import services
from lms.home.queries import count_all_waiting
from lms.home.rules import DigestPace
from lms.identity.services import viewer_for
from lms.jobs.services import HANDLERS
from lms.notifications.models import Mail, Notice
from lms.notifications.services import compose
from lms.placements import services as placements
from lms.placements.queries import list_own_to_log
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.times import Span
from tests.factories.duties import add_booking, decide
from tests.factories.placements import log, prepare

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture
def site_id(context, clock):
    clock.set(MONDAY)
    return prepare()


@pytest.fixture
def book(cast, site_id):
    """Books a slot so many hours from Monday morning."""

    def booked(hours):
        start = MONDAY + timedelta(hours=hours)
        return add_booking(cast.trainee, site_id, cast.consultant_nurse, Span(start, start + timedelta(hours=8)))

    return booked


def sent():
    return list(db.session.scalars(select(Mail.template).where(Mail.template == "placement-reminder")))


def test_a_shift_of_tomorrow_is_reminded_of_once_and_the_message_names_no_place(cast, book):
    book(26), book(60)
    assert services.send_reminders() == 1
    assert services.send_reminders() == 0
    mail = db.session.scalar(select(Mail))
    message = compose(mail, "Tam", "tam@thameside.example")
    assert message["Subject"] == "You have a placement shift tomorrow"
    assert "Riverside" not in message.as_string()
    assert len(list(db.session.scalars(select(Notice).where(Notice.id == mail.id)))) == 1


def test_a_cancelled_shift_is_not_reminded_of(cast, book):
    decide(book(26), cast.consultant_nurse, BookingVerdict.SWAPPED)
    assert services.send_reminders() == 0


def test_a_shift_that_was_not_logged_is_asked_about_two_days_later_and_stands_in_the_digest(cast, book):
    book(-44), book(-20)
    assert services.send_reminders() == 1
    assert count_all_waiting(viewer_for(cast.trainee)).to_log == 2


def test_a_day_on_which_nobody_reminded_loses_no_reminder(cast, book, clock):
    book(26), book(-44), book(-44 - 24 * 5), book(-44 - 24 * 6)
    clock.set(MONDAY + timedelta(hours=25))
    assert services.send_reminders() == 3
    assert services.send_reminders() == 0
    told = sorted(db.session.scalars(select(Notice.text)))
    assert told == [
        "A placement shift has not been logged yet",
        "A placement shift has not been logged yet",
        "You have a placement shift today",
    ]


def test_what_was_logged_and_withdrawn_again_is_asked_about_as_if_it_never_was(cast, site_id, book):
    booking = book(-44)
    day, trainee = date(2026, 11, 21), viewer_for(cast.trainee)
    times = {"worked_on": day, "starts": time(11), "ends": time(19)}
    shift = log(cast.trainee, site_id, cast.supervisor, booking_id=booking.id, **times)
    assert (services.send_reminders(), count_all_waiting(trainee).to_log) == (0, 0)
    placements.withdraw_shift(trainee, shift.id)
    assert (len(list_own_to_log(trainee)), count_all_waiting(trainee).to_log) == (1, 1)
    assert services.send_reminders() == 1


def test_whoever_wants_no_digest_gets_a_notice_alone(cast, book):
    services.choose_digest(viewer_for(cast.trainee), pace=DigestPace.NONE, version=0)
    book(26)
    assert services.send_reminders() == 1
    assert services.send_reminders() == 0
    assert sent() == []


def test_the_digest_of_a_trainee_says_what_comes(cast, book):
    book(26), book(60), book(24 * 8)
    assert "2 placement shifts in the next 7 days" in count_all_waiting(viewer_for(cast.trainee)).lines


def test_the_worker_reminds_every_day():
    assert "placement-reminders" in HANDLERS
