"""The shipped framework and forms, requests, assessments and sign-offs for tests, made as the service makes them."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from lms.competencies import services
from lms.competencies.models import Assessment, AssessmentRequest, SignOff
from lms.competencies.queries.calibration import get_calibration
from lms.competencies.rules import FormKind, SeenAs
from lms.competencies.rules.calibration_format import check_vignette
from lms.competencies.rules.form_checks import check_form
from lms.competencies.rules.format import capability_codes, check_framework
from lms.competencies.services.calibration import answer_vignette
from lms.core.clock import today
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity.queries import list_people_with_role
from lms.identity.services import create_person, give_role, viewer_for
from lms.placements.rules.format import read_settings
from lms.policy import Permission, Role
from tests.recall import recalled

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("Nora Quinn", "Oskar Hale", "Priya Nair")


@cache
def framework_items() -> tuple[ContentItem, ...]:
    """The shipped framework, forms, vignettes and settings; read once."""
    body, problems = check_framework(ROOT / "content/frameworks/specialist-paramedic-mh.yaml", ROOT)
    assert not problems
    items = [ContentItem(ContentKind.FRAMEWORK, body["slug"], body)]
    for path in sorted((ROOT / "content/forms").glob("*.yaml")):
        form, problems = check_form(path, ROOT)
        assert not problems
        items.append(ContentItem(ContentKind.FORM, form["slug"], form))
    for path in sorted((ROOT / "content/calibration").glob("*.yaml")):
        vignette, problems = check_vignette(path, ROOT, frameworks={body["slug"]: capability_codes(body)})
        assert not problems
        items.append(ContentItem(ContentKind.CALIBRATION, vignette["slug"], vignette))
    document = read_settings(ROOT / "content" / "settings.yaml", ROOT)
    return (*items, ContentItem(ContentKind.SETTINGS, document.model.slug, document.body))


def load_framework() -> None:
    """Publish the shipped framework, forms and settings; every assessor of the cast then answers their vignettes."""
    recalled(_load_framework)


def _load_framework() -> None:
    sync_content(None, framework_items())
    for person in list_people_with_role(Role.ASSESSOR):
        calibrate(person.id)


def calibrate(assessor_id: UUID) -> None:
    """The assessor answers the vignettes drawn for them, so that they may sign off."""
    actor = viewer_for(assessor_id, Permission.CAPABILITY_SIGN_OFF)
    for row in get_calibration(actor).rows:
        if row.answer is None:
            answer_vignette(actor, row.id, level=3, reason="A supervisor near by would be enough for me.")


def another_assessor(trust: UUID, number: int = 0) -> UUID:
    """One more person who assesses and has answered their vignettes; each number is somebody else."""
    return recalled(_another_assessor, trust, NAMES[number])


def _another_assessor(trust: UUID, name: str) -> UUID:
    person = create_person(
        None, name=name, email=f"{name.lower().replace(' ', '.')}@example.org", organisation_id=trust
    )
    give_role(None, person_id=person.id, role=Role.ASSESSOR, scope_id=trust, cause="Test cast")
    calibrate(person.id)
    return person.id


def ask(trainee_id: UUID, assessor_id: UUID, **changes: Any) -> AssessmentRequest:
    """A request of the trainee about today, for suicide enquiry."""
    usual: dict[str, Any] = {
        "assessor_id": assessor_id,
        "codes": ["D3.1"],
        "setting": "joint-response-car",
        "seen_on": today(),
    }
    facts = {**usual, **changes}
    facts.setdefault("self_levels", dict.fromkeys(facts["codes"], 3))
    return recalled(_ask, trainee_id, facts)


def _ask(trainee_id: UUID, facts: dict[str, Any]) -> AssessmentRequest:
    return services.ask_for_assessment(viewer_for(trainee_id, Permission.ASSESSMENT_ASK), **facts)


def complete(request: AssessmentRequest, ratings: Mapping[str, int | None], **changes: Any) -> Assessment:
    """The assessor's answer to a request."""
    usual: dict[str, Any] = {
        "ratings": ratings,
        "setting": request.setting,
        "observed_on": request.seen_on,
        "is_simulated": request.is_simulated,
        "seen_as": SeenAs.LIVE,
        "complexity": "average",
        "went_well": "Asked directly and listened.",
        "next_time": "Say the plan back before you leave.",
    }
    return recalled(_complete, request.assessor_id, request.id, {**usual, **changes})


def _complete(assessor_id: UUID, request_id: UUID, facts: dict[str, Any]) -> Assessment:
    actor = viewer_for(assessor_id, Permission.ASSESSMENT_COMPLETE)
    return services.complete_assessment(actor, request_id, **facts)


def assess(
    trainee_id: UUID,
    assessor_id: UUID,
    ratings: Mapping[str, int | None],
    *,
    setting: str = "joint-response-car",
    days_ago: int = 0,
    form_kind: FormKind = FormKind.MINI_CEX,
    **changes: Any,
) -> Assessment:
    """A request and its answer in one step."""
    seen_on: date = today() - timedelta(days=days_ago)
    request = ask(trainee_id, assessor_id, codes=list(ratings), setting=setting, seen_on=seen_on, form_kind=form_kind)
    return complete(request, ratings, **changes)


def meet_enquiry(trainee_id: UUID, assessor_id: UUID, other_id: UUID, level: int = 4) -> None:
    """Everything the rule of D3.1 asks for, at a level."""
    recalled(_meet_enquiry, trainee_id, assessor_id, other_id, level)


def _meet_enquiry(trainee_id: UUID, assessor_id: UUID, other_id: UUID, level: int) -> None:
    assess(trainee_id, assessor_id, {"D3.1": level}, days_ago=5)
    assess(trainee_id, assessor_id, {"D3.1": level}, days_ago=3, setting="crisis-team")
    assess(trainee_id, other_id, {"D3.1": level}, days_ago=1)


def sign_off(trainee_id: UUID, assessor_id: UUID, code: str = "D3.1", level: int = 4) -> SignOff:
    """The assessor's decision."""
    return recalled(_sign_off, trainee_id, assessor_id, code, level)


def _sign_off(trainee_id: UUID, assessor_id: UUID, code: str, level: int) -> SignOff:
    actor = viewer_for(assessor_id, Permission.CAPABILITY_SIGN_OFF)
    return services.sign_off(actor, trainee_id, code, level=level, note="Seen enough.")
