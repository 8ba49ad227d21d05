from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.competencies import services
from lms.competencies.rules import Rung
from lms.core.db import db
from lms.jobs.services import enqueue, work_once
from lms.notifications.models import Notice
from tests.conftest import MOMENT
from tests.factories import concerns

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]

SOON, OUT, CLOSED = (
    "The clock of a concern runs out soon",
    "The clock of a concern has run out",
    "A heads-up has closed by itself",
)


def news(person_id):
    words = db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id))
    return [text for text in words if text in (SOON, OUT, CLOSED, "A heads-up about you has closed by itself")]


def look(clock, days):
    clock.set(MOMENT + timedelta(days=days))
    return services.tell_of_clocks()


def test_whoever_manages_concerns_is_told_before_and_after_a_clock_runs_out_once_each(cast, clock):
    concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.ACTION_PLAN)
    assert [look(clock, days) for days in (0, 38, 39, 40, 42, 43, 44, 200)] == [0, 0, 1, 0, 0, 1, 0, 0]
    assert news(cast.consultant_nurse) == [SOON, OUT]
    for other in (cast.trainee, cast.educator, cast.administrator):
        assert news(other) == []


def test_a_heads_up_closes_itself_and_the_trainee_is_told(cast, clock):
    concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.HEADS_UP)
    assert [look(clock, days) for days in (10, 11, 14, 15, 16, 40)] == [0, 1, 0, 1, 0, 0]
    assert news(cast.consultant_nurse) == [SOON, CLOSED]
    assert news(cast.trainee) == ["A heads-up about you has closed by itself"]


def test_a_step_starts_a_new_clock(cast, clock):
    concern = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.HEADS_UP)
    assert look(clock, 12) == 1
    services.move_concern(
        concerns.manager(cast.consultant_nurse), concern.id, rung=Rung.FORMAL_REVIEW, reason="It is grave."
    )
    assert look(clock, 15) == 0
    assert look(clock, 40) == 1
    services.close_concern(concerns.manager(cast.consultant_nurse), concern.id, reason="Decided.")
    assert look(clock, 41) == 0


def test_a_day_without_a_worker_is_made_up_for(cast, clock):
    concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.RECORDED)
    assert look(clock, 30) == 1
    assert news(cast.consultant_nurse) == [OUT]


def test_the_worker_does_it_and_the_ledger_says_nothing_of_it(cast, clock):
    concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.RECORDED)
    before = db.session.scalars(select(LedgerEntry.id)).all()
    clock.set(MOMENT + timedelta(days=30))
    enqueue("concern-clocks", key="concern-clocks:today", payload={})
    assert work_once() == 1
    assert news(cast.consultant_nurse) == [OUT]
    assert db.session.scalars(select(LedgerEntry.id)).all() == before
