import re
from datetime import date

import pytest
from sqlalchemy import event, select

from lms.core.db import db
from lms.curriculum import queries, services
from lms.curriculum.models import Cohort, ReadingProgress
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.identity.services import create_person, give_role, viewer_for
from lms.policy import Role
from tests.factories.curriculum import (
    assignment,
    enrol,
    module,
    open_cohort,
    programme,
    reading,
    requirement_set,
    small_content,
)


@pytest.fixture
def cohort(app, cast):
    with app.app_context():
        services.sync_content(None, [*small_content(), requirement_set()])
        return open_cohort(cast.administrator, cast.university_a)


@pytest.fixture
def enrolled(app, cast, cohort):
    with app.app_context():
        enrol(cast.administrator, cohort, cast.trainee, percent=60)
    return cohort


def version_id(app, slug="asking"):
    with app.app_context():
        return str(queries.get_content(ContentKind.READING, slug).id)


def enrolment(app, cast):
    with app.app_context():
        return queries.last_enrolment(cast.trainee)


def statements(app, client, url) -> int:
    client.get(url)
    count = 0

    def tally(*_):
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", tally)
    client.get(url)
    event.remove(engine, "before_cursor_execute", tally)
    return count


def day(name, value):
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


def test_a_trainee_sees_their_modules_with_progress(app, cast, enrolled, sign_in):
    client = sign_in("trainee")
    page = client.get("/modules").text
    assert "Specialist Paramedic Practice" in page
    assert "0 of 2 readings read" in page
    assert "Read Asking" in page
    assert "From predicting to understanding." in page
    client.post("/readings/asking/read", {"version_id": version_id(app)})
    page = client.get("/modules").text
    assert "1 of 2 readings read" in page
    assert "Read Planning" in page


def test_before_any_content_the_page_says_so(sign_in):
    assert "No programme is taught yet" in sign_in("trainee").get("/modules").text


@pytest.mark.parametrize("who", ["trainee", "educator", "consultant_nurse", "external_examiner"])
def test_who_may_read_the_curriculum_reads_all_of_it(cohort, sign_in, who):
    client = sign_in(who)
    assert "MHP703 Module mhp703" in client.get("/modules").text
    assert "Construct a collaborative formulation" in client.get("/modules/mhp703").text
    assert "Pass mark" in client.get("/programmes/pgcert").text
    assert "Because it helps." in client.get("/readings/asking").text


@pytest.mark.parametrize("url", ["/modules/none", "/programmes/none", "/readings/none", "/assignments/none"])
def test_what_is_not_taught_is_not_found(cohort, sign_in, url):
    sign_in("trainee").get(url, status=404)


def test_others_do_not_reach_the_curriculum(cohort, sign_in):
    sign_in("supervisor").get("/modules", status=403)


def test_a_module_page_shows_hours_and_links_to_its_readings(cohort, sign_in):
    page = sign_in("trainee").get("/modules/mhp703").text
    assert 'href="/readings/asking"' in page
    assert ">200</td>" in page
    assert 'href="#source-S44"' in page
    assert "To be reviewed by 1 May 2027" in page


def test_an_assignment_page_shows_what_is_asked_and_how_it_is_marked(app, cast, sign_in):
    with app.app_context():
        parts = [{"slug": "formulation", "title": "Formulation", "weight": 100, "must_pass": True}]
        services.sync_content(None, [programme(), module(readings=(), assignments=parts), assignment("formulation")])
    client = sign_in("educator")
    assert "100% of the module mark, has to be passed" in client.get("/modules/mhp703").text
    assert 'href="/assignments/formulation"' in client.get("/modules").text
    page = client.get("/assignments/formulation").text
    assert "up to 500 words" in page
    assert "Why now: 100% of the mark, has to be passed" in page
    assert page.index("Outstanding") < page.index("Not met")


def test_only_a_trainee_gets_a_link_to_a_case(app, cast, sign_in):
    with app.app_context():
        case = ContentItem(ContentKind.CASE, "a-case", {"slug": "a-case", "title": "A case", "scenes": {}})
        services.sync_content(None, [programme(), module(readings=(), cases=["a-case"]), case])
    for url in ("/modules", "/modules/mhp703"):
        assert 'href="/cases/a-case"' in sign_in("trainee").get(url).text
        page = sign_in("educator").get(url).text
        assert "A case" in page
        assert 'href="/cases/a-case"' not in page


