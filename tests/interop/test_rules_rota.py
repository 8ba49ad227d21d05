from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.interop.rules import rota as rota_rules
from lms.interop.rules import rota_lines, rota_repeats
from lms.interop.rules.problems import MOST_PROBLEMS
from lms.interop.rules.rota import LARGEST_ROTA, Days, pack, rota_source, unpack
from lms.interop.rules.rota_csv import read_rota_csv
from lms.interop.rules.rota_ics import read_rota_ics
from lms.placements.rules.rota import RotaSource
from lms.placements.rules.times import Span, resolve_span

ANY = Days()


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def table(*rows, heading="Date,Starts,Ends", days=ANY, many=False):
    return read_rota_csv("\r\n".join([heading, *rows]).encode(), days, many=many)


def spans(reading, whose=""):
    assert reading.problems == ()
    return [(f"{span.started_at:%Y-%m-%dT%H:%M}", span.minutes) for span in reading.spans.get(whose, ())]


def told(reading):
    return [str(problem) for problem in reading.problems]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param("2026-11-16,07:00,19:00", ("2026-11-16T07:00", 720), id="a day"),
        pytest.param("16/11/2026,19:00,07:00", ("2026-11-16T19:00", 720), id="a night, the day written first"),
        pytest.param("1.6.2026,0700,1500", ("2026-06-01T06:00", 480), id="summer time, no colon"),
        pytest.param("2026-03-28,19:00:00,07:00:00", ("2026-03-28T19:00", 660), id="the night of the March change"),
        pytest.param("2026-10-24,19:00,07:00", ("2026-10-24T18:00", 780), id="the night of the October change"),
        pytest.param("2026-10-25,01:30 BST,01:30 GMT", ("2026-10-25T00:30", 60), id="the hour that comes twice"),
        pytest.param("2026-10-25,1:30 gmt,09:00", ("2026-10-25T01:30", 450), id="from its second time"),
        pytest.param("2026-11-16,16:00,24:00", ("2026-11-16T16:00", 480), id="until midnight"),
        pytest.param("2026-11-16,16:00,00:00", ("2026-11-16T16:00", 480), id="until midnight as most write it"),
    ],
)
def test_a_row_is_a_shift_as_a_london_clock_shows_it(row, expected):
    assert spans(table(row)) == [expected]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param("16-11-26,07:00,19:00", "row 2, column A (Date): Enter the date as", id="another date"),
        pytest.param("31/11/2026,07:00,19:00", "row 2, column A (Date): 31/11/2026 is no date.", id="no such day"),
        pytest.param("1816-11-16,07:00,19:00", "row 2, column A (Date): Check the year", id="another century"),
        pytest.param("2026-11-16,7,19:00", "row 2, column B (Starts): Enter the time on the 24-hour", id="no minutes"),
        pytest.param("2026-11-16,07:00,25:00", "row 2, column C (Ends): 25:00 is no time of day.", id="no such time"),
        pytest.param("2026-11-16,07:00,", "row 2, column C (Ends): Enter the time on the 24-hour", id="no end"),
        pytest.param("2026-11-16,07:00,07:00", "row 2, column C (Ends): The shift ends at the time", id="no length"),
        pytest.param(
            "2026-03-29,01:30,09:00",
            "row 2, column B (Starts): The clocks go forward on 29 March 2026: there is no 01:30.",
            id="a time that never was",
        ),
        pytest.param(
            "2026-10-24,19:00,01:30",
            "row 2, column C (Ends): The clocks go back on 25 October 2026: 01:30 comes twice. Write BST after the time"
            " for the first, GMT for the second.",
            id="a time that was twice",
        ),
        pytest.param(
            "2026-11-16,07:00 BST,19:00",
            "row 2, column B (Starts): London clocks showed GMT then. Leave BST out.",
            id="summer time in winter",
        ),
    ],
)
def test_a_wrong_row_is_told_with_row_and_column(row, sentence):
    problems = told(table(row))
    assert len(problems) == 1
    assert problems[0].startswith(sentence)


