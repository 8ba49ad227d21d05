import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import quote, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import html5lib
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from lms.competencies.models import Assessment, AssessmentRequest, Concern
from lms.competencies.queries import get_framework
from lms.competencies.services import book_conversation
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.models import Person as PersonRow
from lms.identity.services import invite, viewer_for
from lms.interop.queries import export_framework
from lms.interop.rules import FileFormat
from lms.signing.models import Suspension
from tests.client import PageClient, check_page
from tests.example import aside
from tests.journeys.people import Person
from tests.journeys.places import (
    ADMINISTRATOR,
    FORMULATION,
    NOBODY,
    NURSE,
    PLACES,
    SEVEN_ROLES,
    SUPERVISOR,
    TRAINEE,
    Place,
    play_on,
    prepare,
)
from tests.journeys.service import LiveService

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"
FORM = re.compile("<form.*?</form>", re.DOTALL)
TAKES_TEXT = re.compile('<textarea|<input(?![^>]* type="(?:hidden|radio|checkbox|submit|file|password|date)")')
TEXT_TYPES = {"text", "search", "tel", "url", "email", None}
# What cannot hold such a text: it is refused with a sentence, or never shown to anybody.
OTHER_SHAPE = {"email", "slug", "code", "break_minutes", "minutes", "starts", "ends", "percent", "password", "current"}
OTHER_SHAPE |= {"assessors_share", "trainees_share", "forms_share", "domain"}
OTHER_SHAPE |= {f"minutes_{each}" for each in ("patient_contact", "standby", "hospital_wait", "debrief", "teaching")}
OTHER_SHAPE |= {"minutes_operational_duty", "capacity", "closes_days", "valid_days"}
SHORT = {"registration_number": 40, "slug": 60}
GUEST = "new.guest@thameside.example"
# Forms of somebody who is not signed in: `who` is the link their device has opened.
BEHIND_A_LINK = (
    Place("competencies.sign_form", "shown link", button="Sign and send"),
    Place("competencies.decline_form", "sent link", button="Decline"),
)
LINKS = {place.who for place in BEHIND_A_LINK}
PATIENT = Place("competencies.answer_as_patient", "patient with the supervisor's phone", button="I am done")
FORMS = {place.key: place for place in (*PLACES, *BEHIND_A_LINK, PATIENT) if place.sends}


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
            found = filled(form)
            if buttons[0].get("name"):
                found.values[buttons[0].attrib["name"]] = [buttons[0].get("value") or ""]
            return found
    raise AssertionError(f"no form with the button {button}")


def filled(form: ElementTree.Element) -> Form:
    """A form as it stands, with the first of each choice."""
    found = Form(form.get("action") or "")
    for part in form.iter():
        _take(found, part)
    return found


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


