"""Prior learning and withdrawals in the example service: what was claimed, decided, proposed and declined."""

from datetime import time, timedelta
from uuid import UUID

from lms.competencies import services
from lms.competencies.queries import find_review, load_sign_offs
from lms.core.clock import now, today
from lms.demo.cast import CONSULTANT_NURSE, Cast
from lms.demo.timeline import Timeline
from lms.identity.queries import trainee_ids

EMERGENCIES = (
    "Seven years on a response car, and the service's course on overdose and withdrawal with its assessed scenarios. "
    "The course lead can confirm it."
)
EMERGENCIES_ACCEPTED = (
    "I spoke with the course lead, and with two colleagues who have worked with her. Airway first, then the antidote; "
    "she says why. Until the end of the course's own validity."
)
AUDIT = "Led the audit of handover times at my station last year and presented it to the governance meeting."
TEACHING = "I have helped to induct new colleagues on my station for three years."
TEACHING_DECLINED = (
    "Helping with induction is a good beginning. The capability asks for a session you delivered and evaluated: bring "
    "one, or let me watch the next."
)
DOUBT = "Two of the three pieces were seen on the same afternoon. I would like a second pair of eyes on this."
TOO_EARLY = "The handovers I heard last week left out who rings back. Perhaps this was signed too early."
CARRIED = "Two difficult calls, and both were brought to supervision the same week. The calls since carry level 4."
GOES_ON = "I listened to the last five with him. All had the call-back; the sign-off is right."


def plan_recognition(line: Timeline, cast: Cast) -> None:
    """Claims of prior learning in every state, a review, one withdrawal that was declined and one that waits."""
    _plan_claim(line, cast, ("yusuf", "okonkwo", "D6.1", 4), EMERGENCIES, 121, 118, EMERGENCIES_ACCEPTED, lasts=142)
    _plan_claim(line, cast, ("okafor", "penrose", "D7.2", 3), TEACHING, 45, 43, TEACHING_DECLINED)
    _plan_claim(line, cast, ("yusuf", "patel", "D7.3", 3), AUDIT, 6)
    line.on(line.day(30), time(10, 5), lambda: _propose(cast, "rahimi", ("mensah", "D5.4"), TOO_EARLY))
    line.on(line.day(28), time(9, 40), lambda: _decline(cast, CONSULTANT_NURSE, ("mensah", "D5.4"), GOES_ON))
    line.on(line.day(22), time(16, 30), lambda: _let_stand(cast, "rahimi", ("mensah", "D3.1"), CARRIED))
    line.on(line.day(8), time(15, 20), lambda: _propose(cast, CONSULTANT_NURSE, ("okafor", "D2.1"), DOUBT))


def _plan_claim(
    line: Timeline,
    cast: Cast,
    what: tuple[str, str, str, int],
    evidence: str,
    days_ago: int,
    decided_ago: int | None = None,
    reason: str = "",
    *,
    lasts: int | None = None,
) -> None:
    trainee, assessor, code, level = what
    made: list[UUID] = []

    def claim() -> None:
        found = services.claim_prior_learning(
            cast.viewer(trainee), code=code, level=level, assessor_id=cast.people[assessor], evidence=evidence
        )
        made.append(found.id)

    def decide() -> None:
        actor = cast.viewer(assessor)
        if lasts is None:
            services.decline_claim(actor, made[0], reason=reason)
        else:
            until = today() + timedelta(days=lasts)
            services.accept_claim(actor, made[0], level=level, expires_on=until, reason=reason)

    line.on(line.day(days_ago), time(19, 10), claim)
    if decided_ago is not None:
        line.on(line.day(decided_ago), time(12, 25), decide)


def _sign_off(cast: Cast, of: tuple[str, str]) -> UUID:
    """The newest sign-off of a capability of one trainee."""
    trainee, code = of
    made = load_sign_offs(trainee_ids(cast.viewer(trainee)), known_at=now())[cast.people[trainee]]
    return [each.id for each in made if each.code == code][-1]


def _propose(cast: Cast, by: str, of: tuple[str, str], reason: str) -> None:
    services.propose_withdrawal(cast.viewer(by), _sign_off(cast, of), reason=reason)


def _let_stand(cast: Cast, by: str, of: tuple[str, str], reason: str) -> None:
    """Look at a sign-off again, where later ratings were lower."""
    made = _sign_off(cast, of)
    if find_review(cast.people[of[0]], made) is not None:
        services.review_sign_off(cast.viewer(by), made, reason=reason)


def _decline(cast: Cast, by: str, of: tuple[str, str], reason: str) -> None:
    services.decline_withdrawal(cast.viewer(by), _sign_off(cast, of), reason=reason)