def test_columns_are_known_by_several_names_and_others_are_left_out():
    reading = table("Night;Station 5;16/11/2026;19:00;07:00", heading="Shift;Base;Shift date;Start time;Finish")
    assert spans(reading) == [("2026-11-16T19:00", 720)]
    assert reading.notes == ("Only times are kept: 2 other columns will be left out.",)


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("Date,Starts", "row 1, column A: The first row must name these columns: Date, Starts, Ends. Not found: Ends."),
        ("Date,Starts,Ends,To", "row 1, column D: Another column is the ends already."),
        ("Tag,Beginn,Ende", "row 1, column A: The first row must name the columns: Date, Starts, Ends."),
    ],
)
def test_the_headings_say_what_is_what(heading, sentence):
    assert told(table("a,b,c,d"[: 2 * heading.count(",") + 1], heading=heading))[0].startswith(sentence)


def test_days_without_work_make_the_rota_known_and_are_no_shifts():
    reading = table("2026-11-15,,", "2026-11-16,07:00,19:00", "2026-11-20,,")
    assert reading.days == (date(2026, 11, 15), date(2026, 11, 20))
    assert len(spans(reading)) == 1
    assert "2 rows have no times and will be taken as days without work." in reading.notes


def test_the_days_asked_for_leave_out_what_lies_outside():
    reading = table(
        "2026-11-15,07:00,19:00",
        "2026-11-16,07:00,19:00",
        "2026-11-30,07:00,19:00",
        days=Days(date(2026, 11, 16), date(2026, 11, 29)),
    )
    assert reading.days == (date(2026, 11, 16), date(2026, 11, 29))
    assert spans(reading) == [("2026-11-16T07:00", 720)]
    assert reading.notes == ("2 shifts lie outside the days you chose and will be left out.",)


def test_shifts_at_the_same_time_are_refused_and_one_that_stands_twice_is_kept_once():
    reading = table("2026-11-16,19:00,07:00", "2026-11-17,06:00,14:00")
    assert told(reading) == [
        "row 3, column B (Starts): This overlaps the shift that starts at 19:00 on 16 November 2026,"
        " in row 2, column B (Starts)."
    ]
    reading = table("2026-11-16,19:00,07:00", "2026-11-16,19:00,07:00", "2026-11-17,07:00,08:00")
    assert len(spans(reading)) == 2
    assert reading.notes == ("1 shift stands there twice and will be kept once.",)


def test_every_problem_is_told_in_the_order_of_the_file():
    reading = table("x,07:00,19:00", "2026-11-16,y,19:00", "2026-11-17,07:00,z")
    assert [problem.place.row for problem in reading.problems] == [2, 3, 4]
    assert reading.days is None


@pytest.mark.parametrize(
    ("rows", "days", "field"),
    [
        pytest.param([], ANY, "from_on", id="no shift and no days"),
        pytest.param([], Days(date(2026, 11, 1)), "until_on", id="no shift and no last day"),
        pytest.param(["2025-01-01,07:00,19:00", "2026-11-16,07:00,19:00"], ANY, "from_on", id="almost two years"),
        pytest.param([], Days(date(2026, 11, 2), date(2026, 11, 1)), "until_on", id="the wrong way round"),
    ],
)
def test_days_that_cannot_be_meant_are_asked_for_again(rows, days, field):
    with pytest.raises(RuleViolation) as refused:
        table(*rows, days=days)
    assert refused.value.field == field


def test_a_year_of_366_days_is_a_rota_and_an_empty_one_says_no_work():
    reading = table(days=Days(date(2026, 1, 1), date(2027, 1, 1)))
    assert reading.days == (date(2026, 1, 1), date(2027, 1, 1))
    assert spans(reading) == []


