"""A service with many trainees and a long history: rows as the services write them, in large transactions.

Every row has its entry in the ledger, which therefore verifies; but one entry covers a trainee's whole history, where
the running service writes one entry for each decision.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from lms.audit.services import keep_text, record
from lms.cases.models import CaseAttempt, CaseDiscussion, CaseFinish, CaseStep, DebriefDone, DiscussionOutcome
from lms.cases.queries import case_of
from lms.cases.rules.answers import Step, best_steps
from lms.cases.rules.decisions import Write
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode, State, advance, begin, draw
from lms.cases.rules.format import Case
from lms.cases.rules.scoring import score
from lms.competencies.models import (
    Assessment,
    AssessmentRating,
    AssessmentRequest,
    Concern,
    PriorLearningClaim,
    SignOff,
    WithdrawalProposal,
)
from lms.competencies.queries import get_framework
from lms.competencies.rules import RULES_VERSION as COMPETENCY_RULES
from lms.competencies.rules import FormKind, Rung, SeenAs
from lms.config import ROOT
from lms.content_check import check_content
from lms.core.clock import from_london, now, pretend, today
from lms.core.db import Model, db, transaction
from lms.core.ids import new_id
from lms.curriculum import services as curriculum
from lms.curriculum.queries import content_versions_by_id, get_content
from lms.curriculum.rules.versions import ContentKind
from lms.grading.models import Mark, MarkComment, MarkRelease
from lms.grading.queries.assignments import papers_by_id
from lms.grading.rules import marks as marking
from lms.grading.rules.states import WorkKind
from lms.identity.services import create_guest, create_person, open_grant, viewer_for
from lms.notifications.services import tell
from lms.placements.models import (
    Booking,
    BookingDecision,
    Check,
    Encounter,
    Shift,
    ShiftActivity,
    ShiftDecision,
    Slot,
)
from lms.placements.rules.encounters import AgeBand, LegalFramework, Outcome
from lms.placements.rules.slots import BookingVerdict, SignUp
from lms.placements.rules.states import Activity, Part, Presentation, Verdict
from lms.placements.services import add_site
from lms.policy import Permission, Role
from lms.readiness.models import Authorisation
from lms.readiness.rules import RULES_VERSION as READINESS_RULES
from lms.readiness.rules import CheckKind, Decision, Supervision
from lms.signing.rules import IdentityGrade
from tests.cast import make_cast

CASE, PROGRAMME = "wasting-your-time", "pgcert-spp-mh"
SETTINGS = ("joint-response-car", "control-room", "crisis-team", "liaison-psychiatry")
FORMS = (FormKind.MINI_CEX, FormKind.MINI_CEX, FormKind.CASE_BASED_DISCUSSION, FormKind.DIRECT_OBSERVATION)
COHORT_SIZE = 10
YEARS = timedelta(days=730)
ASSESSED = timedelta(days=5 * 365)
SPENT = {Activity.PATIENT_CONTACT: 300, Activity.STANDBY: 150, Activity.BREAK: 30}
NOTE = "Asked directly, listened, and agreed with her what would help tonight. Said the plan back before leaving."
ANSWER = (
    "He lost his work in March, and tomorrow is the day on which his brother died. He has not slept for a week. His "
    "wife keeps the tablets and stays tonight; the crisis team rings at nine, and he has said whom he will ring first."
)


@dataclass(frozen=True, slots=True)
class Depth:
    """How much there is of one trainee. The usual amounts are two years of a busy one, and five of assessments."""

    shifts: int = 50
    encounters: int = 4
    assessments: int = 150
    sign_offs: int = 30
    attempts: int = 3
    requests: int = 3
    notices: int = 20
    discussions: int = 2
    recognised: int = 2
    bookings: int = 3


class Population:
    """Builds the service: content, staff, sites and cohorts first, then trainees with their history."""

    def __init__(self) -> None:
        self.trainees: list[UUID] = []
        self.works: list[UUID] = []
        self.cohorts: list[UUID] = []
        self.guests: list[UUID] = []
        self.begins, self.enrols = now() - ASSESSED, now() - YEARS
        with pretend(self.begins):
            curriculum.sync_content(None, check_content(ROOT / "content").items)
            self.cast = make_cast()
            self.sites = [(add_site(None, name=f"Site of {slug}", setting=slug).id, slug) for slug in SETTINGS]
        framework = get_framework()
        self.framework_id, self.codes = framework.id, list(framework.framework.capabilities)
        self.form_ids = {kind: get_content(ContentKind.FORM, kind.value).id for kind in set(FORMS)}
        self.case_id = get_content(ContentKind.CASE, CASE).id
        self.walk = Walk.best(case_of(self.case_id))
        version = content_versions_by_id([self.case_id])[self.case_id]
        self.assignment_id = next(UUID(each) for name, each in version.refers_to.items() if "assignment/" in name)
        self.rubric = papers_by_id({self.assignment_id})[self.assignment_id].rubric
        self.requirement_set_id = get_content(ContentKind.REQUIREMENT_SET, SETTINGS[0]).id
        db.session.rollback()

    def add(self, count: int, depth: Depth) -> list[UUID]:
        """Add trainees in cohorts of ten, at the two universities in turn."""
        added = []
        for _ in range(count):
            number = len(self.trainees)
            with pretend(self.enrols), transaction():
                trainee = self._enrolled(number)
            self.trainees.append(trainee)
            self.extend(trainee, depth)
            added.append(trainee)
        return added

    def _enrolled(self, number: int) -> UUID:
        cast = self.cast
        actor = viewer_for(cast.administrator, Permission.ENROLMENT_MANAGE)
        if number % COHORT_SIZE == 0:
            cohort = curriculum.create_cohort(
                actor,
                name=f"Cohort {number // COHORT_SIZE + 1}",
                programme=PROGRAMME,
                university_id=(cast.university_a, cast.university_b)[number // COHORT_SIZE % 2],
                starts_on=self.enrols.date(),
                ends_on=(self.enrols + YEARS + timedelta(days=30)).date(),
            )
            self.cohorts.append(cohort.id)
        guest = create_guest(
            None, name=f"Guest {number}", profession="Nurse", registration_number=f"77A{number}E", email=None
        )
        self.guests.append(guest.id)
        person = create_person(
            None, name=f"Trainee {number:03}", email=f"trainee.{number}@example.org", organisation_id=cast.trust
        )
        curriculum.enrol(actor, self.cohorts[-1], trainee_id=person.id)
        for somebody, role in ((cast.assessor, Role.ASSESSOR), (cast.supervisor, Role.SUPERVISOR)):
            open_grant(None, person_id=somebody, scope_id=person.id, role=role, cause="Works here", about=person.id)
        return person.id

    def extend(self, trainee: UUID, depth: Depth) -> None:
        """Add history to a trainee: one transaction, one entry in the ledger."""
        with transaction() as session:
            written: list[Model] = []
            for stage in self._stages(trainee, depth):
                session.add_all(stage)
                session.flush()
                written += stage
            for number in range(depth.notices):
                tell(trainee, f"Something happened {number} times", "/hours")
            record(None, "content.synced", *written, about=trainee)
        db.session.expunge_all()

    def _stages(self, trainee: UUID, depth: Depth) -> Iterator[Sequence[Model]]:
        """Rows in an order in which what they point at is there."""
        yield from self._placements(trainee, depth)
        yield from self._bookings(trainee, depth)
        yield from self._competencies(trainee, depth)
        yield from self._cases(trainee, depth)
        yield from self._discussions(trainee, depth)
        yield from self._decisions(trainee)

    def _days(self, count: int, within: timedelta = YEARS) -> Iterator[date]:
        """So many days, evenly over two years or another time, the last of them a week ago."""
        for number in range(count):
            yield today() - timedelta(days=7 + number * (within.days - 30) // max(count, 1))

    def _placements(self, trainee: UUID, depth: Depth) -> Iterator[Sequence[Model]]:
        shifts: list[Model] = []
        rest: list[Model] = []
        turns = zip(self._days(depth.shifts), cycle(self.sites), strict=False)
        for number, (day, (site_id, setting)) in enumerate(turns):
            started = from_london(day, time(7, 30))
            shift_id, at = new_id(), started + timedelta(hours=20)
            shift = Shift(
                id=shift_id,
                first_id=shift_id,
                trainee_id=trainee,
                site_id=site_id,
                setting=setting,
                started_at=started,
                ended_at=started + timedelta(hours=8),
                break_minutes=30,
                is_supernumerary=True,
                supervisor_id=self.cast.supervisor,
                recorded_at=at,
            )
            shifts.append(shift)
            rest += self._about_shift(shift, waits=number == 0, encounters=depth.encounters)
        yield shifts
        yield rest

    def _bookings(self, trainee: UUID, depth: Depth) -> Iterator[Sequence[Model]]:
        """Slots ahead, a week apart, asked for, booked and waited for in turn."""
        verdicts = (None, BookingVerdict.BOOKED, BookingVerdict.WAITING_LIST)
        begins = from_london(today() + timedelta(days=10), time(8, 30))
        slots, bookings, decisions = list[Model](), list[Model](), list[Model]()
        for number, ((site_id, _), verdict) in enumerate(
            zip(cycle(self.sites), islice(cycle(verdicts), depth.bookings), strict=False)
        ):
            starts_at = begins + timedelta(weeks=number)
            slot = Slot(
                id=new_id(),
                site_id=site_id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=7),
                capacity=1,
                supervisor_id=self.cast.supervisor,
                sign_up=SignUp.ON_REQUEST,
            )
            booking = Booking(
                id=new_id(), slot_id=slot.id, trainee_id=trainee, by_id=trainee, role=Role.TRAINEE, rank=1
            )
            slots.append(slot)
            bookings.append(booking)
            if verdict is not None:
                decision = {"by_id": self.cast.consultant_nurse, "role": Role.CONSULTANT_NURSE, "seen": {}}
                decisions.append(BookingDecision(booking_id=booking.id, verdict=verdict, **decision))
        yield slots
        yield bookings
        yield decisions

    def _about_shift(self, shift: Shift, *, waits: bool, encounters: int) -> Iterator[Model]:
        for activity, minutes in SPENT.items():
            yield ShiftActivity(shift_id=shift.id, activity=activity, minutes=minutes, recorded_at=shift.recorded_at)
        kinds = islice(cycle(Presentation), encounters)
        for presentation in kinds:
            yield Encounter(
                shift_id=shift.id,
                trainee_id=shift.trainee_id,
                presentation=presentation,
                part=Part.LED,
                outcome=Outcome.LEFT_WITH_PLAN,
                age_band=AgeBand.NOT_KNOWN,
                frameworks=[LegalFramework.CONSENT.value],
                safety_plan_made=False,
                recorded_at=shift.recorded_at,
            )
        if not waits:
            yield ShiftDecision(
                shift_id=shift.id,
                trainee_id=shift.trainee_id,
                verdict=Verdict.APPROVED,
                by_id=shift.supervisor_id,
                role=Role.SUPERVISOR,
                recorded_at=shift.recorded_at + timedelta(days=1),
            )

    def _competencies(self, trainee: UUID, depth: Depth) -> Iterator[Sequence[Model]]:
        texts = [keep_text(NOTE) for _ in range(depth.assessments)]
        yield texts
        assessments, ratings = [], []
        codes, assessors = cycle(self.codes), cycle((self.cast.assessor, self.cast.stranger))
        days = self._days(depth.assessments, ASSESSED)
        turns = zip(days, cycle(SETTINGS), cycle(FORMS), texts, strict=False)
        for day, setting, form, text in turns:
            row = self._assessment(trainee, next(assessors), day, setting, form, went_well_id=text.id)
            assessments.append(row)
            ratings += [
                AssessmentRating(assessment_id=row.id, capability_code=code, level=4, recorded_at=row.recorded_at)
                for code in islice(codes, 5)
            ]
        yield assessments
        yield ratings
        yield [self._request(trainee, number) for number in range(depth.requests)]
        made = [self._sign_off(trainee, code) for code in islice(cycle(self.codes), depth.sign_offs)]
        yield made
        yield from self._recognition(trainee, made[: depth.recognised], depth)

    def _recognition(self, trainee: UUID, made: Sequence[SignOff], depth: Depth) -> Iterator[Sequence[Model]]:
        """Claims that wait, withdrawals that wait for a second person, and a low rating that opens a review."""
        texts = [keep_text(NOTE) for _ in range(depth.recognised + len(made))]
        yield texts
        day = today() - timedelta(days=3)
        low = self._assessment(trainee, self.cast.stranger, day, SETTINGS[0], FormKind.MINI_CEX)
        yield [low]
        yield [
            AssessmentRating(assessment_id=low.id, capability_code=self.codes[0], level=1, recorded_at=low.recorded_at),
            *(
                PriorLearningClaim(
                    trainee_id=trainee,
                    capability_code=code,
                    level=3,
                    assessor_id=self.cast.assessor,
                    framework_version_id=self.framework_id,
                    evidence_id=text.id,
                )
                for code, text in zip(cycle(self.codes), texts[: depth.recognised], strict=False)
            ),
            *(
                WithdrawalProposal(
                    sign_off_id=row.id,
                    by_id=self.cast.assessor,
                    role=Role.ASSESSOR,
                    proposed_on=day,
                    reason_id=text.id,
                )
                for row, text in zip(made, texts[depth.recognised :], strict=True)
            ),
        ]

    def _assessment(
        self, trainee: UUID, assessor: UUID, day: date, setting: str, form: FormKind, **texts: Any
    ) -> Assessment:
        return Assessment(
            trainee_id=trainee,
            assessor_id=assessor,
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            form_kind=form,
            form_version_id=self.form_ids[form],
            framework_version_id=self.framework_id,
            setting=setting,
            observed_on=day,
            is_simulated=False,
            seen_as=SeenAs.LIVE,
            recorded_at=from_london(day, time(18)),
            **texts,
        )

    def _request(self, trainee: UUID, number: int) -> AssessmentRequest:
        return AssessmentRequest(
            trainee_id=trainee,
            assessor_id=self.cast.assessor,
            role=Role.TRAINEE,
            form_kind=FormKind.MINI_CEX,
            form_version_id=self.form_ids[FormKind.MINI_CEX],
            framework_version_id=self.framework_id,
            setting=SETTINGS[0],
            seen_on=today() - timedelta(days=number % 5),
            is_simulated=False,
            codes=["D3.1"],
        )

    def _sign_off(self, trainee: UUID, code: str) -> SignOff:
        day = today() - timedelta(days=90)
        return SignOff(
            trainee_id=trainee,
            capability_code=code,
            framework_version_id=self.framework_id,
            assessor_id=self.cast.assessor,
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            level=4,
            decided_on=day,
            rules_version=COMPETENCY_RULES,
            snapshot={"level": 4},
            recorded_at=from_london(day, time(12)),
        )

    def _cases(self, trainee: UUID, depth: Depth) -> Iterator[Sequence[Model]]:
        for number, day in enumerate(self._days(depth.attempts)):
            at = from_london(day, time(19))
            attempt = CaseAttempt(
                trainee_id=trainee,
                content_version_id=self.case_id,
                mode=Mode.GRADED,
                draw=self.walk.drawn,
                recorded_at=at,
            )
            text = keep_text(ANSWER)
            yield [attempt, text]
            steps = list(self.walk.rows(attempt.id, text.id, at))
            finish = self.walk.finish(attempt.id, at)
            yield [*steps, finish, DebriefDone(attempt_id=attempt.id, recorded_at=at + timedelta(hours=2))]
            work = next(step.id for step in steps if step.text_id)
            self.works.append(work)
            if number:
                yield from self._marked(trainee, work, at + timedelta(days=10))

    def _discussions(self, trainee: UUID, depth: Depth) -> Iterator[Sequence[Model]]:
        """Discussions of the case: the last is asked for, the others were held, and not all covered it."""
        for number, day in enumerate(self._days(depth.discussions)):
            at, note = from_london(day, time(12)), keep_text(NOTE)
            asked = CaseDiscussion(trainee_id=trainee, content_version_id=self.case_id, recorded_at=at)
            yield [asked, note]
            if number:
                outcome = DiscussionOutcome(
                    discussion_id=asked.id,
                    ended=(Ended.NOT_YET, Ended.COVERED)[number % 2],
                    held_on=day,
                    recorded_by_id=self.cast.educator,
                    role=Role.EDUCATOR,
                    note_id=note.id,
                    recorded_at=at + timedelta(days=1),
                )
                yield [outcome]

    def _marked(self, trainee: UUID, work: UUID, at: datetime) -> Iterator[Sequence[Model]]:
        levels = {each.key: each.levels[0].points for each in self.rubric.criteria}
        calculation = marking.calculate(self.rubric, levels)
        feedback, comment = keep_text(NOTE), keep_text(NOTE)
        yield [feedback, comment]
        mark = Mark(
            work_kind=WorkKind.CASE_STEP,
            work_id=work,
            trainee_id=trainee,
            marker_id=self.cast.educator,
            role=Role.EDUCATOR,
            university_id=self.cast.university_a,
            assignment_id=self.assignment_id,
            calculation=marking.CALCULATION_VERSION,
            levels=levels,
            percent=calculation.percent,
            result=calculation.result,
            feedback_id=feedback.id,
            recorded_at=at,
        )
        yield [mark]
        said = MarkComment(mark_id=mark.id, criterion=next(iter(levels)), text_id=comment.id, recorded_at=at)
        released = MarkRelease(
            mark_id=mark.id,
            trainee_id=trainee,
            released_by_id=self.cast.educator,
            role=Role.EDUCATOR,
            recorded_at=at + timedelta(days=1),
        )
        yield [said, released]

    def _decisions(self, trainee: UUID) -> Iterator[Sequence[Model]]:
        """Every check, one decision of the consultant nurse, and a small concern."""
        day = today() - timedelta(days=200)
        reason, worry = keep_text(NOTE), keep_text(NOTE)
        yield [reason, worry]
        yield [
            Check(
                person_id=trainee,
                check_kind=kind,
                issued_on=day,
                valid_until=today() + timedelta(days=100),
                recorded_by_id=self.cast.administrator,
                role=Role.ADMINISTRATOR,
                recorded_at=from_london(day, time(9)),
            )
            for kind in CheckKind
        ]
        yield [
            Authorisation(
                trainee_id=trainee,
                setting=SETTINGS[0],
                decision=Decision.AUTHORISE,
                supervision=Supervision.ACCOMPANIED,
                reason_id=reason.id,
                valid_from=day,
                valid_until=today() + timedelta(days=20),
                requirement_set_version_id=self.requirement_set_id,
                rules_version=READINESS_RULES,
                snapshot={},
                snapshot_digest="0" * 64,
                decided_by_id=self.cast.consultant_nurse,
                role=Role.CONSULTANT_NURSE,
                recorded_at=from_london(day, time(10)),
            ),
            Concern(
                trainee_id=trainee,
                raised_by_id=self.cast.supervisor,
                role=Role.SUPERVISOR,
                rung=Rung.HEADS_UP,
                raised_on=day,
                text_id=worry.id,
                recorded_at=from_london(day, time(11)),
            ),
        ]


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through a case, from its first scene to its end, that any trainee may have taken."""

    case: Case
    drawn: dict[str, Any]
    state: State

    @classmethod
    def best(cls, case: Case) -> "Walk":
        """The way of somebody who always takes the best option that is open."""
        drawn = draw(case, 1)
        state = begin(case, drawn)
        while not state.ended:
            step = next(best_steps(state.scene, case.scenes[state.scene]), Step(state.scene))
            state = advance(case, state, step)
        return cls(case, drawn.to_json(), state)

    def rows(self, attempt_id: UUID, text_id: UUID, at: datetime) -> Iterator[CaseStep]:
        """The steps of an attempt that went this way."""
        for seq, step in enumerate(self.state.path):
            yield CaseStep(
                attempt_id=attempt_id,
                seq=seq,
                scene=step.scene,
                choice=step.choice,
                confidence=step.confidence,
                text_id=text_id if isinstance(self.case.scenes[step.scene].decision, Write) else None,
                recorded_at=at + timedelta(minutes=2 * seq),
            )

    def finish(self, attempt_id: UUID, at: datetime) -> CaseFinish:
        """The end of an attempt that went this way."""
        result = score(self.case, self.state)
        return CaseFinish(
            attempt_id=attempt_id,
            points=result.points,
            points_available=result.points_available,
            facts_found=len(result.facts_found),
            facts_available=len(self.case.facts),
            critical_errors=len(result.critical_steps),
            recorded_at=at + timedelta(hours=1),
        )
