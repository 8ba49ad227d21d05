"""Questions about days that are unlocked for late shifts."""

from lms.web.forms import InputRequired, NHSDateField, NHSForm, TextAreaField


class AskToUnlockForm(NHSForm):
    """The day of a shift that could not be entered in time."""

    worked_on = NHSDateField("Which day did the shift begin?", [InputRequired("Enter the day the shift began")])


class UnlockForm(NHSForm):
    """Days on which late shifts can be logged, until when, and why."""

    from_on = NHSDateField("First day to unlock", [InputRequired("Enter the first day to unlock")])
    until_on = NHSDateField(
        "Last day to unlock",
        [InputRequired("Enter the last day to unlock")],
        description="The day the last of these shifts began. It may be the first day again.",
    )
    open_until = NHSDateField(
        "Open until", [InputRequired("Enter until when they stay open")], description="At most 28 days from today."
    )
    reason = TextAreaField(
        "Why are you unlocking these days?",
        [InputRequired("Say why the days are unlocked")],
        description="The trainee reads this. Leave out anything about their health.",
        max_characters=500,
        rows=3,
    )
