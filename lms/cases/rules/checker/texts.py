"""Wording, placeholders, and options that can be told apart without reading them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.cases.rules.checker.drawings import words
from lms.cases.rules.checker.found import WORDED, Found, Loc, fillings, phrases, texts
from lms.cases.rules.decisions import ChooseMany, ChooseOne, Grade, Phrase, Speak
from lms.cases.rules.format import Case, fill, placeholders
from lms.core.lengths import FOUND_BY_LENGTH, uneven
from lms.core.wording import banned_wording, not_taught, says_why_not

ENOUGH_DECISIONS = 6
STANDS_OUT_SHARE = 0.6


def wording(case: Case) -> Iterator[Found]:
    """Risk levels as conclusions, scales that decide, stigma, doses and detail of methods."""
    drawn: list[tuple[Loc, str]] = [
        (("images", key, "svg"), text) for key, image in case.images.items() for text in words(image.svg)
    ]
    for loc, text in [*texts(case), *drawn]:
        for banned in banned_wording(text, case.teaches_why_not):
            yield Found(loc, banned.message, banned.words)
    for where, phrase in phrases(case):
        yield from _phrase(where, phrase, case.teaches_why_not)
    whole = "\n\n".join(text for _, text in texts(case))
    for listed, message in not_taught(whole, case.teaches_why_not):
        yield Found(("teaches_why_not", case.teaches_why_not.index(listed)), message)


def _phrase(where: Loc, phrase: Phrase, allowed: Sequence[str]) -> Iterator[Found]:
    teaches = phrase.teaches_why_not and not phrase.grade.is_sound
    if phrase.teaches_why_not and phrase.grade.is_sound:
        message = "Only a suboptimal or critical option can teach why not."
        yield Found((*where, "teaches_why_not"), message)
    if teaches and not says_why_not(phrase.because):
        yield Found((*where, "because"), "This option teaches why not, so its reason must say why not.")
    for field in WORDED:
        text = getattr(phrase, field)
        for banned in banned_wording(text, [text] if teaches else allowed):
            yield Found((*where, field), banned.message, banned.words)


def names(case: Case) -> Iterator[Found]:
    """Names in braces that some patient does not have."""
    told = [*texts(case)]
    told += [((*where, field), getattr(phrase, field)) for where, phrase in phrases(case) for field in WORDED]
    for loc, text in told:
        for name in dict.fromkeys(placeholders(text)):
            lacking = [variant.key for variant in case.variants if name not in variant.placeholders]
            if lacking and name not in case.details and name not in case.passages:
                yield Found(loc, f"`{{{name}}}` is not told by the variants: {', '.join(lacking)}.", f"{{{name}}}")


@dataclass(frozen=True, slots=True)
class _Choice:
    """What can be chosen as somebody reads it."""

    text: str
    grade: Grade


def _read(options: Sequence[Phrase], filling: Mapping[str, str]) -> list[_Choice]:
    return [_Choice(fill(option.text, filling), option.grade) for option in options]


def _choices(case: Case, filling: Mapping[str, str]) -> Iterator[tuple[Loc, list[_Choice]]]:
    """The lists of which one is to be chosen."""
    for scene, decision in case.decisions():
        where: Loc = ("scenes", scene, "decision")
        if isinstance(decision, ChooseOne):
            yield (*where, "options"), _read(decision.options, filling)
        elif isinstance(decision, Speak):
            for at, part in enumerate(decision.parts):
                yield (*where, "parts", at, "options"), _read(part.options, filling)


def lengths(case: Case) -> Iterator[Found]:
    """Lists in which one text is much longer than another, whatever was found before."""
    yield from dict.fromkeys(found for filling in fillings(case) for found in _lengths(case, filling))


def _lengths(case: Case, filling: Mapping[str, str]) -> Iterator[Found]:
    for where, choices in _choices(case, filling):
        if found := uneven([choice.text for choice in choices]):
            at, message = found
            yield Found((*where, at, "text"), message)
    for scene, decision in case.decisions():
        if isinstance(decision, ChooseMany):
            yield from _belonging(("scenes", scene, "decision", "options"), _read(decision.options, filling))


def _belonging(where: Loc, choices: Sequence[_Choice]) -> Iterator[Found]:
    """Selections in which all that belongs is longer than all that does not, or all of it shorter."""
    right = [len(choice.text) for choice in choices if choice.grade.is_sound]
    wrong = [len(choice.text) for choice in choices if not choice.grade.is_sound]
    if right and wrong and (min(right) > max(wrong) or max(right) < min(wrong)):
        yield Found(where, "What belongs can be told from what does not by its length.")


def _singled_out(choices: Sequence[_Choice], measure: Callable[[str], float]) -> _Choice | None:
    """The one choice a measure makes stand out above all others."""
    values = [measure(choice.text) for choice in choices]
    top = max(values, default=0)
    return choices[values.index(top)] if values.count(top) == 1 else None


_CUES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("the longest", len),
    ("the shortest", lambda text: -len(text)),
    ("the one with most commas", lambda text: text.count(",")),
    ("the one with speech in it", lambda text: min(text.count('"') + text.count("“"), 1)),
    ("the one without speech in it", lambda text: -min(text.count('"') + text.count("“"), 1)),
    ("the one with a number", lambda text: float(any(letter.isdigit() for letter in text))),
)


def standing_out(case: Case) -> Iterator[Found]:
    """Something other than judgement that finds the best option in too many decisions."""
    yield from dict.fromkeys(found for filling in fillings(case) for found in _standing_out(case, filling))


def _standing_out(case: Case, filling: Mapping[str, str]) -> Iterator[Found]:
    lists = [choices for _, choices in _choices(case, filling) if choices]
    if len(lists) < ENOUGH_DECISIONS:
        return
    for name, measure in _CUES:
        out = [choice for choices in lists if (choice := _singled_out(choices, measure))]
        right = sum(choice.grade is Grade.OPTIMAL for choice in out)
        by_length = name in ("the longest", "the shortest")
        if by_length and right > FOUND_BY_LENGTH * len(lists):
            yield Found(("scenes",), f"The best option is {name} in {right} of {len(lists)} decisions.")
        elif not by_length and len(out) >= ENOUGH_DECISIONS and right > STANDS_OUT_SHARE * len(out):
            message = f"The best option is {name} in {right} of the {len(out)} decisions where one stands out so."
            yield Found(("scenes",), message)


def hints(case: Case) -> Iterator[Found]:
    """Hints that say the answer, and help that is missing altogether."""
    for scene, decision in case.decisions():
        best = [option.text for option in getattr(decision, "options", ()) if option.grade is Grade.OPTIMAL]
        if decision.hint and any(decision.hint.strip().lower() in text.lower() for text in best):
            yield Found(("scenes", scene, "decision", "hint"), "This hint is the answer itself.")
    if not any(decision.hint for _, decision in case.decisions()):
        yield Found(("scenes",), "No decision of this case has a hint.", is_warning=True)
