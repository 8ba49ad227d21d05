"""What this domain asks: a file to check, and whether what was found in it is to be kept."""

from lms.interop.rules.rota import Days
from lms.web.forms import FileField, HiddenField, InputRequired, NHSDateField, NHSForm, Optional


class FrameworkFileForm(NHSForm):
    """Choose a framework file to check."""

    file = FileField(
        "Framework file",
        [InputRequired("Choose a file")],
        description="A CSV file in the layout of Moodle's competency frameworks, or a JSON file. At most 2 MB.",
        accept=".csv,.json",
    )


class RotaFileForm(NHSForm):
    """Choose the file of one's own main rota, and say of which days it speaks."""

    file = FileField(
        "Rota file",
        [InputRequired("Choose a file")],
        description="A table (.csv) or a calendar file (.ics) of at most 10 MB.",
        accept=".csv,.ics",
    )
    from_on = NHSDateField(
        "First day (optional)",
        [Optional()],
        description="The file says all you work from this day on. Left empty, it is the day of the first shift.",
    )
    until_on = NHSDateField(
        "Last day (optional)",
        [Optional()],
        description="The file says all you work up to this day. Left empty, it is the day of the last shift.",
    )

    @property
    def days(self) -> Days:
        """The days that were chosen."""
        return Days(self.from_on.data, self.until_on.data)


class RotasFileForm(RotaFileForm):
    """Choose a file with the main rotas of many people."""

    file = FileField(
        "Rota file",
        [InputRequired("Choose a file")],
        description="A table (.csv) of at most 10 MB with an email address in each row.",
        accept=".csv",
    )
    from_on = NHSDateField(
        "First day (optional)",
        [Optional()],
        description="The file says all that its people work from this day on.",
    )
    until_on = NHSDateField(
        "Last day (optional)",
        [Optional()],
        description="The file says all that its people work up to this day.",
    )


class KeepRotaForm(NHSForm):
    """Whether checked rows are to be kept: the page carried them, so that no file is chosen twice."""

    rows = HiddenField()
