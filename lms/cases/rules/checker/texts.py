"""Wording, titles, placeholders, and options that can be told apart without reading them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.cases.rules.checker.drawings import words
from lms.cases.rules.checker.found import WORDED, Found, Loc, all_texts, fillings, lists, phrases, readings, texts
from lms.cases.rules.decisions import ChooseMany, Grade, Item, Phrase, PutInOrder
from lms.cases.rules.format import Case, fill, placeholders
from lms.core.lengths import FOUND_BY_LENGTH, uneven
from lms.core.plain import is_blank, repeated
from lms.core.wording import banned_wording, not_taught, says_why_not

ENOUGH_DECISIONS = 6
STANDS_OUT_SHARE = 0.6
# The fields that are told as they are, to everybody.
_AS_WRITTEN = ("title", "summary", "content_notes", "sources", "variants", "details")


def wording(case: Case) -> Iterator[Found]:
    """Risk levels as conclusions, scales that decide, stigma, doses and detail of methods."""
    for loc, text in texts(case):
        yield from _banned(case, loc, text, case.teaches_why_not)
    for key, image in case.images.items():
        drawn = [found for text in words(image.svg) for found in _banned(case, ("images", key, "svg"), text, ())]
        yield from {found.message: found for found in drawn}.values()
    for where, phrase in phrases(case):
        yield from _phrase(case, where, phrase)
    whole = "\n\n".join(text for _, text in texts(case))
    for listed, message in not_taught(whole, case.teaches_why_not):
        yield Found(("teaches_why_not", case.teaches_why_not.index(listed)), message)


def _banned(case: Case, loc: Loc, text: str, allowed: Sequence[str]) -> Iterator[Found]:
    """What may not stand in a text, whatever fills its names."""
    found = (banned for read in readings(case, text) for banned in banned_wording(read, allowed))
    for banned in dict.fromkeys(found):
        yield Found(loc, banned.message, banned.words)


def _phrase(case: Case, where: Loc, phrase: Phrase) -> Iterator[Found]:
    teaches = phrase.teaches_why_not and not phrase.grade.is_sound
    if phrase.teaches_why_not and phrase.grade.is_sound:
        message = "Only a suboptimal or critical option can teach why not."
        yield Found((*where, "teaches_why_not"), message)
    if teaches and not says_why_not(phrase.because):
        yield Found((*where, "because"), "This option teaches why not, so its reason must say why not.")
    for field in WORDED:
        text = getattr(phrase, field)
        allowed = list(readings(case, text)) if teaches else case.teaches_why_not
        yield from _banned(case, (*where, field), text, allowed)


def titles(case: Case) -> Iterator[Found]:
    """Scenes that a list or the map could not tell apart."""
    told: dict[str, str] = {}
    for name, scene in case.scenes.items():
        if scene.title in told:
            yield Found(("scenes", name, "title"), f"The scene `{told[scene.title]}` has the same title.")
        told.setdefault(scene.title, name)


def repeats(case: Case) -> Iterator[Found]:
    """Things to select that read the same."""
    for where, listed in _selectable(case):
        for at in repeated(one.text for one in listed):
            yield Found((*where, at, "text"), "Another of these has the same text.")


def _selectable(case: Case) -> Iterator[tuple[Loc, Sequence[Phrase | Item]]]:
    yield from ((where, options) for where, _, options in lists(case))
    for scene, decision in case.decisions():
        if isinstance(decision, PutInOrder):
            yield ("scenes", scene, "decision", "items"), decision.items


def names(case: Case) -> Iterator[Found]:
    """Names in braces that nothing fills, or that some patient does not have."""
    for loc, text in all_texts(case):
        named = dict.fromkeys(placeholders(text))
        rest = fill(text, {name: " " * len(f"{{{name}}}") for name in named})
        stray = re.search(r"[{}]", rest)
        if stray is not None:
            part = text[stray.start() :].partition("\n")[0]
            yield Found(loc, "Braces hold a name, such as `{first_name}`: nothing fills these.", part)
        if loc[0] in _AS_WRITTEN and named:
            yield Found(loc, "Nothing fills names in braces here.", f"{{{next(iter(named))}}}")
            continue
        for name in named:
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


def lengths(case: Case) -> Iterator[Found]:
    """Lists in which one text is much longer than another, whatever was found before."""
    for where, decision, options in lists(case):
        if isinstance(decision, ChooseMany):
            if any(map(_is_told_apart, _readings(case, options))):
                yield Found(where, "What belongs can be told from what does not by its length.")
            continue
        told = (uneven([choice.text for choice in choices]) for choices in _readings(case, options))
        for at, message in dict.fromkeys(found for found in told if found):
            yield Found((*where, at, "text"), message)


def _readings(case: Case, options: Sequence[Phrase]) -> Iterator[list[_Choice]]:
    """A list as it can be read, with everything its passages can stand for."""
    for filling in fillings(case, [option.text for option in options]):
        yield _read(options, filling)


def _is_told_apart(choices: Sequence[_Choice]) -> bool:
    """Say whether all that belongs is longer than all that does not, or all of it shorter."""
    right = [len(choice.text) for choice in choices if choice.grade.is_sound]
    wrong = [len(choice.text) for choice in choices if not choice.grade.is_sound]
    return bool(right and wrong) and (min(right) > max(wrong) or max(right) < min(wrong))


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
    whole = {name: tellings[0].text for name, tellings in case.passages.items()}
    bare = {name: tellings[-1].text for name, tellings in case.passages.items()}
    yield from dict.fromkeys(found for filling in (whole, bare) for found in _standing_out(case, filling))


def _standing_out(case: Case, filling: Mapping[str, str]) -> Iterator[Found]:
    """What stands out to somebody who found everything, or nothing."""
    to_choose = [
        _read(options, filling)
        for _, decision, options in lists(case)
        if options and not isinstance(decision, ChooseMany)
    ]
    if len(to_choose) < ENOUGH_DECISIONS:
        return
    for name, measure in _CUES:
        out = [choice for choices in to_choose if (choice := _singled_out(choices, measure))]
        right = sum(choice.grade is Grade.OPTIMAL for choice in out)
        by_length = name in ("the longest", "the shortest")
        if by_length and right > FOUND_BY_LENGTH * len(to_choose):
            yield Found(("scenes",), f"The best option is {name} in {right} of {len(to_choose)} decisions.")
        elif not by_length and len(out) >= ENOUGH_DECISIONS and right > STANDS_OUT_SHARE * len(out):
            message = f"The best option is {name} in {right} of the {len(out)} decisions where one stands out so."
            yield Found(("scenes",), message)


def hints(case: Case) -> Iterator[Found]:
    """Hints that say the answer, and help that is missing altogether."""
    for scene, decision in case.decisions():
        best = [option.text for option in getattr(decision, "options", ()) if option.grade is Grade.OPTIMAL]
        if decision.hint and is_blank(decision.hint):
            yield Found(("scenes", scene, "decision", "hint"), "This must not be empty.")
        elif decision.hint and any(decision.hint.strip().lower() in text.lower() for text in best):
            yield Found(("scenes", scene, "decision", "hint"), "This hint is the answer itself.")
    if not any(decision.hint for _, decision in case.decisions()):
        yield Found(("scenes",), "No decision of this case has a hint.", is_warning=True)
