from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.audit.services import keep_text, record
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentKind
from lms.grading.models import Mark, ModuleOutcome
from lms.grading.rules.marks import CALCULATION_VERSION, Result
from lms.grading.rules.outcomes import Outcome, Standing
from lms.grading.rules.states import WorkKind
from lms.policy import Role
from tests.factories.grading import BEST, teach

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def taught(cast):
    teach()
    return cast


def mark(cast, *, why="", **change):
    with transaction() as session:
        text, reason = keep_text("Feedback"), keep_text(why) if why else None
        session.flush()
        entry = Mark(
            **{
                "work_kind": WorkKind.CASE_STEP,
                "work_id": new_id(),
                "trainee_id": cast.trainee,
                "marker_id": cast.educator,
                "role": Role.EDUCATOR,
                "university_id": cast.university_a,
                "assignment_id": get_content(ContentKind.ASSIGNMENT, "case-formulation").id,
                "calculation": CALCULATION_VERSION,
                "levels": BEST,
                "percent": 100,
                "result": Result.PASS,
                "feedback_id": text.id,
                "supersedes_id": None,
                "reason_id": reason.id if reason else None,
                **change,
            }
        )
        session.add(entry)
        record(None, "mark.recorded", entry, about=cast.trainee)
    return entry


def outcome(cast, **change):
    with transaction() as session:
        entry = ModuleOutcome(
            **{
                "trainee_id": cast.trainee,
                "module": "mhp703",
                "outcome": Outcome.PASS,
                "standing": Standing.PROVISIONAL,
                "decided_on": date(2026, 11, 2),
                "recorded_by_id": cast.educator,
                "role": Role.EDUCATOR,
                "university_id": cast.university_a,
                **change,
            }
        )
        session.add(entry)
        record(None, "module-outcome.recorded", entry, about=cast.trainee)
    return entry


def test_a_piece_of_work_has_one_first_mark(taught):
    first = mark(taught)
    with pytest.raises(IntegrityError):
        mark(taught, work_id=first.work_id)
    mark(taught, work_id=first.work_id, supersedes_id=first.id, why="Corrected")


def test_a_mark_is_superseded_once(taught):
    first = mark(taught)
    mark(taught, work_id=first.work_id, supersedes_id=first.id, why="Corrected")
    with pytest.raises(IntegrityError):
        mark(taught, work_id=first.work_id, supersedes_id=first.id, why="Corrected again")


@pytest.mark.parametrize("change", [{"percent": 101}, {"percent": -1}])
def test_a_mark_is_a_percentage(taught, change):
    with pytest.raises(IntegrityError):
        mark(taught, **change)


def test_a_mark_is_never_ones_own(taught):
    with pytest.raises(IntegrityError):
        mark(taught, marker_id=taught.trainee)


def test_a_correction_says_why(taught):
    first = mark(taught)
    with pytest.raises(IntegrityError):
        mark(taught, work_id=first.work_id, supersedes_id=first.id)


def test_a_module_has_one_first_outcome_and_none_recorded_by_the_trainee(taught):
    outcome(taught)
    with pytest.raises(IntegrityError):
        outcome(taught)
    with pytest.raises(IntegrityError):
        outcome(taught, module="mhp701", recorded_by_id=taught.trainee)


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("model", [Mark, ModuleOutcome])
def test_the_database_refuses_to_change_a_fact(taught, model, verb):
    mark(taught)
    outcome(taught)
    statement = delete(model) if verb == "delete" else update(model).values(trainee_id=taught.trainee_b)
    with pytest.raises(DBAPIError, match="never changed"), transaction() as session:
        session.execute(statement)
