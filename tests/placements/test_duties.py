"""All working time of a trainee as one, on both databases; its arithmetic is tested in test_rest."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from lms.audit.services import keep_text, record
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.curriculum.models import EnrolmentEnd, TaughtDay
from lms.curriculum.rules.enrolment import EnrolmentOutcome
from lms.curriculum.services import sync_content
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.placements import queries, services
from lms.placements.models import RotaShift, Shift, SlotCancellation
from lms.placements.rules.duties import DutyKind, KnownRota
from lms.placements.rules.findings import Answer, RestRule
from lms.placements.rules.rest import check_rest
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.times import Span
from lms.policy import Role
from tests.factories import save
from tests.factories.curriculum import enrol, open_cohort, small_content
from tests.factories.duties import add_booking, add_rota, decide, hours_long
from tests.factories.placements import log, prepare, shift_row

pytestmark = pytest.mark.both_databases

EVERYBODY = select(Person.id)
MONDAY = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
FROM, UNTIL = MONDAY - timedelta(days=30), MONDAY + timedelta(days=60)
DAY = timedelta(days=1)


@pytest.fixture
def site_id(context, cast):
    return prepare()


def load(known_at=None):
    return queries.load_duties(EVERYBODY, FROM, UNTIL, known_at=known_at or now())


def begun(working, *kinds):
    return [duty.span.started_at for duty in working.duties if duty.kind in (kinds or tuple(DutyKind))]


def changes():
    """The 32 clock changes of 16 years: the last Sundays of March and October at 01:00 UTC."""
    for year in range(2020, 2036):
        for month in (3, 10):
            last = datetime(year, month, 31, 1, tzinfo=UTC)
            yield last - timedelta(days=(last.weekday() + 1) % 7)


def test_what_is_stored_around_every_clock_change_comes_back_with_its_length_and_rests(cast, site_id):
    minutes = [17, 480, 659, 660, 661, 720]
    written = []
    for number, change in enumerate(changes()):
        at = change - timedelta(minutes=1500 + number)
        for turn in range(4):
            rest, length = minutes[(number + turn) % 6], minutes[(2 * number + turn) % 6]
            at += timedelta(minutes=rest)
            written.append(Span(at, at + timedelta(minutes=length)))
            at += timedelta(minutes=length)
    assert len(written) == 128
    save(
        *(
            shift_row(cast.trainee, site_id, cast.supervisor, started_at=span.started_at, ended_at=span.ended_at)
            for span in written
        ),
        about=cast.trainee,
    )
    add_rota(cast.trainee_b, written, from_on=date(2020, 1, 1), until_on=date(2035, 12, 31))
    db.session.expunge_all()
    lengths = [(span.ended_at - span.started_at) // timedelta(minutes=1) for span in written]
    rests = [later.started_at - earlier.ended_at for earlier, later in pairwise(written)]
    for model, begins, ends in (
        (Shift, Shift.started_at, Shift.ended_at),
        (RotaShift, RotaShift.starts_at, RotaShift.ends_at),
    ):
        stored = [Span(*row) for row in db.session.execute(select(begins, ends).order_by(begins))]
        assert len(stored) == 128, model
        assert [span.minutes for span in stored] == lengths
        assert [later.started_at - earlier.ended_at for earlier, later in pairwise(stored)] == rests
    found = queries.load_duties(
        EVERYBODY, datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC), known_at=now()
    )
    for person in (cast.trainee, cast.trainee_b):
        assert [duty.span for duty in found[person].duties] == written
    assert found[cast.trainee_b].covers(date(2020, 1, 1), date(2035, 12, 31))
    short = [
        check_rest(duty.span, found[cast.trainee_b].without({duty.id})).of(RestRule.REST_BEFORE).answer
        for duty in found[cast.trainee_b].duties[1:]
    ]
    assert [answer is Answer.WARNING for answer in short] == [rest < timedelta(hours=11) for rest in rests]


def test_every_kind_of_working_time_loads_in_five_statements(cast, site_id, statements):
    with transaction():
        sync_content(None, small_content())
    cohort_id = open_cohort(cast.administrator, cast.university_a)
    enrol(cast.administrator, cohort_id, cast.trainee)
    save(*(taught(cohort_id, MONDAY + number * 7 * DAY) for number in range(3)))
    for trainee in (cast.trainee, cast.trainee_b):
        log(trainee, site_id, cast.supervisor)
        add_booking(trainee, site_id, cast.educator, hours_long(MONDAY + 2 * DAY, 8))
        rota = [hours_long(MONDAY + number * DAY, 12) for number in (3, 4)]
        add_rota(trainee, rota, from_on=date(2026, 11, 16), until_on=date(2026, 11, 29))
    db.session.rollback()
    statements.clear()
    found = load()
    assert len(statements) == 5
    assert {person: len(working.duties) for person, working in found.items()} == {cast.trainee: 7, cast.trainee_b: 4}
    working = found[cast.trainee]
    assert begun(working) == sorted(begun(working))
    assert begun(working, DutyKind.TAUGHT_DAY) == [MONDAY + number * 7 * DAY for number in range(3)]
    assert begun(working, DutyKind.PLACEMENT) == [MONDAY, MONDAY + 2 * DAY]
    assert begun(working, DutyKind.MAIN_ROTA) == [MONDAY + 3 * DAY, MONDAY + 4 * DAY]
    assert working.known == (KnownRota(date(2026, 11, 16), date(2026, 11, 29)),)


def taught(cohort_id, starts_at):
    return TaughtDay(
        cohort_id=cohort_id, module="mhp703", title="Simulation", starts_at=starts_at, ends_at=starts_at + DAY / 3
    )


def test_a_taught_day_counts_between_beginning_and_end_of_an_enrolment_and_until_it_is_cancelled(cast, context, clock):
    with transaction():
        sync_content(None, small_content())
    cohort_id = open_cohort(cast.administrator, cast.university_a)
    enrolment_id = enrol(cast.administrator, cohort_id, cast.trainee, from_on=date(2026, 11, 10))
    days = [MONDAY - 7 * DAY, MONDAY, MONDAY + 7 * DAY]
    rows = [taught(cohort_id, day) for day in days]
    save(*rows)
    assert begun(load()[cast.trainee]) == days[1:]
    before = now()
    clock.set(before + timedelta(hours=1))
    save(
        EnrolmentEnd(enrolment_id=enrolment_id, ended_on=date(2026, 11, 20), outcome=EnrolmentOutcome.WITHDRAWN),
        about=cast.trainee,
    )
    assert begun(load()[cast.trainee]) == [MONDAY]
    assert begun(load(before)[cast.trainee]) == days[1:]
    clock.set(before + timedelta(hours=2))
    with transaction() as session:
        day = session.get(TaughtDay, rows[1].id)
        day.cancelled_at = now()
        record(None, "content.synced", day)
    assert load() == {}
    assert begun(load(before)[cast.trainee]) == days[1:]


def test_the_latest_decision_on_a_booking_speaks(cast, site_id, clock):
    booking = add_booking(cast.trainee, site_id, cast.educator, hours_long(MONDAY, 8))
    booked = now()
    clock.set(booked + timedelta(hours=1))
    decide(booking, cast.educator, BookingVerdict.SWAPPED)
    assert load() == {}
    assert begun(load(booked)[cast.trainee]) == [MONDAY]


def test_a_cancelled_slot_is_no_working_time_from_then_on(cast, site_id, clock):
    booking = add_booking(cast.trainee, site_id, cast.educator, hours_long(MONDAY, 8))
    booked = now()
    clock.set(booked + timedelta(hours=1))
    with transaction() as session:
        row = SlotCancellation(
            slot_id=booking.slot_id, by_id=cast.administrator, role=Role.ADMINISTRATOR, reason=keep_text("Closed")
        )
        session.add(row)
        session.flush()
        record(None, "content.synced", row)
    assert load() == {}
    assert begun(load(booked)[cast.trainee]) == [MONDAY]


def test_a_logged_shift_stands_for_its_booking_and_a_withdrawn_one_does_not(cast, site_id):
    booking = add_booking(cast.trainee, site_id, cast.educator, hours_long(MONDAY, 8))
    shift = shift_row(
        cast.trainee,
        site_id,
        cast.supervisor,
        booking_id=booking.id,
        started_at=MONDAY,
        ended_at=MONDAY + timedelta(hours=9),
    )
    save(shift, about=cast.trainee)
    assert [duty.span.minutes for duty in load()[cast.trainee].duties] == [540]
    other = log(cast.trainee_b, site_id, cast.supervisor, starts=time(7), ends=time(9))
    services.withdraw_shift(viewer_for(cast.trainee_b), other.id)
    assert cast.trainee_b not in load()


def test_the_newest_rota_that_covers_a_day_speaks_as_it_was_known(cast, context, clock):
    start = now()
    week = [hours_long(MONDAY + number * DAY, 12) for number in range(4)]
    add_rota(cast.trainee, week, from_on=date(2026, 11, 16), until_on=date(2026, 11, 22))
    clock.set(start + timedelta(hours=1))
    later = [hours_long(MONDAY + 2 * DAY + timedelta(hours=4), 8)]
    add_rota(cast.trainee, later, from_on=date(2026, 11, 18), until_on=date(2026, 11, 25))
    found = load()[cast.trainee]
    assert begun(found) == [MONDAY, MONDAY + DAY, later[0].started_at]
    assert found.known == (KnownRota(date(2026, 11, 16), date(2026, 11, 25)),)
    assert begun(load(start)[cast.trainee]) == [span.started_at for span in week]


def test_a_rota_that_says_no_work_is_known_all_the_same(cast, context):
    add_rota(cast.trainee, [], from_on=date(2026, 11, 16), until_on=date(2026, 11, 29))
    found = load()[cast.trainee]
    assert not found.duties
    assert found.covers(date(2026, 11, 16), date(2026, 11, 29))
    result = check_rest(hours_long(datetime(2026, 11, 18, 9, tzinfo=UTC), 5), found)
    assert result.of(RestRule.REST_BEFORE).answer is Answer.FINE
    assert result.of(RestRule.WEEK_AVERAGE).answer is Answer.NOT_KNOWN
