"""Reading knowledge checks with the viewer's own answers; nobody reads anybody else's."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select

from lms.core.db import db
from lms.curriculum.models import ContentVersion, QuestionAnswer, QuestionRound
from lms.curriculum.queries.content import find_content, get_content, list_content, made_from
from lms.curriculum.rules.format import KnowledgeCheck
from lms.curriculum.rules.questions import Answer, Round, Standing, read_questions
from lms.curriculum.rules.versions import ContentKind
from lms.policy import Viewer


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A knowledge check in its current version: its module, and where the viewer stands.

    `has_changed` says that the viewer has answered an earlier version and not begun with this one.
    """

    version: ContentVersion
    module: ContentVersion | None
    standing: Standing
    has_changed: bool

    @property
    def check(self) -> KnowledgeCheck:
        """The knowledge check itself."""
        return self.standing.check


def get_knowledge_check(viewer: Viewer, slug: str) -> CheckPage:
    """One knowledge check with the viewer's answers. Raises NotFound if it is not taught now."""
    version = get_content(ContentKind.QUESTIONS, slug)
    standing = _standings(viewer, [version])[slug]
    return CheckPage(
        version=version,
        module=find_content(ContentKind.MODULE, version.body["module"]),
        standing=standing,
        has_changed=standing.round is None and _answered_before(viewer, slug),
    )


def list_standings(viewer: Viewer, slugs: Collection[str]) -> dict[str, Standing]:
    """Where the viewer stands in the current knowledge checks of these slugs."""
    return _standings(viewer, list_content(ContentKind.QUESTIONS, slugs)) if slugs else {}


def _standings(viewer: Viewer, versions: Collection[ContentVersion]) -> dict[str, Standing]:
    rounds = _rounds(viewer, [version.id for version in versions])
    return {
        version.slug: Standing(made_from(version, read_questions), tuple(rounds.get(version.id, ())))
        for version in versions
    }


def _rounds(viewer: Viewer, version_ids: Collection[UUID]) -> dict[UUID, list[Round]]:
    """The viewer's rounds by version, in order, with their answers. One statement."""
    rows = db.session.execute(
        select(QuestionRound, QuestionAnswer)
        .outerjoin(QuestionAnswer, QuestionAnswer.round_id == QuestionRound.id)
        .where(QuestionRound.person_id == viewer.id, QuestionRound.content_version_id.in_(version_ids))
        .order_by(QuestionRound.number)
    )
    begun: dict[UUID, QuestionRound] = {}
    answers: dict[UUID, dict[str, Answer]] = {}
    for row, answer in rows:
        begun[row.id] = row
        given = answers.setdefault(row.id, {})
        if answer is not None:
            given[answer.question] = Answer(answer.option, answer.confidence)
    found: dict[UUID, list[Round]] = {}
    for row in begun.values():
        one = Round(row.id, row.number, tuple(row.questions), answers[row.id])
        found.setdefault(row.content_version_id, []).append(one)
    return found


def _answered_before(viewer: Viewer, slug: str) -> bool:
    """Whether the viewer has begun any version of this knowledge check."""
    begun = exists().where(
        QuestionRound.person_id == viewer.id,
        QuestionRound.content_version_id == ContentVersion.id,
        ContentVersion.content_kind == ContentKind.QUESTIONS,
        ContentVersion.slug == slug,
    )
    return bool(db.session.scalar(select(begun)))
