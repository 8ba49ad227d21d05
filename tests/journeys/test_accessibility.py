import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import template_rendered
from playwright.sync_api import Browser, Page, expect
from pyotp.totp import TOTP
from sqlalchemy import select

from lms.config import ROOT
from lms.core.clock import now
from lms.core.db import db
from lms.identity.models import Person as PersonRow
from tests.journeys.people import Person
from tests.journeys.places import NOBODY, NOT_PAGES, PLACES, TRAINEE, Place, page_templates, prepare
from tests.journeys.service import LiveService
from tests.journeys.widths import overflow

WIDTHS = (1280, 375, 320)
TABLE_WIDTHS = (1280, 1024, 992, 768, 641, 375, 320)  # A table may fit a phone as cards and not a tablet.
SEEN_ELSEWHERE = {
    "identity/enter_second_factor.html": "test_the_second_factor_is_asked_for_on_well_made_pages",
    "identity/recovery_codes.html": "test_the_second_factor_is_asked_for_on_well_made_pages",
    "identity/reset_sent.html": "test_the_page_after_a_forgotten_password_is_well_made",
    "competencies/sign_form.html": "test_a_pin_on_the_trainees_phone_takes_twelve_taps_and_fields",
    "signing/signed.html": "test_a_pin_on_the_trainees_phone_takes_twelve_taps_and_fields",
    "placements/sign_hours.html": "test_a_supervisor_approves_hours_on_the_trainees_phone",
    "competencies/answer_as_patient.html": "test_a_patient_answers_on_the_supervisors_phone",
    "competencies/decline_form.html": "test_a_guest_declines_with_the_link_that_was_sent",
    "interop/keep_rota.html": "test_a_trainee_imports_the_main_rota_on_a_small_phone",
    "interop/keep_rotas.html": "test_an_administrator_imports_rotas_on_a_small_phone",
    "cases/too_late.html": "test_the_page_that_shows_a_text_that_came_too_late_is_well_made",
    **{f"errors/{name}.html": "the same layout as 404" for name in (400, 409, 413, 422, 429, 500, "not-ready")},
}
AXE = Axe()
# Contrast takes longer than all other rules together, and is decided by how an element and what it stands in are
# painted. A look is just that: each is measured until axe could decide about it, at whichever place, width and state.
RUN = """async seen => {
  const options = {resultTypes: ['violations'], preload: false};
  if (seen === null) return [(await axe.run(document, options)).violations, []];
  const {violations} = await axe.run(document, {...options, rules: {'color-contrast': {enabled: false}}});
  const grounds = new Map([[null, '']]), known = new Set(seen), fresh = new Map();
  const ground = e => {
    if (!grounds.has(e)) {
      const {backgroundColor, backgroundImage, opacity, position, filter, mixBlendMode} = getComputedStyle(e);
      const own = [backgroundColor, backgroundImage, opacity, position, filter, mixBlendMode].join();
      const plain = own === 'rgba(0, 0, 0, 0),none,1,static,none,normal';
      grounds.set(e, ground(e.parentElement) + (plain ? '' : ' > ' + own));
    }
    return grounds.get(e);
  };
  for (const e of document.querySelectorAll('body *')) {
    const says = ['INPUT', 'SELECT', 'TEXTAREA'].includes(e.tagName)
      || [...e.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.data.trim());
    if (!says || !e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const look = [e.tagName, e.className, e.disabled, color, fontSize, fontWeight, textShadow, ground(e)].join(' ');
    if (!known.has(look)) fresh.set(e, look);
  }
  if (fresh.size) {
    const how = {...options, runOnly: ['color-contrast'], resultTypes: ['violations', 'incomplete']};
    const measured = await axe.run({include: [...fresh.keys()]}, how);
    violations.push(...measured.violations);
    const undecided = measured.incomplete.flatMap(rule => rule.nodes);  // One letter, or something lies over it.
    for (const node of undecided) fresh.delete(document.querySelector(node.target[0]));
  }
  return [violations, [...new Set(fresh.values())]];
}"""
EMPTY = """form => {
  for (const field of form.elements) {
    if (field.type === 'hidden' || field.tagName === 'BUTTON') continue;
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = false;
    else if (field.tagName === 'SELECT') field.selectedIndex = 0;
    else field.value = '';
  }
}"""


