"""The words of competency: levels, forms, the way something was seen."""

import enum

from lms.core.errors import RuleViolation

LEVELS = range(1, 6)
RULES_VERSION = "competencies-rules/2"


class FormKind(enum.StrEnum):
    """A kind of workplace form that can carry evidence of a capability."""

    MINI_CEX = "mini-cex"
    CASE_BASED_DISCUSSION = "cbd"
    DIRECT_OBSERVATION = "do"
    MULTI_SOURCE_FEEDBACK = "msf"
    REFLECTIVE_ACCOUNT = "reflective-account"
    TESTIMONY = "testimony"
    PATIENT_FEEDBACK = "patient-feedback"
    PROJECT = "project"

    @property
    def label(self) -> str:
        """The name of one such form, inside a sentence."""
        return _FORM_WORDS[self][0]

    @property
    def heading(self) -> str:
        """The name of one such form, at the start of a line."""
        return self.label[0].upper() + self.label[1:]

    @property
    def with_article(self) -> str:
        """The name of one such form with "a", where the name takes one."""
        takes_none = self in (FormKind.MULTI_SOURCE_FEEDBACK, FormKind.PATIENT_FEEDBACK)
        return self.label if takes_none else f"a {self.label}"

    @property
    def plural(self) -> str:
        """The name of several such forms, inside a sentence."""
        return _FORM_WORDS[self][1]

    @property
    def is_observed(self) -> bool:
        """Whether the form is usually about something the assessor saw as it happened."""
        return self in (FormKind.MINI_CEX, FormKind.DIRECT_OBSERVATION)

    @property
    def is_rated(self) -> bool:
        """Whether the form gives a level; patient or carer feedback informs and gives none."""
        return self is not FormKind.PATIENT_FEEDBACK


_FORM_WORDS = {
    FormKind.MINI_CEX: ("mini-CEX", "mini-CEX"),
    FormKind.CASE_BASED_DISCUSSION: ("case-based discussion", "case-based discussions"),
    FormKind.DIRECT_OBSERVATION: ("direct observation", "direct observations"),
    FormKind.MULTI_SOURCE_FEEDBACK: ("multi-source feedback", "rounds of multi-source feedback"),
    FormKind.REFLECTIVE_ACCOUNT: ("reflective account", "reflective accounts"),
    FormKind.TESTIMONY: ("testimony", "testimonies"),
    FormKind.PATIENT_FEEDBACK: ("patient or carer feedback", "pieces of patient or carer feedback"),
    FormKind.PROJECT: ("project", "projects"),
}


class SeenAs(enum.StrEnum):
    """How the assessor came to know what happened."""

    LIVE = "live"
    RECORDING = "recording"
    RECORDS = "records"
    ACCOUNT = "account"
    REPORTED = "reported"

    @property
    def label(self) -> str:
        """The way of seeing, as it ends the sentence "The assessor saw this ..."."""
        return _SEEN_WORDS[self]


_SEEN_WORDS = {
    SeenAs.LIVE: "directly, as it happened",
    SeenAs.RECORDING: "in a recording",
    SeenAs.RECORDS: "in the records, which were inspected",
    SeenAs.ACCOUNT: "through the trainee's own account",
    SeenAs.REPORTED: "through what others said",
}


def check_level(level: int) -> None:
    """Refuse a number that is not on the entrustment scale.

    Raises RuleViolation outside 1 to 5.
    """
    if level not in LEVELS:
        raise RuleViolation("Select a level from 1 to 5", field="level")


def level_words(level: int | None) -> str:
    """A level as it is read aloud; none means not observed."""
    return "Not observed" if level is None else f"Level {level}"
