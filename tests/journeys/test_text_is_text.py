import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import html5lib
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from lms.competencies.models import AssessmentRequest, Concern
from lms.core.clock import today
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.models import Person as PersonRow
from lms.identity.services import invite, viewer_for
from tests.client import PageClient, check_page
from tests.example import aside
from tests.journeys.people import Person
from tests.journeys.places import FORMULATION, NOBODY, PLACES, SEVEN_ROLES, Place, play_on, prepare
from tests.journeys.service import LiveService

TEXT_TYPES = {"text", "search", "tel", "url", "email", None}
# What cannot hold such a text: it is refused with a sentence, or never shown to anybody.
OTHER_SHAPE = {"email", "slug", "code", "break_minutes", "minutes", "starts", "ends", "percent", "password", "current"}
SHORT = {"registration_number": 40, "slug": 60}


@dataclass
class Form:
    """One form of a page: what it sends, and which of its fields take any text."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def form_with(text: str, button: str) -> Form:
    """The form with this button, filled in the way a careful person would, but for its texts."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        buttons = [each for each in form.iter("button") if words(each) == button]
        if buttons and form.get("method") == "post":
            found = Form(form.get("action") or "")
            for part in form.iter():
                _take(found, part)
            if buttons[0].get("name"):
                found.values[buttons[0].attrib["name"]] = [buttons[0].get("value") or ""]
            return found
    raise AssertionError(f"no form with the button {button}")


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _take(form: Form, part: ElementTree.Element) -> None:
    name, kind = part.get("name"), part.get("type")
    if not name or part.tag == "button":
        return
    if part.tag == "select":
        options = [each for each in part.iter("option") if each.get("value")]
        chosen = next((each for each in options if "selected" in each.attrib), options[0] if options else None)
        form.values[name] = [chosen.get("value") or ""] if chosen is not None else []
    elif kind in ("radio", "checkbox"):
        if "checked" in part.attrib or (kind == "radio" and name not in form.values):
            form.values[name] = [part.get("value") or ""]
    elif re.search(r"-(day|month|year)$", name):
        form.values[name] = [part.get("value") or _date_part(name)]
    elif part.tag == "textarea" or (part.tag == "input" and kind in TEXT_TYPES):
        form.values[name] = [part.get("value") or "".join(part.itertext())]
        form.texts.append(name)
    else:
        form.values[name] = [part.get("value") or ""]


def _date_part(name: str) -> str:
    day = today() + timedelta(days=60 if re.search("until|ends", name) else 0)
    return str(getattr(day, name.rpartition("-")[2]))


# Which forms are sent, in this order, and what they need beside texts. The rest of PLACES has no text to enter.
SENT: tuple[tuple[str, dict[str, str]], ...] = (
    ("identity.add_person", {"email": "somebody.new@thameside.example"}),
    ("identity.add_university", {"slug": "somewhere"}),
    ("identity.give_role", {"role": "assessor"}),
    ("identity.end_role", {}),
    ("curriculum.create_cohort", {}),
    ("placements.add_site", {}),
    ("readiness.record_check", {}),
    ("readiness.correct_check", {}),
    ("cases/write.html", {}),
    ("placements.log_shift", {"starts": "01:00", "ends": "09:00", "break_minutes": "0"}),
    ("placements.query_shift", {}),
    ("placements.correct_shift", {"starts": "18:00", "ends": "06:00", "break_minutes": "0"}),
    ("competencies.ask", {"assessor_id": "somebody who saw it", "is_simulated": "no", "codes_D1": "D1.1"}),
    ("competencies.complete", {"minutes": "20"}),
    ("competencies.decline_request", {}),
    ("competencies.sign_off", {}),
    ("competencies.withdraw_sign_off", {}),
    ("competencies.raise_concern", {}),
    ("competencies.move_concern", {}),
    ("competencies.close_concern", {}),
    ("grading.mark_work", {}),
    ("grading/mark_work.html", {}),
    ("grading.record_outcome", {"outcome": "refer"}),
    ("cases.record_discussion", {}),
    ("cases.correct_discussion", {}),
    ("readiness.decide", {"decision": "defer", "supervision": "none"}),
    ("home.ask_redaction", {}),
    ("identity.edit_person", {}),
)
NO_TEXT = {
    "cases.play": "choices only",
    "cases.show_case": "choices only",
    "curriculum.change_working_share": "a number and a date",
    "curriculum.end_enrolment": "choices and a date",
    "curriculum.enrol_person": "an address, a number and a date",
    "curriculum.pause_enrolment": "dates",
    "curriculum.resume_enrolment": "a date",
    "curriculum.show_question": "choices only",
    "grading.show_queue": "boxes to tick",
    "identity.accept_invitation": "a password",
    "identity.change_password": "passwords",
    "identity.forget_password": "an address",
    "identity.reset_password": "a password",
    "identity.set_up_second_factor": "a code",
    "identity.sign_in": "an address and a password",
    "placements.list_waiting": "boxes to tick",
}


