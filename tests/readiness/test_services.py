from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.audit.rules import digest
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.notifications.models import Mail, Notice
from lms.notifications.services import facts_of
from lms.placements import services as placements
from lms.placements.models import Check
from lms.placements.queries import list_checks
from lms.policy import Role
from lms.readiness import queries, services
from lms.readiness.models import Authorisation
from lms.readiness.rules import CheckKind, Decision, Supervision
from tests.factories import readiness as make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def nurse(cast):
    make.load_content()
    return make.viewer(cast.consultant_nurse)


@pytest.fixture
def ready(nurse, cast):
    make.make_ready(cast.trainee, cast, make.make_site())
    return cast.trainee


def decide(actor, trainee_id, decision=Decision.AUTHORISE, **changes):
    facts = {
        "supervision": Supervision.ALONE_WITH_ADVICE if decision is Decision.AUTHORISE else None,
        "reason": "Seen at work for a month.",
        "valid_until": today() + timedelta(days=200),
    }
    return services.decide(actor, trainee_id, make.SETTING, decision=decision, **(facts | changes))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_authorisation_freezes_what_was_seen_and_tells_the_trainee_setting_and_decision_only(nurse, ready, cast):
    row = decide(nurse, ready)
    assert (row.decided_by_id, row.role) == (cast.consultant_nurse, Role.CONSULTANT_NURSE)
    assert row.snapshot["overall"] == "ready"
    assert row.snapshot["status_before"]["kind"] == "none"
    assert row.snapshot_digest == digest(row.snapshot)
    assert "Asha" not in str(row.snapshot)
    notice = db.session.scalar(select(Notice).where(Notice.person_id == ready))
    assert (notice.text, notice.url) == ("Joint response car: authorised", f"/authorisations/{row.id}")
    mail = db.session.scalar(select(Mail).where(Mail.person_id == ready))
    assert facts_of(mail) == {"setting": "Joint response car", "decision": "authorised", "path": notice.url}
    entry = db.session.scalar(select(LedgerEntry).where(LedgerEntry.event == "authorisation.decided"))
    assert (entry.chain, entry.actor_id) == (ready, cast.consultant_nurse)


def test_what_was_frozen_does_not_change_when_more_is_recorded(nurse, ready, cast, clock):
    row = decide(nurse, ready)
    before = dict(row.snapshot)
    clock.set(now() + timedelta(days=1))
    make.raise_concern(ready, cast.supervisor, on=today())
    db.session.expire_all()
    found = queries.get_authorisation(make.viewer(ready), row.id)
    assert found.snapshot == before
    assert digest(found.snapshot) == found.snapshot_digest
    assert found.reason.text == "Seen at work for a month."
    due = queries.overview(nurse, on=today(), known_at=now()).due
    assert "Decision pending" in due[0].due.words


def test_somebody_who_is_not_ready_cannot_be_authorised_and_the_refusal_says_what_blocks(nurse, cast):
    with pytest.raises(RuleViolation, match=r"Hours on the car \(0 h of 10 h\)") as refused:
        decide(nurse, cast.trainee)
    assert refused.value.field == "decision"
    assert (count(Authorisation), count(Notice), count(Mail)) == (0, 0, 0)


def test_somebody_who_is_not_ready_can_be_deferred_but_not_restricted(nurse, cast):
    with pytest.raises(RuleViolation, match="a deferral allows no work"):
        decide(nurse, cast.trainee, Decision.DEFER, supervision=Supervision.ACCOMPANIED)
    deferred = decide(nurse, cast.trainee, Decision.DEFER)
    assert deferred.supervision is None
    assert deferred.snapshot["overall"] == "not-ready"
    with pytest.raises(RuleViolation, match="no authorisation to restrict: defer instead"):
        decide(nurse, cast.trainee, Decision.RESTRICT)


def test_less_supervision_than_the_set_grants_is_refused_and_more_is_fine(nurse, ready):
    with pytest.raises(RuleViolation, match="supports alone with advice"):
        decide(nurse, ready, supervision=Supervision.ALONE_AND_SUPERVISES)
    row = decide(nurse, ready, supervision=Supervision.ACCOMPANIED)
    assert row.snapshot["supervision"] == "accompanied"


def test_only_the_consultant_nurse_decides_and_never_about_themselves(nurse, ready, cast):
    for name in ("stranger", "assessor", "administrator", "educator", "trainee"):
        with pytest.raises(NotFound):
            decide(make.viewer(getattr(cast, name)), ready)


def test_evidence_that_changed_after_the_page_was_opened_stops_the_decision(nurse, ready, cast):
    _, granted, _ = queries.get_for_decision(nurse, ready, make.SETTING)
    seen = services.evidence_digest(granted)
    make.add_shift(ready, cast.supervisor, make.make_site("Other base"), on=today() - timedelta(days=3))
    with pytest.raises(RuleViolation, match="changed after you opened"):
        decide(nurse, ready, seen=seen)
    _, granted, _ = queries.get_for_decision(nurse, ready, make.SETTING)
    assert decide(nurse, ready, seen=services.evidence_digest(granted)).id


def test_the_newest_decision_is_listed_first(nurse, ready, clock):
    first = decide(nurse, ready)
    clock.set(now() + timedelta(hours=1))
    second = decide(nurse, ready, Decision.RESTRICT)
    rows = queries.list_decisions(make.viewer(ready), ready)
    assert [row.id for row in rows] == [second.id, first.id]


def record(actor, person_id, **changes):
    facts = {
        "check_kind": CheckKind.REGISTRATION,
        "issued_on": today() - timedelta(days=1),
        "valid_until": today() + timedelta(days=364),
        "reference": "Register page 4",
    }
    return placements.record_check(actor, person_id, **(facts | changes))


def test_an_administrator_records_a_check_and_everybody_on_the_list_sees_its_state(cast):
    administrator = make.viewer(cast.administrator)
    row = record(administrator, cast.trainee)
    person, rows = list_checks(administrator, cast.trainee)
    assert person.id == cast.trainee
    assert [(each.check.id, each.in_date, each.replaced) for each in rows] == [(row.id, True, False)]
    assert rows[0].check.reference.text == "Register page 4"
    assert rows[0].check.recorded_by.name == "Adam Reed"


def test_a_correction_keeps_both_rows_and_says_why(cast):
    administrator = make.viewer(cast.administrator)
    first = record(administrator, cast.trainee)
    with pytest.raises(RuleViolation, match="Say why"):
        record(administrator, cast.trainee, supersedes_id=first.id)
    record(administrator, cast.trainee, supersedes_id=first.id, reason="Wrong end date.")
    _, rows = list_checks(administrator, cast.trainee)
    assert [each.replaced for each in rows] == [False, True]
    assert count(Check) == 2
    with pytest.raises(NotFound):
        record(administrator, cast.trainee, supersedes_id=first.id, reason="Again.")


def test_nobody_records_their_own_check_or_one_of_somebody_unknown(cast):
    administrator = make.viewer(cast.administrator)
    with pytest.raises(RuleViolation, match="their own"):
        record(administrator, administrator.id)
    with pytest.raises(NotFound):
        record(administrator, cast.trust)
