"""A person's calendar: the same instants for two parsers that share no code, stable ids, cancellations, and privacy."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import icalendar
import pytest
import vobject

from lms.core.clock import now
from lms.core.db import db
from lms.identity.services import deactivate, viewer_for
from lms.interop.rules.calendar_ics import write_calendar
from lms.placements import queries, services
from lms.placements.models import CalendarFeed
from lms.placements.rules.feeds import EntryKind, FeedEntry
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.times import Span
from tests.factories.duties import add_booking, decide
from tests.factories.placements import prepare


def last_sunday(year, month):
    """The moment the clocks change, worked out by hand: 01:00 UTC on the last Sunday."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def entries():
    """Shifts that begin before, in and after each change of the clocks, on every quarter of the hours around."""
    number = 0
    for year in range(2020, 2036):
        for month in (3, 10):
            change = last_sunday(year, month)
            for begins in range(-120, 121, 15):
                number += 1
                started = change + timedelta(minutes=begins)
                span = Span(started, started + timedelta(minutes=615))
                yield FeedEntry(UUID(int=number), EntryKind.PLACEMENT, span, "/placements", 2, started, False)


def written(found):
    return write_calendar(found, service_name="Thameside", base_url="https://training.example")


def read_by_icalendar(data):
    return {
        str(event["uid"]): (event.decoded("dtstart").astimezone(UTC), event.decoded("dtend").astimezone(UTC))
        for event in icalendar.Calendar.from_ical(data).walk("VEVENT")
    }


def read_by_vobject(data):
    """Reads the zone as the file defines it and knows none by name."""
    return {
        event.uid.value: (event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC))
        for event in vobject.readOne(data.decode()).vevent_list
    }


def test_two_parsers_read_the_instants_that_were_written_over_every_change_of_the_clocks():
    found = list(entries())
    data = written(found)
    expected = {f"{each.id}@training.example": (each.span.started_at, each.span.ended_at) for each in found}
    assert len(expected) == 32 * 17
    assert read_by_icalendar(data) == expected
    assert read_by_vobject(data) == expected


def test_the_zone_is_two_rules_and_most_times_are_on_the_clock():
    data = written(entries()).decode()
    zone = data.split("BEGIN:VTIMEZONE")[1].split("END:VTIMEZONE")[0]
    assert len(zone) < 500
    assert zone.count("RRULE") == 2
    assert data.count("DTSTART;TZID=Europe/London") > data.count("DTSTART:2")


def test_an_entry_says_no_more_than_it_must():
    (line,) = [line for line in written([next(entries())]).decode().splitlines() if line.startswith("SUMMARY")]
    assert line == "SUMMARY:Placement shift"
    assert "DESCRIPTION" not in written(entries()).decode()
    assert "LOCATION" not in written(entries()).decode()


@pytest.fixture
def site_id(context, cast):
    return prepare()


def soon():
    start = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=5)
    return Span(start, start + timedelta(hours=12))


def test_a_booking_keeps_its_id_and_its_cancellation_comes_with_a_higher_number(cast, site_id):
    booking = add_booking(cast.trainee, site_id, cast.consultant_nurse, soon())
    (first,) = queries.list_feed_entries(cast.trainee)
    assert (first.id, first.is_cancelled, first.kind) == (booking.id, False, EntryKind.PLACEMENT)
    decide(booking, cast.consultant_nurse, BookingVerdict.SWAPPED)
    (then,) = queries.list_feed_entries(cast.trainee)
    assert (then.id, then.is_cancelled) == (booking.id, True)
    assert then.changes > first.changes
    assert b"STATUS:CANCELLED" in written([then])


def test_what_was_never_booked_is_in_no_calendar_and_a_supervisor_sees_what_was(cast, site_id):
    add_booking(cast.trainee, site_id, cast.consultant_nurse, soon(), supervisor_id=cast.supervisor)
    (seen,) = queries.list_feed_entries(cast.supervisor)
    assert (seen.kind, seen.span) == (EntryKind.SUPERVISES, soon())
    assert queries.list_feed_entries(cast.stranger) == []


def test_the_address_works_until_it_is_revoked_replaced_or_its_owner_leaves(app, cast, sign_in, context):
    trainee = viewer_for(cast.trainee)
    first = services.make_feed(trainee)
    assert queries.find_feed_owner(first) == cast.trainee
    second = services.make_feed(trainee)
    assert queries.find_feed_owner(first) is None
    services.revoke_feed(trainee)
    assert queries.find_feed_owner(second) is None
    third = services.make_feed(trainee)
    assert all(third not in str(value) for row in db.session.query(CalendarFeed) for value in vars(row).values())
    deactivate(viewer_for(cast.administrator), cast.trainee)
    assert queries.find_feed_owner(third) is None


def test_the_page_makes_shows_and_stops_an_address(cast, sign_in, client):
    trainee = sign_in("trainee")
    trainee.get("/account/calendar")
    trainee.post("/account/calendar/address", {}, status=303)
    page = trainee.get("/account/calendar").text
    path = "/calendar/" + page.split("/calendar/")[1].split('"')[0]
    assert 'href="webcal://' in page
    assert page.count(path) == 2
    answer = trainee.client.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert icalendar.Calendar.from_ical(answer.data).walk("VTIMEZONE")
    trainee.post("/account/calendar/revocation", {}, status=303)
    assert "no longer works" in trainee.get("/account/calendar").text
    assert trainee.client.get(path).status_code == 404
