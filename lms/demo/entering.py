"""Shifts of the example service that are begun and not sent, days unlocked for late ones, and debriefs asked for."""

from datetime import date, time

from lms.core.ids import new_id
from lms.demo.cast import Cast
from lms.demo.people import CAR
from lms.demo.timeline import Timeline
from lms.placements import services

NURSE = "njoroge"


def plan_entering(line: Timeline, cast: Cast) -> None:
    """One trainee has begun to enter a shift, one was late through no fault of theirs, two asked for a debrief."""
    line.on(line.day(1), time(19, 10), lambda: _begin(line.day(1), cast))
    line.on(line.day(6), time(9, 40), lambda: _unlock(line, cast))
    line.on(line.day(30), time(8, 5), lambda: _ask_and_hold(line, cast))
    line.on(line.day(2), time(20, 30), lambda: services.ask_debrief(cast.viewer("lin"), asked_of_id=cast.people[NURSE]))


def _begin(day: date, cast: Cast) -> None:
    site_id, supervisor = cast.sites[CAR][0]
    body = {
        "site_id": str(site_id),
        "supervisor_id": str(cast.people[supervisor]),
        "worked_on-day": str(day.day),
        "worked_on-month": str(day.month),
        "worked_on-year": str(day.year),
        "starts": "07:00",
        "main_activity": "patient-contact",
        "break_minutes": "45",
    }
    services.save_draft(cast.viewer("fraser"), new_id(), version=0, body=body)


def _unlock(line: Timeline, cast: Cast) -> None:
    services.unlock_days(
        cast.viewer(NURSE),
        cast.people["haddad"],
        from_on=line.day(29),
        until_on=line.day(28),
        open_until=line.day(-7),
        reason="The service could not be reached from the station that week.",
    )


def _ask_and_hold(line: Timeline, cast: Cast) -> None:
    request = services.ask_debrief(cast.viewer("kelly"), asked_of_id=cast.people[NURSE])
    line.on(line.day(28), time(13, 15), lambda: services.hold_debrief(cast.viewer(NURSE), request.id))
