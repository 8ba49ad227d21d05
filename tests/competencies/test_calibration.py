from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import services
from lms.competencies.models import CalibrationAnswer, SignOff
from lms.competencies.queries import get_framework
from lms.competencies.queries.calibration import count_vignettes_left, get_calibration, list_calibrated
from lms.competencies.services.calibration import answer_vignette
from lms.core.clock import today
from lms.core.content import parse
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.core.ids import new_id
from lms.curriculum.models import Cohort, CohortRequirementSet, Enrolment
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.services import create_person, give_role, viewer_for
from lms.policy import Permission, Role, Viewer
from lms.readiness.rules import RequirementSet
from tests.factories import competencies as make
from tests.factories import readiness, save
from tests.factories.sign_offs import accept, claim

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
REASON = "It needed one prompt, which was taken up at once."


@pytest.fixture
def content(cast, context):
    make.load_framework()


@pytest.fixture
def newcomer(cast, content) -> Viewer:
    """An assessor who has answered nothing."""
    person = create_person(None, name="Nina Roe", email="nina.roe@example.org", organisation_id=cast.trust)
    give_role(None, person_id=person.id, role=Role.ASSESSOR, scope_id=cast.trust, cause="Test cast")
    return viewer_for(person.id, Permission.CAPABILITY_SIGN_OFF)


def answer(viewer: Viewer, number: int = 0, **changes: object) -> CalibrationAnswer:
    vignette_id: UUID = get_calibration(viewer).rows[number].id
    return answer_vignette(viewer, vignette_id, **{"level": 3, "reason": REASON, **changes})  # type: ignore[arg-type]


def left(viewer: Viewer) -> int:
    return count_vignettes_left(viewer, get_framework().id)


def changed_framework() -> list[ContentItem]:
    """The shipped items with one word of the framework changed."""
    return [
        ContentItem(item.kind, item.slug, {**item.body, "summary": "Changed."})
        if item.kind is ContentKind.FRAMEWORK
        else item
        for item in make.framework_items()
    ]


def met_by(cast, newcomer: Viewer) -> None:
    make.meet_enquiry(cast.trainee, newcomer.id, cast.assessor)


def test_nothing_is_signed_off_before_both_vignettes_are_answered(cast, newcomer):
    met_by(cast, newcomer)
    for number in range(2):
        assert left(newcomer) == 2 - number
        with pytest.raises(RuleViolation, match="Answer two short vignettes first"):
            make.sign_off(cast.trainee, newcomer.id)
        answer(newcomer, number)
    assert db.session.scalar(select(func.count(SignOff.id))) == 0
    assert left(newcomer) == 0
    make.sign_off(cast.trainee, newcomer.id)


def test_a_new_version_of_the_framework_asks_again_and_keeps_what_was_answered(cast, newcomer):
    met_by(cast, newcomer)
    for number in range(2):
        answer(newcomer, number)
    sync_content(None, changed_framework())
    assert left(newcomer) == 2
    with pytest.raises(RuleViolation, match="Answer two short vignettes first"):
        make.sign_off(cast.trainee, newcomer.id)
    make.calibrate(newcomer.id)
    make.sign_off(cast.trainee, newcomer.id)
    assert (
        db.session.scalar(select(func.count(CalibrationAnswer.id)).where(CalibrationAnswer.assessor_id == newcomer.id))
        == 4
    )


@pytest.fixture
def keeps_older(cast, newcomer) -> UUID:
    """The trainee's cohort keeps a version of the framework that is not in force any more; its id."""
    asked = parse(readiness.BODY, RequirementSet, "requirements/test.yaml")
    requirements = ContentItem(ContentKind.REQUIREMENT_SET, asked.model.slug, asked.body)
    sync_content(None, [*make.framework_items(), requirements])
    kept, older = get_content(ContentKind.REQUIREMENT_SET, asked.model.slug), get_framework().id
    cohort = Cohort(
        name="Kept",
        programme="pgcert",
        programme_version_id=kept.id,
        university_id=cast.university_a,
        starts_on=today(),
        ends_on=today() + timedelta(days=300),
    )
    save(cohort)
    save(Enrolment(trainee_id=cast.trainee, cohort_id=cohort.id, from_on=today()), about=cast.trainee)
    save(CohortRequirementSet(cohort_id=cohort.id, slug=kept.slug, content_version_id=kept.id))
    sync_content(None, [*changed_framework(), requirements])
    return older