def test_a_table_about_many_people_says_whose_each_shift_is():
    heading = "Email,Date,Starts,Ends"
    reading = table(
        "A@example.org,2026-11-16,07:00,19:00",
        "b@example.org,2026-11-16,07:00,19:00",
        "a@example.org,2026-11-17,19:00,07:00",
        heading=heading,
        many=True,
    )
    assert len(spans(reading, "a@example.org")) == 2
    assert len(spans(reading, "b@example.org")) == 1
    assert reading.places["b@example.org"].words == "row 3, column A (Email)"
    assert told(table(",2026-11-16,07:00,19:00", heading=heading, many=True)) == [
        "row 2, column A (Email): Enter the email address of the person whose shift this is."
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * (LARGEST_ROTA + 1), "row 1, column A: This file is larger than 10 MB."),
        (b"Date,Starts,Ends\n" + b"2026-11-16,07:00,19:00\n" * 5001, "This file has more than 5,000 rows."),
        (b"", "row 1, column A: This file is empty."),
    ],
)
def test_what_is_too_much_or_nothing_is_refused_at_once(data, sentence):
    assert sentence in told(read_rota_csv(data, ANY))[0]


def test_as_many_rows_as_allowed_are_read():
    days = [date(2026, 1, 1) + timedelta(number) for number in range(250)]
    rows = [f"{day},{hour:02}:00,{hour:02}:30" for day in days for hour in (3, 9, 15, 21)]
    many = [f"{who}@thameside.example,{row}" for who in "abcde" for row in rows]
    assert len(many) == 5000
    reading = table(*many, heading="Email,Date,Starts,Ends", many=True)
    assert {len(each) for each in reading.spans.values()} == {1000}


def test_more_shifts_than_a_day_holds_are_refused_once_for_the_day():
    rows = [f"2026-11-16,{hour:02}:00,{hour:02}:30" for hour in range(6)]
    assert told(table(*rows)) == ["row 6, column B (Starts): More than 4 shifts begin on 16 November 2026."]


@pytest.mark.parametrize(
    ("name", "many", "source"),
    [("rota.CSV", False, RotaSource.CSV), ("my.rota.ics", False, RotaSource.ICS), ("r.csv", True, RotaSource.CSV)],
)
def test_the_name_says_what_a_file_is(name, many, source):
    assert rota_source(name, many=many) is source


@pytest.mark.parametrize(("name", "many"), [("rota.xlsx", False), ("rota", False), ("rota.ics", True)])
def test_another_file_is_refused(name, many):
    with pytest.raises(RuleViolation, match="The name of the file must end in"):
        rota_source(name, many=many)


def calendar(*events, days=ANY):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return read_rota_ics("\r\n".join([*lines, "END:VCALENDAR", ""]).encode(), days)


def event(starts, ends="", *more, zone=";TZID=Europe/London"):
    end = [f"DTEND{zone}:{ends}"] if ends else []
    return [f"DTSTART{zone}:{starts}", *end, *more]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(event("20261116T070000", "20261116T190000"), [("2026-11-16T07:00", 720)], id="a day"),
        pytest.param(event("20261024T190000", "20261025T070000"), [("2026-10-24T18:00", 780)], id="October"),
        pytest.param(event("20260328T190000", "20260329T070000"), [("2026-03-28T19:00", 660)], id="March"),
        pytest.param(event("20260601T060000Z", "20260601T140000Z", zone=""), [("2026-06-01T06:00", 480)], id="UTC"),
        pytest.param(event("20260601T070000", "20260601T150000", zone=""), [("2026-06-01T06:00", 480)], id="no zone"),
        pytest.param(
            event("20260601T070000", "20260601T150000", zone=";TZID=GMT Standard Time"),
            [("2026-06-01T06:00", 480)],
            id="a name of Windows",
        ),
        pytest.param(
            event("20260601T080000", "20260601T160000", zone=';TZID="/citadel.org/20260101_1/Europe/Paris"'),
            [("2026-06-01T06:00", 480)],
            id="another country, as some write it",
        ),
        pytest.param(event("20261116T190000", "", "DURATION:PT12H"), [("2026-11-16T19:00", 720)], id="a duration"),
        pytest.param(
            event("20261023T190000", "20261024T070000", "RRULE:FREQ=DAILY;COUNT=3"),
            [("2026-10-23T18:00", 720), ("2026-10-24T18:00", 780), ("2026-10-25T19:00", 720)],
            id="daily, until seven also in the night of the change",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=DAILY;INTERVAL=8;UNTIL=20261202"),
            [("2026-11-16T07:00", 720), ("2026-11-24T07:00", 720), ("2026-12-02T07:00", 720)],
            id="a turn of eight days until a day",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;COUNT=4"),
            [(f"2026-{day}T07:00", 720) for day in ("11-16", "11-17", "11-30", "12-01")],
            id="two days every second week",
        ),
        pytest.param(
            event("20261115T070000", "20261115T190000", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=3"),
            [(f"2026-{day}T07:00", 720) for day in ("11-15", "11-16", "11-29")],
            id="weeks that begin on Sunday",
        ),
        pytest.param(
            event(
                "20261116T070000",
                "20261116T190000",
                "RRULE:FREQ=DAILY;UNTIL=20261119T070000Z",
                "EXDATE;TZID=Europe/London:20261117T070000",
                "EXDATE;VALUE=DATE:20261118",
            ),
            [("2026-11-16T07:00", 720), ("2026-11-19T07:00", 720)],
            id="without two of its days",
        ),
    ],
)
def test_an_event_is_a_shift(lines, expected):
    assert spans(calendar(lines)) == expected


