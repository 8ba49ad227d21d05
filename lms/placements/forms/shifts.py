"""Questions about a shift."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from lms.core.errors import RuleViolation, Stale
from lms.placements.rules.activities import USUAL_MAIN, fill_rest, rest_words
from lms.placements.rules.late_entry import DayLocked
from lms.placements.rules.states import Activity
from lms.placements.rules.times import LONGEST_SHIFT, Repeated, Span, length_words, resolve_span
from lms.web.forms import (
    ConfirmedForm,
    InputRequired,
    IntegerField,
    NHSDateField,
    NHSTimeField,
    NumberRange,
    Optional,
    RadioField,
    SeenField,
    SelectChoice,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
)

WHICH = [SelectChoice(each.value, each.label) for each in Repeated]
MOST_MINUTES = int(LONGEST_SHIFT.total_seconds()) // 60
# Where the minutes of each activity are typed, in the order of the page.
MINUTES: Mapping[Activity, str] = {
    Activity.PATIENT_CONTACT: "minutes_patient_contact",
    Activity.STANDBY: "minutes_standby",
    Activity.HOSPITAL_WAIT: "minutes_hospital_wait",
    Activity.DEBRIEF: "minutes_debrief",
    Activity.TEACHING: "minutes_teaching",
    Activity.BREAK: "break_minutes",
    Activity.OPERATIONAL_DUTY: "minutes_operational_duty",
}
LONGEST_ENTRY = 60
"""Characters of an answer that is chosen or a number: a draft keeps no more of it."""


def minutes_field(activity: Activity, description: str = "") -> IntegerField:
    """The minutes of one activity; empty is none, or the rest for the main one."""
    return IntegerField(
        f"{activity.label}, in minutes",
        [Optional(), NumberRange(0, MOST_MINUTES, message=f"Enter from 0 to {MOST_MINUTES} minutes")],
        description=description,
        width=3,
        suffix="minutes",
    )


class DraftVersionField(VersionField):
    """The version of the draft the page was read at; 0 while there is none."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number; a form that came without one has no draft."""
        super().process_formdata(valuelist or ["0"])


