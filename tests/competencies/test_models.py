from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.audit.services import keep_text
from lms.competencies import models
from lms.competencies.rules import FormKind, Rung, SeenAs
from lms.core.db import Kind, db, transaction
from lms.curriculum.queries import list_content
from lms.curriculum.rules.versions import ContentKind
from lms.policy import Role
from lms.signing.rules import IdentityGrade
from tests.factories import competencies as make
from tests.factories import save

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def content(cast, context):
    make.load_framework()


def version_ids():
    return list_content(ContentKind.FORM)[0].id, list_content(ContentKind.FRAMEWORK)[0].id


def assessment(trainee_id, assessor_id, **changes):
    form, framework = version_ids()
    facts = {
        "trainee_id": trainee_id,
        "assessor_id": assessor_id,
        "role": Role.ASSESSOR,
        "identity_grade": IdentityGrade.ACCOUNT,
        "form_kind": FormKind.MINI_CEX,
        "form_version_id": form,
        "framework_version_id": framework,
        "setting": "crisis-team",
        "observed_on": date(2026, 11, 17),
        "is_simulated": False,
        "seen_as": SeenAs.LIVE,
    }
    return models.Assessment(**{**facts, **changes})


def refused(row, name):
    with pytest.raises(IntegrityError) as problem, transaction():
        save(row)
    assert name in str(problem.value.orig)


def test_nobody_assesses_signs_off_or_raises_a_concern_about_themselves(cast, content):
    refused(assessment(cast.trainee, cast.trainee), "not_own")
    _, framework = version_ids()
    refused(
        models.SignOff(
            trainee_id=cast.trainee,
            assessor_id=cast.trainee,
            capability_code="D3.1",
            framework_version_id=framework,
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            level=4,
            decided_on=date(2026, 11, 17),
            rules_version="1",
            snapshot={},
        ),
        "not_own",
    )
    with pytest.raises(IntegrityError, match="not_own"), transaction():
        save(
            models.Concern(
                trainee_id=cast.trainee,
                raised_by_id=cast.trainee,
                role=Role.ASSESSOR,
                rung=Rung.HEADS_UP,
                raised_on=date(2026, 11, 17),
                text=keep_text("About me"),
            )
        )


def test_a_level_stays_on_the_scale_and_a_capability_is_rated_once(cast, content):
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    refused(models.AssessmentRating(assessment_id=made.id, capability_code="D4.1", level=6), "level")
    with pytest.raises(IntegrityError):
        save(models.AssessmentRating(assessment_id=made.id, capability_code="D3.1", level=3))


def test_a_request_has_one_first_assessment_and_a_correction_says_why(cast, content):
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    with pytest.raises(IntegrityError):
        save(assessment(cast.trainee, cast.assessor, request_id=made.request_id))
    refused(assessment(cast.trainee, cast.assessor, supersedes_id=made.id), "correction_says_why")


@pytest.mark.parametrize("model", [models.Assessment, models.AssessmentRating, models.AssessmentRequest])
def test_facts_are_never_changed(cast, content, model):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    column = "level" if model is models.AssessmentRating else "setting"
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(update(model).values({column: 5 if column == "level" else "x"}))


def test_every_fact_and_state_digests_all_its_columns():
    for name in models.__all__:
        model = getattr(models, name)
        if model.kind is Kind.OPERATIONAL:
            continue
        assert model.kind in (Kind.FACT, Kind.STATE)
        newest = list(model.digests.values())[-1]
        assert set(newest) == {column.key for column in model.__table__.columns}, name
    assert db.engine.dialect.name in ("sqlite", "postgresql")
