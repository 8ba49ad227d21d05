"""Questions about a site."""

from lms.web.forms import (
    InputRequired,
    MaxCharacters,
    NHSForm,
    SelectField,
    StringField,
    VersionField,
)


class SiteForm(NHSForm):
    """A place where shifts are worked."""

    name = StringField(
        "Name of the site",
        [InputRequired("Enter the name of the site"), MaxCharacters(120)],
    )
    setting = SelectField("Setting", [InputRequired("Select a setting")], blank="Select a setting")


class ChangeSiteForm(SiteForm):
    """A corrected site."""

    version = VersionField()
