"""Which profession an assessor belongs to, read from what their account says."""

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

from lms.core.words import join_words, number_of


class Profession(enum.StrEnum):
    """A profession as rules about assessors name it."""

    PARAMEDIC = "paramedic"
    NURSE = "nurse"
    DOCTOR = "doctor"
    SOCIAL_WORKER = "social-worker"
    OCCUPATIONAL_THERAPIST = "occupational-therapist"
    PSYCHOLOGIST = "psychologist"
    OTHER = "other"

    @property
    def label(self) -> str:
        """One person of this profession, inside a sentence and with an article."""
        return _ONE[self]

    @property
    def plural(self) -> str:
        """Several people of this profession, inside a sentence."""
        return _SEVERAL[self]


_ONE = {
    Profession.PARAMEDIC: "a paramedic",
    Profession.NURSE: "a nurse",
    Profession.DOCTOR: "a doctor",
    Profession.SOCIAL_WORKER: "a social worker",
    Profession.OCCUPATIONAL_THERAPIST: "an occupational therapist",
    Profession.PSYCHOLOGIST: "a psychologist",
    Profession.OTHER: "of another profession",
}
_SEVERAL = {
    Profession.PARAMEDIC: "paramedics",
    Profession.NURSE: "nurses",
    Profession.DOCTOR: "doctors",
    Profession.SOCIAL_WORKER: "social workers",
    Profession.OCCUPATIONAL_THERAPIST: "occupational therapists",
    Profession.PSYCHOLOGIST: "psychologists",
    Profession.OTHER: "of other professions",
}
_WORDS = (
    (Profession.PARAMEDIC, r"paramedics?"),
    (Profession.NURSE, r"nurses?|nursing|midwife"),
    (Profession.SOCIAL_WORKER, r"social work(er)?s?"),
    (Profession.OCCUPATIONAL_THERAPIST, r"occupational therap(ist|y)s?"),
    (Profession.PSYCHOLOGIST, r"psycholog(ist|y)s?"),
    (Profession.DOCTOR, r"doctors?|psychiatrists?|physicians?|registrars?|gps?|general practitioners?"),
)


@lru_cache(maxsize=1 << 10)
def profession_of(text: str) -> Profession:
    """The profession a person's own words name, the first that fits; nothing and anything else is "other"."""
    said = text.casefold()
    return next((each for each, words in _WORDS if re.search(rf"\b({words})\b", said)), Profession.OTHER)


@dataclass(frozen=True, slots=True)
class ProfessionNeed:
    """So many of the assessors must be of these professions, or of any but these."""

    at_least: int
    of: tuple[Profession, ...]
    other_than: bool = False

    def is_met_by(self, profession: Profession) -> bool:
        """Whether an assessor of this profession is one of those asked for."""
        return (profession in self.of) is not self.other_than

    @property
    def one_words(self) -> str:
        """What one assessor must be, as the end of "who is ...", like "not a paramedic"."""
        return f"{'not ' if self.other_than else ''}{join_words([each.label for each in self.of], 'or')}"

    @property
    def words(self) -> str:
        """The need as it follows "of whom", like "at least 1 is not a paramedic"."""
        return f"at least {self.at_least} {self._are(self.at_least)}"

    def lacking(self, have: int) -> str:
        """What is missing when there are so many such assessors, in words; empty when nothing is."""
        short = self.at_least - have
        return f"{number_of(short, 'assessor')} who {self._are(short)} (now {have})" if short > 0 else ""

    def _are(self, count: int) -> str:
        if count == 1:
            return f"is {self.one_words}"
        several = join_words([each.plural for each in self.of], "or")
        return f"are {'not ' if self.other_than else ''}{several}"
