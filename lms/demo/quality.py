"""Calibration of assessors and sampling of assessments in the example service."""

from datetime import time
from functools import partial

from lms.competencies.queries.calibration import get_calibration
from lms.competencies.queries.sampling import get_sampling
from lms.competencies.rules.sampling import PROPOSED_SHARES, LookOutcome, Quarter
from lms.competencies.services.calibration import answer_vignette
from lms.competencies.services.sampling import look_at_assessment, set_sampling_policy
from lms.core.clock import today
from lms.demo import texts
from lms.demo.cast import CONSULTANT_NURSE, OPENED, Cast
from lms.demo.people import STAFF
from lms.demo.timeline import Timeline
from lms.policy import Role

LOOKED_AT = {160: 3, 70: 3, 12: 2}  # How many days ago, and at how many assessments.


def plan_quality(line: Timeline, cast: Cast) -> None:
    """Every assessor answers the vignettes when the service opens; the nurse looks at samples now and then."""
    assessors = [staff.key for staff in STAFF if any(role is Role.ASSESSOR for role, _ in staff.roles)]
    for number, key in enumerate(assessors):
        line.on(line.day(OPENED - 3), time(9, 2 * number), partial(_calibrate, cast, key, number))
    line.on(line.day(OPENED - 5), time(10), partial(_set_policy, cast))
    for note, (days_ago, count) in zip(texts.SAMPLED_NOTES, LOOKED_AT.items(), strict=True):
        line.on(line.day(days_ago), time(15, 45), partial(_look, cast, count, note))


def _calibrate(cast: Cast, key: str, number: int) -> None:
    viewer = cast.viewer(key)
    for at, row in enumerate(get_calibration(viewer).rows):
        level = min(5, row.vignette.least + (number + at) % 2)
        answer_vignette(viewer, row.id, level=level, reason=texts.CALIBRATED[(number + at) % len(texts.CALIBRATED)])


def _set_policy(cast: Cast) -> None:
    set_sampling_policy(
        cast.viewer(CONSULTANT_NURSE),
        from_on=Quarter.of(today()).starts_on,
        assessors_share=PROPOSED_SHARES["assessors_share"],
        trainees_share=PROPOSED_SHARES["trainees_share"],
        forms_share=PROPOSED_SHARES["forms_share"],
        reason=texts.SAMPLING_REASON,
    )


def _look(cast: Cast, count: int, note: str) -> None:
    """Look at some that are due, those of the assessor who is shown first; the first of them leads to a talk."""
    nurse, shown = cast.viewer(CONSULTANT_NURSE), cast.viewer("patel").name
    due = sorted(get_sampling(nurse, Quarter.of(today())).due, key=lambda row: row.assessor != shown)
    for number, row in enumerate(due[:count]):
        if number == 0:
            look_at_assessment(nurse, row.id, outcome=LookOutcome.TALK, note=note)
        else:
            look_at_assessment(nurse, row.id, outcome=LookOutcome.ACCEPTED)
