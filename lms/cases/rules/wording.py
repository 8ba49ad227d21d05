"""Finds a suicide risk level stated as a conclusion: no scale predicts suicide, so none may decide here."""

import re

_LEVEL = (
    r"(?:very[\s-]+)?(?:lowest|lower|low|medium|moderate|highest|higher|high|elevated|minimal|minimum|negligible|"
    r"significant|severe|extreme)"
)
_BETWEEN = (
    r"(?:or|to|and|no|suicide|suicidal|self[\s-]+harm|overall|immediate|imminent|current|acute|chronic|short[\s-]+term|"
    r"long[\s-]+term|baseline|residual|level|of|lower|low|medium|moderate|higher|high)"
)
_HEDGE = r"(?:now|still|currently|only|quite|very|rather|judged|assessed|rated|scored|graded|considered|to|be|as)"
_CONCLUSIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_LEVEL}(?:[\s-]+{_BETWEEN}){{0,3}}[\s-]+risks?\b",
        rf"\brisks?\b(?:[\s-]+(?:of|from|for)[\s-]+[\w-]+(?:[\s-]+[\w-]+)?)?\s*"
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
    """The words that state a suicide risk level, as they stand in the text; None if there are none."""
    masked = _ALLOWED.sub(lambda match: "~" * len(match[0]), text)
    hits = [match for pattern in _CONCLUSIONS for match in pattern.finditer(masked)]
    return min(hits, key=lambda match: match.start())[0] if hits else None


def says_why_not(text: str) -> bool:
    """Say whether a reason turns something down rather than affirm it."""
    return _WHY_NOT.search(text) is not None
