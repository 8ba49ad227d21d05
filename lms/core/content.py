"""Reads content files: strict YAML to frozen models, every problem with its line, Markdown made safe."""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar, cast

import nh3
import pydantic
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from pydantic_core import PydanticCustomError

from lms.core.errors import ContentError, Problem
from lms.core.plain import is_blank

Loc = Sequence[str | int]
M = TypeVar("M", bound=pydantic.BaseModel)

_FILE = {"is_file": True}  # The context in which a file is validated, and not a body that was stored before.


def _seen(value: str, info: pydantic.ValidationInfo) -> str:
    if info.context == _FILE and is_blank(value):
        raise PydanticCustomError("blank", "This must not be empty")
    return value


_SEEN = pydantic.AfterValidator(_seen)
Text = Annotated[str, pydantic.Field(min_length=1), _SEEN]

# Slugs, keys and titles are stored in columns of their own, and titles in the sentences of notices.
SLUG_MAX, TITLE_MAX = 80, 200
Slug = Annotated[str, pydantic.Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=SLUG_MAX)]
Title = Annotated[str, pydantic.Field(min_length=1, max_length=TITLE_MAX), _SEEN]

DEEPEST = 40  # Content never needs half of it; what reads and stores it calls itself once for each step.
LARGEST = 999_999_999
MOST_PROBLEMS = 200


