"""Finds wording that content may not use: risk levels, predictive scales, stigma, doses and detail of methods.

A passage that teaches why a phrase is wrong may name it, if the file lists the phrase and the passage says why not.
Sources: NICE NG225 and NHS England 2025 (levels and scales), the NHS digital service manual and the Support After
Suicide Partnership (words), the Samaritans' media guidelines (methods).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lms.core.content import Document, Loc, M
from lms.core.errors import Problem
from lms.core.plain import places, plain

_LEVEL = (
    r"(?:very[\s-]+)?(?:lowest|lower|low|medium|moderate|highest|higher|high|elevated|minimal|minimum|negligible|"
    r"significant|severe|extreme)"
)
_BETWEEN = (
    r"(?:or|to|and|no|suicide|suicidal|self[\s-]+harm|overall|immediate|imminent|current|acute|chronic|short[\s-]+term|"
    r"long[\s-]+term|baseline|residual|level|of|lower|low|medium|moderate|higher|high)"
)
_WORD = r"\w+(?:-\w+){0,3}"  # A word never ends in a hyphen, so a run of them can be divided in one way only.
_HEDGE = r"(?:now|still|currently|only|quite|very|rather|judged|assessed|rated|scored|graded|considered|to|be|as)"
_CONCLUSIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_LEVEL}(?:[\s-]+{_BETWEEN}){{0,3}}[\s-]+risks?\b",
        rf"\brisks?\b(?:[\s-]+(?:of|from|for)[\s-]+{_WORD}(?:[\s-]+{_WORD})?)?\s*"
        rf"(?:[:=]|\b(?:is|was|are|were|remains?|seems?|looks?|appears?|becomes?|as)\b)\s*(?:{_HEDGE}\s+){{0,3}}{_LEVEL}\b",
        r"\brisk[\s-]+(?:level|category|categories|band|rating|grade|tier)s?\b",
        r"\blevels?[\s-]+of[\s-]+(?:\w+[\s-]+)?risk\b",
        rf"\b{_LEVEL}[\s-]+(?:suicidality|suicide[\s-]+potential|suicide[\s-]+intent)\b",
        r"\b(?:red|amber|green)[\s-]+(?:rated|risk|flagged as (?:red|amber|green))\b",
    )
)

# Named terms of other fields that share the words, and being told to state no such thing.
_ALLOWED = re.compile(
    r"\b(?:increasing|higher|high|lower|low)[\s-]+risk[\s-]+(?:domestic[\s-]+abuse|drinking|drinkers?|medicines?|foods?)\b"
    r"|\bhigh[\s-]+risk(?=[^.!?]{0,30}\bMARAC\b)"
    r"|(?<=MARAC )high[\s-]+risk\b"
    r"|\b(?:no|not|never|without)[\s-]+(?:a[\s-]+|any[\s-]+|the[\s-]+)?(?:global[\s-]+|single[\s-]+|overall[\s-]+)?"
    r"risk[\s-]+(?:level|category|categories|band|rating|grade)s?\b"
    r"|\b(?:NEWS2|AUDIT-C)[\w\s]{0,20}?\b(?:low|medium|increasing|higher|high)[\s-]+clinical[\s-]+risk\b",
    re.IGNORECASE,
)

_WHY_NOT = re.compile(
    r"\b(?:not|never|no|nothing|cannot|can't|nobody|neither|nor|isn't|doesn't|don't|mislead\w*|wrong\w*|instead|unacceptable|"
    r"refus\w*|reject\w*)\b",
    re.IGNORECASE,
)


def stated_risk_level(text: str) -> str | None:
    """The words that state a suicide risk level, as they are read; None if there are none."""
    hit = _level_in(plain(text))
    return hit[0] if hit else None


def _level_in(read: str) -> re.Match[str] | None:
    masked = _masked(read, _ALLOWED)
    hits = [match for pattern in _CONCLUSIONS for match in pattern.finditer(masked)]
    return min(hits, key=lambda match: match.start(), default=None)


def _masked(text: str, pattern: re.Pattern[str]) -> str:
    """The text of the same length in which nothing is found where the pattern stood."""
    return pattern.sub(lambda match: "~" * len(match[0]), text)


def _phrase(words: str) -> re.Pattern[str]:
    """A phrase wherever its lines end and whatever marks stand in it."""
    return re.compile(r"\s+".join(map(re.escape, plain(words).split())), re.IGNORECASE)


def says_why_not(text: str) -> bool:
    """Say whether a reason turns something down rather than affirm it."""
    return _WHY_NOT.search(text) is not None


@dataclass(frozen=True, slots=True)
class Banned:
    """Words that may not stand here as they are written, what to write instead, and where in the text they begin."""

    words: str
    message: str
    at: int = field(default=0, compare=False)


_NUMBER = (
    r"(?:\d+(?:[.,]\d+)?|two|three|four|five|six|eight|ten|twelve|sixteen|twenty|thirty|forty|fifty|sixty|hundred)"
)
_STIGMA = {
    r"commit(?:s|ted|ting)?[\s-]+suicide": "died by suicide, or took their own life",
    r"(?:successful|unsuccessful|failed)[\s-]+(?:suicide|attempt)\w*": "died by suicide, or attempted suicide",
    r"cry[\s-]+for[\s-]+help": "what the person says and needs",
    r"attention[\s-]+seek\w+": "what the person says and needs",
    r"deliberate[\s-]+self[\s-]+harm": "self-harm",
    r"addicts?": "person who uses drugs, or person with a dependence",
    r"alcoholics?": "person with alcohol dependence",
    r"(?:drug|alcohol|substance)[\s-]+abus(?:e|er|ers)": "drug or alcohol use",
    r"(?:junkie|druggie|drunkard|smackhead)s?": "person who uses drugs",
    r"(?:psych|mental)[\s-]+(?:patient|case)s?": "the person, and what they live with",
    r"mentally[\s-]+ill": "person with a mental health condition",
    r"suffer(?:s|ed|ing)?[\s-]+from": "with, or living with",
    r"(?:was|were|been|being|be|get|got)[\s-]+sectioned": "detained under the Mental Health Act",
    r"frequent[\s-]+(?:flyer|caller|attender)s?": "person who calls often",
    r"non[\s-]*complian(?:t|ce)|refus\w+[\s-]+to[\s-]+comply": "declined",
    r"excited[\s-]+delirium": "a description of what you see, and its possible causes",
    r"dual[\s-]+diagnosis[\s-]+patients?": "person with co-occurring needs",
}
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = (
    *(
        (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), f"“{{words}}” stigmatises: write {better}.")
        for pattern, better in _STIGMA.items()
    ),
    (
        re.compile(
            r"\bSAD[\s-]*PERSONS\b"
            r"|\brisk[\s-]+(?:score|scale|tool|matrix|matrices|calculator|screen)s?\b"
            r"(?:(?!\b(?:not|never|no|cannot|nothing)\b)[^.!?]){0,50}"
            r"\b(?:safe|safely|discharged?|decides?|allows?|stay|leave|left|predicts?|shows?|means?|rules?[\s-]+out)\b",
            re.IGNORECASE,
        ),
        "“{words}”: no scale predicts suicide, so none may decide about care.",
    ),
    (
        re.compile(
            rf"\b{_NUMBER}[\s-]*(?:mg|mcg|micrograms?|milligrams?|grams?|ml|millilitres?|mg/kg|litres?(?:/min|[\s-]+a[\s-]+minute))\b",
            re.IGNORECASE,
        ),
        "“{words}” is a dose: write “per local guideline”.",
    ),
    (
        re.compile(
            rf"\b{_NUMBER}[\s-]+(?:\w+[\s-]+)?(?:tablets|pills|capsules)\b"
            r"|\b(?:lethal|fatal)[\s-]+(?:dose|amount|means|method)s?\b|\blethality\b|\b(?:noose|hang(?:ed|ing)[\s-]+(?:him|her|them)sel(?:f|ves))\b",
            re.IGNORECASE,
        ),
        "“{words}” is detail of a method: leave it out.",
    ),
)
_DETAIL = ("is a dose", "is detail of a method")


def banned_wording(text: str, allowed: Sequence[str] = ()) -> Iterator[Banned]:
    """Everything in a text that may not stand there, except the phrases a file lists because it teaches why not.

    Doses and detail of methods are never allowed.
    """
    read = plain(text)
    masked = read
    for phrase in allowed:
        masked = _masked(masked, _phrase(phrase))
    found = _found(read, masked)
    written = places(text) if found else []
    for match, message in found:
        at, end = written[match.start()], written[match.end() - 1] + 1
        yield Banned(text[at:end], message.replace("{words}", " ".join(match[0].split())), at)


@lru_cache(maxsize=1 << 13)  # The same text is read for several rules, and again whenever content is checked.
def _found(read: str, masked: str) -> tuple[tuple[re.Match[str], str], ...]:
    found = []
    if hit := _level_in(masked):
        found.append(
            (hit, "“{words}” states a risk level as a conclusion. Say what is needed and what would change it.")
        )
    for pattern, message in _PHRASES:
        searched = read if any(part in message for part in _DETAIL) else masked
        found += [(match, message) for match in pattern.finditer(searched)]
    return tuple(found)


def texts_in(body: Mapping[str, Any], fields: Iterable[str]) -> Iterator[tuple[Loc, str]]:
    """Every text in these fields of a file, with its place."""
    for name in fields:
        yield from _texts((name,), body.get(name))


def _texts(loc: tuple[str | int, ...], value: Any) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts((*loc, key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts((*loc, number), item)


def banned_in(document: Document[M], told: Iterable[tuple[Loc, str]]) -> Iterator[Problem]:
    """Everything that may not stand in the fields of a file, each with its place."""
    for loc, text in told:
        for banned in banned_wording(text):
            yield document.problem(loc, banned.message, banned.words)


def not_taught(text: str, phrases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The listed phrases that do not teach why not, each with a sentence: absent, or in a passage that affirms them."""
    passages = re.split(r"\n\s*\n", plain(text))
    for phrase in phrases:
        words = _phrase(phrase)
        holding = [passage for passage in passages if words.search(passage)]
        if not holding:
            yield phrase, f"“{phrase}” is listed as taught and does not stand in the text."
        elif not all(says_why_not(passage) for passage in holding):
            yield phrase, f"A passage names “{phrase}” and does not say why not."
