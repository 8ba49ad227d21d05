from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import func, select

from lms import demo
from lms.audit import queries as audit_queries
from lms.audit.models import LedgerEntry
from lms.audit.rules import signing_key
from lms.core.clock import end_of_day, now, today
from lms.core.db import Model, db
from lms.core.errors import RuleViolation
from lms.curriculum.services import sync_content
from lms.demo.people import PASSWORD
from lms.grading.queries import list_queue
from lms.identity import services as identity
from lms.identity.models import Person
from lms.identity.queries import find_person_by_email, find_viewer, has_real_people
from lms.identity.rules import OrganisationKind
from lms.policy import Role, Viewer
from lms.readiness import queries as readiness
from tests.conftest import fresh_copy
from tests.journeys.service import copy_to_postgres
from tests.shipped import shipped_items

pytestmark = pytest.mark.usefixtures("context")


def load_content() -> None:
    sync_content(None, shipped_items())


def put_in_place(template: Path) -> None:
    url = db.engine.url
    db.session.close()
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        fresh_copy(template, Path(url.database))
    else:
        instance = current_app.config["SETTINGS"].instance_dir
        copy_to_postgres(template, url.render_as_string(hide_password=False), instance)


def person(email: str) -> Person:
    found = find_person_by_email(email)
    assert found is not None, email
    return found


def viewer(email: str) -> Viewer:
    found = find_viewer(person(email).id)
    assert found is not None, email
    return found


def result(email: str, setting: str = "joint-response-car") -> dict:
    nurse = viewer("connie.njoroge@thameside.example")
    return readiness.explain(nurse, person(email).id, setting, on=today(), known_at=end_of_day(today()))


def missing(explained: dict) -> set[str]:
    return {item["key"] for group in explained["groups"] for item in group["requirements"] if not item["met"]}


def test_the_example_service_loads_once_with_an_intact_ledger_and_the_stories_it_tells(
    services_folder: Path,
):
    put_in_place(services_folder / "example.db")  # It has been loaded for all tests.

    assert PASSWORD in demo.load()
    assert not has_real_people()
    the_ledger_is_intact()
    the_first_cohort_stands_where_its_stories_say()
    others_are_authorised_restricted_and_deferred()
    an_educator_finds_work_in_every_state()
    everybody_shown_may_sign_in_and_holds_their_role()
    nothing_happens_in_the_future()
    entries = db.session.scalar(select(func.count(LedgerEntry.id)))
    assert "already there" in demo.load()
    assert db.session.scalar(select(func.count(LedgerEntry.id))) == entries


def the_ledger_is_intact():
    settings = current_app.config["SETTINGS"]
    verdict = audit_queries.verify(Path("/nowhere"), signing_key("", settings.secret_key))
    assert verdict.breaks == []
    assert verdict.rows > 2000


def the_first_cohort_stands_where_its_stories_say():
    ready = result("amina.yusuf@thameside.example")
    assert (ready["overall"], ready["status"]["kind"], ready["supervision"]) == ("ready", "none", "accompanied")

    assert missing(result("daniel.okafor@thameside.example")) == {
        "joint-response-car-hours",
        "joint-response-car-contacts",
    }

    doubted = result("priya.raman@thameside.example")
    assert missing(doubted) == {"concerns"}
    words = [item["words"] for group in doubted["groups"] for item in group["requirements"] if item["key"] == "D3.1"]
    assert "later, lower rating" in words[0]

    half = readiness.get_readiness(
        viewer("connie.njoroge@thameside.example"),
        person("tomasz.zielinski@thameside.example").id,
        on=today(),
        known_at=now(),
    )
    assert half.enrolment is not None
    assert half.enrolment.share_on(today()) == 60
    assert [pause.until_on is not None for pause in half.enrolment.pauses] == [True]


def others_are_authorised_restricted_and_deferred():
    control_room = result("grace.mensah@thameside.example", "control-room")
    assert (control_room["status"]["kind"], control_room["status"]["may_work"]) == ("authorised", True)
    lapsed = result("rhys.morgan@thameside.example")
    assert (lapsed["overall"], lapsed["status"]["kind"]) == ("restricted", "restricted")
    assert result("joseph.mwangi@thameside.example")["status"]["kind"] == "deferred"


def an_educator_finds_work_in_every_state():
    queue = list_queue(viewer("edith.lowe@northmere.example"))
    assert all((queue.to_mark, queue.in_marking, queue.marked, queue.released))


def everybody_shown_may_sign_in_and_holds_their_role():
    for _, email, role in demo.accounts():
        held = {each.label.lower() for each in viewer(email).roles}
        assert held == set(role.lower().split(" and "))
    assert identity.sign_in("amina.yusuf@thameside.example", PASSWORD).name == "Amina Yusuf"
    both = viewer("gareth.penrose@northmere.example")
    assert both.roles == {Role.EDUCATOR, Role.ASSESSOR}


def nothing_happens_in_the_future():
    at = now()
    for table in Model.metadata.sorted_tables:
        if "recorded_at" in table.c:
            assert (db.session.scalar(select(func.max(table.c.recorded_at))) or at) <= at, table.name


def test_nothing_is_loaded_before_the_content():
    with pytest.raises(RuleViolation, match="content"):
        demo.load()


def test_real_people_keep_the_example_service_out():
    load_content()
    trust = identity.create_organisation(None, slug="real", name="A real service", kind=OrganisationKind.TRUST)
    identity.create_person(None, name="Real Person", email="real@service.test", organisation_id=trust.id)

    with pytest.raises(RuleViolation, match="real people"):
        demo.refuse_real_people()
    with pytest.raises(RuleViolation, match="real people"):
        demo.load()


def test_an_empty_database_may_become_an_example_service():
    demo.refuse_real_people()