def faults(page: Page, looks: set[str] | None = None) -> list[str]:
    """What axe finds, without the one thing that is right: a choice that opens a question says so.

    `looks` are those whose contrast has been decided before; what is decided on this page is added to them.
    """
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.axe_script)
    violations, new = page.evaluate(RUN, None if looks is None else sorted(looks))
    if looks is not None:
        looks.update(new)
    found = []
    for violation in violations:
        for node in violation["nodes"]:
            choice = any(f'type="{kind}"' in node["html"] for kind in ("radio", "checkbox"))
            if violation["id"] == "aria-allowed-attr" and choice and "aria-controls" in node["html"]:
                continue
            found.append(f"{violation['id']}: {violation['help']}: {node['html'][:200]} {_data(node)}")
    return found


def _data(node: dict[str, Any]) -> str:
    return json.dumps([check["data"] for check in node["any"] if check.get("data")])[:300]


@dataclass
class Tour:
    """One service in all its states, and one device for each person who is shown around."""

    service: LiveService
    browser: Browser
    ids: dict[str, object]
    devices: dict[str, Person] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    looks: set[str] = field(default_factory=set)

    def device(self, who: str) -> Person:
        """The device of somebody who is signed in, or of nobody."""
        if who not in self.devices:
            person = Person(self.browser, self.service.url)
            person.context.add_init_script(AXE.axe_script)
            if who != NOBODY:
                person.context.add_cookies([self.service.session_of(self.service.person(who))])  # type: ignore[list-item]
            self.devices[who] = person
        found = self.devices[who]
        found.problems.clear()
        found.page.set_viewport_size({"width": 1280, "height": 800})
        return found

    def address(self, place: Place) -> str:
        """Where a place is."""
        values = {name: self.ids.get(str(value), value) for name, value in place.values.items()}
        adapter = self.service.app.url_map.bind("localhost")
        return adapter.build(place.endpoint, values)


@pytest.fixture(scope="module")
def tour(browser: Browser, example_on_sqlite: LiveService) -> Iterator[Tour]:
    example_on_sqlite.start_again()
    found = Tour(example_on_sqlite, browser, example_on_sqlite.ask(prepare))
    yield found
    for person in found.devices.values():
        person.context.close()


@contextmanager
def rendered(service: LiveService) -> Iterator[list[str]]:
    names: list[str] = []

    def note(sender: object, template: Any, **extra: object) -> None:
        names.append(template.name)

    with template_rendered.connected_to(note, service.app):
        yield names


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_and_its_refused_form_can_be_used_by_everybody(tour: Tour, place: Place) -> None:
    person = tour.device(place.who)
    page = person.page

    with rendered(tour.service) as templates:
        answer = page.goto(tour.address(place))
    assert answer is not None
    assert answer.status == place.status
    assert place.shows in templates
    is_new = place.shows not in tour.templates
    tour.templates.add(place.shows)
    found = faults(page, tour.looks)
    for width in TABLE_WIDTHS if is_new and page.locator("main table").count() else WIDTHS:
        found += overflow(page, width)
    if place.button:
        found += refused(tour, page, place.button)
    assert not found + person.problems


def refused(tour: Tour, page: Page, button: str) -> list[str]:
    form = page.locator("main form[method=post]", has=page.get_by_role("button", name=button, exact=True))
    form.first.evaluate(EMPTY)
    with page.expect_navigation() as leaving:
        form.first.get_by_role("button", name=button, exact=True).click()
    assert leaving.value is not None
    assert leaving.value.status == 422, f"the empty form was answered with {leaving.value.status}"
    assert page.title().startswith("Error: ")
    return [f"refused: {fault}" for fault in faults(page, tour.looks) + overflow(page, 320)]


