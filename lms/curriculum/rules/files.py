"""Finds and reads the files of this domain: YAML, and Markdown with front matter."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import Any, TypeVar

from lms.core.content import Document, load, name_of, parse, read_text
from lms.core.errors import ContentError, Problem
from lms.curriculum.rules.format import KnowledgeCheck, Module, Programme, Reading
from lms.curriculum.rules.versions import ContentItem, ContentKind

FENCE = "---"
QUESTIONS_END = ".questions.yaml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadingFile:
    """A reading as it stands in its file: the checked front matter, the text and where the text begins."""

    head: Document[Reading]
    text: str
    text_line: int

    @property
    def body(self) -> dict[str, Any]:
        """What a version of the reading stores."""
        return {**self.head.body, "text": self.text}


@dataclass(frozen=True, slots=True)
class Files:
    """The content files of this domain, by kind and in order."""

    programmes: tuple[Path, ...]
    modules: tuple[Path, ...]
    readings: tuple[Path, ...]
    knowledge_checks: tuple[Path, ...]


@dataclass(slots=True)
class Library:
    """Everything that could be read, and what was wrong with the rest; `unread` are the slugs of that rest."""

    programmes: list[Document[Programme]] = field(default_factory=list)
    modules: list[Document[Module]] = field(default_factory=list)
    readings: list[ReadingFile] = field(default_factory=list)
    knowledge_checks: list[Document[KnowledgeCheck]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def items(self) -> list[ContentItem]:
        """What was read, ready to become versions."""
        return [
            *(ContentItem(ContentKind.PROGRAMME, doc.model.slug, doc.body) for doc in self.programmes),
            *(ContentItem(ContentKind.MODULE, doc.model.slug, doc.body) for doc in self.modules),
            *(ContentItem(ContentKind.READING, file.head.model.slug, file.body) for file in self.readings),
            *(ContentItem(ContentKind.QUESTIONS, doc.model.slug, doc.body) for doc in self.knowledge_checks),
        ]


def gather(content_dir: Path) -> Files:
    """The programme, module, reading and knowledge check files below a content folder.

    Below `modules/`, Markdown files are readings, YAML files without a further dot in their name are modules, and
    names that end in `.questions.yaml` are knowledge checks.
    """
    below = sorted((content_dir / "modules").rglob("*"))
    return Files(
        programmes=tuple(sorted((content_dir / "programmes").rglob("*.yaml"))),
        modules=tuple(path for path in below if path.suffix == ".yaml" and "." not in path.stem),
        readings=tuple(path for path in below if path.suffix == ".md"),
        knowledge_checks=tuple(path for path in below if path.name.endswith(QUESTIONS_END)),
    )


def read_library(content_dir: Path, root: Path | None = None) -> Library:
    """Read all files of this domain and keep every problem; files are named relative to `root`."""
    files, library = gather(content_dir), Library()
    named_from = root or content_dir.parent
    for path in files.programmes:
        _keep(library, path, library.programmes, partial(load, path, Programme, named_from))
    for path in files.modules:
        _keep(library, path, library.modules, partial(load, path, Module, named_from))
    for path in files.readings:
        _keep(library, path, library.readings, partial(read_reading, path, named_from))
    for path in files.knowledge_checks:
        _keep(library, path, library.knowledge_checks, partial(load, path, KnowledgeCheck, named_from))
    return library


def read_reading(path: Path, root: Path) -> ReadingFile:
    """Read a Markdown file with front matter.

    Raises ContentError if the file cannot be read, or with every problem of the front matter at its line in the file.
    """
    return parse_reading(read_text(path, root), name_of(path, root))


def parse_reading(source: str, file: str) -> ReadingFile:
    """Split front matter from Markdown and check the front matter.

    Raises ContentError with every problem, at its line in the Markdown file.
    """
    lines = source.split("\n")
    if lines[0].strip() != FENCE:
        raise ContentError(
            [Problem(file, 1, "(file)", "Start the file with a line `---` and the fields of a reading.")]
        )
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == FENCE), None)
    if end is None:
        raise ContentError([Problem(file, 1, "(file)", "Close the fields at the top with a second line `---`.")])
    head = parse("\n".join(lines[1:end]) + "\n", Reading, file, first_line=2)
    body_lines = lines[end + 1 :]
    blank = next((number for number, line in enumerate(body_lines) if line.strip()), len(body_lines))
    text = "\n".join(body_lines[blank:]).rstrip() + "\n"
    return ReadingFile(head=head, text=text, text_line=end + 2 + blank)


def slug_of(file_name: str) -> str:
    """The slug a file of this domain must have: its name without the ending."""
    stem = file_name.removesuffix(QUESTIONS_END)
    return stem if stem != file_name else PurePath(file_name).stem


def _keep(library: Library, path: Path, into: list[T], read: Callable[[], T]) -> None:
    try:
        into.append(read())
    except ContentError as error:
        library.problems.extend(error.problems)
        library.unread.add(slug_of(path.name))
