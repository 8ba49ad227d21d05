"""No page asks more of the database when there is more to show."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.db import transaction
from lms.core.ids import new_id
from lms.identity.models import Person
from lms.notifications.models import Notice
from tests.bench.population import Depth, Population
from tests.client import PageClient
from tests.statements import count_statements

FEW, MANY = 5, 30  # Below five people, the page of a cohort and a case names nobody and asks for no names.
LITTLE = Depth(FEW, 1, FEW, FEW, FEW, FEW, FEW, FEW, FEW)
ONE_OF_EACH = Depth(1, 1, 1, 1, 1, 1, 1, 1, 1)

# What each page may ask at most, by the person who opens it.
BUDGET = {
    "consultant_nurse": {
        "/": 43,
        "/readiness": 34,
        "/bookings/waiting": 14,
        "/concerns": 9,
        "/supervision": 15,
        "/trainees/{trainee}/supervision": 20,
        "/trainees/{trainee}/meetings": 11,
        "/sampling": 14,
        "/sampling/policy": 7,
        "/cohorts": 6,
        "/cohorts/{cohort}": 14,
        "/sites": 8,
        "/slots": 8,
        "/trainees/{trainee}/readiness": 35,
        "/trainees/{trainee}/readiness/joint-response-car": 33,
        "/trainees/{trainee}/readiness/joint-response-car/decide": 32,
        "/trainees/{trainee}/capabilities": 20,
        "/trainees/{trainee}/capabilities/D3.1": 27,
        "/trainees/{trainee}/capabilities/D1.1": 29,
        "/feedback-rounds": 12,
        "/sign-offs": 23,
        "/trainees/{trainee}/hours": 11,
        "/trainees/{trainee}/exposure": 10,
        "/trainees/{trainee}/exposure/low-mood/led": 9,
        "/contacts/files": 6,
        "/evaluations": 8,
        "/safeguarding": 9,
        "/trainees/{trainee}/modules": 14,
        "/frameworks": 11,
    },
    "trainee": {
        "/": 101,
        "/rota": 14,
        "/placements": 67,
        "/placements/wishes": 29,
        "/trainees/{trainee}/supervision": 18,
        "/trainees/{trainee}/supervision/log": 10,
        "/trainees/{trainee}/meetings": 9,
        "/modules": 13,
        "/cases": 7,
        "/cases/wasting-your-time": 7,
        "/cases/wasting-your-time/discussion": 7,
        "/hours/evaluations": 10,
        "/trainees/{trainee}/exposure": 10,
        "/trainees/{trainee}/exposure/low-mood/led": 9,
        "/placements/before": 12,
        "/hours": 9,
        "/feedback": 7,
        "/assessments/mine": 8,
        "/trainees/{trainee}/capabilities": 17,
        "/prior-learning/claim": 11,
        "/trainees/{trainee}/readiness": 30,
        "/who-may-see-what": 6,
        "/concerns/about-me": 8,
        "/trainees/{trainee}/positive-notes": 6,
    },
    "educator": {
        "/": 19,
        "/marking": 15,
        "/marking/{work}": 11,
        "/cohorts": 7,
        "/cohorts/{cohort}": 16,
        "/case-discussions": 8,
        "/case-reviews": 7,
        "/case-reviews/wasting-your-time/cohorts/{cohort}": 9,
        "/case-reviews/wasting-your-time/map": 5,
        "/case-reviews/wasting-your-time/preview": 6,
    },
    "external_examiner": {"/": 6, "/marking/sample": 7},
    "supervisor": {
        "/": 28,
        "/supervision": 16,
        "/hours/waiting": 12,
        "/placements/coming": 11,
        "/clearances": 12,
        "/concerns": 11,
        "/my-sites": 8,
    },
    "assessor": {
        "/": 28,
        "/assessments/waiting": 13,
        "/assessments/certificate": 8,
        "/assessments/looked-at": 8,
        "/calibration": 9,
        "/trainees/{trainee}/capabilities": 18,
        "/sign-offs": 23,
        "/trainees/{trainee}/capabilities/D3.1/sign-off": 26,
    },
    "administrator": {
        "/": 26,
        "/people": 12,
        "/guests": 15,
        "/guests/{guest}": 21,
        "/guests/{guest}/same-person": 14,
        "/known-organisations": 12,
        "/people/{trainee}": 15,
        "/people/{trainee}/checks": 18,
        "/clearances": 18,
        "/cohorts": 11,
        "/sites": 13,
        "/jobs": 12,
        "/redactions": 11,
    },
}
Page = tuple[str, str]


class Browsing:
    """Opens every page as the person it belongs to and counts."""

    def __init__(self, app: Flask, population: Population) -> None:
        self.app = app
        self.is_warm = False
        self.names = {
            "trainee": population.trainees[0],
            "work": population.works[0],
            "cohort": population.cohorts[0],
            "guest": population.guests[0],
        }
        self.people: dict[str, UUID] = {name: getattr(population.cast, name) for name in BUDGET}
        self.people["trainee"] = population.trainees[0]

    def count(self) -> Mapping[Page, list[str]]:
        """The statements of each page; the first time each is opened twice, since content is read once a process."""
        found: dict[Page, list[str]] = {}
        for name, pages in BUDGET.items():
            client = PageClient(self.app)
            client.sign_in(self.people[name])
            for pattern in pages:
                address = pattern.format(**self.names)
                if not self.is_warm:
                    client.get(address)
                with count_statements(self.app) as sent:
                    client.get(address)
                found[name, pattern] = list(sent)
        self.is_warm = True
        return found


def grown(before: Mapping[Page, list[str]], after: Mapping[Page, list[str]]) -> dict[Page, list[tuple[str, int]]]:
    """The pages that asked more, each with the statements that came more often."""
    found = {}
    for page, statements in after.items():
        more = Counter(statements) - Counter(before[page])
        if len(statements) > len(before[page]):
            found[page] = [(" ".join(text.split())[:300], count) for text, count in more.most_common(3)]
    return found


@pytest.fixture
def population(app: Flask) -> Population:
    with app.app_context():
        made = Population()
        made.add(FEW, LITTLE)
    return made


def test_each_question_to_the_database_is_counted_and_nothing_else(app: Flask) -> None:
    with count_statements(app) as sent, app.app_context(), transaction() as session:
        session.scalars(select(Person)).all()
        session.add(Notice(person_id=new_id(), text="Hello", url="/"))
    assert [text.split()[0] for text in sent] == ["SELECT", "INSERT"]


def test_no_page_asks_more_with_thirty_trainees_than_with_five(app: Flask, population: Population) -> None:
    browsing = Browsing(app, population)
    before = browsing.count()
    over = {
        (name, pattern): len(before[name, pattern])
        for name, pages in BUDGET.items()
        for pattern, most in pages.items()
        if len(before[name, pattern]) > most
    }
    assert over == {}, "more statements than the page may send"
    with app.app_context():
        population.add(MANY - FEW, ONE_OF_EACH)
    assert grown(before, browsing.count()) == {}


def test_no_page_asks_more_with_thirty_of_everything_than_with_three(app: Flask, population: Population) -> None:
    browsing = Browsing(app, population)
    before = browsing.count()
    with app.app_context():
        more = MANY - FEW
        population.extend(population.trainees[0], Depth(more, 1, more, more, more, more, more, more, more))
    assert grown(before, browsing.count()) == {}
