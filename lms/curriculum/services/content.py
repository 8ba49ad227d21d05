"""Loading checked content files into versions that never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, record
from lms.core.db import Model, transaction
from lms.curriculum.models import ContentPublication, ContentRetirement, ContentVersion
from lms.curriculum.queries import list_current
from lms.curriculum.rules.versions import ContentItem, Edition, Name, editions, stored, written
from lms.policy import Viewer


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How many slugs are new or back, have another version, or are no longer taught; and which."""

    added: int
    changed: int
    retired: int
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def sync_content(actor: Viewer | None, items: Sequence[ContentItem], *, dry_run: bool = False) -> SyncReport:
    """Make these items what is taught: new versions are added, returning ones published again, missing ones retired.

    Old versions never change. With `dry_run` nothing is written. Raises RuleViolation for references that lead
    nowhere or in a circle.
    """
    wanted = editions(items)
    if dry_run:
        return _compare(wanted, list_current())
    with transaction() as session:
        hold(SERVICE_CHAIN)
        current = list_current()
        report = _compare(wanted, current)
        new_rows = _publish(session, wanted, current)
        new_rows += _retire(session, wanted, current)
        if new_rows:
            record(actor, "content.synced", *new_rows)
    return report


def republish(actor: Viewer | None) -> int:
    """Publish every current version once more and say how many; under an earlier clock they are taught from then on."""
    with transaction() as session:
        hold(SERVICE_CHAIN)
        rows: list[Model] = [
            ContentPublication(content_kind=kind, slug=slug, content_version_id=version.id)
            for (kind, slug), version in list_current().items()
        ]
        session.add_all(rows)
        if rows:
            record(actor, "content.synced", *rows)
    return len(rows)


def _compare(wanted: Mapping[Name, Edition], current: Mapping[Name, ContentVersion]) -> SyncReport:
    added = tuple(written(name) for name in wanted if name not in current)
    changed = tuple(
        written(name) for name, edition in wanted.items() if name in current and current[name].digest != edition.digest
    )
    retired = tuple(written(name) for name in current if name not in wanted)
    names = {"added": added, "changed": changed, "retired": retired}
    return SyncReport(added=len(added), changed=len(changed), retired=len(retired), names=names)


def _publish(session: Session, wanted: Mapping[Name, Edition], current: Mapping[Name, ContentVersion]) -> list[Model]:
    """Add what is not yet stored, in an order in which references exist first; make each edition the current one."""
    known = _stored_versions(session, wanted)
    rows: list[Model] = []
    for name, edition in wanted.items():  # What an edition refers to stands before it.
        version_id = known.get((name, edition.digest))
        if version_id is None:
            version = _version(edition, known)
            session.add(version)
            session.flush()
            rows.append(version)
            version_id = known[name, edition.digest] = version.id
        now_current = current.get(name)
        if now_current is None or now_current.id != version_id:
            publication = ContentPublication(content_kind=name[0], slug=name[1], content_version_id=version_id)
            session.add(publication)
            rows.append(publication)
    return rows


def _retire(session: Session, wanted: Mapping[Name, Edition], current: Mapping[Name, ContentVersion]) -> list[Model]:
    rows: list[Model] = [
        ContentRetirement(content_kind=kind, slug=slug) for kind, slug in current if (kind, slug) not in wanted
    ]
    session.add_all(rows)
    return rows


def _stored_versions(session: Session, wanted: Mapping[Name, Edition]) -> dict[tuple[Name, str], UUID]:
    """The versions already stored of what is wanted, current or not."""
    digests = [edition.digest for edition in wanted.values()]
    rows = session.scalars(
        select(ContentVersion)
        .where(ContentVersion.digest.in_(digests))
        .options(defer(ContentVersion.source, raiseload=True))
    )
    return {((row.content_kind, row.slug), row.digest): row.id for row in rows}


def _version(edition: Edition, known: Mapping[tuple[Name, str], UUID]) -> ContentVersion:
    item = edition.item
    return ContentVersion(
        content_kind=item.kind,
        slug=item.slug,
        digest=edition.digest,
        title=str(item.body.get("title") or item.slug),
        source=stored(item.body),
        refers_to={written(name): str(known[name, digest]) for name, digest in edition.refers_to.items()},
    )