def test_a_reading_page_shows_sections_sources_and_the_next_reading(cohort, sign_in):
    page = sign_in("trainee").get("/readings/asking").text
    assert 'href="#section-2"' in page
    assert '<h2 class="nhsuk-heading-m" id="section-1">Why</h2>' in page
    assert "<h3>In practice</h3>" in page
    assert 'href="#source-S44"' in page
    assert 'id="source-S44"' in page
    assert 'href="/readings/planning"' in page
    assert "Not started" in page


def test_an_overdue_review_is_said_on_the_page(cohort, sign_in, clock):
    clock.set(clock().replace(year=2027, month=5, day=2))
    assert "Review overdue" in sign_in("trainee").get("/readings/asking").text


def test_content_never_becomes_markup(app, cast, sign_in):
    with app.app_context():
        text = "Before <script>alert(1)</script>\n\n## Why\n\n<img src=x onerror=alert(1)> [click](javascript:alert(1))"
        services.sync_content(None, [programme(), module(readings=("asking",)), reading("asking", text=text)])
    page = sign_in("trainee").get("/readings/asking").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


def test_a_reading_is_marked_as_read_by_the_button(app, cohort, sign_in):
    client = sign_in("trainee")
    assert "Mark as read" in client.get("/readings/asking").text
    page = client.follow(client.post("/readings/asking/read", {"version_id": version_id(app)})).text
    assert "Marked as read" in page
    assert "You have marked this reading as read" in page


@pytest.mark.parametrize("sent", [{}, {"version_id": "x"}])
def test_a_form_that_was_tampered_with_is_refused(app, cohort, sign_in, sent):
    sign_in("trainee").post("/readings/asking/read", sent, status=404)


def test_the_furthest_section_is_remembered_while_reading(app, cohort, sign_in):
    client = sign_in("trainee")
    answer = client.client.post("/readings/asking/progress", json={"section": 2, "version": version_id(app)})
    assert answer.status_code == 204
    client.client.post("/readings/asking/progress", json={"section": 1, "version": version_id(app)})
    page = client.get("/readings/asking").text
    assert "Started: section 2 of 2" in page
    assert "Go on where you were: How</a>" in page


@pytest.mark.parametrize("sent", [None, [], {}, {"section": "x", "version": "y"}, {"section": 1}, "text"])
def test_nonsense_progress_is_refused(app, cohort, sign_in, sent):
    answer = sign_in("trainee").client.post("/readings/asking/progress", json=sent)
    assert answer.status_code == 400
    with app.app_context():
        assert db.session.scalars(select(ReadingProgress)).all() == []


def test_a_section_without_end_is_refused(app, cohort, sign_in):
    body = f'{{"section": 1e999, "version": "{version_id(app)}"}}'
    headers = {"Content-Type": "application/json"}
    answer = sign_in("trainee").client.post("/readings/asking/progress", data=body, headers=headers)
    assert answer.status_code == 400


def test_progress_is_ones_own(app, cohort, sign_in):
    sign_in("educator").post("/readings/asking/read", {"version_id": version_id(app)})
    assert "Not started" in sign_in("trainee").get("/readings/asking").text


def test_an_administrator_opens_a_cohort(app, cast, cohort, sign_in):
    client = sign_in("administrator")
    answers = {
        "name": "February 2027",
        "programme": "pgcert",
        "university_id": str(cast.university_b),
        **day("starts_on", date(2027, 2, 1)),
        **day("ends_on", date(2028, 1, 31)),
    }
    page = client.follow(client.post("/cohorts/new", answers)).text
    assert "Cohort opened" in page
    assert "Wexcombe University" in page
    assert "Joint response car" in page
    assert "February 2027" in client.get("/cohorts").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Enter a name for the cohort"),
        ({"name": "September 2026"}, "This university already has a cohort of this name"),
        ({"programme": ""}, "Select a programme"),
        ({"programme": "other"}, "Select one of the options"),
        ({"university_id": ""}, "Select a university"),
        ({"starts_on-day": "31", "starts_on-month": "2"}, "Enter a real date"),
        ({"ends_on-year": "2025"}, "The last day must be after the first"),
    ],
)
def test_a_refused_cohort_says_why_and_keeps_what_was_typed(cast, cohort, sign_in, change, sentence):
    answers = {
        "name": "Another",
        "programme": "pgcert",
        "university_id": str(cast.university_a),
        **day("starts_on", date(2026, 9, 7)),
        **day("ends_on", date(2027, 9, 6)),
        **change,
    }
    page = sign_in("administrator").post("/cohorts/new", answers, status=422).text
    assert sentence in page
    assert f'value="{answers["name"]}"' in page or not answers["name"]
    assert 'value="2026"' in page


