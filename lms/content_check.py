"""Checks every file under content/ together, and gathers what is fit to become versions. Needs no database."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lms.cases.rules.checker import OtherFiles, check_file
from lms.competencies.rules.calibration import VIGNETTES_NEEDED
from lms.competencies.rules.calibration_format import check_vignette
from lms.competencies.rules.form_checks import check_form
from lms.competencies.rules.format import capability_codes, check_framework
from lms.core.content import read_text
from lms.core.errors import ContentError, Problem
from lms.curriculum.rules.checks import check_library
from lms.curriculum.rules.files import read_library
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.grading.rules.format import SUFFIX, check_assignment
from lms.placements.rules.format import read_settings
from lms.readiness.rules.format import check_requirement_set

KNOWN = {
    "calibration/*.yaml",
    "cases/*.yaml",
    "forms/*.yaml",
    "frameworks/*.yaml",
    "modules/*.yaml",
    "modules/*/*.assignment.yaml",
    "modules/*/*.md",
    "modules/*/*.questions.yaml",
    "programmes/*.yaml",
    "requirements/*.yaml",
    "settings.yaml",
}


@dataclass(slots=True)
class Catalogue:
    """All content of a folder: what can be loaded, what is wrong, and the counts in words."""

    items: list[ContentItem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    summary: str = ""

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the content; the others are warnings."""
        return [problem for problem in self.problems if not problem.is_warning]

    def slugs(self, kind: ContentKind) -> set[str]:
        """The slugs of one kind."""
        return {item.slug for item in self.items if item.kind is kind}

    def add(self, kind: ContentKind, body: dict[str, Any] | None, problems: Iterable[Problem]) -> None:
        """Take one file's body and problems."""
        self.problems += problems
        if body:
            self.items.append(ContentItem(kind, str(body["slug"]), body))


def check_content(folder: Path, *, on: date | None = None) -> Catalogue:
    """Read and check every file below the folder; all problems at once, in the order of files and lines.

    `on` is the day on which no review may be overdue; content that is already taught is loaded without that question.
    """
    root = folder.parent
    found = Catalogue()
    found.problems += _strays(folder, root)
    for path in sorted(folder.glob("frameworks/*.yaml")):
        found.add(ContentKind.FRAMEWORK, *check_framework(path, root))
    _calibration(found, folder, root)
    capabilities = {
        code for item in found.items if item.kind is ContentKind.FRAMEWORK for code in capability_codes(item.body)
    }
    known = capabilities if any(item.kind is ContentKind.FRAMEWORK for item in found.items) else None
    for path in sorted(folder.glob("forms/*.yaml")):
        found.add(ContentKind.FORM, *check_form(path, root, capabilities=known))
    for path in sorted(folder.glob("modules/*/*.assignment.yaml")):
        found.add(ContentKind.ASSIGNMENT, *check_assignment(path, root))
    settings = _settings(found, folder / "settings.yaml", root)
    others = OtherFiles(
        capabilities=known,
        modules={path.stem for path in folder.glob("modules/*.yaml")},
        assignments={path.name.removesuffix(SUFFIX): path.parent.name for path in folder.glob(f"modules/*/*{SUFFIX}")},
    )
    for path in sorted(folder.glob("cases/*.yaml")):
        found.add(ContentKind.CASE, *check_file(path, root, others))
    library = read_library(folder, root)
    found.items += library.items()
    found.problems += check_library(
        library,
        cases={path.stem for path in folder.glob("cases/*.yaml")},
        assignments=found.slugs(ContentKind.ASSIGNMENT),
        capabilities=known,
    )
    for path in sorted(folder.glob("requirements/*.yaml")):
        body, problems = check_requirement_set(
            path,
            root,
            frameworks=found.slugs(ContentKind.FRAMEWORK),
            capabilities=capabilities,
            settings=settings,
            modules=found.slugs(ContentKind.MODULE),
            cases={path.stem for path in folder.glob("cases/*.yaml")},
        )
        found.add(ContentKind.REQUIREMENT_SET, body, problems)
    if on is not None:
        found.problems += _overdue(folder, root, on)
    found.problems.sort(key=lambda problem: (problem.file, problem.line))
    found.summary = _summary(found)
    return found


def _calibration(found: Catalogue, folder: Path, root: Path) -> None:
    """The vignettes of each framework, of which there must be enough to sign anything off."""
    frameworks = {item.slug: item for item in found.items if item.kind is ContentKind.FRAMEWORK}
    codes = {slug: capability_codes(item.body) for slug, item in frameworks.items()}
    paths = sorted(folder.glob("calibration/*.yaml"))
    for path in paths:
        found.add(ContentKind.CALIBRATION, *check_vignette(path, root, frameworks=codes))
    bodies = [item.body for item in found.items if item.kind is ContentKind.CALIBRATION]
    for slug in frameworks:
        count = sum(body["framework"] == slug for body in bodies)
        if count < VIGNETTES_NEEDED and len(bodies) == len(paths):
            file = (folder / "frameworks" / f"{slug}.yaml").relative_to(root).as_posix()
            message = f"Nobody can sign off: {slug} needs {VIGNETTES_NEEDED} calibration vignettes and has {count}."
            found.problems.append(Problem(file, 1, "(file)", message))


def _settings(found: Catalogue, path: Path, root: Path) -> set[str]:
    """The slugs of the placement settings, of which there is one file."""
    if not path.exists():
        return set()
    try:
        body = read_settings(path, root).body
    except ContentError as error:
        found.problems += error.problems
        return set()
    found.add(ContentKind.SETTINGS, body, ())
    return {str(entry["slug"]) for entry in body["settings"]}


def _strays(folder: Path, root: Path) -> Sequence[Problem]:
    """Files no checker reads: a misplaced file would otherwise be left out in silence."""
    read = {path for pattern in KNOWN for path in folder.glob(pattern)}
    return [
        Problem(str(path.relative_to(root)), 1, "file", "No kind of content lives here, so this file is never read.")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in read and not path.name.startswith(".")
    ]


# The day in the block `review`, which reaches as far as its lines are indented.
_REVIEW = re.compile(r"^review:(?:.|\n(?=[ \t]))*?\bby: *[\"']?(\d{4}-\d{2}-\d{2})", re.MULTILINE)


def _overdue(folder: Path, root: Path, on: date) -> Iterator[Problem]:
    """The day by which each file must be reviewed again, where it has passed."""
    for path in sorted(path for pattern in KNOWN for path in folder.glob(pattern)):
        try:
            text = read_text(path, root)
        except ContentError:
            continue  # It is told already that the file cannot be read.
        found = _REVIEW.search(text)
        if found and found[1] < on.isoformat():
            message = f"The review was due by {found[1]}: have the content looked at again."
            line = text.count("\n", 0, found.start(1)) + 1
            yield Problem(str(path.relative_to(root)), line, "review.by", message)


def _summary(found: Catalogue) -> str:
    cases = [item.body for item in found.items if item.kind is ContentKind.CASE]
    checks = [item.body for item in found.items if item.kind is ContentKind.QUESTIONS]
    decisions = sum(
        (scene.get("decision") or {}).get("kind") not in (None, "go-on")
        for body in cases
        for scene in body["scenes"].values()
    )
    counts = (
        (len(cases), "case"),
        (decisions, "decision"),
        (len(found.slugs(ContentKind.READING)), "reading"),
        (sum(len(body["questions"]) for body in checks), "question"),
    )
    words = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
    return f"{words}: no problems"