def test_an_occurrence_that_was_moved_or_cancelled_stands_for_itself():
    master = event("20261116T070000", "20261116T190000", "UID:a", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("20261117T190000", "20261118T030000", "UID:a", "RECURRENCE-ID;TZID=Europe/London:20261117T070000")
    gone = event("20261118T070000", "20261118T190000", "UID:a", "RECURRENCE-ID:20261118T070000Z", "STATUS:CANCELLED")
    assert spans(calendar(master, moved, gone)) == [("2026-11-16T07:00", 720), ("2026-11-17T19:00", 480)]


def test_only_when_is_read_and_what_was_left_out_is_said():
    shift = event("20261116T070000", "20261116T190000", "SUMMARY:Night at Riverside", "LOCATION:Station 5", "UID:1")
    reading = calendar(
        shift,
        ["DTSTART;VALUE=DATE:20261120", "SUMMARY:Annual leave"],
        event("20261121T070000", "20261121T190000", "STATUS:CANCELLED"),
        event("20261122T070000", "20261122T190000", "TRANSP:TRANSPARENT"),
    )
    assert len(spans(reading)) == 1
    assert reading.notes == (
        "Only times are kept: titles, places and descriptions will be left out.",
        "1 all-day event will be left out.",
        "1 cancelled event will be left out.",
        "1 event shown as free will be left out.",
    )
    assert "Riverside" not in repr(reading)
    events, _ = rota_lines.read_events(
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Riverside\nBEGIN:VALARM\nDURATION:PT5M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR"
    )
    assert events[0].properties == []


def test_times_without_a_zone_and_times_that_come_twice_are_said():
    reading = calendar(event("20261025T013000", "20261025T090000", zone=""))
    assert spans(reading) == [("2026-10-25T00:30", 510)]
    assert reading.notes[1:] == (
        "Times without a time zone are read as London time.",
        "The clocks showed this time twice, and it is read as the first: 01:30 on 25 October 2026.",
    )


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        pytest.param(["UID:1"], "line 3 (DTSTART): This event has no start.", id="no start"),
        pytest.param(event("20261116T070000"), "line 3 (DTEND): This event has no end.", id="no end"),
        pytest.param(event("20261316T070000", "20261116T190000"), "line 4 (DTSTART): This is no date", id="no date"),
        pytest.param(event("20261116T190000", "20261116T070000"), "line 3 (DTEND): This event must end", id="before"),
        pytest.param(event("20261116T070000", "20261119T070000"), "line 3 (DTEND): This event must end", id="long"),
        pytest.param(
            ["DTSTART:20261116T070000Z", "DTEND;VALUE=DATE:20261117"], "line 5 (DTEND): This must be a time", id="mixed"
        ),
        pytest.param(
            event("20260329T013000", "20260329T090000"),
            "line 4 (DTSTART): The clocks go forward on 29 March 2026: there is no 01:30. Check this event.",
            id="a time that never was",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", zone=";TZID=Nowhere/Land"),
            "line 4 (DTSTART): The time zone this names is not known.",
            id="no such zone",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", zone=";TZID=../../etc/passwd"),
            "line 4 (DTSTART): The time zone this names is not known.",
            id="a path for a zone",
        ),
        pytest.param(["DTSTART;TZID:x"], "line 4 (DTSTART): This line cannot be read.", id="a broken line"),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=MONTHLY;COUNT=2"),
            "line 6 (RRULE): Only events that repeat daily or weekly are read.",
            id="monthly",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=DAILY;BYHOUR=1,2,3;COUNT=2"),
            "line 6 (RRULE): Only events that repeat daily or weekly are read.",
            id="several times a day",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=WEEKLY;BYDAY=1MO;COUNT=2"),
            "line 6 (RRULE): Only events that repeat daily or weekly are read.",
            id="the first Monday",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=DAILY"),
            "line 6 (RRULE): This repeats without an end.",
            id="for ever",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RDATE:20261118T070000Z"),
            "line 6 (RDATE): Extra dates of an event are not read.",
            id="extra dates",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261118T070000Z"),
            "line 6 (RECURRENCE-ID): A change of all that follows is not read.",
            id="all that follows",
        ),
        pytest.param(event("20261116T070000", "", "DURATION:PT12"), "line 5 (DURATION): This is no", id="length"),
        pytest.param(
            event("99991231T190000", "99991231T230000", "RRULE:FREQ=DAILY;COUNT=3"),
            "line 4 (DTSTART): Check the year.",
            id="the end of the calendar",
        ),
        pytest.param(["DTSTART:00010101T000000Z"], "line 4 (DTSTART): Check the year.", id="the first year"),
        pytest.param(
            event("20261116T070000", "20261116T190000", "RRULE:FREQ=DAILY;COUNT=3;BYDAY=" + "MO," * 60 + "MO"),
            "line 6 (RRULE): This line is too long.",
            id="a long rule",
        ),
        pytest.param(
            event("20261116T070000", "20261116T190000", "EXDATE:" + "20261116," * 600 + "20261117"),
            "line 6 (EXDATE): This line is too long.",
            id="a long list of dates",
        ),
    ],
)
def test_a_wrong_event_is_told_with_line_and_field(lines, sentence):
    assert told(calendar(lines))[0].startswith(sentence)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * (LARGEST_ROTA + 1), "line 1, column 1: This file is larger than 10 MB."),
        (b"hello", "This is no calendar file: its first line must be BEGIN:VCALENDAR."),
        (b"BEGIN:VCALENDAR\nX:\xff\n", "line 2, column 1: This is not valid UTF-8 text."),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "line 3, column 1: This ends something"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "This calendar breaks off: VEVENT is not ended."),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 5001, "more than 5,000 events"),
    ],
)
def test_what_is_no_calendar_is_refused_at_once(data, sentence):
    assert sentence in told(read_rota_ics(data, ANY))[0]


