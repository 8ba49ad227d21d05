"""Reading versions of content: what is current, what was current at a moment, and any exact version."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import defer

from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentPublication, ContentRetirement, ContentVersion
from lms.curriculum.rules.versions import ContentKind, Name, content_fingerprint

T = TypeVar("T")
_MADE: dict[tuple[str, Callable[[Any], Any]], Any] = {}


def made_from(version: ContentVersion, make: Callable[[dict[str, Any]], T]) -> T:
    """What the body of a version stands for. Made once for each digest and kept, because a version never changes.

    `make` is a function of a module, and what it makes is not changed by anybody.
    """
    key = (version.digest, make)
    if key not in _MADE:
        _MADE[key] = make(version.body)
    found: T = _MADE[key]
    return found


@lru_cache(maxsize=16)  # Most pages ask for what is current now, and some for the same moment several times.
def current_version_ids(known_at: datetime | None = None) -> Select[Any]:
    """Ids of the versions that are current, or were at a moment: last published and not retired since."""
    published = select(
        ContentPublication.content_kind,
        ContentPublication.slug,
        ContentPublication.content_version_id,
        ContentPublication.recorded_at,
        func.row_number()
        .over(
            partition_by=(ContentPublication.content_kind, ContentPublication.slug),
            order_by=(ContentPublication.recorded_at.desc(), ContentPublication.id.desc()),
        )
        .label("age"),
    )
    retired = select(
        ContentRetirement.content_kind,
        ContentRetirement.slug,
        func.max(ContentRetirement.recorded_at).label("at"),
    ).group_by(ContentRetirement.content_kind, ContentRetirement.slug)
    if known_at is not None:
        published = published.where(ContentPublication.recorded_at <= known_at)
        retired = retired.where(ContentRetirement.recorded_at <= known_at)
    last, gone = published.subquery(), retired.subquery()
    return (
        select(last.c.content_version_id)
        .outerjoin(gone, and_(gone.c.content_kind == last.c.content_kind, gone.c.slug == last.c.slug))
        .where(last.c.age == 1, or_(gone.c.at.is_(None), gone.c.at < last.c.recorded_at))
    )


def find_content(kind: ContentKind, slug: str) -> ContentVersion | None:
    """The current version of one slug, or None if it is not taught now."""
    return db.session.scalar(
        select(ContentVersion).where(
            ContentVersion.content_kind == kind,
            ContentVersion.slug == slug,
            ContentVersion.id.in_(current_version_ids()),
        )
    )


def get_content(kind: ContentKind, slug: str) -> ContentVersion:
    """The current version of one slug. Raises NotFound if it is not taught now."""
    version = find_content(kind, slug)
    if version is None:
        raise NotFound
    return version


def get_content_version(version_id: UUID) -> ContentVersion:
    """One exact version, current or not."""
    version = db.session.get(ContentVersion, version_id)
    if version is None:
        raise NotFound
    return version


def content_versions_by_id(ids: Collection[UUID]) -> dict[UUID, ContentVersion]:
    """Exact versions by id, in one statement."""
    if not ids:
        return {}
    rows = db.session.scalars(select(ContentVersion).where(ContentVersion.id.in_(ids)))
    return {version.id: version for version in rows}


def list_content(
    kind: ContentKind, slugs: Collection[str] | None = None, *, known_at: datetime | None = None
) -> list[ContentVersion]:
    """The current versions of a kind by slug, or only some of them; `known_at` asks for those of a past moment."""
    statement = select(ContentVersion).where(
        ContentVersion.content_kind == kind, ContentVersion.id.in_(current_version_ids(known_at))
    )
    if slugs is not None:
        statement = statement.where(ContentVersion.slug.in_(slugs))
    return list(db.session.scalars(statement.order_by(ContentVersion.slug)))


def current_titles(*kinds: ContentKind) -> dict[Name, str]:
    """Titles of everything current of some kinds, without loading the content itself."""
    rows = db.session.execute(
        select(ContentVersion.content_kind, ContentVersion.slug, ContentVersion.title).where(
            ContentVersion.content_kind.in_(kinds), ContentVersion.id.in_(current_version_ids())
        )
    )
    return {(kind, slug): title for kind, slug, title in rows}


def capability_titles() -> dict[str, str]:
    """The names of the capabilities in force by their codes, for showing a code with its name. One statement."""
    return {
        capability["code"]: capability["title"]
        for version in list_content(ContentKind.FRAMEWORK)
        for domain in version.body["domains"]
        for capability in domain["capabilities"]
    }


def list_current() -> dict[Name, ContentVersion]:
    """Everything current by name, without loading the content itself."""
    rows = db.session.scalars(
        select(ContentVersion)
        .where(ContentVersion.id.in_(current_version_ids()))
        .options(defer(ContentVersion.source, raiseload=True))
    )
    return {(version.content_kind, version.slug): version for version in rows}


def content_digest() -> str:
    """One short digest of everything that is current; empty if nothing is."""
    rows = db.session.execute(
        select(ContentVersion.content_kind, ContentVersion.slug, ContentVersion.digest).where(
            ContentVersion.id.in_(current_version_ids())
        )
    )
    digests = {(kind, slug): digest for kind, slug, digest in rows}
    return content_fingerprint(digests) if digests else ""