@dataclass
class Planted:
    """Which text was put into which field, what was answered, and where the forms led."""

    service: LiveService
    ids: dict[str, object]
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    targets: dict[str, None] = field(default_factory=dict)
    clients: dict[str, PageClient] = field(default_factory=dict)

    def client(self, who: str) -> PageClient:
        """Somebody without JavaScript who is signed in."""
        if who not in self.clients:
            self.clients[who] = PageClient(self.service.app)
            if who != NOBODY:
                self.clients[who].sign_in(self.service.person(who))
        return self.clients[who]

    def address(self, place: Place) -> str:
        """Where a place is."""
        values = {name: self.ids.get(str(value), value) for name, value in place.values.items()}
        return self.service.app.url_map.bind("localhost").build(place.endpoint, values)

    def text_for(self, key: str) -> str:
        """A text of its own for each field, so that it can be told where it turns up."""
        number = len(self.texts) + 1
        short = f"<img src=x onerror=alert({number})>"
        limit = SHORT.get(key.rpartition(".")[2], 1000)
        self.texts[key] = short if limit < 80 else f"<script>alert({number})</script>{short}"
        return self.texts[key]

    def send(self, name: str, place: Place, extra: dict[str, str]) -> None:
        """Fill every text of a form with markup and send it."""
        client, address = self.client(place.who), self.address(place)
        form = form_with(client.client.get(address).text, place.button)
        for each in form.texts:
            if each not in OTHER_SHAPE:
                long = f" {FORMULATION}" if name == "cases/write.html" else ""
                form.values[each] = [self.text_for(f"{name.rpartition('.')[2]}.{each}") + long]
        form.values |= {key: [str(self.ids.get(value, value))] for key, value in extra.items()}
        form.values["request_id"] = [str(new_id())]
        answer = client.client.post(form.action or address, data=form.values)
        answer.close()
        self.problems += faults_in(f"{name} refused", answer.text)
        if answer.status_code not in (302, 303):
            errors = re.findall(r'nhsuk-error-message"[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]*)', answer.text)
            self.problems.append(f"{name} answered {answer.status}: {errors}")
        else:
            self.targets[urlsplit(answer.headers["Location"]).path] = None


def faults_in(where: str, text: str) -> list[str]:
    """Markup that somebody typed and that became part of the page."""
    found = [f"{where}: {piece}" for piece in re.findall(r"<script>alert|<img src=x", text)]
    try:
        if "<main" in text:
            check_page(text)
    except AssertionError as error:
        found.append(f"{where}: {error}")
    return found


@pytest.fixture(scope="module")
def planted(example_on_sqlite: LiveService) -> Iterator[Planted]:
    """The example service after every text of every form was filled with markup."""
    example_on_sqlite.start_again()
    example_on_sqlite.app.config["WTF_CSRF_ENABLED"] = False
    found = Planted(example_on_sqlite, example_on_sqlite.ask(prepare))
    named = {(place.template or place.endpoint): place for place in PLACES}

    def work() -> None:
        for name, extra in SENT:
            found.send(name, named[name], extra)

    aside(work)
    example_on_sqlite.ask(lambda: found.targets.update(dict.fromkeys(what_came_of_it(found.ids))))
    yield found
    example_on_sqlite.app.config["WTF_CSRF_ENABLED"] = True