def test_no_file_keeps_the_service_busy_with_what_it_says():
    wordy = event("20260106T070000", "20260106T190000", *["EXDATE:" + "20261116," * 500 + "20261117"] * 400)
    assert told(calendar(wordy))[0].endswith("This calendar says too much about when. Export fewer events.")
    assert len(calendar(["DTSTART"] * 5000).problems) == MOST_PROBLEMS


def test_a_birthday_of_long_ago_is_left_out_as_any_whole_day():
    birthday = ["DTSTART;VALUE=DATE:19681116", "RRULE:FREQ=YEARLY"]
    assert spans(calendar(birthday, event("20261116T070000", "20261116T190000"))) == [("2026-11-16T07:00", 720)]


def test_repeating_without_an_end_is_read_as_far_as_the_days_asked_for():
    endless = event("20200106T070000", "20200106T190000", "RRULE:FREQ=WEEKLY")
    reading = calendar(endless, days=Days(date(2026, 11, 16), date(2026, 11, 29)))
    assert spans(reading) == [("2026-11-16T07:00", 720), ("2026-11-23T07:00", 720)]


def test_no_file_keeps_the_service_busy_with_repeats(monkeypatch):
    monkeypatch.setattr(rota_repeats.Budget.__init__, "__defaults__", (2000,))
    busy = event("20200106T070000", "20200106T070500", "RRULE:FREQ=WEEKLY;INTERVAL=30000;UNTIL=20991231")
    assert told(calendar(*[busy] * 3))[0].endswith("go on for too long. Export a shorter time.")
    monkeypatch.setattr("lms.interop.rules.rota_ics.MOST_SHIFTS", 50)
    daily = event("20260106T070000", "20260106T070500", "RRULE:FREQ=DAILY;UNTIL=20991231")
    assert told(calendar(daily))[0].endswith("This file holds more than 50 shifts. Choose fewer days.")