class ShiftForm(ConfirmedForm):
    """A shift the trainee worked."""

    locked_on: date | None = None
    by_site = "{}"
    version = DraftVersionField(default=0)
    draft_id = SeenField()
    booking_id = SeenField()
    site_id = SelectField("Site", [InputRequired("Select a site")], blank="Select a site", coerce=UUID)
    supervisor_id = SelectField(
        "Who supervised you?",
        [InputRequired("Select who supervised you")],
        blank="Select a supervisor",
        coerce=UUID,
        description="They are told about the shift and approve it. If the site has its own supervisors, choose one.",
    )
    worked_on = NHSDateField(
        "Date the shift began",
        [InputRequired("Enter the date the shift began")],
        description="A night shift belongs to the day it began.",
    )
    starts = NHSTimeField(
        "Start",
        [InputRequired("Enter the time the shift began")],
        description="As the clock showed, such as 19:00.",
    )
    starts_repeated = RadioField(
        "Which of the two times did the shift begin?", [Optional()], choices=WHICH, coerce=Repeated
    )
    ends = NHSTimeField(
        "End",
        [InputRequired("Enter the time the shift ended")],
        description="A time that is not later than the start is taken as the next day.",
    )
    ends_repeated = RadioField(
        "Which of the two times did the shift end?", [Optional()], choices=WHICH, coerce=Repeated
    )
    main_activity = SelectField(
        "What did most of the shift go into?",
        [Optional()],
        choices=[SelectChoice(each.value, each.label) for each in Activity if each is not Activity.BREAK],
        coerce=Activity,
        description="Leave its minutes empty below: it takes what the other activities leave.",
    )
    break_minutes = IntegerField(
        "Breaks, in minutes",
        [
            InputRequired("Enter your breaks in minutes, or 0"),
            NumberRange(0, 480, message="Enter breaks from 0 to 480 minutes"),
        ],
        description="Breaks are kept for rest checks and not taken off your hours. Enter 0 if you had none.",
        width=3,
        suffix="minutes",
    )
    minutes_operational_duty = minutes_field(
        Activity.OPERATIONAL_DUTY,
        "Time in which you had to crew a vehicle or do other work of the service. It does not count towards your"
        " placement, and that is nobody’s fault: we total it by site so that it can be put right.",
    )
    minutes_patient_contact = minutes_field(Activity.PATIENT_CONTACT)
    minutes_standby = minutes_field(Activity.STANDBY)
    minutes_hospital_wait = minutes_field(Activity.HOSPITAL_WAIT)
    minutes_debrief = minutes_field(Activity.DEBRIEF)
    minutes_teaching = minutes_field(Activity.TEACHING)
    is_supernumerary = YesNoField(
        "Were you supernumerary?",
        [InputRequired("Select yes if you were supernumerary")],
        description="Your supervisor sees the answer. It does not change which hours count.",
    )
    note = TextAreaField(
        "Note for your supervisor (optional)", [Optional()], max_characters=1000, rows=3, about_care=True
    )

    @property
    def answers(self) -> dict[str, Any]:
        """The keywords of the service: what the time went into as one mapping, the main activity with the rest."""
        left_out = {"draft_id", "main_activity", *MINUTES.values()}
        found = {name: value for name, value in super().answers.items() if name not in left_out}
        return {**found, "activities": fill_rest(self.span.minutes, self.typed, self.main)}

    @property
    def main(self) -> Activity:
        """The activity that takes the rest."""
        return self.main_activity.data or USUAL_MAIN

    @property
    def span(self) -> Span:
        """The time of the shift. Raises RuleViolation if the times cannot be."""
        assert self.worked_on.data is not None
        return resolve_span(
            self.worked_on.data,
            self.starts.data,
            self.ends.data,
            starts_repeated=self.starts_repeated.data,
            ends_repeated=self.ends_repeated.data,
        )

    @property
    def typed(self) -> dict[Activity, int | None]:
        """The minutes that were typed, by activity."""
        return {activity: self[name].data for activity, name in MINUTES.items()}

    @property
    def has_times(self) -> bool:
        """Whether it was entered when the shift was."""
        return bool(self.worked_on.data and self.starts.data and self.ends.data)

    @property
    def entered(self) -> dict[str, Any]:
        """What can be looked at of an entry that is not complete: the keywords of `check_entered`."""
        names = ("site_id", "supervisor_id", "break_minutes")
        known = {name: None if self[name].errors else self[name].data for name in names}
        try:
            return {**known, "span": self.span if self.has_times else None}
        except RuleViolation:
            return {**known, "span": None}

    @property
    def said(self) -> list[str]:
        """How long the shift lasted and what is left for the main activity, as far as it can be said already."""
        if not self.has_times:
            return []
        try:
            span = self.span
        except RuleViolation as problem:
            return [problem.message]
        if self.typed[self.main] is not None:
            return [length_words(span)]
        return [length_words(span), rest_words(span.minutes, self.typed, self.main)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check also that the times can be and that the activities fit into the shift."""
        fine = bool(super().validate(extra_validators))
        if not self.has_times:
            return fine
        try:
            minutes = self.span.minutes
            if not any(self[name].errors for name in MINUTES.values()):
                fill_rest(minutes, self.typed, self.main)
        except RuleViolation as problem:
            self.reject(problem)
            return False
        return fine

    def reject(self, problem: RuleViolation) -> None:
        """Show why; a day that is locked leads to where it can be unlocked."""
        super().reject(problem)
        if isinstance(problem, DayLocked):
            self.locked_on = problem.day

    @property
    def draft(self) -> dict[str, str]:
        """What was entered so far, as it was typed, whether or not it is complete."""
        body: dict[str, str] = {}
        for name in DRAFTED:
            field = self[name]
            if isinstance(field, NHSDateField):
                body |= {f"{name}-{part}": text[:LONGEST_ENTRY] for part, text in field.typed.items()}
            else:
                raw = str(field.raw_data[0]) if field.raw_data else ""
                body[name] = raw if name == "note" else raw[:LONGEST_ENTRY]
        return {name: text for name, text in body.items() if name not in IDS or not text or _is_id(text)}

    def conflict(self, stale: Stale) -> None:
        """Show what was saved elsewhere, in the words of this form."""
        kept = drafted_form(stale.theirs)
        kept.offer(self.site_id.choices, self.supervisor_id.choices)
        theirs = {name: kept[name].as_text() for name in DRAFTED if name != "booking_id"}
        super().conflict(Stale(theirs, stale.version))

    def offer(
        self,
        sites: list[SelectChoice],
        supervisors: list[SelectChoice],
        by_site: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """The sites and the supervisors to choose from, and whom a site names: a page offers no others for it."""
        self.site_id.choices, self.supervisor_id.choices = sites, supervisors
        self.by_site = json.dumps(by_site or {})

    def can_be_kept(self) -> bool:
        """Say whether what was entered so far may be saved: the page says its version and the note is not too long."""
        for problem in self.version.process_errors[:1]:
            self.reject(RuleViolation(str(problem), "version"))
        most = self.note.max_characters
        if most and len(self.note.data) > most:
            self.reject(RuleViolation(f"Use {most:,} characters or fewer", "note"))
        return not self.errors


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


IDS = frozenset({"booking_id", "site_id", "supervisor_id"})
DRAFTED = (
    "booking_id",
    "site_id",
    "supervisor_id",
    "worked_on",
    "starts",
    "starts_repeated",
    "ends",
    "ends_repeated",
    "main_activity",
    *MINUTES.values(),
    "is_supernumerary",
    "note",
)


def drafted_form(body: Mapping[str, Any]) -> ShiftForm:
    """The form of a shift as a draft or a script left it."""
    return ShiftForm(formdata=MultiDict({name: str(value) for name, value in body.items()}))


class CorrectionForm(ShiftForm):
    """What really happened, and why the first entry was wrong."""

    reason = TextAreaField(
        "Why are you correcting this shift?",
        [InputRequired("Say why you are correcting this shift")],
        max_characters=500,
        rows=2,
        about_care=True,
    )
