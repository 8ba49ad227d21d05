from dataclasses import replace

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import PositiveNote
from lms.competencies.queries import facts
from lms.competencies.rules import Rung
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories import concerns

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]

TEXT = "Sat down on the floor and waited."


@pytest.fixture
def people(cast):
    concerns.let_see(cast.supervisor, cast.trainee, Role.SUPERVISOR)
    concerns.let_see(cast.assessor, cast.trainee, Role.ASSESSOR)
    return cast


def write(person_id, trainee_id, **changes):
    return services.write_positive_note(concerns.raiser(person_id), trainee_id, **{"text": TEXT, **changes})


@pytest.mark.parametrize("name", ["supervisor", "assessor", "educator", "consultant_nurse"])
def test_whoever_may_raise_a_concern_may_write_a_positive_note(people, name):
    make.load_framework()
    note = write(getattr(people, name), people.trainee, code="D1.1")
    assert note.role.value.replace("-", "_") == name
    (told,) = db.session.execute(select(Notice.person_id, Notice.url)).all()
    assert told == (people.trainee, f"/trainees/{people.trainee}/positive-notes")
    trainee, (row,) = queries.list_positive_notes(viewer_for(people.trainee), people.trainee)
    assert (trainee.name, row.text, row.capability) == (
        "Amina Yusuf",
        TEXT,
        "D1.1 Engagement and de-escalation",
    )
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "positive-note.written")).one()
    assert entry.chain == people.trainee


def test_a_note_or_concern_names_a_capability_of_the_framework_the_trainee_is_held_to(people, monkeypatch):
    make.load_framework()
    now_in_force = queries.get_framework()
    first = now_in_force.framework.domains[:1]
    older = replace(now_in_force, framework=replace(now_in_force.framework, domains=first))
    monkeypatch.setattr(facts, "frameworks_held", lambda enrolments: {people.trainee: older})
    raiser = concerns.raiser(people.supervisor)
    write(people.supervisor, people.trainee, code="D1.1")
    services.raise_concern(raiser, people.trainee, rung=Rung.HEADS_UP, text=TEXT, code="D1.1")
    with pytest.raises(RuleViolation, match="from the list"):
        write(people.supervisor, people.trainee, code="D3.1")
    with pytest.raises(RuleViolation, match="from the list"):
        services.raise_concern(raiser, people.trainee, rung=Rung.HEADS_UP, text=TEXT, code="D3.1")


def test_the_trainee_and_the_consultant_nurse_read_it_and_nobody_else(people):
    write(people.supervisor, people.trainee)
    readers = set()
    for name in people.__dataclass_fields__:
        if name in ("trust", "university_a", "university_b"):
            continue
        try:
            queries.list_positive_notes(viewer_for(getattr(people, name)), people.trainee)
            readers.add(name)
        except NotFound:
            pass
    assert readers == {"trainee", "consultant_nurse"}
    assert queries.count_own_positive_notes(viewer_for(people.trainee)) == 1
    assert queries.count_own_positive_notes(viewer_for(people.trainee_b)) == 0


@pytest.mark.parametrize("name", ["stranger", "administrator", "external_examiner", "trainee_b", "educator_b"])
def test_nobody_writes_about_a_trainee_they_do_not_see(people, name):
    with pytest.raises(NotFound):
        services.write_positive_note(viewer_for(getattr(people, name)), people.trainee, text=TEXT)


def test_a_note_has_words_names_no_patient_and_is_about_somebody_else(people):
    make.load_framework()
    for changes, field in (
        ({"text": " "}, "text"),
        ({"text": "Mrs Jones thanked her."}, "text"),
        ({"code": "D9.9"}, "code"),
    ):
        with pytest.raises(RuleViolation) as problem:
            write(people.supervisor, people.trainee, **changes)
        assert problem.value.field == field
    with pytest.raises(RuleViolation, match="somebody else"):
        services.write_positive_note(
            viewer_for(people.trainee, Permission.POSITIVE_NOTE_READ), people.trainee, text=TEXT
        )
    assert db.session.scalar(select(func.count(PositiveNote.id))) == 0