def test_every_form_with_a_text_is_sent() -> None:
    forms = {place.template or place.endpoint for place in PLACES if place.button}
    assert forms == {name for name, _ in SENT} | set(NO_TEXT)


def test_markup_in_any_field_is_taken_as_text(planted: Planted) -> None:
    assert not planted.problems
    assert len(planted.texts) > 35


def test_markup_in_any_field_is_shown_as_text_to_everybody(planted: Planted, browser: Browser) -> None:
    problems, seen, pages = aside(lambda: look_everywhere(planted))
    assert not problems
    hidden = {key for key, text in planted.texts.items() if text not in seen}
    assert not hidden, "shown on no page"

    for who, addresses in pages.items():
        person = Person(browser, planted.service.url)
        person.context.add_cookies([planted.service.session_of(planted.service.person(who))])  # type: ignore[list-item]
        for address in addresses:
            person.page.goto(address)
            person.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            assert person.page.locator("img[src=x], script:not([src])").count() == 0, address
        person.leave()


def what_came_of_it(ids: dict[str, object]) -> list[str]:
    """The pages of what was asked and raised last, and the debrief of the attempt that was written in."""
    writing = ids["writing"]
    assert isinstance(writing, UUID)
    play_on(viewer_for(find_person("Amina Yusuf")), writing, to_the_end=True)
    asked = db.session.scalars(select(AssessmentRequest.id).order_by(AssessmentRequest.recorded_at.desc())).first()
    raised = db.session.scalars(select(Concern.id).order_by(Concern.recorded_at.desc())).first()
    return [f"/assessments/requests/{asked}", f"/concerns/{raised}", f"/case-attempts/{writing}/debrief"]


def find_person(name: str) -> UUID:
    return db.session.scalars(select(PersonRow.id).where(PersonRow.name == name)).one()


def look_everywhere(planted: Planted) -> tuple[list[str], set[str], dict[str, list[str]]]:
    """Open all places, and all pages the forms led to as each role: which texts were seen, one page of each kind."""
    problems: list[str] = []
    seen: set[str] = set()
    pages: dict[str, list[str]] = {}
    kinds: set[str] = set()
    adapter = planted.service.app.url_map.bind("localhost")
    addresses = [(place.who, planted.address(place)) for place in PLACES if place.who != NOBODY]
    addresses += [(who, target) for who in SEVEN_ROLES for target in planted.targets]
    for who, address in dict.fromkeys(addresses):
        answer = planted.client(who).client.get(address, follow_redirects=True)
        answer.close()
        problems += faults_in(f"{address} as {who}", answer.text)
        here = {text for text in planted.texts.values() if html.escape(text) in answer.text}
        seen |= here
        kind = f"{adapter.match(urlsplit(address).path)[0]} {who}"
        if here and kind not in kinds:
            kinds.add(kind)
            pages.setdefault(who, []).append(address)
    return problems, seen, pages


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("Adam Reed", "/people?search={}"),
        ("Connie Njoroge", "/readiness?setting={0}&cohort={0}&sort={0}&order={0}&as_of={0}"),
        (NOBODY, "/sign-in?next=/{}"),
        (NOBODY, "/{}"),
    ],
)
def test_markup_in_an_address_is_shown_as_text(planted: Planted, who: str, address: str) -> None:
    text: Any = "<script>alert(1)</script><img src=x onerror=alert(1)>"

    answer = aside(lambda: planted.client(who).client.get(address.format(quote(text)), follow_redirects=True))

    answer.close()
    assert answer.status_code in (200, 404, 422)
    assert not faults_in(address, answer.text)


def test_markup_in_a_name_is_text_in_mail(planted: Planted) -> None:
    colleague = planted.ids["colleague"]
    planted.service.ask(lambda: invite(viewer_for(find_person("Adam Reed")), UUID(str(colleague))))

    letter = planted.service.newest_letter("jo.tanner@thameside.example")

    body = letter.get_body(("html",))
    assert body is not None
    assert "&lt;script&gt;" in body.get_content()
    assert not faults_in("invitation", body.get_content())
