"""A sampling policy and what is due under it, made as the service makes them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from lms.competencies import services
from lms.competencies.models import Assessment, SampleLook, SamplingPolicy
from lms.competencies.rules import FormKind, SeenAs
from lms.competencies.rules.sampling import LookOutcome, PolicyFact, Quarter, SampledPiece
from lms.competencies.services.sampling import look_at_assessment, set_sampling_policy
from lms.core.clock import today
from lms.identity.services import viewer_for
from lms.policy import Permission

AUTUMN = Quarter(2026, 4)
BEGINNING = datetime(2026, 10, 1, tzinfo=UTC)


def policy_fact(**changes: Any) -> PolicyFact:
    """A policy of half of the people and a tenth of the forms, from the autumn."""
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "from_on": AUTUMN.starts_on,
        "assessors_share": 50,
        "trainees_share": 50,
        "forms_share": 10,
        "recorded_at": BEGINNING,
    }
    return PolicyFact(**{**usual, **changes})


def sampled(number: int, *, assessor: int = 1, trainee: int = 1, kind: FormKind = FormKind.MINI_CEX) -> SampledPiece:
    """One assessment that can be drawn; a higher number came in later."""
    return SampledPiece(
        id=UUID(int=1000 + number),
        assessor_id=UUID(int=100 + assessor),
        trainee_id=UUID(int=200 + trainee),
        kind=kind,
        recorded_at=BEGINNING + timedelta(hours=number),
        drawable_at=BEGINNING + timedelta(hours=number),
    )


def set_policy(nurse_id: UUID, **changes: Any) -> SamplingPolicy:
    """The policy of a consultant nurse from this quarter on: everything is looked at unless changed."""
    from_on: date = Quarter.of(today()).starts_on
    usual: dict[str, Any] = {
        "from_on": from_on,
        "assessors_share": 100,
        "trainees_share": 100,
        "forms_share": 100,
        "reason": "A small service can look at everything.",
    }
    return set_sampling_policy(viewer_for(nurse_id, Permission.SAMPLING_SET), **{**usual, **changes})


def look(person_id: UUID, assessment_id: UUID, **changes: Any) -> SampleLook:
    """A second person accepts an assessment, unless changed."""
    usual: dict[str, Any] = {"outcome": LookOutcome.ACCEPTED}
    actor = viewer_for(person_id, Permission.ASSESSMENT_SAMPLE)
    return look_at_assessment(actor, assessment_id, **{**usual, **changes})


def correct(made: Assessment, level: int) -> Assessment:
    """The assessor replaces an assessment of suicide enquiry by one at another level."""
    return services.correct_assessment(
        viewer_for(made.assessor_id, Permission.ASSESSMENT_COMPLETE),
        made.id,
        reason="I ticked the wrong level.",
        ratings={"D3.1": level},
        setting=made.setting,
        observed_on=made.observed_on,
        is_simulated=False,
        seen_as=SeenAs.LIVE,
        complexity="average",
        went_well="Asked directly and listened.",
        next_time="Say the plan back before you leave.",
    )