# The same capability is not added twice.
ONE_MORE_ALONE = {f"extra_{part}_{place}": "" for place in (2, 3, 4) for part in ("code", "level")}
# Somebody with an account is asked by their name alone.
OF_SOMEBODY_HERE = {"assessor_id": "somebody who saw it", "name": "", "profession": ""}
UNLOCKED = {
    f"{name}-{part}": str(value)
    for name, day in (("from_on", 1), ("until_on", 2), ("open_until", 20))
    for part, value in (("day", day), ("month", 11), ("year", 2026))
}
# Which forms are sent, in this order, and what they need beside texts. The rest of PLACES has no text to enter.
SENT: tuple[tuple[str, dict[str, str]], ...] = (
    ("identity.add_person", {"email": "somebody.new@thameside.example"}),
    ("identity.add_university", {"slug": "somewhere"}),
    ("identity.give_role", {"role": "assessor"}),
    ("identity.end_role", {}),
    ("curriculum.create_cohort", {}),
    ("placements.add_site", {}),
    ("placements.change_site", {}),
    ("placements.record_check", {}),
    ("placements.correct_check", {}),
    ("cases/write.html", {}),
    ("placements.log_shift", {"starts": "01:00", "ends": "09:00", "break_minutes": "0"}),
    ("placements/log_shift.html", {"starts": "10:00", "ends": "12:00", "break_minutes": "0"}),
    ("placements.unlock_days", UNLOCKED),
    ("placements.query_shift", {}),
    (
        "placements.ask_approval",
        {"reach": "without-account", "email": "a.guest@northmere-general.example"},
    ),
    ("placements.add_requirement", {"valid_days": "30"}),
    ("placements.change_requirement", {"valid_days": "30"}),
    ("placements.correct_clearance", {}),
    ("curriculum.add_taught_day", {"starts": "09:00", "ends": "16:00"}),
    ("curriculum.change_taught_day", {"starts": "09:00", "ends": "16:00"}),
    ("placements.ask_for_a_slot", {}),
    ("placements.decline_a_booking", {}),
    ("placements.cancel_own_booking", {}),
    ("placements.cancel_slot", {}),
    ("placements.evaluate", dict.fromkeys(("expected", "learning", "time", "speak_up", "recommend"), "4")),
    ("placements.show_report", {"outcome": "taken-up"}),
    ("placements.correct_shift", {"starts": "18:00", "ends": "06:00", "break_minutes": "0"}),
    ("competencies.ask", {"way": "email", "email": GUEST, "is_simulated": "no", "codes_D1": "D1.1"}),
    ("competencies.rate_oneself", {}),
    ("competencies.decline_form", {}),
    ("competencies.ask", {**OF_SOMEBODY_HERE, "is_simulated": "no", "codes_D1": "D1.1"}),
    ("competencies.rate_oneself", {}),
    ("competencies.complete", {"minutes": "20", "is_unsafe": "y", **ONE_MORE_ALONE}),
    ("competencies.decline_request", {}),
    (
        "competencies.sign_form",
        {"minutes": "20", "method": "signature", "person_id": "", "is_unsafe": "y", **ONE_MORE_ALONE},
    ),
    ("competencies.reply", {}),
    ("competencies.add_words", {}),
    ("competencies/correct_assessment.html", {"minutes": "20"}),
    ("competencies.not_mine", {}),
    ("signing.show_receipt", {}),
    ("signing.show_suspension", {}),
    ("signing.edit_guest", {"email": "r.lindqvist@thameside.example"}),
    ("signing.check_guest", {"verdict": "refused"}),
    ("signing.join_guest", {}),
    ("signing.list_domains", {"domain": "somewhere-general.example", "organisation_id": ""}),
    ("competencies.answer_vignette", {"level": "3"}),
    ("competencies.set_policy", {"from_on": "2026-10-01"}),
    ("competencies.look_at", {"outcome": "talk"}),
    ("competencies.sign_off", {}),
    ("competencies.review_sign_off", {}),
    ("competencies.propose_withdrawal", {}),
    ("competencies.answer_withdrawal", {"decision": "decline"}),
    ("competencies.claim_prior_learning", {"code": "D7.4", "level": "3", "assessor_id": "somebody who saw it"}),
    ("competencies.decide_claim", {"decision": "decline"}),
    ("competencies.raise_concern", {}),
    ("competencies.write_positive_note", {}),
    ("competencies.reply_to_concern", {}),
    ("competencies.note_own_progress", {}),
    ("competencies.ask_second_opinion", {}),
    ("competencies.give_second_opinion", {}),
    ("competencies.share_concern", {}),
    ("competencies.set_action", {"due_on-day": "1", "due_on-month": "2", "due_on-year": "2027"}),
    ("competencies.note_progress", {}),
    ("competencies.end_action", {}),
    ("competencies.move_concern", {"rung": "formal-review"}),
    ("competencies.close_concern", {}),
    ("competencies.log_supervision", {"minutes": "30", "themes": "wellbeing"}),
    ("competencies.decline_supervision", {}),
    ("competencies.correct_supervision", {"minutes": "30", "themes": "caseload"}),
    ("competencies.drop_action", {}),
    ("competencies.decline_meeting", {}),
    ("competencies.record_meeting", {"look_*": "dropped"}),
    ("competencies.show_mapping", {}),
    ("competencies.propose_mapping", {}),
    ("competencies.give_own_view", {}),
    ("competencies.answer_round", {}),
    ("competencies.release_round", {}),
    ("competencies.answer_as_patient", {}),
    ("cases.show_debrief", {}),
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
    "home.choose_digest": "choices only",
    "placements.show_late_entries": "a date",
    "home.question_text": "choices only",
    "home.decide_redaction": "choices only",
    "competencies.ask_patients": "choices only",
    "competencies.book_conversation": "a date",
    "competencies.choose_moment": "choices only",
    "competencies.invite_raters": "boxes to tick",
    "competencies.name_coordinating_supervisor": "choices and a date",
    "competencies.open_round": "choices only",
    "competencies.pass_on": "choices only",
    "competencies/start_assessment.html": "choices and a date",
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
    "identity.set_pin": "a password and a PIN",
    "identity.set_up_second_factor": "a code",
    "identity.sign_in": "an address and a password",
    "interop.check_framework": "a file, see test_markup_in_a_file_is_shown_as_text",
    "interop.import_rota": "a file of times, and of it nothing but times",
    "interop.import_rotas": "a file of times, and of it nothing but times",
    "placements.add_encounter": "choices only",
    "placements.change_slot": "times, numbers and choices",
    "placements.make_slots": "times, numbers and choices",
    "placements.offer_a_swap": "choices only",
    "placements.record_clearance": "dates",
    "placements.list_waiting": "boxes to tick",
    "placements.pass_on_debrief": "choices only",
    "placements.show_support": "choices only",
}


