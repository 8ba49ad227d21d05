"""A question about the past gets the answer of the past, whatever is recorded later."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.audit.services import keep_text, record
from lms.competencies import models, queries, rules
from lms.competencies.rules import FormKind, SeenAs
from lms.core.db import db, transaction
from lms.identity.models import Person
from lms.identity.services import create_person
from lms.policy import Role
from lms.signing.models import Suspension, SuspensionEnd
from lms.signing.rules import IdentityGrade, Purpose, Verdict
from tests.factories import competencies as make

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
NUMBERS = count()
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAYS = (date(2026, 2, 1), date(2026, 6, 1), date(2027, 3, 1))

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("assess", "assess", "assess", "correct", "deny", "decide"),
                *("sign", "accept", "review", "propose", "decline", "withdraw"),
            ]
        ),
        st.integers(1, 5),  # The level said.
        st.integers(0, 200),  # Days after the beginning on which it was seen.
        st.integers(0, 5),  # Which earlier row it is about.
    ),
    min_size=2,
    max_size=10,
)


class History:
    """One trainee's rows, written one after another, each a day later than the one before."""

    def __init__(self, cast):
        self.cast, self.at = cast, BEGAN
        number = next(NUMBERS)
        address = f"history.{number}@example.org"
        self.trainee = create_person(None, name=f"History {number}", email=address, organisation_id=cast.trust).id
        self.form = queries.get_form(FormKind.MINI_CEX).id
        self.version = queries.get_framework()
        self.assessments, self.superseded, self.sign_offs, self.proposals = [], set(), [], []
        self.declined, self.withdrawn = set(), set()
        self.denied, self.suspensions = set(), []

    def step(self, kind, level, days, which):
        """Do one thing, if there is something to do it to."""
        self.at += timedelta(days=1)
        with transaction() as session:
            rows = getattr(self, f"_{kind}")(level, BEGAN.date() + timedelta(days=days), which)
            session.add_all(rows)
            session.flush()
            if rows:
                record(None, "content.synced", *rows, about=self.trainee)

    def answers(self, known_at):
        """Where the trainee stood on each of the days, by what was known at a moment."""
        scope = select(Person.id).where(Person.id == self.trainee)
        assessments = queries.load_assessments(scope, known_at=known_at).get(self.trainee, [])
        sign_offs = queries.load_sign_offs(scope, known_at=known_at).get(self.trainee, [])
        framework = self.version.framework
        return [
            (
                rules.standing_of(framework.capabilities["D3.1"], assessments, sign_offs, level=3, on=on),
                rules.open_reviews(framework, assessments, sign_offs, on),
                rules.in_force(framework, sign_offs, on),
            )
            for on in DAYS
        ]

    def _assess(self, level, day, which, **more):
        row = models.Assessment(
            trainee_id=self.trainee,
            assessor_id=(self.cast.assessor, self.cast.stranger)[which % 2],
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            form_kind=FormKind.MINI_CEX,
            form_version_id=self.form,
            framework_version_id=self.version.id,
            setting=("joint-response-car", "crisis-team")[level % 2],
            observed_on=day,
            is_simulated=False,
            seen_as=SeenAs.LIVE,
            recorded_at=self.at,
            **more,
        )
        db.session.add(row)
        db.session.flush()
        self.assessments.append(row.id)
        rating = models.AssessmentRating(assessment_id=row.id, capability_code="D3.1", level=level, recorded_at=self.at)
        return [row, rating]

    def _correct(self, level, day, which):
        left = [each for each in self.assessments if each not in self.superseded]
        if not left:
            return []
        wrong = left[which % len(left)]
        self.superseded.add(wrong)
        return self._assess(level, day, which, supersedes_id=wrong, reason=keep_text("The wrong level was ticked."))

    def _deny(self, level, day, which):
        left = [each for each in self.assessments if each not in self.denied]
        if not left:
            return []
        record_id = left[which % len(left)]
        self.denied.add(record_id)
        row = Suspension(
            purpose=Purpose.ASSESSMENT,
            record_id=record_id,
            trainee_id=self.trainee,
            by_id=self.cast.assessor,
            recorded_at=self.at,
        )
        db.session.add(row)
        db.session.flush()
        self.suspensions.append(row.id)
        return [row]

    def _decide(self, level, day, which):
        if not self.suspensions:
            return []
        suspension_id = self.suspensions.pop(which % len(self.suspensions))
        verdict = list(Verdict)[level % 2]
        return [
            SuspensionEnd(
                suspension_id=suspension_id, verdict=verdict, by_id=self.cast.consultant_nurse, **self._said()
            )
        ]

    def _sign(self, level, day, which):
        row = models.SignOff(
            trainee_id=self.trainee,
            capability_code="D3.1",
            framework_version_id=self.version.id,
            assessor_id=self.cast.assessor,
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            level=level,
            decided_on=day,
            rules_version=rules.RULES_VERSION,
            snapshot={},
            recorded_at=self.at,
        )
        db.session.add(row)
        db.session.flush()
        self.sign_offs.append(row.id)
        return [row]

    def _accept(self, level, day, which):
        claim = models.PriorLearningClaim(
            trainee_id=self.trainee,
            capability_code="D3.1",
            level=level,
            assessor_id=self.cast.assessor,
            framework_version_id=self.version.id,
            evidence=keep_text("Two years in a crisis team."),
            recorded_at=self.at,
        )
        (made,) = self._sign(level, day, which)
        db.session.add(claim)
        db.session.flush()
        decision = models.PriorLearningDecision(
            claim_id=claim.id,
            by_id=self.cast.assessor,
            role=Role.ASSESSOR,
            sign_off_id=made.id,
            expires_on=day + timedelta(days=90),
            decided_on=day,
            reason=keep_text("Checked."),
            recorded_at=self.at,
        )
        return [claim, made, decision]

    def _said(self):
        return {"role": Role.ASSESSOR, "reason": keep_text("Because."), "recorded_at": self.at}

    def _about(self, which):
        left = [each for each in self.sign_offs if each not in self.withdrawn]
        return left[which % len(left)] if left else None

    def _review(self, level, day, which):
        sign_off = self._about(which)
        if sign_off is None:
            return []
        return [models.SignOffReview(sign_off_id=sign_off, by_id=self.cast.assessor, reviewed_on=day, **self._said())]

    def _propose(self, level, day, which):
        sign_off = self._about(which)
        if sign_off is None:
            return []
        row = models.WithdrawalProposal(sign_off_id=sign_off, by_id=self.cast.assessor, proposed_on=day, **self._said())
        db.session.add(row)
        db.session.flush()
        self.proposals.append(row.id)
        return [row]

    def _decline(self, level, day, which):
        left = [each for each in self.proposals if each not in self.declined]
        if not left:
            return []
        self.declined.add(left[which % len(left)])
        proposal = left[which % len(left)]
        return [
            models.WithdrawalDecline(proposal_id=proposal, by_id=self.cast.stranger, declined_on=day, **self._said())
        ]

    def _withdraw(self, level, day, which):
        sign_off = self._about(which)
        if sign_off is None:
            return []
        self.withdrawn.add(sign_off)
        return [
            models.SignOffWithdrawal(sign_off_id=sign_off, by_id=self.cast.stranger, withdrawn_on=day, **self._said())
        ]


