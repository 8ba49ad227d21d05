"""Which kinds of content there are, what refers to what, and the digest that names an exact version."""

import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.content import body_digest
from lms.core.errors import RuleViolation


class ContentKind(enum.StrEnum):
    """What a content file describes."""

    PROGRAMME = "programme"
    MODULE = "module"
    READING = "reading"
    QUESTIONS = "questions"
    CASE = "case"
    ASSIGNMENT = "assignment"
    FRAMEWORK = "framework"
    FORM = "form"
    REQUIREMENT_SET = "requirement-set"
    SETTINGS = "settings"
    CALIBRATION = "calibration"


Name = tuple[ContentKind, str]


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One checked content file: its body and, beside the references its kind implies, what else it refers to."""

    kind: ContentKind
    slug: str
    body: Mapping[str, Any]
    refers_to: tuple[Name, ...] = ()

    @property
    def name(self) -> Name:
        """Kind and slug: the name that is never given to anything else."""
        return (self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Edition:
    """An item together with its digest and the digests of exactly what it refers to."""

    item: ContentItem
    digest: str
    refers_to: Mapping[Name, str]


def written(name: Name) -> str:
    """A name as one word, such as reading/safety-planning."""
    return f"{name[0].value}/{name[1]}"


def references(item: ContentItem) -> tuple[Name, ...]:
    """What an item refers to downwards, in order and once each.

    A programme names its modules, a module its readings, knowledge check, cases and assignments, a case the
    assignments its written tasks go to, a requirement set and a calibration vignette the framework their capabilities
    stand in. A reference upwards (a reading names its module) is for people and pins nothing.
    """
    found = [*_implied(item), *item.refers_to]
    return tuple(dict.fromkeys(found))


def editions(items: Sequence[ContentItem]) -> dict[Name, Edition]:
    """The exact edition of each item: its digest changes when the item or anything it refers to changes.

    Raises RuleViolation for a name that stands twice, a reference to nothing and a circle of references.
    """
    by_name: dict[Name, ContentItem] = {}
    for item in items:
        if item.name in by_name:
            raise RuleViolation(f"{written(item.name)} stands twice in the content.")
        by_name[item.name] = item
    done: dict[Name, Edition] = {}
    for name in by_name:
        _edition(name, by_name, done, ())
    return done


def content_fingerprint(digests: Mapping[Name, str]) -> str:
    """A short digest of everything that is current: equal on two servers when they teach the same."""
    return body_digest({written(name): digest for name, digest in digests.items()})[:16]


def stored(body: Mapping[str, Any]) -> str:
    """The text a version keeps of a body: JSON in a fixed order, so that equal bodies are equal texts."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _edition(name: Name, by_name: Mapping[Name, ContentItem], done: dict[Name, Edition], way: tuple[Name, ...]) -> str:
    if name in done:
        return done[name].digest
    if name in way:
        circle = " to ".join(written(step) for step in (*way[way.index(name) :], name))
        raise RuleViolation(f"Content refers to itself in a circle: {circle}.")
    item = by_name[name]
    digests: dict[Name, str] = {}
    for target in references(item):
        if target not in by_name:
            raise RuleViolation(f"{written(name)} refers to {written(target)}, which does not exist.")
        digests[target] = _edition(target, by_name, done, (*way, name))
    named = {written(target): digest for target, digest in digests.items()}
    digest = body_digest({"body": item.body, "refers_to": named})
    done[name] = Edition(item=item, digest=digest, refers_to=digests)
    return digest


def _implied(item: ContentItem) -> Iterator[Name]:
    if item.kind is ContentKind.PROGRAMME:
        yield from ((ContentKind.MODULE, slug) for slug in item.body.get("modules", ()))
    elif item.kind is ContentKind.MODULE:
        yield from ((ContentKind.READING, slug) for slug in item.body.get("readings", ()))
        if item.body.get("knowledge_check"):
            yield (ContentKind.QUESTIONS, item.body["knowledge_check"])
        yield from ((ContentKind.CASE, slug) for slug in item.body.get("cases", ()))
        yield from ((ContentKind.ASSIGNMENT, entry["slug"]) for entry in item.body.get("assignments", ()))
    elif item.kind is ContentKind.CASE:
        for scene in item.body.get("scenes", {}).values():
            assignment = (scene.get("decision") or {}).get("assignment")
            if assignment:
                yield (ContentKind.ASSIGNMENT, assignment)
    elif item.kind in (ContentKind.REQUIREMENT_SET, ContentKind.CALIBRATION):
        framework = item.body.get("framework")
        if framework:
            yield (ContentKind.FRAMEWORK, framework)
