"""Loading everything readiness is decided from, for one trainee or two hundred, in a constant number of statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from lms.cases.queries import load_attempts, load_discussions
from lms.competencies.queries import (
    framework_ids,
    frameworks_by_id,
    load_assessments,
    load_concerns,
    load_sign_offs,
    load_wordings,
)
from lms.competencies.rules import Framework
from lms.core.content import from_body
from lms.core.db import db
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import content_versions_by_id, current_version_ids, list_content, load_enrolments, made_from
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.curriculum.rules.versions import ContentKind
from lms.grading.queries import load_module_outcomes
from lms.placements.queries import find_placements, load_checks, load_practice
from lms.readiness.models import Authorisation
from lms.readiness.rules import (
    DecisionFact,
    Overall,
    Requirements,
    RequirementSet,
    TraineeFacts,
)

Trainees = Select[Any]


def load_facts_and_enrolments(
    trainees: Trainees, *, known_at: datetime
) -> tuple[dict[UUID, TraineeFacts], dict[UUID, EnrolmentFact]]:
    """What was known about each trainee of the scope at a moment, with the enrolments it was read with."""
    enrolments = load_enrolments(trainees, known_at=known_at)
    return _facts(trainees, enrolments, known_at), enrolments


def _facts(
    trainees: Trainees, enrolments: Mapping[UUID, EnrolmentFact], known_at: datetime
) -> dict[UUID, TraineeFacts]:
    assessments = load_assessments(trainees, known_at=known_at)
    sign_offs = load_sign_offs(trainees, known_at=known_at)
    concerns = load_concerns(trainees, known_at=known_at)
    shifts, encounters = load_practice(trainees, known_at=known_at)
    outcomes = load_module_outcomes(trainees, known_at=known_at)
    attempts = load_attempts(trainees, known_at=known_at)
    discussions = load_discussions(trainees, known_at=known_at)
    checks = load_checks(trainees, known_at=known_at)
    decisions = load_decisions(trainees, known_at=known_at)
    return {
        each: TraineeFacts(
            trainee_id=each,
            assessments=tuple(assessments.get(each, ())),
            sign_offs=tuple(sign_offs.get(each, ())),
            concerns=tuple(concerns.get(each, ())),
            shifts=tuple(shifts.get(each, ())),
            encounters=tuple(encounters.get(each, ())),
            outcomes=tuple(outcomes.get(each, ())),
            cases=tuple(attempts.get(each, ())),
            discussions=tuple(discussions.get(each, ())),
            checks=tuple(checks.get(each, ())),
            pauses=enrolments[each].pauses if each in enrolments else (),
            decisions=tuple(decisions.get(each, ())),
        )
        for each in db.session.scalars(trainees)
    }


def load_decisions(trainees: Trainees, *, known_at: datetime) -> dict[UUID, list[DecisionFact]]:
    """The decisions known at a moment, without what was frozen with them. One statement."""
    rows = db.session.execute(
        select(
            Authorisation.trainee_id,
            Authorisation.id,
            Authorisation.setting,
            Authorisation.decision,
            Authorisation.supervision,
            Authorisation.valid_from,
            Authorisation.valid_until,
            Authorisation.recorded_at,
            Authorisation.snapshot["overall"].as_string().label("overall"),
        )
        .where(Authorisation.trainee_id.in_(trainees), Authorisation.recorded_at <= known_at)
        .order_by(Authorisation.recorded_at, Authorisation.id)
    )
    found: dict[UUID, list[DecisionFact]] = {}
    for row in rows:
        found.setdefault(row.trainee_id, []).append(
            DecisionFact(
                id=row.id,
                setting=row.setting,
                decision=row.decision,
                supervision=row.supervision,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                recorded_at=row.recorded_at,
                was_ready=row.overall == Overall.READY,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class RequirementSets:
    """The requirement sets in force at a moment: the current ones by slug, and those cohorts are held to by version."""

    current: Mapping[str, Requirements]
    pinned: Mapping[UUID, Requirements]

    def for_trainee(self, enrolment: EnrolmentFact | None) -> list[Requirements]:
        """The sets that apply to one trainee: the cohort's version where there is one, else the current one."""
        versions = enrolment.requirement_sets if enrolment else {}
        held = {slug: self.pinned[version] for slug, version in versions.items() if version in self.pinned}
        return [held.get(slug, self.current.get(slug)) or held[slug] for slug in sorted({*self.current, *held})]

    def find(self, enrolment: EnrolmentFact | None, name: str) -> Requirements | None:
        """The set that applies for a setting, by the slug of the setting or of the set."""
        return next((each for each in self.for_trainee(enrolment) if name in (each.setting, each.body.slug)), None)

    @property
    def framework_ids(self) -> set[UUID]:
        """The versions of the framework the sets speak of."""
        everything = [*self.pinned.values(), *self.current.values()]
        return {each.framework_id for each in everything if each.framework_id is not None}

    @property
    def settings(self) -> dict[str, str]:
        """Titles of the settings somebody can be authorised for, by slug."""
        everything = [*self.pinned.values(), *self.current.values()]
        return dict(sorted(((each.setting, each.body.title) for each in everything), key=lambda pair: pair[1]))


