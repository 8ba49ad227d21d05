"""Telling people of reviews: those that a later, lower rating opens, and those that fall due by date."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.competencies import queries, rules
from lms.competencies.models import SentReviewNotice
from lms.competencies.rules import ReviewNotice
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.words import day
from lms.identity.models import Person
from lms.identity.services import open_grant
from lms.jobs.services import handler
from lms.notifications.services import tell
from lms.policy import Role, Viewer

SIGNER_SEES_FOR = 90
"""Days for which a signer sees the record of a trainee whose sign-off they review. A proposal, to be confirmed."""


def tell_of_reviews(actor: Viewer | None, trainee_id: UUID, assessment_id: UUID) -> None:
    """Tell signers and consultant nurses of the sign-offs that this assessment rates below their level.

    Called in the transaction that records the assessment. The signer may see the record from now on.
    """
    reviews = queries.reviews_of(select(Person.id).where(Person.id == trainee_id)).get(trainee_id, [])
    opened = [each for each in reviews if any(piece.assessment.id == assessment_id for piece in each.doubts)]
    if not opened:
        return
    name = db.session.get_one(Person, trainee_id).name
    for review in opened:
        signer_id = review.sign_off.assessor_id
        about = f"{name}: a later rating of {review.capability.name} is below the level signed off"
        tell(signer_id, f"{about}. Look at it by {day(review.due)}.", "/sign-offs")
        for person_id in set(queries.list_managers(trainee_id)) - {signer_id, trainee_id}:
            tell(person_id, f"{about}. {review.sign_off.assessor_name} looks at it by {day(review.due)}.", "/sign-offs")
    for signer_id in sorted({review.sign_off.assessor_id for review in opened}):
        open_grant(
            actor,
            person_id=signer_id,
            scope_id=trainee_id,
            role=Role.ASSESSOR,
            until_on=date.fromordinal(today().toordinal() + SIGNER_SEES_FOR),
            cause="Looks again at a sign-off after a later rating",
            about=trainee_id,
        )


@handler("review-notices")
def _daily_notices(payload: dict[str, Any]) -> None:
    send_review_notices()


def send_review_notices() -> int:
    """Tell trainee and signer of each review that is 90, 60 or 30 days away, each once; say how many were announced."""
    scope, current = select(Person.id).where(Person.deactivated_at.is_(None)), queries.find_framework()
    if current is None:
        return 0
    records, sent = (
        queries.load_held(scope, current, known_at=now(), with_assessments=False),
        queries.sent_notices(scope),
    )
    people = {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(scope)))}
    count = 0
    for trainee_id in records.signed:
        framework, sign_offs = records.version(trainee_id).framework, records.of(trainee_id).sign_offs
        if rules.notices_due(framework, sign_offs, today(), sent):
            with transaction():
                sent_by_now = queries.sent_notices(select(Person.id).where(Person.id == trainee_id))
                due = rules.notices_due(framework, sign_offs, today(), sent_by_now)
                _announce(people[trainee_id], due)
            count += len(due)
    return count


def _announce(name: str, notices: Iterable[ReviewNotice]) -> None:
    for each in notices:
        code = each.capability.code
        db.session.add(SentReviewNotice(sign_off_id=each.sign_off.id, capability_code=code, days=each.days))
        ends = f"ends on {day(each.review_by)}, in {each.days} days or fewer"
        trainee_id = each.sign_off.trainee_id
        tell(
            trainee_id,
            f"Your sign-off of {each.capability.name} {ends}",
            f"/trainees/{trainee_id}/capabilities/{code}",
        )
        tell(each.sign_off.assessor_id, f"{name}: your sign-off of {each.capability.name} {ends}", "/sign-offs")