# Forms whose words are kept and shown as those of another form that is sent: a reason, a note, what was seen at a site.
AS_ANOTHER = {
    "placements.cancel_a_booking": "placements.cancel_own_booking",
    "placements.decide_slot": "placements.decline_a_booking",
    "placements.decide_swap": "placements.decline_a_booking",
    "placements.decline_a_swap": "placements.decline_a_booking",
    "placements.decline_other_wishes": "placements.decline_a_booking",
    "placements.give_a_slot": "placements.decline_a_booking",
    "placements.rank_wishes": "placements.ask_for_a_slot",
    "placements.report_risk": "placements.show_report",
    "placements.summarise": "placements.evaluate",
    "placements.withdraw_other_wishes": "placements.cancel_own_booking",
}


@dataclass
class Planted:
    """Which text was put into which field, what was answered, where the forms led, and which texts were seen."""

    service: LiveService
    ids: dict[str, object]
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    targets: dict[str, None] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    clients: dict[str, PageClient] = field(default_factory=dict)

    @property
    def map(self) -> MapAdapter:
        """The addresses of the service."""
        return self.service.app.url_map.bind("localhost")

    def client(self, who: str) -> PageClient:
        """Somebody without JavaScript who is signed in, or who has opened a link."""
        if who not in self.clients:
            self.clients[who] = PageClient(self.service.app)
            if who in LINKS:
                self.clients[who].post(f"/sign/{self.ids[who]}")
            elif who == PATIENT.who:
                self.clients[who].sign_in(self.service.person(SUPERVISOR))
                moment = {"is_settled": "yes", "setting": "joint-response-car"}
                self.clients[who].post(f"/trainees/{self.ids['trainee']}/patient-feedback/moment", moment)
            elif who != NOBODY:
                self.clients[who].sign_in(self.service.person(who))
        return self.clients[who]

    def address(self, place: Place) -> str:
        """Where a place is."""
        return self.map.build(place.endpoint, {name: self.ids.get(str(key), key) for name, key in place.values.items()})

    def text_for(self, key: str) -> str:
        """A text of its own for each field, so that it can be told where it turns up."""
        number = len(self.texts) + 1
        short = f"<img src=x onerror=alert({number})>"
        limit = SHORT.get(key.rpartition(".")[2], 1000)
        text = short if limit < 80 else f"<script>alert({number})</script>{short}"
        self.texts[f"{key} again" if key in self.texts else key] = text
        return text

    def ask(self, question: Callable[[], TestResponse]) -> TestResponse:
        """An answer, closed where it was asked for: what waits for the end of a request is done then."""

        def work() -> TestResponse:
            answer = question()
            answer.close()
            return answer

        return aside(work)

    def look(self, who: str, address: str) -> tuple[str, set[str]]:
        """Open a page as somebody: what it says, and the texts it shows."""
        answer = self.client(who).client.get(address, follow_redirects=True)
        answer.close()
        self.problems += faults_in(f"{address} as {who}", answer.text)
        here = {text for text in self.texts.values() if html.escape(text) in answer.text}
        self.seen |= here
        return answer.text, here

    def send(self, name: str, place: Place, extra: dict[str, str]) -> None:
        """Fill every text of a form with markup, send it and look at where it led."""
        address = self.address(place)
        if place.who in LINKS:
            self.look(place.who, "/sign")
        form = form_with(self.look(place.who, address)[0], place.sends)
        for key, value in extra.items():
            form.values |= {each: [str(self.ids.get(value, value))] for each in matching(form, key)}
        for each in form.texts:
            if each not in OTHER_SHAPE and each not in extra:
                long = f" {FORMULATION}" if name == "cases/write.html" else ""
                form.values[each] = [self.text_for(f"{name.rpartition('.')[2]}.{each}") + long]
        form.values["request_id"] = [str(new_id())]
        answer = self.client(place.who).client.post(form.action or address, data=form.values)
        answer.close()
        self.sent.add(self.endpoint(form.action or address))
        self.problems += faults_in(f"{name} refused", answer.text)
        if answer.status_code not in (302, 303):
            errors = re.findall(r'nhsuk-error-message"[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]*)', answer.text)
            said = re.findall(r"<a href=\"#[^>]*>([^<]*)<|nhsuk-error-summary__list[^>]*>\s*<li>([^<]*)", answer.text)
            self.problems.append(f"{name} answered {answer.status}: {errors} {said}")
        else:
            target = urlsplit(answer.headers["Location"]).path
            self.targets[target] = None
            self.look(place.who, target)
            self.ids |= made_by(name, target, self.service)

    def endpoint(self, address: str) -> str:
        """What a form at this address is sent to."""
        return str(self.map.match(urlsplit(address).path, method="POST")[0])

    def not_sent(self, address: str, text: str) -> list[str]:
        """The forms of a page that take any text and that no test sends."""
        found = []
        for markup in FORM.findall(text):
            if not TAKES_TEXT.search(markup):
                continue
            (each,) = html5lib.parse(markup, namespaceHTMLElements=False).iter("form")
            form = filled(each)
            has_text = each.get("method") == "post" and set(form.texts) - OTHER_SHAPE
            endpoint = self.endpoint(form.action or address) if has_text else ""
            if endpoint and not {endpoint, AS_ANOTHER.get(endpoint)} & self.sent:
                found.append(f"{address} has a form that is not sent: {form.texts}")
        return found