def test_a_sign_off_asks_for_the_vignettes_of_the_version_the_trainee_is_held_to(cast, newcomer, keeps_older):
    met_by(cast, newcomer)
    asked = claim(cast.trainee, newcomer.id, code="D1.1")
    make.calibrate(newcomer.id)
    assert (left(newcomer), count_vignettes_left(newcomer, keeps_older)) == (0, 2)
    for decide in (lambda: make.sign_off(cast.trainee, newcomer.id), lambda: accept(newcomer.id, asked.id)):
        with pytest.raises(RuleViolation, match="Answer two short vignettes first"):
            decide()
    for row in get_calibration(newcomer, keeps_older).rows:
        answer_vignette(newcomer, row.id, level=3, reason=REASON, framework_id=keeps_older)
    assert make.sign_off(cast.trainee, newcomer.id).framework_version_id == keeps_older
    accept(newcomer.id, asked.id)


def test_prior_learning_is_declined_but_not_accepted_before_the_vignettes(cast, newcomer):
    first, second = (claim(cast.trainee, newcomer.id, code=code) for code in ("D1.1", "D1.2"))
    with pytest.raises(RuleViolation, match="Answer two short vignettes first"):
        accept(newcomer.id, first.id)
    services.decline_claim(newcomer, second.id, reason="Bring the certificate.")
    make.calibrate(newcomer.id)
    accept(newcomer.id, first.id)


def test_what_is_no_version_of_the_framework_has_no_vignettes(newcomer):
    for unknown in (new_id(), get_content(ContentKind.SETTINGS, "placements").id):
        with pytest.raises(NotFound):
            get_calibration(newcomer, unknown)


def test_another_wording_of_a_vignette_does_not_ask_again(cast, newcomer):
    before = get_calibration(newcomer)
    answered = answer(newcomer)
    slug = before.rows[0].vignette.slug
    items = [
        ContentItem(item.kind, item.slug, {**item.body, "text": "Other words."}) if item.slug == slug else item
        for item in make.framework_items()
    ]
    sync_content(None, items)
    page = get_calibration(newcomer)
    assert [row.id for row in page.rows] == [answered.vignette_version_id, before.rows[1].id]
    assert page.rows[0].vignette.text != "Other words."
    assert left(newcomer) == 1


def test_an_answer_is_a_fact_of_the_service_and_is_given_once(newcomer):
    found = answer(newcomer, level=2)
    assert (found.role, found.level) == (Role.ASSESSOR, 2)
    entry = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.event == "calibration.answered", LedgerEntry.actor_id == newcomer.id)
    ).one()
    assert entry.chain == UUID(int=0)
    with pytest.raises(RuleViolation, match="stays as you gave it"):
        answer(newcomer)
    page = get_calibration(newcomer)
    assert (page.rows[0].answer.level, page.rows[0].answer.reason) == (2, REASON)
    assert page.next_row == page.rows[1]


def test_a_vignette_that_was_not_drawn_is_not_found(cast, newcomer):
    drawn = {row.id for row in get_calibration(newcomer).rows}
    others = {row.id for person in (cast.assessor, cast.stranger) for row in get_calibration(viewer_for(person)).rows}
    more = {row.id for n in range(3) for row in get_calibration(viewer_for(make.another_assessor(cast.trust, n))).rows}
    [other, *_] = sorted((others | more) - drawn)
    with pytest.raises(NotFound):
        answer_vignette(newcomer, other, level=3, reason=REASON)


@pytest.mark.parametrize(
    "changes", [{"level": 0}, {"reason": " "}, {"reason": "He was born on 4 May 1961"}, {"reason": "943 476 5919"}]
)
def test_an_answer_that_cannot_stand_leaves_nothing(newcomer, changes):
    with pytest.raises(RuleViolation):
        answer(newcomer, **changes)
    assert left(newcomer) == 2


def test_the_consultant_nurse_learns_the_day_and_nothing_of_the_answers(cast, newcomer):
    answer(newcomer)
    rows = {row.name: row.done_at for row in list_calibrated(viewer_for(cast.consultant_nurse))}
    assert rows["Nina Roe"] is None
    answer(newcomer, 1)
    rows = {row.name: row.done_at for row in list_calibrated(viewer_for(cast.consultant_nurse))}
    assert rows["Nina Roe"].date() == today()


def test_without_any_vignette_nobody_signs_off(cast, newcomer):
    met_by(cast, newcomer)
    sync_content(None, [item for item in make.framework_items() if item.kind is not ContentKind.CALIBRATION])
    assert get_calibration(newcomer).rows == []
    with pytest.raises(RuleViolation, match="vignettes first"):
        make.sign_off(cast.trainee, newcomer.id)
