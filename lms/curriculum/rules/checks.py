"""What makes a file of this domain wrong once it can be read: sums, references and sources."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeVar

from pydantic import BaseModel

from lms.core.content import Document, Loc
from lms.core.errors import Problem
from lms.core.plain import paragraphs
from lms.core.wording import banned_in, banned_wording, not_taught, texts_in
from lms.curriculum.rules.files import Library, ReadingFile, slug_of
from lms.curriculum.rules.format import KnowledgeCheck, Module, Programme, Reading
from lms.curriculum.rules.question_checks import check_questions

CITATION = re.compile(r"\[([A-Z]+\d{1,3}(?:\s*,\s*[A-Z]+\d{1,3})*)\](?!\()")
HOURS_PER_CREDIT = 10
M = TypeVar("M", bound=BaseModel)


def check_library(
    library: Library,
    *,
    cases: Collection[str],
    assignments: Collection[str],
    capabilities: Collection[str] | None = None,
) -> list[Problem]:
    """Every problem of the files of this domain, with what they refer to; in the order of the files.

    `capabilities` None means the framework is not at hand and codes are checked for their shape only.
    """
    modules = {doc.model.slug: doc.model for doc in library.modules}
    readings = {file.head.model.slug: file.head.model for file in library.readings}
    checks = {doc.model.slug: doc.model for doc in library.knowledge_checks}
    problems = [*library.problems, *_twice(library), *_misnamed(library)]
    unread = library.unread
    for programme in library.programmes:
        problems += check_programme(programme, modules=modules, unread=unread)
    for module in library.modules:
        problems += check_module(
            module,
            readings=readings,
            knowledge_checks=checks,
            cases=cases,
            assignments=assignments,
            unread=unread,
        )
    for file in library.readings:
        problems += check_reading(file, modules=modules, capabilities=capabilities, unread=unread)
    for check in library.knowledge_checks:
        problems += _belonging(check, modules, unread) + check_questions(check)
    return sorted(problems, key=lambda problem: (problem.file, problem.line))


def check_programme(
    doc: Document[Programme], *, modules: Mapping[str, Module], unread: Collection[str] = ()
) -> list[Problem]:
    """What is wrong with a programme: unknown modules, credits that do not add up, sources not declared."""
    programme = doc.model
    problems = list(_unknown(doc, ("modules",), programme.modules, {*modules, *unread}, "module"))
    if all(slug in modules for slug in programme.modules):
        credits = sum(modules[slug].credits for slug in programme.modules) + programme.portfolio.credits
        if credits != programme.credits:
            problems.append(
                doc.problem(("credits",), f"The modules and the portfolio carry {credits} credits together.")
            )
    cited: list[tuple[Loc, str]] = [
        (("portfolio", "sources", n), code) for n, code in enumerate(programme.portfolio.sources)
    ]
    for number, statement in enumerate(programme.regulations.statements):
        cited += [
            (("regulations", "statements", number, "sources", n), code) for n, code in enumerate(statement.sources)
        ]
    problems += [doc.problem(loc, _undeclared(code)) for loc, code in cited if code not in programme.sources]
    problems += _range_problems(doc)
    problems += banned_in(
        doc, texts_in(doc.body, ("title", "summary", "portfolio", "threads", "regulations", "sources"))
    )
    return problems + _citation_problems(doc, programme.sources, ("summary", "portfolio", "threads"))


def check_module(
    doc: Document[Module],
    *,
    readings: Mapping[str, Reading],
    knowledge_checks: Mapping[str, KnowledgeCheck],
    cases: Collection[str],
    assignments: Collection[str],
    unread: Collection[str] = (),
) -> list[Problem]:
    """What is wrong with a module: hours, weights, references that lead nowhere, sources not declared."""
    module = doc.model
    problems = list(_unknown(doc, ("readings",), module.readings, {*readings, *unread}, "reading"))
    problems += _unknown(doc, ("cases",), module.cases, cases, "case")
    slugs = [component.slug for component in module.assignments]
    problems += _unknown(doc, ("assignments",), slugs, assignments, "assignment", part=("slug",))
    for number, slug in enumerate(module.readings):
        if slug in readings and readings[slug].module != module.slug:
            message = f"The reading {slug} says it belongs to {readings[slug].module}."
            problems.append(doc.problem(("readings", number), message))
    problems += _knowledge_check_problems(doc, knowledge_checks, unread)
    if module.hours.total != module.credits * HOURS_PER_CREDIT:
        message = f"{module.credits} credits are {module.credits * HOURS_PER_CREDIT} hours, not {module.hours.total}."
        problems.append(doc.problem(("hours",), message))
    weight = sum(component.weight for component in module.assignments)
    if module.assignments and weight != 100:
        problems.append(doc.problem(("assignments",), f"The weights add up to {weight}, not to 100."))
    problems += banned_in(doc, texts_in(doc.body, ("title", "summary", "outcomes", "sources")))
    return problems + _citation_problems(doc, module.sources, ("summary", "outcomes"))


def check_reading(
    file: ReadingFile,
    *,
    modules: Mapping[str, Module],
    capabilities: Collection[str] | None,
    unread: Collection[str] = (),
) -> list[Problem]:
    """What is wrong with a reading: no module lists it, no text or sections, sources not declared or never used."""
    doc, reading = file.head, file.head.model
    problems: list[Problem] = []
    if reading.module not in modules:
        if reading.module not in unread:
            problems.append(doc.problem(("module",), f"There is no module {reading.module}."))
    elif reading.slug not in modules[reading.module].readings:
        problems.append(doc.problem(("slug",), f"The module {reading.module} does not list this reading."))
    if capabilities is not None:
        problems += _unknown(doc, ("capabilities",), reading.capabilities, capabilities, "capability")
    if not file.text.strip():
        return [*problems, Problem(doc.file, file.text_line, "text", "There is no text under the fields.")]
    if not re.search(r"^## ", file.text, flags=re.MULTILINE):
        message = "Divide the text into sections: each begins with a line `## Heading`."
        problems.append(Problem(doc.file, file.text_line, "text", message))
    return problems + _text_problems(file) + _wording_problems(file)


def _wording_problems(file: ReadingFile) -> list[Problem]:
    """Words that may not stand in a reading, and phrases listed as taught that are not."""
    doc, allowed = file.head, file.head.model.teaches_why_not
    problems = list(banned_in(doc, texts_in(doc.body, ("title", "sources"))))
    for above, paragraph in paragraphs(file.text):
        for banned in banned_wording(paragraph, allowed):
            line = file.text_line + above + paragraph.count("\n", 0, banned.at)
            problems.append(Problem(doc.file, line, "text", banned.message))
    for phrase, message in not_taught(file.text, allowed):
        problems.append(doc.problem(("teaches_why_not", allowed.index(phrase)), message))
    return problems


def _knowledge_check_problems(
    doc: Document[Module], checks: Mapping[str, KnowledgeCheck], unread: Collection[str]
) -> list[Problem]:
    """A knowledge check the module names that does not exist or belongs to another module."""
    slug = doc.model.knowledge_check
    if slug is None or slug in unread:
        return []
    if slug not in checks:
        return [doc.problem(("knowledge_check",), f"There is no knowledge check {slug}.")]
    if checks[slug].module != doc.model.slug:
        message = f"The knowledge check {slug} says it belongs to {checks[slug].module}."
        return [doc.problem(("knowledge_check",), message)]
    return []


def _belonging(doc: Document[KnowledgeCheck], modules: Mapping[str, Module], unread: Collection[str]) -> list[Problem]:
    """A knowledge check whose module does not exist or does not name it."""
    slug, module = doc.model.slug, doc.model.module
    if module not in modules:
        return [] if module in unread else [doc.problem(("module",), f"There is no module {module}.")]
    if modules[module].knowledge_check != slug:
        return [doc.problem(("slug",), f"The module {module} does not name this knowledge check.")]
    return []


def cited_codes(text: str) -> list[str]:
    """The source codes a text names in square brackets, in order."""
    return [code for match in CITATION.finditer(text) for code in re.split(r"\s*,\s*", match[1])]


def _misnamed(library: Library) -> Iterator[Problem]:
    """Slugs that are not the name of their file, and files that do not lie in the folder of their module."""
    lying: list[Document[Any]] = [*(file.head for file in library.readings), *library.knowledge_checks]
    docs: list[Document[Any]] = [*library.programmes, *library.modules, *lying]
    for doc in docs:
        name = slug_of(PurePosixPath(doc.file).name)
        if name != doc.model.slug:
            yield doc.problem(("slug",), f"The file is named {name}: name the slug the same.")
    for doc in lying:
        folder = PurePosixPath(doc.file).parent.name
        if folder != doc.model.module:
            yield doc.problem(("module",), f"The file lies in the folder {folder}.")


def _twice(library: Library) -> Iterator[Problem]:
    """Slugs used by two files of one kind."""
    heads: Sequence[Sequence[Document[Any]]] = (
        library.programmes,
        library.modules,
        [file.head for file in library.readings],
        library.knowledge_checks,
    )
    for docs in heads:
        seen: dict[str, str] = {}
        for doc in docs:
            slug = doc.model.slug
            if slug in seen:
                yield doc.problem(("slug",), f"{slug} is the slug of {seen[slug]} too.")
            seen.setdefault(slug, doc.file)


def _unknown(
    doc: Document[M],
    loc: tuple[str, ...],
    names: Sequence[str],
    known: Collection[str],
    what: str,
    part: tuple[str, ...] = (),
) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name not in known:
            yield doc.problem((*loc, number, *part), f"There is no {what} {name}.")
        elif name in seen:
            yield doc.problem((*loc, number, *part), f"{name} stands here twice.")
        seen.add(name)


def _undeclared(code: str) -> str:
    return f"{code} is not declared under sources."


def _range_problems(doc: Document[Programme]) -> Iterator[Problem]:
    ranges = {
        ("cohort_size",): doc.model.cohort_size,
        ("regulations", "feedback_working_days"): doc.model.regulations.feedback_working_days,
    }
    for loc, span in ranges.items():
        if span.least > span.most:
            yield doc.problem(loc, "`least` is more than `most`.")


def _citation_problems(doc: Document[M], sources: Mapping[str, str], fields: Sequence[str]) -> list[Problem]:
    problems = []
    for loc, text in texts_in(doc.body, fields):
        for code in cited_codes(text):
            if code not in sources:
                problems.append(doc.problem(loc, _undeclared(code), part=code))
    return problems


def _text_problems(file: ReadingFile) -> list[Problem]:
    doc, used, problems = file.head, set(), []
    for number, line in enumerate(file.text.split("\n")):
        for code in cited_codes(line):
            used.add(code)
            if code not in doc.model.sources:
                problems.append(Problem(doc.file, file.text_line + number, "text", _undeclared(code)))
        if line.startswith("# "):
            message = "The title is a field: headings in the text begin with `##`."
            problems.append(Problem(doc.file, file.text_line + number, "text", message))
    for code in doc.model.sources:
        if code not in used:
            problems.append(
                doc.problem(("sources", code), f"The text never names {code}: write [{code}] where it applies.")
            )
    return problems