def matching(form: Form, key: str) -> list[str]:
    """The fields a key stands for: one, or all with this beginning."""
    return [each for each in form.values if each.startswith(key[:-1])] if key.endswith("*") else [key]


def made_by(name: str, target: str, service: LiveService) -> dict[str, object]:
    """What a later form is about: the draft of a request, and the link that was sent to a guest."""
    if name == "competencies.ask":
        return {"draft": UUID(target.rpartition("/")[2])}
    if name == "competencies.rate_oneself":
        return {"sent link": service.newest_link(GUEST).rpartition("/")[2]}
    return {}


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

    def work() -> None:
        for name, extra in SENT:
            found.send(name, FORMS[name], extra)

    since = example_on_sqlite.ask(now)
    aside(work)
    example_on_sqlite.ask(lambda: found.targets.update(dict.fromkeys(what_came_of_it(found.ids, since))))
    yield found
    example_on_sqlite.app.config["WTF_CSRF_ENABLED"] = True


def test_every_form_with_a_text_is_sent() -> None:
    assert set(FORMS) == {name for name, _ in SENT} | set(NO_TEXT) | set(AS_ANOTHER)


def test_markup_in_any_field_is_taken_as_text(planted: Planted) -> None:
    assert not planted.problems
    assert len(planted.texts) > 100


def test_markup_in_any_field_is_shown_as_text_to_everybody(planted: Planted, browser: Browser) -> None:
    pages, not_sent = aside(lambda: look_everywhere(planted))
    assert not planted.problems
    assert not not_sent
    hidden = {key for key, text in planted.texts.items() if text not in planted.seen}
    assert not hidden, "shown on no page"

    for who, addresses in pages.items():
        person = Person(browser, planted.service.url)
        person.context.add_cookies([planted.service.session_of(planted.service.person(who))])  # type: ignore[list-item]
        for address in addresses:
            person.page.goto(address)
            person.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            assert person.page.locator("img[src=x], script:not([src])").count() == 0, address
        person.leave()


