"""The first edition of the framework in the example service, and how it was mapped to the one in force."""

import copy
from collections.abc import Mapping
from datetime import time
from functools import partial
from typing import Any

from lms.competencies import services
from lms.competencies.queries import list_mappings_waiting, list_versions
from lms.curriculum.queries import list_content
from lms.curriculum.rules.versions import ContentItem, ContentKind, Name
from lms.curriculum.services import sync_content
from lms.demo.cast import OPENED, Cast
from lms.demo.timeline import Timeline

CODE, TITLE, INDICATOR = "D5.5", "Advice to crews", "Advises a colleague remotely and records it"


def plan_framework(line: Timeline, cast: Cast) -> None:
    """A first edition before the service opened; its one capability in other words was mapped soon after."""
    line.on(line.day(OPENED + 30), time(8), _first_edition)
    line.on(line.day(OPENED - 20), time(10), partial(_propose, cast))
    line.on(line.day(OPENED - 22), time(15), partial(_review, cast))


def _first_edition() -> None:
    items = [
        ContentItem(kind, each.slug, each.body, tuple(_name(name) for name in each.refers_to))
        for kind in ContentKind
        for each in list_content(kind)
    ]
    sync_content(None, [_earlier(item) if item.kind is ContentKind.FRAMEWORK else item for item in items])


def _name(written: str) -> Name:
    kind, _, slug = written.partition("/")
    return ContentKind(kind), slug


def _earlier(item: ContentItem) -> ContentItem:
    body: dict[str, Any] = copy.deepcopy(dict(item.body))
    _capability(body).update(title=TITLE, indicator=INDICATOR)
    return ContentItem(item.kind, item.slug, body, item.refers_to)


def _capability(body: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for domain in body["domains"] for each in domain["capabilities"] if each["code"] == CODE
    )
    return found


def _propose(cast: Cast) -> None:
    actor = cast.viewer("njoroge")
    newer, older = list_versions(actor)
    services.propose_mapping(
        actor, older.id, newer.id, lines={CODE: [CODE]}, reason="The same capability in shorter words."
    )


def _review(cast: Cast) -> None:
    actor = cast.viewer("lowe")
    for waiting in list_mappings_waiting(actor):
        services.review_mapping(actor, waiting.row.id, approved=True, reason="Agreed: fewer words, same skill.")
