"""Sign-offs in force, the reviews that later low ratings open, and the notices before a review falls due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from lms.competencies.rules.evaluation import Assessment, Piece, group_by_code
from lms.competencies.rules.framework import Capability, Framework
from lms.competencies.rules.standing import WARNING_DAYS, SignOffFact, doubts_about
from lms.core.days import london_day

REVIEW_WITHIN = timedelta(days=14)
"""How long a signer has to look at a later, lower rating. A proposal, to be confirmed by the service."""


def in_force(framework: Framework, sign_offs: Iterable[SignOffFact], on: date) -> dict[str, SignOffFact]:
    """The newest sign-off of each capability that is made, not withdrawn and not expired on a day."""
    newest: dict[str, SignOffFact] = {}
    for each in sign_offs:
        known = each.code in framework.capabilities
        if known and each.stands(on) and (each.code not in newest or each.order > newest[each.code].order):
            newest[each.code] = each
    months = {code: each.review_months for code, each in framework.capabilities.items()}
    return {code: each for code, each in newest.items() if on <= each.review_by(months[code])}


@dataclass(frozen=True, slots=True)
class Review:
    """A sign-off that stands and that its signer looks at again, because of later ratings below its level."""

    capability: Capability
    sign_off: SignOffFact
    doubts: tuple[Piece, ...]
    due: date

    def is_overdue(self, on: date) -> bool:
        """Whether the day by which a signer looks at it has passed."""
        return on > self.due


def level_reviewed(framework: Framework, sign_off: SignOffFact) -> int:
    """Below which level a later rating opens a review: the one signed off, or that of the award if that is lower."""
    return min(sign_off.level, framework.award_level(framework.capabilities[sign_off.code]))


def open_reviews(
    framework: Framework, assessments: Sequence[Assessment], sign_offs: Iterable[SignOffFact], on: date
) -> list[Review]:
    """The reviews that are open for one trainee on a day, the first due first. They end with a new decision.

    A signer has their days from the London day the rating was recorded: before that nobody could look.
    """
    by_code = group_by_code(assessments)
    found = []
    for code, sign_off in in_force(framework, sign_offs, on).items():
        level = level_reviewed(framework, sign_off)
        doubts = tuple(doubts_about(sign_off, by_code.get(code, ()), level=level, on=on))
        if doubts:
            known_on = london_day(min(piece.assessment.recorded_at for piece in doubts))
            found.append(Review(framework.capabilities[code], sign_off, doubts, known_on + REVIEW_WITHIN))
    return sorted(found, key=lambda review: (review.due, review.capability.code))


NoticeKey = tuple[UUID, str]
"""A sign-off and the capability it is read as: one that was split is announced for each part."""


@dataclass(frozen=True, slots=True)
class ReviewNotice:
    """A review that comes near, to be announced once to trainee and signer."""

    capability: Capability
    sign_off: SignOffFact
    review_by: date
    days: int


def notices_due(
    framework: Framework, sign_offs: Iterable[SignOffFact], on: date, sent: Mapping[NoticeKey, frozenset[int]]
) -> list[ReviewNotice]:
    """What has to be announced on a day: for each sign-off in force the nearest of 90, 60 and 30 days, once.

    A day on which nobody looked is made up for; what a nearer notice overtook is not sent any more.
    """
    found = []
    for code, sign_off in in_force(framework, sign_offs, on).items():
        capability = framework.capabilities[code]
        review_by = sign_off.review_by(capability.review_months)
        days = next((each for each in WARNING_DAYS if (review_by - on).days <= each), None)
        if days is not None and not any(each <= days for each in sent.get((sign_off.id, code), ())):
            found.append(ReviewNotice(capability, sign_off, review_by, days))
    return found
