"""What makes a knowledge check wrong once it can be read: options, sources, and answers that show themselves."""

from collections.abc import Iterator, Sequence

from lms.core.content import Document, Loc
from lms.core.errors import Problem
from lms.core.lengths import FOUND_BY_LENGTH, uneven
from lms.core.plain import repeated
from lms.core.wording import banned_in, says_why_not, texts_in
from lms.curriculum.rules.format import KnowledgeCheck, Question

FEWEST_QUESTIONS = 15
FEWEST_OPTIONS, MOST_OPTIONS = 4, 5


def check_questions(doc: Document[KnowledgeCheck]) -> list[Problem]:
    """Everything wrong with the questions themselves: keys, options, sources, and what options give away."""
    check = doc.model
    problems = list(_repeated(doc, ("questions",), [question.key for question in check.questions]))
    if len(check.questions) < FEWEST_QUESTIONS:
        message = f"A knowledge check has at least {FEWEST_QUESTIONS} questions, this one has {len(check.questions)}."
        problems.append(doc.problem(("questions",), message))
    problems += banned_in(doc, texts_in(doc.body, ("title", "sources")))
    for number, question in enumerate(check.questions):
        where = ("questions", number)
        problems += _repeated(doc, (*where, "options"), [option.key for option in question.options])
        problems += _option_problems(doc, where, question)
        problems += _wording_problems(doc, where, question)
        for place, code in enumerate(question.source):
            if code not in check.sources:
                problems.append(doc.problem((*where, "source", place), f"{code} is not declared under sources."))
    named = {code for question in check.questions for code in question.source}
    problems += [
        doc.problem(("sources", code), f"No question names {code} as its source.")
        for code in check.sources
        if code not in named
    ]
    return problems + list(_told_by_length(doc))


def _wording_problems(doc: Document[KnowledgeCheck], where: Loc, question: Question) -> Iterator[Problem]:
    """Words that may not stand in a question; a wrong option may name an error, and its reason must turn it down."""
    told: list[tuple[Loc, str]] = [((*where, "stem"), question.stem)]
    for number, option in enumerate(question.options):
        place = (*where, "options", number)
        if option.best:
            told.append(((*place, "text"), option.text))
        if option.best or not says_why_not(option.because):
            told.append(((*place, "because"), option.because))
    yield from banned_in(doc, told)


def _repeated(doc: Document[KnowledgeCheck], loc: Loc, keys: Sequence[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, key in enumerate(keys):
        if key in seen:
            yield doc.problem((*loc, number, "key"), f"The key {key} stands here twice.")
        seen.add(key)


def _option_problems(doc: Document[KnowledgeCheck], where: Loc, question: Question) -> Iterator[Problem]:
    options = question.options
    loc = (*where, "options")
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        message = f"A question has {FEWEST_OPTIONS} or {MOST_OPTIONS} options, this one has {len(options)}."
        yield doc.problem(loc, message)
    best = [number for number, option in enumerate(options) if option.best]
    if not best:
        yield doc.problem(loc, "No option is the best: mark one with `best: true`.")
    for number in best[1:]:
        yield doc.problem((*loc, number, "best"), "Another option is the best already: mark only one.")
    for number in repeated(option.text for option in options):
        yield doc.problem((*loc, number, "text"), "Another option has the same text.")
    if found := uneven([option.text for option in options]):
        at, message = found
        yield doc.problem((*loc, at, "text"), message)


def _told_by_length(doc: Document[KnowledgeCheck]) -> Iterator[Problem]:
    """Best options that are found without reading, because they are mostly the longest or mostly the shortest."""
    questions = doc.model.questions
    for word, sign in (("longest", 1), ("shortest", -1)):
        told = sum(_stands_out(question, sign) for question in questions)
        if told > FOUND_BY_LENGTH * len(questions):
            most = f"at most {FOUND_BY_LENGTH:.0%} may be"
            message = f"The best option is the {word} in {told} of {len(questions)} questions: {most}."
            yield doc.problem(("questions",), message)


def _stands_out(question: Question, sign: int) -> bool:
    best = [sign * len(option.text) for option in question.options if option.best]
    others = [sign * len(option.text) for option in question.options if not option.best]
    return len(best) == 1 and bool(others) and best[0] > max(others)
