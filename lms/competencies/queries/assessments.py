"""Reading one assessment: its ratings, its answers under the labels of its form, what it did, what was said since."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from lms.audit.models import TextBody
from lms.competencies.models import (
    Assessment,
    AssessmentAddition,
    AssessmentAnswer,
    AssessmentRating,
    AssessmentReply,
    AssessmentRequest,
)
from lms.competencies.queries.facts import (
    FormVersion,
    FrameworkVersion,
    framework_of,
    get_form_version,
    get_framework_version,
    list_forms,
    load_assessments,
    load_sign_offs,
)
from lms.competencies.queries.wordings import read_records
from lms.competencies.rules import (
    Capability,
    Effect,
    FormKind,
    completer_of,
    effect_of,
    level_words,
    may_start,
    role_to_sign,
    roles_completing,
    standing_of,
)
from lms.competencies.rules.form_files import FieldFile, FormFile
from lms.core.clock import now, to_london, today
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.words import day
from lms.identity.models import Person
from lms.identity.queries import roles_towards, visible_trainees
from lms.placements.queries import find_placements
from lms.policy import Permission, Role, Viewer, roles_with
from lms.signing.queries import find_suspension
from lms.signing.rules import Described, SuspensionFact
from lms.signing.rules.guests import Signed


@dataclass(frozen=True, slots=True)
class Words:
    """A text somebody wrote at some time; None where it was redacted."""

    text_id: UUID
    text: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The answer to one question: words that were chosen, or a text; a text of None was redacted if it has an id."""

    key: str
    label: str
    words: str = ""
    value: str | None = None
    text_id: UUID | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """One assessment with its ratings and texts, under the form and framework it was written with.

    `self_levels` is how the trainee rated themselves before they asked; `asked_at` is None where no request asked: for
    what colleagues, patients or carers said.
    """

    row: Assessment
    trainee: Person
    assessor: Person
    ratings: Sequence[tuple[Capability | None, str, int | None]]
    answers: Sequence[AnswerRow]
    effects: Mapping[str, Effect]
    self_levels: Mapping[str, int | None]
    is_unasked: bool
    asked_at: datetime | None
    form: FormVersion
    version: FrameworkVersion
    setting: str
    replaced_by_id: UUID | None
    reply: Words | None
    additions: Sequence[Words]
    suspension: SuspensionFact | None

    @property
    def barred_because(self) -> str:
        """Why it counts for nothing: suspended or struck out; empty for nearly all."""
        return self.suspension.words if self.suspension else ""

    def is_signed_by(self, viewer: Viewer) -> bool:
        """Say whether these are the viewer's own words: they answered a request, and still assess."""
        asked = self.asked_at is not None
        return asked and self.assessor.id == viewer.id and viewer.may(Permission.ASSESSMENT_COMPLETE)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The answers that were chosen and not written, each with its question."""
        return [(each.label, each.words) for each in self.answers if each.words]


def list_startable(viewer: Viewer, trainee_id: UUID) -> list[FormFile]:
    """The forms the viewer may begin about this trainee unasked, in the order of their kinds.

    Raises NotFound outside their scope.
    """
    roles = _completing(viewer, trainee_id)
    return [each.form for each in list_forms() if any(may_start(each.form, by=completer_of(role)) for role in roles)]


def acting_on(viewer: Viewer, trainee_id: UUID, form: FormFile) -> Viewer:
    """The viewer in the role in which they complete this form about this trainee: one the form names before others,
    then the one they act in.

    Raises NotFound outside their scope.
    """
    roles = _completing(viewer, trainee_id)
    preferred = roles & {viewer.acting} & roles_completing(form)
    return replace(viewer, acting=role_to_sign(form, held=preferred or roles, towards=roles))


def _completing(viewer: Viewer, trainee_id: UUID) -> frozenset[Role]:
    """The roles by which the viewer may complete assessments of this trainee today. Raises NotFound if none."""
    granted = roles_towards(viewer, [trainee_id])[trainee_id] & roles_with(Permission.ASSESSMENT_COMPLETE)
    if not granted:
        raise NotFound
    return granted


def get_assessment(viewer: Viewer, assessment_id: UUID) -> AssessmentPage:
    """One assessment of a trainee the viewer may read, or one they wrote about a trainee they still assess.

    What a patient or carer said is not the words of whoever asked them.
    """
    return _page(
        Assessment.id == assessment_id,
        Assessment.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_READ))
        | (
            (Assessment.assessor_id == viewer.id)
            & (Assessment.form_kind != FormKind.PATIENT_FEEDBACK)
            & Assessment.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_COMPLETE))
        ),
    )


def get_signed_assessment(viewer: Viewer, assessment_id: UUID) -> AssessmentPage:
    """One assessment the viewer signed about a trainee they still assess.

    What colleagues, patients or carers said names who collected it and answers no request: it is nobody's to change.
    """
    return _page(
        Assessment.id == assessment_id,
        Assessment.assessor_id == viewer.id,
        Assessment.request_id.is_not(None),
        Assessment.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_COMPLETE)),
    )


def get_own_assessment(viewer: Viewer, assessment_id: UUID) -> AssessmentPage:
    """One assessment of the viewer's own work."""
    return _page(
        Assessment.id == assessment_id,
        Assessment.trainee_id == viewer.id,
        Assessment.trainee_id.in_(visible_trainees(viewer, Permission.ASSESSMENT_ASK)),
    )