def test_an_administrator_enrols_a_person(app, cast, cohort, sign_in):
    with app.app_context():
        create_person(None, name="Nia Holt", email="nia.holt@example.org", organisation_id=cast.trust)
    client = sign_in("administrator")
    assert 'value="100"' in client.get(f"/cohorts/{cohort}/enrol").text
    answers = {"email": "nia.holt@example.org", "percent": "60", **day("from_on", date(2026, 9, 7))}
    page = client.follow(client.post(f"/cohorts/{cohort}/enrol", answers)).text
    assert "Nia Holt" in page
    assert "60%" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "nobody@example.org"}, "Nobody has an account with this email address"),
        ({"email": "nobody"}, "Enter an email address in the correct format"),
        ({"email": "amina.yusuf@example.org"}, "This person is already enrolled in September 2026"),
        ({"percent": "5"}, "Enter a working share from 10 to 100 percent"),
        ({"percent": "half"}, "Enter a whole number"),
        ({"from_on-year": "2030"}, "The first day must be from"),
    ],
)
def test_a_refused_enrolment_says_why_and_keeps_what_was_typed(app, cast, enrolled, sign_in, change, sentence):
    answers = {"email": "ben.carter@example.org", "percent": "60", **day("from_on", date(2026, 9, 7)), **change}
    page = sign_in("administrator").post(f"/cohorts/{enrolled}/enrol", answers, status=422).text
    assert sentence in page
    assert f'value="{answers["email"]}"' in page
    assert f'value="{answers["percent"]}"' in page


def test_cohort_pages_are_read_within_the_scope(enrolled, sign_in):
    for who in ("educator", "consultant_nurse", "administrator"):
        assert "Amina Yusuf" in sign_in(who).get(f"/cohorts/{enrolled}").text
    for who in ("educator_b", "trainee"):
        sign_in(who).get(f"/cohorts/{enrolled}", status=404)
        assert "There is no cohort you may see" in sign_in(who).get("/cohorts").text
    sign_in("assessor").get(f"/cohorts/{enrolled}", status=403)


def test_only_an_administrator_sees_the_way_to_changes(cast, enrolled, sign_in):
    assert "Enrol a person" not in sign_in("educator").get(f"/cohorts/{enrolled}").text
    url = f"/trainees/{cast.trainee}/enrolment"
    assert "Record a pause" not in sign_in("consultant_nurse").get(url).text
    assert "Record a pause" in sign_in("administrator").get(url).text
    sign_in("educator").get(f"/trainees/{cast.trainee}/pause", status=403)


def test_a_trainee_sees_their_own_enrolment(cast, enrolled, sign_in):
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/enrolment").text
    assert "Your enrolment" in page
    assert "60% from 7 September 2026" in page
    assert "6 May 2028" in page
    sign_in("trainee_b").get(f"/trainees/{cast.trainee}/enrolment", status=404)


def test_a_pause_and_the_return_are_recorded(app, cast, enrolled, sign_in):
    client = sign_in("administrator")
    url = f"/trainees/{cast.trainee}"
    page = client.follow(client.post(f"{url}/pause", day("from_on", date(2026, 11, 2)))).text
    assert "Pause recorded" in page
    assert "the day of return is not known yet" in page
    assert "Paused" in sign_in("educator").get(f"/cohorts/{enrolled}").text
    page = client.follow(client.post(f"{url}/return", day("back_on", date(2026, 11, 16)))).text
    assert "back on 16 November 2026" in page
    client.get(f"{url}/return")
    assert "not paused" in client.post(f"{url}/return", day("back_on", date(2026, 11, 17)), status=422).text


def test_a_pause_that_does_not_fit_is_refused_beside_its_field(cast, enrolled, sign_in):
    answers = {**day("from_on", date(2026, 11, 2)), **day("until_on", date(2026, 11, 1))}
    page = sign_in("administrator").post(f"/trainees/{cast.trainee}/pause", answers, status=422).text
    assert "The first day back must be after the first day away" in page
    assert 'href="#until_on-day"' in page


def test_the_working_share_changes_from_a_day(app, cast, enrolled, sign_in):
    client = sign_in("administrator")
    answers = {"percent": "80", **day("from_on", date(2026, 12, 1))}
    page = client.follow(client.post(f"/trainees/{cast.trainee}/working-share", answers)).text
    assert "80% from 1 December 2026" in page
    assert enrolment(app, cast).share_on(date(2026, 12, 1)) == 80


