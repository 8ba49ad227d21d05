import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.placements import queries, services
from lms.placements.models import DebriefEnd, DebriefRequest
from lms.placements.rules.states import DebriefOutcome
from tests.factories.placements import log, prepare

pytestmark = pytest.mark.both_databases


@pytest.fixture
def trainee(context, cast):
    log(cast.trainee, prepare(), cast.supervisor)
    return viewer_for(cast.trainee)


def asked(viewer):
    return [row.trainee_name for row in queries.list_debriefs_asked(viewer)]


def test_a_debrief_is_seen_by_who_was_asked_and_by_nobody_else(cast, trainee):
    who = [person.id for person in queries.list_who_debrief(cast.trainee, cast.supervisor)]
    assert who[:2] == [cast.supervisor, cast.consultant_nurse]
    services.ask_debrief(trainee, asked_of_id=cast.supervisor)
    assert asked(viewer_for(cast.supervisor)) == ["Amina Yusuf"]
    assert queries.count_debriefs_asked(viewer_for(cast.supervisor)) == 1
    for other in (cast.consultant_nurse, cast.educator, cast.administrator, cast.trainee_b, cast.assessor):
        assert asked(viewer_for(other)) == []
        assert queries.list_own_debriefs(viewer_for(other)) == []


def test_the_record_of_a_request_says_who_asked_whom_and_nothing_else(cast, trainee):
    services.ask_debrief(trainee, asked_of_id=cast.supervisor)
    assert set(DebriefRequest.__table__.columns.keys()) == {"id", "trainee_id", "asked_of_id", "recorded_at"}
    told = db.session.scalars(select(Notice).where(Notice.person_id == cast.supervisor).order_by(Notice.id)).all()[-1]
    assert (told.text, told.url) == ("Amina Yusuf asks you for a debrief", "/debriefs")
    entry = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.chain == cast.trainee).order_by(LedgerEntry.seq.desc())
    ).first()
    assert (entry.event, len(entry.items)) == ("debrief.asked", 1)


def test_nobody_is_asked_twice_and_only_who_may_answer(cast, trainee):
    services.ask_debrief(trainee, asked_of_id=cast.supervisor)
    for person, message in ((cast.supervisor, "asked them already"), (cast.assessor, "from the list")):
        with pytest.raises(RuleViolation, match=message):
            services.ask_debrief(trainee, asked_of_id=person)
    with pytest.raises(RuleViolation):
        services.ask_debrief(trainee, asked_of_id=cast.trainee)


def test_a_debrief_is_held_once_by_who_was_asked(cast, trainee):
    request = services.ask_debrief(trainee, asked_of_id=cast.supervisor)
    with pytest.raises(NotFound):
        services.hold_debrief(viewer_for(cast.consultant_nurse), request.id)
    services.hold_debrief(viewer_for(cast.supervisor), request.id)
    assert (asked(viewer_for(cast.supervisor)), queries.list_own_debriefs(trainee)) == ([], [])
    with pytest.raises(RuleViolation, match="the debrief was held"):
        services.take_back_debrief(trainee, request.id)


def test_a_request_that_is_passed_on_is_the_consultant_nurses_and_the_trainee_is_told(cast, trainee):
    request = services.ask_debrief(trainee, asked_of_id=cast.supervisor)
    supervisor = viewer_for(cast.supervisor)
    with pytest.raises(RuleViolation):
        services.pass_on_debrief(supervisor, request.id, to_id=cast.educator)
    services.pass_on_debrief(supervisor, request.id, to_id=cast.consultant_nurse)
    assert (asked(supervisor), asked(viewer_for(cast.consultant_nurse))) == ([], ["Amina Yusuf"])
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.trainee)).all()
    assert told == [f"Sam Okoro passed your request for a debrief on to {viewer_for(cast.consultant_nurse).name}"]


def test_the_trainee_takes_a_request_back_without_a_reason(cast, trainee):
    request = services.ask_debrief(trainee, asked_of_id=cast.consultant_nurse)
    with pytest.raises(NotFound):
        services.take_back_debrief(viewer_for(cast.trainee_b), request.id)
    services.take_back_debrief(trainee, request.id)
    assert asked(viewer_for(cast.consultant_nurse)) == []
    assert db.session.scalars(select(DebriefEnd.outcome)).all() == [DebriefOutcome.NO_LONGER_WANTED]
