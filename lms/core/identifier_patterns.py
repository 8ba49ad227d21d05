"""What identifiers look like. Each finder reads a text that `plain` made and yields places, in linear time.

`lms/static/identifiers.js` says the same for the browser; the corpus under tests/core proves that the two agree.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator

Places = Iterator[tuple[int, int]]


# Letters that a pattern which reads large and small alike takes for one of A to Z, each programming language others.
_LATIN = {"\u0130": "I", "\u0131": "i", "\u017f": "s", "\u212a": "K"}


# What copying from a page or an address leaves between the groups of a number.
_MARKUP = re.compile(
    r"&(?:nbsp|ensp|emsp|thinsp|#160|#x[aA]0);|%(?:20|0[aAdD]|2[dD]|[cC]2%[aA]0)|</?[a-zA-Z][a-zA-Z /]{0,12}>"
)


def plain(text: str) -> str:
    """The text, character for character: digits of every script as 0 to 9, dashes as hyphens, markup as spaces."""
    read = text if text.isascii() else "".join(map(_plain, text))
    return _MARKUP.sub(lambda found: " " * len(found[0]), read)


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if "\u2010" <= char <= "\u2015" or char == "\u2212":
        return "-"
    usual = unicodedata.normalize("NFKC", char)  # Raised, lowered and circled digits.
    return usual if usual.isascii() and usual.isdecimal() and len(usual) == 1 else _LATIN.get(char, char)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _matches(text: str, *patterns: re.Pattern[str]) -> Places:
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield match.span()


# --- NHS numbers: ten digits in any grouping, with white space or up to twelve other characters between them that are
# neither letter nor digit ---

_DIGIT_RUN = re.compile(r"\d(?:(?:[\W_]{0,12}|\s{13,200})\d)+")
_DIGIT_GROUP = re.compile(r"(?:(?:(?<=\+)|(?<=\+\s)|(?<=00\s)|(?<!\d)00)44)?(\d+)")
_QUIET = frozenset({"Cf", "Me", "Mn", "Pc", "Pd", "Pe", "Ps", "Sk", "Zl", "Zp", "Zs", "Cc"})


def is_nhs_number(digits: str) -> bool:
    """Say whether ten digits carry the right check digit of an NHS number."""
    if len(digits) != 10 or not digits.isdecimal():
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (11 - remainder) % 11 == int(digits[9])


def nhs_numbers(text: str) -> Places:
    """Valid NHS numbers, except where they are the first ten digits of a longer phone number."""
    international = [match.span() for match in _INTERNATIONAL_PHONE.finditer(text)]
    for run in _DIGIT_RUN.finditer(text):
        groups = [match.span(1) for match in _DIGIT_GROUP.finditer(text, run.start(), run.end())]
        first = 0
        while first < len(groups):
            last = _ten_digits(text, groups, first)
            if last is None:
                first += 1
                continue
            start, end = groups[first][0], groups[last][1]
            if not _inside(start, end, international):
                yield start, end
            first = last + 1


def _inside(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= start and end < last for first, last in spans)


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


# --- Email addresses, also as they are dictated ---

_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s{1,3}at\s{1,3}[\w-]{1,63}(?:\s{1,3}dot\s{1,3}[\w-]{2,20}){1,4}", re.IGNORECASE
)


def emails(text: str) -> Places:
    """Email addresses."""
    yield from _matches(text, _EMAIL, _SPOKEN_EMAIL)


# --- Phone numbers of people: numbers that begin with 03 or 08 are helplines and switchboards, and name nobody ---

_INTERNATIONAL_PHONE = re.compile(
    r"(?<!\d)(?:\+|00)\s?44[\s.()-]{0,4}(?:0\)[\s.-]{0,4})?[1-9](?:[\s.()-]{0,2}\d){8,9}(?!\d)"
)
_NATIONAL_PHONE = re.compile(r"(?<![\d+])\(?0(?:\)?[\s.-]{0,2}\d){9,10}(?!\d)")
_MOBILE_WITHOUT_NOUGHT = re.compile(r"(?<![\d+])7[1-9]\d\d[\s.-]?\d{3}[\s.-]?\d{3}(?!\d)")
_NOBODYS = re.compile(r"\D*0{0,2}44\D*0?\D*[38]")


def phones(text: str) -> Places:
    """Phone numbers."""
    for match in _INTERNATIONAL_PHONE.finditer(text):
        if not _NOBODYS.match(match.group()):
            yield match.span()
    for match in _NATIONAL_PHONE.finditer(text):
        if _is_dialled(re.findall(r"\d+", match.group())):
            yield match.span()
    yield from _matches(text, _MOBILE_WITHOUT_NOUGHT)


def _is_dialled(groups: list[str]) -> bool:
    """Say whether groups of digits are a phone number as people write them, and not a list of times or readings."""
    area, *others = groups
    if "".join(groups)[1] not in "1257":
        return False
    shortest = min(map(len, others), default=10)
    return (len(area) >= 3 and shortest >= 2) or (len(area) == 2 and shortest >= 3) or set(map(len, groups)) == {1}


# --- Dates of birth ---

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ORDINALS = (
    r"(?:(?:(?:twenty|thirty)[\s-]{0,3})?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|"
    r"twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_YEAR_IN_WORDS = (
    rf"(?:(?:nineteen|twenty)[\s-]{{1,3}}(?:(?:{_TENS})(?:[\s-]{{1,3}}(?:{_ONES}))?|{_TEENS}|oh[\s-]{{1,3}}(?:{_ONES}))"
    rf"|two\s{{1,3}}thousand(?:\s{{1,3}}(?:and\s{{1,3}})?(?:{_TEENS}|{_ONES}))?)\b"
)
_DAY_ORDINAL = rf"(?:{_DAY}(?:st|nd|rd|th)?|{_ORDINALS})"
_DAY_AND_MONTH = rf"{_DAY_ORDINAL}[\s\-/]{{0,6}}(?:of\s{{1,6}})?{_MONTHS}"


def _dates(year: str) -> str:
    """Dates as people write them: 4/12/1985, 4 Dec 1985, the fourth of December 1985, Dec 4 1985, 1985-12-04."""
    return (
        rf"(?:{_DAY}\s?[/.\-\s]\s?{_MONTH}\s?[/.\-\s]\s?{year}"
        rf"|{_DAY_AND_MONTH}[\s\-/,]{{0,6}}{year}"
        rf"|{_MONTHS}\s{{1,6}}{_DAY_ORDINAL},?\s{{1,6}}{year}"
        rf"|{year}[/.\-]{_MONTH}[/.\-]{_DAY})(?!\d)"
    )


_BIRTH_YEAR = r"(?:19[0-9][0-9]|200[0-9]|201[0-5])"
_ANY_YEAR = r"'?(?:(?:19|20)?[0-9][0-9])"
# A bare full date is taken for a date of birth when its year is too early to be a shift; so is 85, and 27 is not.
_BARE_DATE = re.compile(
    rf"(?<![\d/.\-]){_dates(_BIRTH_YEAR)}|\b{_DAY_AND_MONTH},?\s{{1,6}}{_YEAR_IN_WORDS}",
    re.IGNORECASE,
)
_SHORT_DATE = re.compile(
    rf"(?<![\d/.\-])(?:{_DAY}/{_MONTH}/[3-9]\d|{_DAY}\.{_MONTH}\.[3-9]\d)(?![\d/%]|[.\-]\d|\s?(?:mg|ml|mcg)\b)"
)
_NAMED_DATE = re.compile(
    rf"\b(?:d\.?\s?o\.?\s?b\.?|date\s{{1,6}}of\s{{1,6}}birth|birth\s?date|birthday|born)"
    rf"\W{{0,4}}(?:(?:is|was|on|in|as|the)\W{{1,3}}){{0,3}}"
    rf"(?:{_dates(_ANY_YEAR)}|{_DAY_AND_MONTH}[\s,]{{1,6}}{_YEAR_IN_WORDS}"
    rf"|{_DAY_AND_MONTH}(?!\w)|{_MONTHS}\s{{1,6}}{_DAY_ORDINAL}(?![\w:])"
    rf"|(?:[0-3]\d[01]\d(?:19|20)?\d\d|(?:19|20)\d\d[01]\d[0-3]\d)(?!\d))",
    re.IGNORECASE,
)


def dates_of_birth(text: str) -> Places:
    """Dates that are called a date of birth, and full dates too early to be a shift."""
    yield from _matches(text, _NAMED_DATE, _BARE_DATE, _SHORT_DATE)


# --- Incident numbers: a word that announces a reference, and a token with digits in it ---

_SPACES = r"\s{0,6}"
_REFERENCE = (
    r"(?:[A-Z]{0,4}[-/]?\d{3,20}(?:[-/]\d{1,20}){0,4}|[A-Z]{1,3}\d{2}[-/]\d{3,20}|\d{1,3}[-/]\d{3,20}(?:[-/]\d{1,4})?)"
)
_SAYS_NUMBER = (
    rf"(?:{_SPACES}(?:no\b\.?|nos\b\.?|num\b\.?|number|nr\b\.?|ref\b\.?|reference|id\b|#)){{1,2}}"
    rf"{_SPACES}(?:is|was|:|-|=)?{_SPACES}#?{_SPACES}"
)
_HELPLINE = r"(?!(?:999|111|112|101|116\s?123)\b)"
_GUIDELINE = r"(?!(?:NG|CG|QS|TA|PH|IPG)\d)"
_A_LENGTH = r"(?!\s{0,3}(?:h|hrs?|hours?|min|mins|minutes|miles|km)\b)"
_INCIDENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:CAD|datix|PRF|e?PCR|URN)(?:\b(?:{_SAYS_NUMBER}|{_SPACES}[:#=-]?{_SPACES})|(?=\d)){_REFERENCE}\b",
        rf"\b(?:incident|inc|job|log|call|case|crime|event|run)\b"
        rf"(?:{_SAYS_NUMBER}|{_SPACES}[:#]{_SPACES}){_HELPLINE}{_REFERENCE}\b",
        rf"\b(?:ref|reference)\b\.?{_SPACES}(?:no\b\.?|number)?{_SPACES}[:#]?{_SPACES}{_GUIDELINE}{_REFERENCE}\b",
        r"\b(?:incident|job|crime|log)\s{1,6}[A-Z]{0,4}[-/]?\d{5,20}(?:[-/]\d{1,20}){0,4}\b",
        r"\b(?:event|case|call)\s{1,6}\d{7,20}\b",
        rf"\b(?:job|log)\s{{1,6}}(?!(?:19|20)\d\d)\d{{4}}\b{_A_LENGTH}",
    )
)


def incident_numbers(text: str) -> Places:
    """Numbers of incidents, jobs, calls and reports."""
    yield from _matches(text, *_INCIDENTS)


# --- Postcodes ---

_POSTCODE_AREAS = _words(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY "
    "G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR "
    "NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA "
    "WC WD WF WN WR WS WV YO ZE"
)
_POSTCODE = re.compile(
    rf"\b(?:{'|'.join(sorted(_POSTCODE_AREAS, key=lambda area: (-len(area), area)))})"
    r"\d[A-Z\d]?(?:\s{0,3}|\s?-\s?)\d[ABD-HJLNP-UW-Z]{2}\b",
    re.IGNORECASE,
)
_NOT_INWARD = ("st", "nd", "rd", "th", "hr")
_UNITS = ("yr", "ug", "ft", "lb", "pt", "ds", "dl")


def postcodes(text: str) -> Places:
    """Postcodes; an ordinal such as "2nd" or a length such as "2hr" is not the second half of one.

    Nor is a unit in small letters after a code in capitals, such as "B12 1yr".
    """
    for match in _POSTCODE.finditer(text):
        code = match.group()
        if not code.endswith(_NOT_INWARD) and not (code[0].isupper() and code.endswith(_UNITS)):
            yield match.span()


# --- Title and surname ---

_BLANK = r"[ \t\u00a0]"
_WORD = r"[^\W\d_]{1,60}(?:['\u2019\-][^\W\d_]{1,60}){0,4}"
_TITLED = re.compile(
    r"\b(?P<title>mr|mrs|ms|miss|mx|dr|doctor|prof|professor|sir|dame|lord|lady|rev|reverend|cllr|pc|dc|sgt|sergeant|"
    rf"inspector|nurse|paramedic)\b\.?{_BLANK}{{1,6}}"
    rf"(?P<initials>(?:(?-i:[A-Z]\.?|[A-Z]{{2}}){_BLANK}{{1,6}}){{0,2}})"
    rf"(?P<name>(?:(?:van|von|der|den|de|la|le|al|el|bin|ibn|ap|st){_BLANK}{{1,6}}){{0,2}}{_WORD})"
    rf"(?:{_BLANK}{{1,6}}(?P<second>(?-i:[A-Z][^\W\d_A-Z]{{1,60}}(?:['\u2019\-][^\W\d_]{{1,60}}){{0,4}}))(?!\w))?",
    re.IGNORECASE,
)
_ALWAYS_TITLES = frozenset({"mr", "mrs"})
_ALSO_WORDS = frozenset({"miss", "ms", "lady", "lord"})
_NOT_SURNAMES = _words(
    "a abc abcde about advice advised after again agreed also an and any are arrived as asked at attended aware be "
    "because before bloods but by called came can case cases could declined did does each family for from gave got had "
    "handed happy has have he her here him his i if in informed into is it its just left may me miss mr mrs ms my no "
    "not of off on one only or our out over patient patients plan reviewed said says seen she should shock so son "
    "spoke staff stood team than that the their them then there they this to told took until upstairs was we went were "
    "what when where which who whose wife will with world would you your"
)
_NOT_AFTER_TITLE = _words(
    "associate clinician consultant degree educator in led lead manager mentor practice practitioner prescriber "
    "prescribing programme scan science specialist specialists student students supervisor team trainee training"
)
# Typed in small letters, a word after "dr" or "miss" is taken for a name only if it is a very common one.
_COMMON_SURNAMES = _words(
    "adams ahmed ali anderson begum bennett campbell chowdhury clarke collins davies davis edwards evans harris "
    "harrison hughes hussain jackson james johnson jones kaur kelly khan lewis mahmood malik martin miller mitchell "
    "mohammed moore morgan morris murphy o'brien patel phillips rahman richardson roberts robinson rogers scott shah "
    "shaw simpson singh smith stewart thomas thompson watson williams wilson wright"
)


def names(text: str) -> Places:
    """Titles with a surname."""
    at = 0
    while match := _TITLED.search(text, at):
        name, second = match["name"], match["second"]
        if not _is_name(match["title"], match["initials"].split(), name.split()[-1]):
            at = match.end("title")
            continue
        whole = second is not None and name[0].isupper() and second.lower() not in _NOT_SURNAMES
        at = match.end("second") if whole else match.end("name")
        yield match.start(), at - 2 if text[at - 2 : at] in ("'s", "\u2019s") else at


def _is_name(title: str, initials: list[str], surname: str) -> bool:
    bare = surname.lower().removesuffix("'s").removesuffix("\u2019s")
    if len(surname) < 2 or bare in _NOT_SURNAMES | _NOT_AFTER_TITLE:
        return False
    if any(initial.lower() in _NOT_SURNAMES for initial in initials if len(initial) > 1):
        return False
    if bare in _COMMON_SURNAMES:
        return True
    if title in _ALSO_WORDS:  # In lower case these are ordinary words or units.
        return False
    shouted = title.isupper() and surname.isupper()
    written_as_a_name = surname[0].isupper() and (shouted or not surname.isupper())
    return written_as_a_name or (title.lower() in _ALWAYS_TITLES and not title.isupper())