class Strict(pydantic.BaseModel):
    """Base of every content schema: unknown keys are refused, nothing is coerced, nothing changes afterwards."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class Review(Strict):
    """Whether the content was approved, and the day by which somebody has to look at it again."""

    status: Text
    by: date

    def is_overdue(self, on: date) -> bool:
        """Whether the day of the next review has passed."""
        return self.by < on


@dataclass(frozen=True, slots=True)
class Document(Generic[M]):
    """One content file: the checked model, the plain body to store, and where each field stands."""

    model: M
    body: dict[str, Any]
    file: str
    node: yaml.Node
    first_line: int = 1

    def line(self, loc: Loc, part: str = "") -> int:
        """The line of a field, or of the words `part` inside its block of text."""
        return self.first_line - 1 + _walk(self.node, loc, part)[0]

    def problem(self, loc: Loc, message: str, part: str = "", *, is_warning: bool = False) -> Problem:
        """Say what is wrong with a field, at its line."""
        field = ".".join(str(key) for key in loc) or "(file)"
        return Problem(self.file, self.line(loc, part), field, message, is_warning)


def load(path: Path, schema: type[M], root: Path) -> Document[M]:
    """Read and check one YAML file; `root` is the folder that file names are told relative to.

    Raises ContentError with every problem of the file.
    """
    return parse(read_text(path, root), schema, name_of(path, root))


def name_of(path: Path, root: Path) -> str:
    """The name of a file as problems tell it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_text(path: Path, root: Path) -> str:
    """The text of a content file, its lines ended by line feeds alone.

    Raises ContentError if there is no file, or if it cannot be read as UTF-8.
    """
    file = name_of(path, root)
    if not path.is_file():
        raise ContentError([Problem(file, 1, "(file)", "This is not a file.")])
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        message = f"This file cannot be read: {(error.strerror or 'no reason given').lower()}."
        raise ContentError([Problem(file, 1, "(file)", message)]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContentError([Problem(file, line, "(file)", "This file is not valid UTF-8 text.")]) from error


def parse(text: str, schema: type[M], file: str, first_line: int = 1) -> Document[M]:
    """Check YAML text that starts at `first_line` of a file.

    Raises ContentError with every problem of the text.
    """
    node, data = _read_yaml(text, file, first_line)
    body = json.loads(json.dumps(data, default=_plain))
    try:
        model = schema.model_validate_json(json.dumps(body), context=_FILE)
    except pydantic.ValidationError as error:
        problems = sorted(_schema_problems(error, node, file, first_line), key=lambda problem: problem.line)
        raise ContentError(problems) from error
    return Document(model=model, body=body, file=file, node=node, first_line=first_line)


def from_body(body: Mapping[str, Any], schema: type[M]) -> M:
    """The model of a stored body."""
    return schema.model_validate_json(json.dumps(body))


def body_digest(body: Mapping[str, Any]) -> str:
    """The SHA-256 of the body as canonical JSON: equal content has an equal digest whatever its layout."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, date):  # A datetime is a date too.
        return value.isoformat()
    raise TypeError(f"cannot store {type(value).__name__}")


def _read_yaml(text: str, file: str, first_line: int) -> tuple[yaml.Node, Any]:
    try:
        _check_events(text)
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        line, reason = _yaml_problem(error, text)
        message = f"This is not valid YAML: {reason}."
        raise ContentError([Problem(file, first_line + line, "(file)", message)]) from error
    if not isinstance(node, yaml.MappingNode):
        raise ContentError([Problem(file, first_line, "(file)", "This file must be a list of `name: value` fields.")])
    problems = [
        Problem(file, first_line - 1 + line, field, message)
        for line, field, message in itertools.islice(_surprises(node, loader), MOST_PROBLEMS)
    ]
    data = {} if problems else loader.construct_document(node)
    if isinstance(data.get("format"), bool | float):  # Either can be equal to a whole number.
        problems.append(
            Problem(file, first_line - 1 + _walk(node, ["format"])[0], "format", "This must be a whole number.")
        )
    if problems:
        raise ContentError(problems)
    return node, data


def _check_events(text: str) -> None:
    """Refuse a text of which no tree is to be made: too deep, or with tags, which make any value.

    Raises YAMLError.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            raise _refused(event, f"tags such as `{event.tag}` are not used")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _refused(event, f"more than {DEEPEST} lists and groups stand inside each other")


def _refused(event: yaml.Event, reason: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=reason, problem_mark=cast(yaml.Mark, event.start_mark))


def _yaml_problem(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line, counted from 0, and the reason of what YAML cannot read."""
    if isinstance(error, yaml.reader.ReaderError):
        return text.encode()[: error.position].count(b"\n"), error.reason
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return mark.line if mark else 0, error.problem or error.context or "it cannot be read"
    return 0, str(error)


# YAML knows more ways to write a number, and reads 10:30 as 630 and 017 as 15.
_PLAIN_VALUE = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?|\d{4}-\d\d-\d\d")
_KEY_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:int"}


def _surprises(root: yaml.Node, loader: yaml.CSafeLoader) -> Iterator[tuple[int, str, str]]:
    """What YAML would take in silence or turn into no plain value.

    These are duplicate keys, keys that are not text, aliases, numbers and dates that are none, control characters.
    """
    seen: set[int] = set()
    waiting: list[tuple[yaml.Node, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        node, loc = waiting.pop()
        if id(node) in seen:
            yield node.start_mark.line + 1, _dotted(loc), "Write the value out: `*` references are not used."
            continue
        seen.add(id(node))
        children: list[tuple[yaml.Node, tuple[str | int, ...]]] = []
        if isinstance(node, yaml.SequenceNode):
            children = [(child, (*loc, index)) for index, child in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode):
            yield from _key_surprises(node, loc)
            children = [(child, (*loc, _shown(key))) for key, child in node.value]
        elif message := _value_surprise(node, loader):
            yield node.start_mark.line + 1, _dotted(loc), message
        waiting.extend(reversed(children))


def _value_surprise(node: yaml.Node, loader: yaml.CSafeLoader) -> str:
    if node.tag == "tag:yaml.org,2002:str":
        odd = next((char for char in node.value if char < " " and char not in "\n\t"), None)
        return "" if odd is None else f"Take out the control character {odd!r}."
    try:
        value = loader.construct_object(node)
    except (ValueError, OverflowError, yaml.YAMLError):
        return "This is no number or date. Put it in quotes if it is text."
    if isinstance(value, bool) or value is None:
        return ""
    if not _PLAIN_VALUE.fullmatch(node.value):
        return "Write a number in plain figures, such as 15 or 0.5, and a date as 2027-05-01. Put text in quotes."
    if isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        return "Use a number of at most nine figures."
    return ""


def _shown(key: yaml.Node) -> str:
    """A key as problems name it: on one line, whatever it is made of."""
    name = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
    return name if name.isprintable() else repr(name)


def _key_surprises(node: yaml.MappingNode, loc: tuple[str | int, ...]) -> Iterator[tuple[int, str, str]]:
    names: set[str] = set()
    for key, _ in node.value:
        line, name = key.start_mark.line + 1, _shown(key)
        is_number = key.tag.endswith(":int")
        if key.tag not in _KEY_TAGS or (is_number and not re.fullmatch(r"0|-?[1-9]\d{0,8}", name)):
            yield line, _dotted((*loc, name)), f"YAML does not read the key `{name}` as text: put it in quotes."
        elif name != key.value:
            yield line, _dotted((*loc, name)), "A key is one line of plain characters."
        elif name in names:
            yield line, _dotted((*loc, name)), f"The key `{name}` stands here twice."
        names.add(name)


def _dotted(loc: Loc) -> str:
    return ".".join(str(key) for key in loc) or "(file)"


def _walk(root: yaml.Node, loc: Loc, part: str = "") -> tuple[int, list[str | int]]:
    """Follow a location as far as the file goes: the line reached and the keys that exist."""
    node, line, found = root, root.start_mark.line, []
    for key in loc:
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if hit is None:
                continue
            line, node = hit[0].start_mark.line, hit[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line
        else:
            continue
        found.append(key)
    if part and isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and part in node.value:
        # Folding joins lines, so only a literal block can say which one.
        line = node.start_mark.line + (1 + node.value.split(part)[0].count("\n") if node.style == "|" else 0)
    return line + 1, found


_SENTENCES = {
    "missing": "This field is missing.",
    "extra_forbidden": "There is no field of this name here.",
    "string_type": "This must be text. Put it in quotes if it looks like a number, a date, a time or yes/no.",
    "int_type": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "float_type": "This must be a number.",
    "bool_type": "This must be true or false.",
    "date_type": "This must be a date such as 2027-05-01.",
    "date_from_datetime_parsing": "This must be a date such as 2027-05-01.",
    "date_parsing": "This must be a date such as 2027-05-01.",
    "model_type": "This must be a group of `name: value` fields.",
    "dict_type": "This must be a group of `name: value` fields.",
    "list_type": "This must be a list.",
    "tuple_type": "This must be a list.",
    "frozen_set_type": "This must be a list.",
    "string_too_short": "This must not be empty.",
    "too_short": "This list is too short.",
    "too_long": "This list is too long.",
    "union_tag_not_found": "The field that says which kind this is, is missing.",
}


def _schema_problems(error: pydantic.ValidationError, node: yaml.Node, file: str, first_line: int) -> Iterator[Problem]:
    told: set[tuple[int, str]] = set()
    for detail in error.errors(include_url=False)[:MOST_PROBLEMS]:
        loc = [key for key in detail["loc"] if key != "[key]"]
        line, found = _walk(node, loc)
        if detail["type"] == "missing" and loc:
            found.append(loc[-1])
        place = (first_line - 1 + line, _dotted(found))
        if place not in told:  # Each member of a union complains about the same place; the first says enough.
            told.add(place)
            yield Problem(file, *place, _sentence(detail["type"], detail["msg"], detail.get("ctx", {})))


def _sentence(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind == "string_too_long":
        return f"Use {context['max_length']} characters or fewer."
    if kind in ("literal_error", "enum"):
        return f"This must be {context['expected']}."
    if kind == "union_tag_invalid":
        return f"This must be one of {context['expected_tags']}."
    return message.removeprefix("Value error, ").rstrip(".") + "."


_CLASSES = {
    "bullet_list_open": "nhsuk-list nhsuk-list--bullet",
    "ordered_list_open": "nhsuk-list nhsuk-list--number",
    "table_open": "nhsuk-table",
    "thead_open": "nhsuk-table__head",
    "tbody_open": "nhsuk-table__body",
    "tr_open": "nhsuk-table__row",
    "th_open": "nhsuk-table__header",
    "td_open": "nhsuk-table__cell",
}
_CLASSED_TAGS = ("ul", "ol", "table", "thead", "tbody", "tr", "th", "td")
_TAGS = {"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "li", "a"}
_TAGS |= {"h2", "h3", "h4", "h5", "h6", *_CLASSED_TAGS}
_ATTRIBUTES = {tag: {"class"} for tag in _CLASSED_TAGS} | {"a": {"href", "title"}, "ol": {"class", "start"}}
_ATTRIBUTES["th"] = {"class", "scope"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render_markdown(text: str) -> Markup:
    """Turn Markdown into safe HTML; its headings start at h2, so a page keeps its one h1."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _dress(token)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)


def _dress(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    elif token.type in _CLASSES:
        token.attrs.pop("style", None)
        token.attrSet("class", _CLASSES[token.type])
        if token.tag == "th":
            token.attrSet("scope", "col")
