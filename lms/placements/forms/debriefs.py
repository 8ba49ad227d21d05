"""Questions about a debrief: whom to ask, and to whom to pass a request on. Nothing else is asked."""

from uuid import UUID

from lms.web.forms import InputRequired, NHSForm, RadioField


class AskDebriefForm(NHSForm):
    """Whom a trainee asks."""

    asked_of_id = RadioField("Who should hold it?", [InputRequired("Select who should hold it")], coerce=UUID)


class PassOnDebriefForm(NHSForm):
    """Who takes a request over."""

    to_id = RadioField("Who should hold it instead?", [InputRequired("Select who should hold it")], coerce=UUID)