def test_every_page_has_its_place(example_on_sqlite: LiveService) -> None:
    asked = {rule.endpoint for rule in example_on_sqlite.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert asked - {place.endpoint for place in PLACES} - set(NOT_PAGES) == set(), "add them to places.py"


def test_every_template_has_its_place() -> None:
    shown = {place.shows for place in PLACES} | set(SEEN_ELSEWHERE)
    assert set(page_templates(ROOT / "templates")) - shown == set(), "add them to places.py"


NOTHING_YET = (
    Place("home.show_home", "Amina Yusuf"),
    Place("curriculum.list_modules", "Amina Yusuf"),
    Place("curriculum.show_knowledge_check", "Amina Yusuf", {"slug": "mhp703-knowledge-check"}),
    Place("cases.list_cases", "Amina Yusuf"),
    Place("competencies.list_capabilities", "Amina Yusuf", {"trainee_id": "Amina Yusuf"}),
    Place("competencies.list_own_requests", "Amina Yusuf"),
    Place("competencies.list_own_concerns", "Amina Yusuf"),
    Place("competencies.list_positive_notes", "Amina Yusuf", {"trainee_id": "Amina Yusuf"}),
    Place("placements.show_own_hours", "Amina Yusuf"),
    Place("placements.show_rota", "Amina Yusuf"),
    Place("grading.list_feedback", "Amina Yusuf"),
    Place("home.show_home", "Sam Okoro"),
    Place("placements.list_waiting", "Sam Okoro"),
    Place("home.show_home", "Asha Patel"),
    Place("competencies.list_waiting", "Asha Patel"),
    Place("competencies.list_concerns", "Asha Patel"),
    Place("home.show_home", "Edith Lowe"),
    Place("grading.show_queue", "Edith Lowe"),
    Place("curriculum.list_cohorts", "Edith Lowe"),
    Place("home.show_home", "Xavier Holt"),
    Place("grading.show_sample", "Xavier Holt"),
    Place("home.show_home", "Connie Njoroge"),
    Place("readiness.show_board", "Connie Njoroge"),
    Place("placements.show_trainee_hours", "Connie Njoroge", {"trainee_id": "Amina Yusuf"}),
    Place("home.list_redactions", "Connie Njoroge"),
    Place("home.show_home", "Adam Reed"),
    Place("home.list_jobs", "Adam Reed"),
    Place("placements.list_sites", "Adam Reed"),
    Place("placements.list_checks", "Adam Reed", {"person_id": "Amina Yusuf"}),
    Place("identity.list_people", "Adam Reed", {"search": "nobody of this name"}),
)


@pytest.fixture(scope="module")
def quiet_tour(browser: Browser, cast_on_sqlite: LiveService) -> Iterator[Tour]:
    cast_on_sqlite.start_again()
    people = cast_on_sqlite.ask(lambda: {row.name: row.id for row in db.session.scalars(select(PersonRow))})
    found = Tour(cast_on_sqlite, browser, people)
    yield found
    for person in found.devices.values():
        person.context.close()


@pytest.mark.parametrize("place", NOTHING_YET, ids=lambda place: f"{place.name} {place.who}")
def test_a_page_on_which_nothing_has_happened_yet_can_be_used_by_everybody(quiet_tour: Tour, place: Place) -> None:
    person = quiet_tour.device(place.who)
    person.page.set_viewport_size({"width": 320, "height": 800})

    answer = person.page.goto(quiet_tour.address(place))

    assert answer is not None
    assert answer.status == 200
    assert not faults(person.page, quiet_tour.looks) + overflow(person.page, 320) + person.problems


def test_the_second_factor_is_asked_for_on_well_made_pages(quiet_tour: Tour) -> None:
    service, name = quiet_tour.service, "Ada Flint"
    settings = service.app.config["SETTINGS"]
    service.app.config["SETTINGS"] = replace(settings, second_factor_required=True)
    try:
        device = Person(quiet_tour.browser, service.url, width=320)
        someone = service.person(name)
        device.context.add_cookies([service.session_of(someone, second_factor=False)])  # type: ignore[list-item]
        page = device.page
        with rendered(service) as templates:
            page.goto("/people")
            found = faults(page) + overflow(page, 320)
            page.get_by_role("button", name="Show me the key").click()
            secret = page.locator("code").inner_text()
            page.get_by_label("Code", exact=True).fill(TOTP(secret).at(service.ask(now)))
            page.get_by_role("button", name="Confirm").click()
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            found += faults(page) + overflow(page, 320)
            device.context.clear_cookies()
            device.context.add_cookies([service.session_of(someone, second_factor=False)])  # type: ignore[list-item]
            page.goto("/people")
            found += faults(page) + overflow(page, 320)
            with page.expect_navigation():
                page.get_by_role("button", name="Continue").click()
            found += faults(page) + overflow(page, 320)
        assert {"set_up_second_factor", "recovery_codes", "enter_second_factor"} <= {
            each.removeprefix("identity/").removesuffix(".html") for each in templates
        }
        assert not found
        device.leave()
    finally:
        service.app.config["SETTINGS"] = settings


def test_the_page_after_a_forgotten_password_is_well_made(quiet_tour: Tour) -> None:
    page = quiet_tour.device(NOBODY).page
    page.goto("/passwords/forgotten")
    page.get_by_label("Email address", exact=True).fill("nobody@example.org")
    with rendered(quiet_tour.service) as templates, page.expect_navigation():
        page.get_by_role("button", name="Send the link").click()

    assert "identity/reset_sent.html" in templates
    assert not faults(page) + overflow(page, 320)


def test_the_page_that_shows_a_text_that_came_too_late_is_well_made(tour: Tour) -> None:
    person = tour.device(TRAINEE)
    page = person.page
    page.goto(tour.address(Place("cases.play", TRAINEE, {"attempt_id": "writing"})))
    ended = tour.address(Place("cases.play", TRAINEE, {"attempt_id": "ended"}))
    page.locator("form.app-case-form").evaluate("(form, address) => { form.action = address; }", ended)
    page.locator("form.app-case-form textarea").fill("Words that somebody typed in another tab.")
    with page.expect_navigation() as leaving:
        page.get_by_role("button", name="Submit your answer").click()

    assert leaving.value is not None
    assert leaving.value.status == 409
    assert page.get_by_text("Words that somebody typed in another tab.").is_visible()
    assert not faults(page) + overflow(page, 1280) + overflow(page, 320) + person.problems


def test_the_page_that_shows_two_texts_is_well_made(tour: Tour) -> None:
    person = tour.device("Adam Reed")
    page = person.page
    page.goto(tour.address(Place("identity.edit_person", "Adam Reed", {"person_id": "colleague"})))
    page.locator("input[name=version]").evaluate("field => { field.value = '0'; }")
    page.get_by_label("Profession", exact=True).fill("Specialist paramedic and teacher")
    with page.expect_navigation() as leaving:
        page.get_by_role("button", name="Save", exact=True).click()

    assert leaving.value is not None
    assert leaving.value.status == 409
    assert not faults(page) + overflow(page, 1280) + overflow(page, 320) + person.problems


def test_a_chapter_of_the_debrief_is_a_heading_at_every_width_and_opens_on_a_phone_alone(tour: Tour) -> None:
    page = tour.device(TRAINEE).page
    page.goto(tour.address(Place("cases.show_debrief", TRAINEE, {"attempt_id": "ended"})))
    line = page.locator(".app-case-teaching summary").last
    heading, text = page.locator(".app-case-teaching").get_by_role("heading", level=3).last, line.locator("+ p")

    page.set_viewport_size({"width": 1280, "height": 800})
    expect(heading).to_be_visible()
    expect(text).to_be_visible()
    line.evaluate("line => line.focus()")
    expect(line).not_to_be_focused()

    page.set_viewport_size({"width": 375, "height": 800})
    expect(heading).to_be_visible()
    expect(text).to_be_hidden()
    line.focus()
    page.keyboard.press("Enter")
    expect(text).to_be_visible()