def find_reply(viewer: Viewer, assessment_id: UUID) -> str:
    """What the viewer said they would do after an assessment of their own work; empty where they said nothing."""
    found = db.session.scalar(
        select(AssessmentReply)
        .where(AssessmentReply.assessment_id == assessment_id, AssessmentReply.trainee_id == viewer.id)
        .options(joinedload(AssessmentReply.action))
    )
    return found.action.text or "" if found else ""


def describe_assessment(assessment_id: UUID) -> Described:
    """An assessment as its signer's receipt shows it: no free text."""
    page = _page(Assessment.id == assessment_id)
    return Described(
        title=page.form.form.title,
        lines=(
            ("Trainee", page.trainee.name),
            ("Signed by", page.assessor.name),
            ("Signed with", page.row.identity_grade.label),
            ("Encounter", f"{day(page.row.observed_on)}, {page.setting}"),
            ("Signed at", f"{to_london(page.row.recorded_at):%H:%M} on {day(london_day(page.row.recorded_at))}"),
            *(
                (capability.name if capability else code, level_words(level))
                for capability, code, level in page.ratings
            ),
        ),
        url=f"/assessments/{page.row.id}",
    )


def assessment_corrections() -> Select[UUID, UUID | None]:
    """Each correction with the assessment it corrects: whether a signature is in doubt passes from one to the other."""
    return select(Assessment.id, Assessment.supersedes_id).where(Assessment.supersedes_id.is_not(None))


def count_signed(people: Collection[UUID]) -> Signed:
    """How many assessments these people signed, and the day of the last. A correction is not another one."""
    count, last = db.session.execute(
        select(func.count(Assessment.id), func.max(Assessment.recorded_at)).where(
            Assessment.assessor_id.in_(people), Assessment.supersedes_id.is_(None)
        )
    ).one()
    return Signed(count, london_day(last) if last else None)


def _page(*where: ColumnElement[bool]) -> AssessmentPage:
    row = db.session.scalar(
        select(Assessment)
        .where(*where)
        .options(
            joinedload(Assessment.what_seen),
            joinedload(Assessment.went_well),
            joinedload(Assessment.next_time),
            joinedload(Assessment.reason),
        )
    )
    if row is None:
        raise NotFound
    people = {
        each.id: each
        for each in db.session.scalars(select(Person).where(Person.id.in_([row.trainee_id, row.assessor_id])))
    }
    ratings = db.session.execute(
        select(AssessmentRating.capability_code, AssessmentRating.level)
        .where(AssessmentRating.assessment_id == row.id)
        .order_by(AssessmentRating.capability_code)
    ).all()
    asked = db.session.execute(
        select(AssessmentRequest.self_levels, AssessmentRequest.is_unasked, AssessmentRequest.recorded_at).where(
            AssessmentRequest.id == row.request_id
        )
    ).one_or_none()
    version, form = get_framework_version(row.framework_version_id), get_form_version(row.form_version_id)
    placements = find_placements()
    return AssessmentPage(
        row=row,
        trainee=people[row.trainee_id],
        assessor=people[row.assessor_id],
        ratings=[(version.framework.capabilities.get(code), code, level) for code, level in ratings],
        answers=list(_answers(row, form.form)),
        effects=_effects(row, [code for code, _ in ratings]),
        self_levels=asked.self_levels if asked else {},
        is_unasked=asked.is_unasked if asked else False,
        asked_at=asked.recorded_at if asked else None,
        form=form,
        version=version,
        setting=placements.title_of(row.setting) if placements else row.setting,
        replaced_by_id=db.session.scalar(select(Assessment.id).where(Assessment.supersedes_id == row.id)),
        reply=_reply(row.id),
        additions=_additions(row.id),
        suspension=find_suspension(row.id),
    )


