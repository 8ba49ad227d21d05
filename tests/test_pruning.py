from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lms import pruning
from lms.audit.models import ReadEntry, WriteReceipt
from lms.core.clock import now
from lms.core.db import Kind, Model, db, transaction
from lms.core.ids import new_id
from lms.identity.models import PasskeyChallenge, SignInAttempts, SignInSession, SingleUseToken
from lms.identity.rules import TokenKind
from lms.jobs.models import Job
from lms.jobs.rules import JobState
from lms.notifications.models import Mail, Notice
from lms.placements.models import CalendarFeed
from lms.signing.models import FormSession, SigningLink, SigningReceipt
from lms.signing.rules import Channel, Purpose
from lms.web.limits import RateLimit
from tests.cast import Cast
from tests.conftest import MOMENT, FrozenClock

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
KEPT_FOR_EVER = {"concern_clock_told", "credential", "feedback_ticket", "ledger_head", "question_answer"}
KEPT_FOR_EVER |= {"question_round", "reading_progress", "sent_review_notice"}
RECORD = (Path(__file__).parent.parent / "docs" / "record.md").read_text(encoding="utf-8")


def rows_whose_time_begins_now(cast: Cast) -> list[Model]:
    at, some = now(), new_id()
    signing: dict[str, Any] = {"purpose": Purpose.ASSESSMENT, "trainee_id": cast.trainee}
    return [
        RateLimit(key="x", hits=1, expires=at.timestamp()),
        SignInAttempts(address_digest="x", failures=1, last_failure_at=at),
        PasskeyChallenge(challenge=b"x", expires_at=at),
        Job(key="x", task="x", payload={}, state=JobState.DONE, finished_at=at),
        SignInSession(token_digest="x", person_id=cast.trainee, seen_at=at),
        SingleUseToken(token_kind=TokenKind.INVITATION, person_id=cast.trainee, token_digest="x", expires_at=at),
        CalendarFeed(person_id=cast.trainee, token_digest="x", revoked_at=at),
        WriteReceipt(person_id=some, request_id=some, payload_digest="x", recorded_at=at),
        Mail(person_id=some, template="x", sent_at=at),
        SigningLink(token_digest="x", subject_id=some, channel=Channel.SHOWN, expires_at=at, **signing),
        SigningReceipt(token_digest="x", record_id=some, person_id=cast.assessor, expires_at=at, **signing),
        FormSession(token_digest="x", subject_id=some, channel=Channel.SHOWN, expires_at=at, **signing),
        Notice(person_id=some, text="x", url="/", read_at=at),
        ReadEntry(reader_id=some, about_id=some, what="concern", record_id=some, read_at=at),
    ]


def rows_that_still_wait(cast: Cast) -> list[Model]:
    some = new_id()
    return [
        Job(key="y", task="x", payload={}, state=JobState.FAILED),
        Mail(person_id=some, template="x"),
        Notice(person_id=some, text="x", url="/"),
    ]


def test_each_table_is_pruned_after_its_days_and_not_before(cast: Cast, clock: FrozenClock) -> None:
    with transaction() as session:
        session.add_all(rows_whose_time_begins_now(cast))
    for days in sorted({kept.days for kept in pruning.KEPT}):
        clock.set(MOMENT + timedelta(days=days))
        assert not any(pruning.prune().values())
        clock.set(MOMENT + timedelta(days=days, seconds=1))
        due = {str(kept.model.__tablename__) for kept in pruning.KEPT if kept.days == days}
        assert {table: count for table, count in pruning.prune().items() if count} == dict.fromkeys(due, 1)


def test_what_still_waits_is_never_pruned(cast: Cast, clock: FrozenClock) -> None:
    with transaction() as session:
        session.add_all(rows_that_still_wait(cast))
    clock.set(MOMENT + timedelta(days=5000))
    pruning.prune()
    for model in (Job, Mail, Notice):
        assert db.session.scalar(select(func.count()).select_from(model)) == 1


def test_every_operational_table_is_pruned_or_kept_on_purpose_and_no_other() -> None:
    pruned = {str(kept.model.__tablename__) for kept in pruning.KEPT}
    operational = {
        str(mapper.class_.__tablename__) for mapper in Model.registry.mappers if mapper.class_.kind is Kind.OPERATIONAL
    }
    assert pruned.isdisjoint(KEPT_FOR_EVER)
    assert pruned | KEPT_FOR_EVER == operational


@pytest.mark.parametrize("kept", pruning.KEPT, ids=lambda kept: str(kept.model.__tablename__))
def test_the_days_are_documented(kept: pruning.Kept) -> None:
    assert f"| `{kept.model.__tablename__}` | {kept.days} | {kept.since} |" in RECORD