def load_requirement_sets(enrolments: Iterable[EnrolmentFact], *, known_at: datetime) -> RequirementSets:
    """The requirement sets that were in force at a moment, for these enrolments, in a constant number of statements."""
    current = list_content(ContentKind.REQUIREMENT_SET, known_at=known_at)
    wanted = {version for each in enrolments for version in each.requirement_sets.values()}
    known = {version.id: version for version in current}
    versions = known | content_versions_by_id(wanted - known.keys())
    names = _names(known_at)
    frameworks = frameworks_by_id({key for version in versions.values() for key in framework_ids(version)})
    made = {key: _requirements(version, names, frameworks) for key, version in versions.items()}
    return RequirementSets(
        current={version.slug: made[version.id] for version in current},
        pinned={key: made[key] for key in wanted if key in made},
    )


def with_wordings(
    facts: Mapping[UUID, TraineeFacts], sets: RequirementSets, *, known_at: datetime
) -> dict[UUID, TraineeFacts]:
    """The facts with what is needed to read them under the framework of each set. At most two statements."""
    wordings = load_wordings(
        [each for ours in facts.values() for each in ours.assessments],
        [each for ours in facts.values() for each in ours.sign_offs],
        sets.framework_ids,
        known_at=known_at,
    )
    return {key: replace(ours, wordings=wordings) for key, ours in facts.items()}


@dataclass(frozen=True, slots=True)
class _Names:
    settings: dict[str, str]
    modules: dict[str, str]
    cases: dict[str, str]


def _names(known_at: datetime) -> _Names:
    """The titles that codes stand for."""
    placements = find_placements(known_at=known_at)
    titles: dict[ContentKind, dict[str, str]] = {ContentKind.MODULE: {}, ContentKind.CASE: {}}
    for kind, slug, title in db.session.execute(
        select(ContentVersion.content_kind, ContentVersion.slug, ContentVersion.title).where(
            ContentVersion.content_kind.in_(titles), ContentVersion.id.in_(current_version_ids(known_at))
        )
    ):
        titles[kind][slug] = title
    return _Names(
        settings={each.slug: each.title for each in placements.settings} if placements else {},
        modules=titles[ContentKind.MODULE],
        cases=titles[ContentKind.CASE],
    )


def _set_from(body: dict[str, Any]) -> RequirementSet:
    return from_body(body, RequirementSet)


def _requirements(version: ContentVersion, names: _Names, frameworks: Mapping[UUID, Framework]) -> Requirements:
    body = made_from(version, _set_from)
    (framework_id,) = framework_ids(version)
    return Requirements(
        body=body,
        framework=frameworks[framework_id],
        supervision=body.supervision,
        version_id=version.id,
        framework_id=framework_id,
        settings=names.settings,
        modules=names.modules,
        cases=names.cases,
    )
