from datetime import date

import pytest

from lms.core.db import db, transaction
from lms.identity.services import add_to_scope, viewer_for
from lms.placements.queries import find_shared_until, list_sites
from lms.placements.rules.sharing import Detail
from lms.placements.rules.states import Presentation
from lms.placements.services import add_encounter
from tests.factories.contacts_in_bulk import add_in_bulk, people_like
from tests.factories.encounters import contact
from tests.factories.placements import log, prepare


@pytest.fixture
def five(app, cast):
    """Five trainees of the first university with five contacts each, of one shift."""
    with app.app_context():
        prepare()
        places = [(site.id, site.setting) for site in list_sites()]
        others = people_like(cast.trainee, 4)
        with transaction():
            for person in others:
                add_to_scope(None, trainee_id=person, scope_id=cast.university_a, cause="Test cast")
        add_in_bulk([cast.trainee, *others], places, cast.supervisor, shifts=1, encounters=5)
        db.session.rollback()


def test_a_file_names_neither_person_nor_day_and_puts_together_what_is_rare(sign_in, five):
    client = sign_in("educator")
    page = client.get("/contacts/files").text
    assert "Fewer than 5 contacts of one kind do not stand by themselves" in page
    answer = client.client.get("/contacts/files/part")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="contacts-by-part-')
    assert answer.text.split("\r\n") == [
        "Month,Setting,What it was about,Part,Contacts",
        "January 2026,Crisis resolution and home treatment team,Low mood,Assisted,5",
        "January 2026,Crisis resolution and home treatment team,Overdose,Led,5",
        "January 2026,Crisis resolution and home treatment team,Psychosis,Observed,5",
        "January 2026,Crisis resolution and home treatment team,Self-harm,Assisted,5",
        "January 2026,Crisis resolution and home treatment team,Suicidal thoughts,Observed,5",
        "",
    ]
    assert "All months,All settings,All,Referred,25" in client.client.get("/contacts/files/outcome").text
    client.get("/contacts/files/name", 404)


def test_a_contact_noted_today_changes_no_file(app, cast, sign_in, five):
    client = sign_in("educator")
    before = [client.get(f"/contacts/files/{detail.value}").text for detail in Detail]
    with app.app_context():
        shift = log(cast.trainee, list_sites()[0].id, cast.supervisor)
        add_encounter(viewer_for(cast.trainee), shift.id, contact=contact(Presentation.OVERDOSE))
        assert find_shared_until(viewer_for(cast.educator)) == date(2026, 2, 1)
    assert "What was known before 1 February 2026" in client.get("/contacts/files").text
    assert [client.get(f"/contacts/files/{detail.value}").text for detail in Detail] == before


def test_fewer_than_five_trainees_make_no_file_and_are_offered_none(app, cast, sign_in):
    with app.app_context():
        log(cast.trainee, prepare(), cast.supervisor)
    client = sign_in("educator")
    assert "/contacts/files/part" not in client.get("/contacts/files").text
    assert "at least 5 trainees" in client.get("/contacts/files/part", 422).text
    for name in ("trainee", "supervisor", "administrator"):
        sign_in(name).get("/contacts/files/part", 403)
