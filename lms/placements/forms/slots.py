"""Questions about slots."""

from datetime import date
from uuid import UUID

from wtforms import HiddenField

from lms.placements.forms.shifts import WHICH
from lms.placements.rules.planning import Terms
from lms.placements.rules.series import WEEKDAYS, Pattern, Repeats
from lms.placements.rules.slots import MOST_PLACES, SignUp
from lms.placements.rules.times import Repeated
from lms.web.forms import (
    CheckboxesField,
    InputRequired,
    IntegerField,
    NHSDateField,
    NHSForm,
    NHSTimeField,
    NumberRange,
    Optional,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
    VersionField,
)

LATER, ONLY_THIS = "later", "this"


class TermsForm(NHSForm):
    """What every slot has, apart from its day."""

    first_on = NHSDateField(
        "Date the slot begins",
        [InputRequired("Enter the date the slot begins")],
        description="A night slot belongs to the day it begins.",
    )
    starts = NHSTimeField(
        "Start", [InputRequired("Enter the time the slot begins")], description="As the clock shows, such as 19:00."
    )
    starts_repeated = RadioField("Which of the two times does it begin?", [Optional()], choices=WHICH, coerce=Repeated)
    ends = NHSTimeField(
        "End",
        [InputRequired("Enter the time the slot ends")],
        description="A time that is not later than the start is taken as the next day.",
    )
    ends_repeated = RadioField("Which of the two times does it end?", [Optional()], choices=WHICH, coerce=Repeated)
    capacity = IntegerField(
        "How many trainees at the same time?",
        [
            InputRequired("Enter how many trainees"),
            NumberRange(1, MOST_PLACES, f"Enter places from 1 to {MOST_PLACES}"),
        ],
        width=2,
    )
    supervisor_id = SelectField(
        "Who supervises? (optional)",
        [Optional()],
        blank="Not named yet",
        coerce=UUID,
        description="Those who supervise at this site; where none is named for it, all supervisors.",
    )
    sign_up = RadioField(
        "How do trainees come to it?",
        [InputRequired("Select how trainees come to it")],
        choices=[SelectChoice(each, each.label) for each in SignUp],
        coerce=SignUp,
    )
    opens_on = NHSDateField(
        "From which day may trainees ask? (optional)", [Optional()], description="Leave it empty for at once."
    )
    closes_days = IntegerField(
        "How many days before the slot is the last day to ask? (optional)",
        [Optional(), NumberRange(1, 90, "Enter days from 1 to 90")],
        description="Leave it empty for until the slot begins.",
        width=2,
    )

    @property
    def day(self) -> date:
        """The day the slot begins, once the form was found valid."""
        assert self.first_on.data is not None
        return self.first_on.data

    @property
    def terms(self) -> Terms:
        """The answers as rules take them."""
        return Terms(
            starts=self.starts.data,
            ends=self.ends.data,
            capacity=self.capacity.data,
            supervisor_id=self.supervisor_id.data,
            sign_up=self.sign_up.data,
            opens_on=self.opens_on.data,
            closes_days=self.closes_days.data,
            starts_repeated=self.starts_repeated.data,
            ends_repeated=self.ends_repeated.data,
        )


class SlotsForm(TermsForm):
    """One slot or a series; `seen` says which dates were shown before they are made."""

    repeats = RadioField(
        "How often?",
        [InputRequired("Select how often")],
        choices=[SelectChoice(each, each.label) for each in Repeats],
        coerce=Repeats,
    )
    weekdays = CheckboxesField(
        "On which weekdays? (for a series)",
        [Optional()],
        choices=[SelectChoice(str(number), name) for number, name in enumerate(WEEKDAYS)],
        coerce=int,
        description="Leave them empty for the weekday of the first date.",
    )
    last_on = NHSDateField("Last date (for a series)", [Optional()], description="The last day on which one may begin.")
    seen = HiddenField()

    @property
    def pattern(self) -> Pattern:
        """The days as rules take them."""
        return Pattern(
            first_on=self.day,
            repeats=self.repeats.data,
            last_on=self.last_on.data,
            weekdays=frozenset(self.weekdays.data or ()),
        )


class ChangeSlotForm(TermsForm):
    """Changes of one slot, or of the later ones of its series too."""

    scope = RadioField(
        "What do you change?",
        [InputRequired("Select what you change")],
        choices=[
            SelectChoice(ONLY_THIS, "Only this slot"),
            SelectChoice(LATER, "This slot and the later ones of its series"),
        ],
        hints={LATER: "Only what you change here changes there. A date is changed for one slot at a time."},
    )
    version = VersionField()


class CancelSlotForm(NHSForm):
    """Why a slot does not take place, and whether the later ones of its series do."""

    scope = RadioField(
        "What do you cancel?",
        [InputRequired("Select what you cancel")],
        choices=[
            SelectChoice(ONLY_THIS, "Only this slot"),
            SelectChoice(LATER, "This slot and the later ones of its series"),
        ],
    )
    reason = TextAreaField(
        "Why does it not take place?",
        [InputRequired("Say why the slot does not take place")],
        max_characters=500,
        rows=3,
        description="Everybody who is booked is told that it is cancelled, and reads this beside their booking.",
    )
