"""Finds what could say who a patient is in a free text. Pure: it reads a text and returns places, never values."""

import enum
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lms.core.errors import RuleViolation
from lms.core.words import join_words

LONGEST = 25_000  # characters; nothing longer is kept as free text, so nothing longer is looked at


class IdentifierKind(enum.StrEnum):
    """What a found piece of text looks like."""

    NHS_NUMBER = "nhs-number"
    EMAIL = "email"
    PHONE = "phone"
    DATE_OF_BIRTH = "date-of-birth"
    INCIDENT_NUMBER = "incident-number"
    POSTCODE = "postcode"
    NAME = "name"

    @property
    def label(self) -> str:
        """The kind in words, as it stands in a sentence."""
        return KIND_WORDS[self]


KIND_WORDS = {
    IdentifierKind.NHS_NUMBER: "an NHS number",
    IdentifierKind.EMAIL: "an email address",
    IdentifierKind.PHONE: "a phone number",
    IdentifierKind.DATE_OF_BIRTH: "a date of birth",
    IdentifierKind.INCIDENT_NUMBER: "an incident number",
    IdentifierKind.POSTCODE: "a postcode",
    IdentifierKind.NAME: "a title and surname",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of a text that may identify somebody: `text[start:end]`."""

    kind: IdentifierKind
    start: int
    end: int


def is_nhs_number(digits: str) -> bool:
    """Say whether ten digits carry the right check digit of an NHS number."""
    if len(digits) != 10 or not digits.isdecimal():
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (11 - remainder) % 11 == int(digits[9])


def find_identifiers(text: str) -> list[Found]:
    """Every place of the text that looks like an identifier, in reading order and without overlaps.

    A find may be wrong, and no find proves nothing. Only the first 25,000 characters are looked at.
    """
    text = text[:LONGEST]
    kept: list[Found] = []
    international = [match.span() for match in _INTERNATIONAL_PHONE.finditer(text)]
    for kind, finder in _FINDERS:
        for start, end in finder(text):
            if kind is IdentifierKind.NHS_NUMBER and _inside(start, end, international):
                continue
            if all(end <= other.start or start >= other.end for other in kept):
                kept.append(Found(kind, start, end))
    return sorted(kept, key=lambda found: found.start)


def adds_identifiers(before: str, after: str) -> bool:
    """Say whether a text may identify somebody by anything the text before it did not hold."""
    named = [{text[found.start : found.end] for found in find_identifiers(text)} for text in (before, after)]
    return not named[1] <= named[0]


class MayIdentify(RuleViolation):
    """A text seems to hold what identifies somebody; its writer may confirm that it does not."""


def check_free_text(text: str, *, no_identifiers: bool, field: str) -> None:
    """Refuse a text about care that may identify somebody; the message names kinds, never what was written.

    Raises RuleViolation for a valid NHS number or an over-long text always, MayIdentify for anything else until the
    writer has confirmed.
    """
    if len(text) > LONGEST:
        raise RuleViolation(f"Use {LONGEST:,} characters or fewer.", field)
    found = find_identifiers(text)
    kinds = list(dict.fromkeys(item.kind for item in found))
    if IdentifierKind.NHS_NUMBER in kinds:
        raise RuleViolation("Remove the NHS number. It is never stored here, and nothing has been saved.", field)
    if kinds and not no_identifiers:
        words = join_words([kind.label for kind in kinds])
        raise MayIdentify(
            f"This text seems to hold {words}. Take it out, or confirm that nobody can be identified.", field
        )


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _inside(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= start and end < last for first, last in spans)


# NHS numbers: ten digits in any grouping, with white space or up to six other characters between them that are neither
# letter nor digit.
_DIGIT_RUN = re.compile(r"\d(?:(?:[\W_]{0,6}|\s{7,200})\d)+")
_DIGIT_GROUP = re.compile(r"(?:(?:(?<=\+)|(?<=\+\s)|(?<=00\s)|(?<!\d)00)44)?(\d+)")
_QUIET = frozenset({"Cf", "Mn", "Pc", "Pd", "Pe", "Ps", "Sk", "Zl", "Zp", "Zs", "Cc"})


def _nhs_numbers(text: str) -> Iterator[tuple[int, int]]:
    for run in _DIGIT_RUN.finditer(text):
        groups = [match.span(1) for match in _DIGIT_GROUP.finditer(text, run.start(), run.end())]
        first = 0
        while first < len(groups):
            last = _ten_digits(text, groups, first)
            if last is None:
                first += 1
                continue
            yield groups[first][0], groups[last][1]
            first = last + 1


def _ten_digits(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of a valid number that begins with the first group, if there is one."""
    digits = ""
    for index in range(first, len(groups)):
        start, end = groups[index]
        digits += text[start:end]
        if len(digits) >= 10:
            whole = is_nhs_number(digits) and _reads_as_one(text, groups[first : index + 1])
            return index if whole else None
    return None


def _reads_as_one(text: str, groups: list[tuple[int, int]]) -> bool:
    """Say whether the groups may be one number and not a list of readings or a date with a time.

    Spaces, dots, dashes, brackets and invisible characters never part a number. Other marks do, unless the grouping
    is usual for an NHS number or the same mark stands everywhere without a space.
    """
    gaps = [text[end:start] for (_, end), (start, _) in itertools.pairwise(groups)]
    if all(char == "." or unicodedata.category(char) in _QUIET for gap in gaps for char in gap):
        return True
    sizes = [end - start for start, end in groups]
    usual = len(sizes) <= 2 or sizes == [3, 3, 4] or set(sizes) == {1}
    return usual or (len(set(gaps)) == 1 and not any(char.isspace() for char in gaps[0]))


def _matches(*patterns: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
    def find(text: str) -> Iterator[tuple[int, int]]:
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield match.span()

    return find


_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")

_INTERNATIONAL_PHONE = re.compile(
    r"(?<!\d)(?:\+|00)\s?44[\s.()-]{0,4}(?:0\)[\s.-]{0,4})?[1-9](?:[\s.()-]{0,2}\d){8,9}(?!\d)"
)
_NATIONAL_PHONE = re.compile(r"(?<![\d+])\(?0(?:\)?[\s.-]{0,2}\d){9,10}(?!\d)")


def _phones(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _INTERNATIONAL_PHONE.finditer(text))
    for match in _NATIONAL_PHONE.finditer(text):
        area, *others = re.findall(r"\d+", match.group())
        if len(area) >= 3 and area[1] in "123578" and all(len(group) >= 2 for group in others):
            yield match.span()


_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DAY_ORDINAL = rf"{_DAY}(?:st|nd|rd|th)?"


def _dates(year: str) -> str:
    """Dates as people write them: 4/12/1985, 4 Dec 1985, Dec 4 1985, 1985-12-04."""
    return (
        rf"(?:{_DAY}\s?[/.\-\s]\s?{_MONTH}\s?[/.\-\s]\s?{year}"
        rf"|{_DAY_ORDINAL}[\s\-/]{{0,6}}(?:of\s{{1,6}})?{_MONTHS}[\s\-/,]{{0,6}}{year}"
        rf"|{_MONTHS}\s{{1,6}}{_DAY_ORDINAL},?\s{{1,6}}{year}"
        rf"|{year}[/.\-]{_MONTH}[/.\-]{_DAY})(?!\d)"
    )


# A bare full date is taken for a date of birth when its year is too early to be a shift.
_BIRTH_YEAR = r"(?:19\d\d|200\d|201[0-5])"
_BARE_DATE = re.compile(rf"(?<![\d/.\-]){_dates(_BIRTH_YEAR)}", re.IGNORECASE)
_NAMED_DATE = re.compile(
    rf"\b(?:d\.?\s?o\.?\s?b\.?|date\s{{1,6}}of\s{{1,6}}birth|birth\s?date|birthday|born)"
    rf"\W{{0,4}}(?:(?:is|was|on|in)\W{{1,3}}){{0,2}}"
    rf"{_dates(r'(?:(?:19|20)?[0-9][0-9])')}",
    re.IGNORECASE,
)

# A reference is a word that announces one and a token with digits in it.
_SPACES = r"\s{0,6}"
_REFERENCE = r"(?:[A-Z]{0,4}[-/]?\d{3,20}(?:[-/]\d{1,20}){0,4}|[A-Z]{1,3}\d{2}[-/]\d{3,20})"
_SAYS_NUMBER = (
    rf"(?:{_SPACES}(?:no\b\.?|nos\b\.?|num\b\.?|number|nr\b\.?|ref\b\.?|reference|id\b|#)){{1,2}}"
    rf"{_SPACES}(?:is|was|:|-|=)?{_SPACES}#?{_SPACES}"
)
_INCIDENT_CAD = re.compile(
    rf"\b(?:CAD|datix)\b(?:{_SAYS_NUMBER}|{_SPACES}[:#=-]?{_SPACES}){_REFERENCE}\b", re.IGNORECASE
)
_INCIDENT_WORD = re.compile(
    rf"\b(?:incident|inc|job|log|call|case|crime|event|run)\b"
    rf"(?:{_SAYS_NUMBER}|{_SPACES}[:#]{_SPACES}){_REFERENCE}\b",
    re.IGNORECASE,
)
_INCIDENT_REF = re.compile(
    rf"\b(?:ref|reference)\b\.?{_SPACES}(?:no\b\.?|number)?{_SPACES}[:#]?{_SPACES}{_REFERENCE}\b", re.IGNORECASE
)
_INCIDENT_LONG = re.compile(
    r"\b(?:incident|job|crime|log)\s{1,6}[A-Z]{0,4}[-/]?\d{5,20}(?:[-/]\d{1,20}){0,4}\b", re.IGNORECASE
)

_POSTCODE_AREAS = _words(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY "
    "G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR "
    "NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA "
    "WC WD WF WN WR WS WV YO ZE"
)
_POSTCODE = re.compile(
    rf"\b(?:{'|'.join(sorted(_POSTCODE_AREAS, key=len, reverse=True))})\d[A-Z\d]?\s{{0,3}}\d[ABD-HJLNP-UW-Z]{{2}}\b",
    re.IGNORECASE,
)
_NOT_INWARD = ("st", "nd", "rd", "th", "hr")


def _postcodes(text: str) -> Iterator[tuple[int, int]]:
    """Postcodes; an ordinal such as "2nd" or a length such as "2hr" is not the second half of one."""
    for match in _POSTCODE.finditer(text):
        if not match.group().endswith(_NOT_INWARD):
            yield match.span()


_WORD = r"[^\W\d_]{1,60}(?:['\u2019\-][^\W\d_]{1,60}){0,4}"
_TITLED = re.compile(
    r"\b(?P<title>mr|mrs|ms|miss|mx|dr|doctor|prof|professor|sir|dame|lord|lady|rev|reverend|cllr|pc|dc|sgt|sergeant|"
    rf"inspector|nurse|paramedic)\b\.?[ \t\u00a0]{{1,6}}(?:(?-i:[A-Z])\.?[ \t\u00a0]{{1,6}}){{0,2}}"
    rf"(?P<name>(?:(?:van|von|der|den|de|la|le|al|el|bin|ibn|ap|st)[ \t\u00a0]{{1,6}}){{0,2}}{_WORD})",
    re.IGNORECASE,
)
_ALWAYS_TITLES = frozenset({"mr", "mrs"})
_ALSO_WORDS = frozenset({"miss", "ms", "lady", "lord"})
_NOT_SURNAMES = _words(
    "a about after again also an and any are as asked at be because before but by came can case cases could declined "
    "did does each family for from gave got had has have he her here him his i if in into is it its just may me my no "
    "not of off on one only or our out over patient patients said says seen she should so son spoke staff team than "
    "that the their them then there they this to told took until upstairs was we went were what when where which who "
    "whose wife will with would you your"
)
_NOT_AFTER_TITLE = _words(
    "associate clinician consultant educator in led lead manager mentor practitioner prescriber programme prescribing "
    "scan specialist specialists student team trainee training supervisor world students degree"
)


def _names(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLED.finditer(text):
        title, name = match["title"], match["name"]
        surname = name.split()[-1]
        if len(surname) < 2 or surname.lower() in _NOT_SURNAMES or surname.lower() in _NOT_AFTER_TITLE:
            continue
        if title in _ALSO_WORDS:  # In lower case these are ordinary words or units.
            continue
        shouted = title.isupper() and surname.isupper()
        written_as_a_name = surname[0].isupper() and (shouted or not surname.isupper())
        if written_as_a_name or (title.lower() in _ALWAYS_TITLES and not title.isupper()):
            yield match.span()


# In order of weight: where two finds overlap, the earlier kind is kept.
_FINDERS = (
    (IdentifierKind.NHS_NUMBER, _nhs_numbers),
    (IdentifierKind.EMAIL, _matches(_EMAIL)),
    (IdentifierKind.PHONE, _phones),
    (IdentifierKind.DATE_OF_BIRTH, _matches(_NAMED_DATE, _BARE_DATE)),
    (IdentifierKind.INCIDENT_NUMBER, _matches(_INCIDENT_CAD, _INCIDENT_WORD, _INCIDENT_REF, _INCIDENT_LONG)),
    (IdentifierKind.POSTCODE, _postcodes),
    (IdentifierKind.NAME, _names),
)
