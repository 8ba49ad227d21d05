"""What this domain asks: a file to check."""

from lms.web.forms import FileField, InputRequired, NHSForm


class FrameworkFileForm(NHSForm):
    """Choose a framework file to check."""

    file = FileField(
        "Framework file",
        [InputRequired("Choose a file")],
        description="A CSV file in the layout of Moodle's competency frameworks, or a JSON file. At most 2 MB.",
        accept=".csv,.json",
    )