def test_the_end_of_an_enrolment_is_offered_once_and_said_until_it_comes(app, cast, enrolled, sign_in):
    client = sign_in("administrator")
    answers = {"outcome": "withdrawn", "confirmed": "y", **day("ended_on", date(2026, 11, 30))}
    page = client.follow(client.post(f"/trainees/{cast.trainee}/end-enrolment", answers)).text
    assert "Active, last day 30 November 2026" in page
    assert "Record a pause" in page
    assert "End the enrolment" not in page


@pytest.mark.parametrize("url", ["pause", "return", "working-share", "end-enrolment"])
def test_every_form_can_be_left_without_saving(app, cast, enrolled, sign_in, url):
    page = sign_in("administrator").get(f"/trainees/{cast.trainee}/{url}").text
    assert f'<a href="/trainees/{cast.trainee}/enrolment">Cancel</a>' in page


def test_an_enrolment_ends_with_an_outcome(app, cast, enrolled, sign_in):
    client = sign_in("administrator")
    url = f"/trainees/{cast.trainee}/end-enrolment"
    assert "Select how the enrolment ends" in client.post(url, day("ended_on", date(2026, 11, 18)), status=422).text
    answers = {"outcome": "withdrawn", **day("ended_on", date(2026, 11, 17))}
    assert "Confirm that you have checked" in client.post(url, answers, status=422).text
    page = client.follow(client.post(url, {**answers, "confirmed": "y"})).text
    assert "17 November 2026. Left the programme" in page
    assert "Record a pause" not in page


@pytest.mark.parametrize("url", ["pause", "return", "working-share", "end-enrolment", "enrolment"])
def test_a_person_without_an_enrolment_has_no_enrolment_page(cast, cohort, sign_in, url):
    sign_in("administrator").get(f"/trainees/{cast.trainee}/{url}", status=404)


def test_pages_cost_as_many_statements_for_many_as_for_few(app, cast, enrolled, sign_in):
    clients = {
        "/cohorts": sign_in("administrator"),
        f"/cohorts/{enrolled}": sign_in("educator"),
        "/modules": sign_in("trainee"),
        "/modules/mhp703": sign_in("trainee"),
    }
    few = {url: statements(app, client, url) for url, client in clients.items()}
    slugs = tuple(f"text-{number}" for number in range(12))
    with app.app_context():
        services.sync_content(
            None, [programme(), module(readings=slugs), requirement_set(), *(reading(slug) for slug in slugs)]
        )
        for number in range(10):
            open_cohort(cast.administrator, cast.university_a, name=f"Cohort {number}")
            person = create_person(None, name=f"P {number}", email=f"p{number}@example.org", organisation_id=cast.trust)
            enrol(cast.administrator, enrolled, person.id)
        assert len(db.session.scalars(select(Cohort)).all()) == 11
        assert len(queries.list_cohort_trainees(viewer_for(cast.educator), enrolled)) == 11
    assert {url: statements(app, client, url) for url, client in clients.items()} == few


@pytest.mark.parametrize(
    ("who", "wanted"),
    [
        ("consultant_nurse", {"readiness", "capabilities", "hours", "modules", "enrolment"}),
        ("educator", {"capabilities", "hours", "modules", "enrolment"}),
        ("administrator", {"people", "enrolment"}),
    ],
)
def test_a_cohort_leads_to_what_the_viewer_may_see_of_each_trainee(cast, enrolled, sign_in, who, wanted):
    client = sign_in(who)
    page = client.get(f"/cohorts/{enrolled}").text
    found = dict(re.findall(rf'href="(/trainees/{cast.trainee}/([a-z]+))"', page))
    if f'href="/people/{cast.trainee}"' in page:
        found[f"/people/{cast.trainee}"] = "people"
    assert set(found.values()) == wanted
    for url, page_name in found.items():
        if page_name != "readiness":  # It needs a whole requirement set; the walk through all links opens it.
            client.get(url)


def test_a_second_role_elsewhere_adds_no_link_to_a_cohort(app, cast, enrolled, sign_in):
    with app.app_context():
        give_role(None, person_id=cast.administrator, role=Role.EDUCATOR, scope_id=cast.university_b, cause="Two roles")
    page = sign_in("administrator").get(f"/cohorts/{enrolled}").text
    assert f'href="/people/{cast.trainee}"' in page
    assert f"/trainees/{cast.trainee}/capabilities" not in page