@pytest.fixture
def content(cast, context):
    make.load_framework()


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_known_at_a_moment_is_the_same_after_later_rows(cast, content, steps):
    history, known = History(cast), []
    for step in steps:
        history.step(*step)
        known.append((history.at, history.answers(history.at)))
    for known_at, then in known:
        assert history.answers(known_at) == then


def test_a_correction_a_review_and_a_withdrawal_change_what_is_known_from_their_own_moment_on(cast, content):
    history = History(cast)
    for step in (("assess", 4, 10, 0), ("sign", 4, 20, 0), ("assess", 2, 30, 0)):
        history.step(*step)
    doubted = history.at
    history.step("review", 4, 40, 0)
    reviewed = history.at
    history.step("correct", 5, 10, 0)
    history.step("propose", 4, 50, 0)
    proposed = history.at
    history.step("withdraw", 4, 60, 0)

    def at(moment):
        standing, reviews, _ = history.answers(moment)[1]
        made = standing.sign_off
        levels = [piece.level for piece in (*standing.result.counted, *standing.result.not_counted)]
        return standing.status.value, len(reviews), made.withdrawal_proposed_on if made else None, max(levels)

    assert at(doubted) == ("review-due", 1, None, 4)
    assert at(reviewed) == ("signed-off", 0, None, 4)
    assert at(proposed) == ("signed-off", 0, date(2026, 2, 24), 5)
    assert at(history.at) == ("in-progress", 0, None, 5)