def _answers(row: Assessment, form: FormFile) -> Iterator[AnswerRow]:
    """Every answer in the order of the form it was given to; what no question asks for any more comes last."""
    free = {
        key: (value, text_id, text)
        for key, value, text_id, text in db.session.execute(
            select(AssessmentAnswer.key, AssessmentAnswer.value, AssessmentAnswer.text_id, TextBody.text)
            .outerjoin(TextBody, TextBody.id == AssessmentAnswer.text_id)
            .where(AssessmentAnswer.assessment_id == row.id)
        )
    }
    given = {**_own(row), **free}
    asked = {field.key: field for field in form.fields}
    for key in (*asked, *sorted(set(given) - set(asked))):
        if key in given:
            yield _answer(asked.get(key), key, *given[key])


def _own(row: Assessment) -> dict[str, tuple[str | None, UUID | None, str | None]]:
    """The answers that have a column of their own."""
    found: dict[str, tuple[str | None, UUID | None, str | None]] = {}
    if row.complexity:
        found["complexity"] = (row.complexity, None, None)
    if row.minutes is not None:
        found["minutes"] = (str(row.minutes), None, None)
    for key in ("what_seen", "went_well", "next_time"):
        text_id, body = getattr(row, f"{key}_id"), getattr(row, key)
        if text_id is not None:
            found[key] = (None, text_id, body.text)
    return found


def _answer(field: FieldFile | None, key: str, value: str | None, text_id: UUID | None, text: str | None) -> AnswerRow:
    label = field.label if field else key.replace("_", " ").capitalize()
    if value is not None:
        return AnswerRow(key, label, words=field.in_words(value) if field else value, value=value)
    return AnswerRow(key, label, text_id=text_id, text=text)


def _effects(row: Assessment, codes: Sequence[str]) -> dict[str, Effect]:
    """What the piece did for each capability, as the trainee stands today. A constant number of statements."""
    scope, known_at, version = select(Person.id).where(Person.id == row.trainee_id), now(), framework_of(row.trainee_id)
    made = load_assessments(scope, known_at=known_at).get(row.trainee_id, [])
    piece = next((each for each in made if each.id == row.id), None)
    if piece is None:
        return {}
    signed = load_sign_offs(scope, known_at=known_at).get(row.trainee_id, [])
    records = read_records(version.id, made, signed, known_at=known_at)
    read = next((each for each in records.assessments if each.id == row.id), None)
    found = {}
    for code in codes:
        capability = version.framework.capabilities.get(code)
        standing = None
        if capability is not None and read is not None and code in read.ratings:
            level = version.framework.award_level(capability)
            standing = standing_of(
                capability, records.assessments, records.sign_offs, level=level, on=today(), with_reached=False
            )
        found[code] = effect_of(piece, code, standing)
    return found


def _reply(assessment_id: UUID) -> Words | None:
    found = db.session.scalar(
        select(AssessmentReply)
        .where(AssessmentReply.assessment_id == assessment_id)
        .options(joinedload(AssessmentReply.action))
    )
    return Words(found.action_id, found.action.text, found.recorded_at) if found else None


def _additions(assessment_id: UUID) -> list[Words]:
    rows = db.session.scalars(
        select(AssessmentAddition)
        .where(AssessmentAddition.assessment_id == assessment_id)
        .options(joinedload(AssessmentAddition.text))
        .order_by(AssessmentAddition.recorded_at, AssessmentAddition.id)
    )
    return [Words(row.text_id, row.text.text, row.recorded_at) for row in rows]
