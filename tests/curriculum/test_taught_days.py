from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.curriculum import queries, services
from lms.curriculum.rules.taught_days import check_taught_day
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from tests.factories.curriculum import ENDS_ON, STARTS_ON, enrol, open_cohort, small_content

DAY = date(2026, 12, 2)
FACTS = {"module": "mhp703", "title": "Simulation day", "on": DAY, "starts": time(9, 30), "ends": time(16, 30)}


@pytest.fixture
def cohort_id(app, cast):
    with app.app_context():
        services.sync_content(None, small_content())
        cohort_id = open_cohort(cast.administrator, cast.university_a)
        enrol(cast.administrator, cohort_id, cast.trainee)
        return cohort_id


@pytest.fixture
def educator(cast, cohort_id, context):
    return viewer_for(cast.educator)


def notices(person_id):
    return [notice.text for notice in db.session.scalars(select(Notice).where(Notice.person_id == person_id))]


def planned(trainee_id, known_at=None):
    everything = {"from_at": datetime(2026, 1, 1, tzinfo=UTC), "until_at": datetime(2028, 1, 1, tzinfo=UTC)}
    own = select(Person.id).where(Person.id == trainee_id)
    found = queries.load_taught_days(own, **everything, known_at=known_at or now())
    return [fact.title for fact in found.get(trainee_id, [])]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"on": STARTS_ON.replace(day=6)}, "on"),
        ({"on": ENDS_ON.replace(day=7)}, "on"),
        ({"starts": time(5, 59)}, "starts"),
        ({"ends": time(9, 30)}, "ends"),
        ({"ends": time(22, 1)}, "ends"),
    ],
)
def test_a_day_nobody_teaches_is_refused(changes, field):
    facts = {name: FACTS[name] for name in ("title", "on", "starts", "ends")}
    facts |= {"first": STARTS_ON, "last": ENDS_ON}
    check_taught_day(**facts)
    with pytest.raises(RuleViolation) as refusal:
        check_taught_day(**{**facts, **changes})
    assert refusal.value.field == field


@pytest.mark.both_databases
def test_the_cohort_is_told_of_a_day_of_its_change_and_of_its_end(cast, educator, cohort_id, clock):
    row = services.add_taught_day(educator, cohort_id, **FACTS)
    assert (row.starts_at, row.ends_at) == (
        datetime(2026, 12, 2, 9, 30, tzinfo=UTC),
        datetime(2026, 12, 2, 16, 30, tzinfo=UTC),
    )
    assert planned(cast.trainee) == ["Simulation day"]
    services.change_taught_day(educator, row.id, version=1, **{**FACTS, "on": date(2026, 12, 3)})
    with pytest.raises(Stale) as refusal:
        services.change_taught_day(educator, row.id, version=1, **FACTS)
    assert refusal.value.theirs["on"] == "3 12 2026"
    known_at = now()
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    services.cancel_taught_day(educator, row.id)
    assert planned(cast.trainee) == []
    assert planned(cast.trainee, known_at) == ["Simulation day"]
    assert sorted(notices(cast.trainee)) == [
        "Cancelled: Simulation day on 3 December 2026",
        "Changed: Simulation day, 3 December 2026, 09:30 to 16:30 (it was on 2 December 2026)",
        "Taught day on 2 December 2026, 09:30 to 16:30: Simulation day",
    ]
    assert db.session.scalars(select(LedgerEntry.event)).all().count("taught-day.changed") == 3
    with pytest.raises(RuleViolation, match="cancelled already"):
        services.cancel_taught_day(educator, row.id)


@pytest.mark.both_databases
def test_a_day_belongs_to_those_enrolled_on_it_and_to_their_educators(cast, educator, cohort_id):
    row = services.add_taught_day(educator, cohort_id, **FACTS)
    assert planned(cast.trainee_b) == []
    other = viewer_for(cast.educator_b)
    for call in (
        lambda: services.add_taught_day(other, cohort_id, **FACTS),
        lambda: services.change_taught_day(other, row.id, version=1, **FACTS),
        lambda: services.cancel_taught_day(other, row.id),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(RuleViolation, match="module"):
        services.add_taught_day(educator, cohort_id, **{**FACTS, "module": "no-such"})


def test_an_educator_plans_a_day_and_the_trainee_sees_it(cast, sign_in, cohort_id):
    client = sign_in("educator")
    answers = {
        "module": "mhp703",
        "title": "Simulation day",
        "on-day": "2",
        "on-month": "12",
        "on-year": "2026",
        "starts": "09:30",
        "ends": "16:30",
    }
    address = f"/cohorts/{cohort_id}/taught-days/new"
    assert "Enter an end after the start" in client.post(address, {**answers, "ends": "08:00"}, 422).text
    page = client.follow(client.post(address, answers)).text
    assert "Taught day added. The cohort has been told." in page
    assert "2 December 2026</strong>, 09:30 to 16:30: Simulation day" in page
    assert "Simulation day" in sign_in("trainee").get("/modules").text
    assert "taught-days/new" not in sign_in("administrator").get(f"/cohorts/{cohort_id}").text
