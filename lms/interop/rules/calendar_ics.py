"""A person's calendar as iCalendar (RFC 5545): times of a London clock, stable ids, cancellations, minimal titles."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from lms.core.days import LONDON
from lms.placements.rules.feeds import FeedEntry
from lms.placements.rules.times import clock_readings

ZONE = "Europe/London"
REFRESH = timedelta(hours=6)


def write_calendar(entries: Iterable[FeedEntry], *, service_name: str, base_url: str) -> bytes:
    """The calendar file; the details of an entry are behind its address, for whoever signs in."""
    host = urlsplit(base_url).hostname or "localhost"
    calendar = Calendar()
    calendar.add("prodid", f"-//{service_name}//Training calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{service_name} training")
    calendar.add("x-wr-timezone", ZONE)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add_component(_london())
    for entry in entries:
        calendar.add_component(_event(entry, host=host, base_url=base_url))
    return bytes(calendar.to_ical())


def _event(entry: FeedEntry, *, host: str, base_url: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.id}@{host}")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.changes)
    for name, moment in (("dtstart", entry.span.started_at), ("dtend", entry.span.ended_at)):
        event.add(name, _on_the_clock(moment))
    event.add("summary", entry.kind.label)
    event.add("url", f"{base_url}{entry.path}")
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _on_the_clock(moment: datetime) -> datetime:
    """The moment on a London clock; in UTC where the clock shows it twice, because a calendar cannot say which."""
    local = moment.astimezone(LONDON)
    return moment if len(clock_readings(local.date(), local.time())) == 2 else local


def _london() -> Timezone:
    """The zone in two rules, instead of every change of a century: enough for any shift since 1996."""
    zone = Timezone()
    zone.add("tzid", ZONE)
    gmt, bst = timedelta(0), timedelta(hours=1)
    for part, name, since, month, before, after in (
        (TimezoneDaylight(), "BST", datetime(1996, 3, 31, 1), 3, gmt, bst),
        (TimezoneStandard(), "GMT", datetime(1996, 10, 27, 2), 10, bst, gmt),
    ):
        part.add("dtstart", since)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzname", name)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        zone.add_component(part)
    return zone