# Where somebody reads what was recorded while the forms were sent.
RECORDED: tuple[tuple[type[Assessment | AssessmentRequest | Concern | Suspension], tuple[str, ...]], ...] = (
    (Assessment, ("/assessments/{}",)),
    (AssessmentRequest, ("/assessments/requests/{}", "/assessments/requests/{}/mine", "/assessments/ask?again={}")),
    (Concern, ("/concerns/{}", "/concerns/about-me/{}")),
    (Suspension, ("/signatures/{}",)),
)


def what_came_of_it(ids: dict[str, object], since: datetime) -> list[str]:
    """The pages of what was recorded since then, and the debrief of the attempt that was written in."""
    writing = ids["writing"]
    assert isinstance(writing, UUID)
    play_on(viewer_for(find_person(TRAINEE)), writing, to_the_end=True)
    nurse, running = viewer_for(find_person(NURSE)), ids["running round"]
    assert isinstance(running, UUID)
    book_conversation(nurse, running, conversation_on=today())  # Then the answers can be read.
    return [
        f"/feedback-rounds/{running}",
        f"/case-attempts/{writing}/debrief",
        *(
            address.format(each)
            for model, addresses in RECORDED
            for each in db.session.scalars(select(model.id).where(model.recorded_at >= since))
            for address in addresses
        ),
    ]


def exported() -> dict[str, object]:
    """The framework in force as its file says it."""
    found = export_framework(FileFormat.JSON, get_framework().id)
    return dict(json.loads(found.text))


def find_person(name: str) -> UUID:
    return db.session.scalars(select(PersonRow.id).where(PersonRow.name == name)).one()


def look_everywhere(planted: Planted) -> tuple[dict[str, list[str]], list[str]]:
    """Open all places, and all pages the forms led to as each role: one page of each kind that shows a text."""
    pages: dict[str, list[str]] = {}
    not_sent: list[str] = []
    kinds: set[str] = set()
    addresses = [(place.who, planted.address(place)) for place in PLACES if place.who != NOBODY]
    addresses += [(who, target) for who in SEVEN_ROLES for target in planted.targets]
    for who, address in dict.fromkeys(addresses):
        text, here = planted.look(who, address)
        not_sent += planted.not_sent(address, text)
        kind = f"{planted.map.match(urlsplit(address).path)[0]} {who}"
        if here and kind not in kinds:
            kinds.add(kind)
            pages.setdefault(who, []).append(address)
    return pages, not_sent


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
    answer = planted.ask(lambda: planted.client(who).client.get(address.format(quote(MARKUP)), follow_redirects=True))

    assert answer.status_code in (200, 404, 422)
    assert not faults_in(address, answer.text)


@pytest.mark.parametrize(
    ("begins", "says"), [("{", "can be used"), (f'{{"{MARKUP}": 1, "{MARKUP}": 2, ', "stands here twice")]
)
def test_markup_in_a_file_is_shown_as_text(planted: Planted, begins: str, says: str) -> None:
    text = json.dumps({**planted.service.ask(exported), "title": MARKUP}).replace("{", begins, 1)
    file = (BytesIO(text.encode()), f"{MARKUP}.json")

    answer = planted.ask(lambda: planted.client(NURSE).client.post("/frameworks/check", data={"file": file}))

    assert says in answer.text
    assert answer.text.count(html.escape(MARKUP)) > 1
    assert not faults_in("check a file", answer.text)


def test_markup_in_a_name_is_text_in_mail(planted: Planted) -> None:
    colleague = planted.ids["colleague"]
    planted.service.ask(lambda: invite(viewer_for(find_person(ADMINISTRATOR)), UUID(str(colleague))))

    letter = planted.service.newest_letter("jo.tanner@thameside.example")

    body = letter.get_body(("html",))
    assert body is not None
    assert "&lt;script&gt;" in body.get_content()
    assert not faults_in("invitation", body.get_content())