def test_a_zone_that_a_file_defines_itself_is_not_looked_at():
    bomb = (
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Europe/London\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "RRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE\n"
        "BEGIN:VEVENT\nDTSTART;TZID=Europe/London:20261116T070000\nDTEND;TZID=Europe/London:20261116T190000\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    assert spans(read_rota_ics(bomb.encode(), ANY)) == [("2026-11-16T07:00", 720)]


def test_folded_lines_and_old_line_ends_are_read():
    data = (
        "BEGIN:VCALENDAR\rBEGIN:VEVENT\rDTSTART:2026\r 1116T070000Z\rDTEND:20261116T190000Z\rEND:VEVENT\rEND:VCALENDAR"
    )
    assert spans(read_rota_ics(data.encode(), ANY)) == [("2026-11-16T07:00", 720)]


@given(
    begins=st.dates(date(2020, 1, 1), date(2035, 12, 30)),
    start=st.integers(0, 287),
    length=st.integers(1, 287),
)
@settings(max_examples=60)
def test_a_table_and_a_calendar_say_the_same_as_the_form_does(begins, start, length):
    starts = datetime.combine(begins, datetime.min.time()) + timedelta(minutes=5 * start)
    ends = starts + timedelta(minutes=5 * length)
    try:
        expected = resolve_span(starts.date(), starts.time(), ends.time())
    except RuleViolation:
        expected = None
    row = f"{starts:%Y-%m-%d},{starts:%H:%M},{ends:%H:%M}"
    reading = table(row)
    assert (reading.problems != ()) is (expected is None)
    if expected is None:
        return
    assert list(reading.spans[""]) == [expected]
    shown = calendar(event(f"{starts:%Y%m%dT%H%M%S}", f"{ends:%Y%m%dT%H%M%S}"))
    assert list(shown.spans[""]) == [expected]


def test_checked_rows_come_back_as_they_were():
    people = {
        UUID(int=1): [Span(utc("2026-10-24T18:00"), utc("2026-10-25T07:00"))],
        UUID(int=2): [],
    }
    packed = unpack(pack(people, date(2026, 10, 24), date(2026, 10, 30), RotaSource.ICS))
    assert packed.rotas == {UUID(int=1): tuple(people[UUID(int=1)]), UUID(int=2): ()}
    assert (packed.from_on, packed.until_on) == (date(2026, 10, 24), date(2026, 10, 30))
    assert packed.source is RotaSource.ICS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"from":"2026-10-24","until":"2026-10-30","source":"pdf","rotas":{}}',
        '{"from":"2026-10-24","until":"2026-10-30","source":"csv","rotas":{"x":[]}}',
        '{"from":"2026-10-24","until":"2026-10-30","source":"csv","rotas":[1]}',
        '{"from":"2026-10-24","until":"2026-10-30","source":"csv","rotas":{"00000000-0000-0000-0000-000000000001":[[1e99,2]]}}',
        '{"from":"2026-10-24","until":"2026-10-30","source":"csv","rotas":{"00000000-0000-0000-0000-000000000001":[["a",2]]}}',
        '{"from":"2026-10-24","until":"2026-10-30","source":"csv","rotas":{"00000000-0000-0000-0000-000000000001":[[9.5,480]]}}',
        '{"from":"2026-10-24","until":"2026-10-30","source":"csv","rotas":{"00000000-0000-0000-0000-000000000001":%s}}'
        % ([[1, 1]] * 5001),
        "[" * 100_000,
    ],
)
def test_rows_that_did_not_come_back_whole_are_refused(text):
    with pytest.raises(RuleViolation, match="did not come back whole"):
        rota_rules.unpack(text)
