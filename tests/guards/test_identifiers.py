"""The identifier guard stands before every text: said by each form, asked by each service, and tried on every form."""

import ast
import html
import importlib
import json
import logging
import pkgutil
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import select

import lms
from lms.config import ROOT
from lms.core.db import db
from lms.core.identifier_patterns import is_nhs_number
from lms.core.ids import new_id
from lms.notifications.models import Mail
from lms.notifications.services import compose
from lms.placements.rules.sealing import Place
from lms.policy import GRANTS, Permission, Role
from lms.web.forms import ConfirmedForm, NHSForm, TextAreaField
from tests.client import PageClient
from tests.factories.offline import seal
from tests.guards.addresses import Way, record_of, ways
from tests.guards.demo_service import Demo
from tests.guards.test_forms import forms

# What is written in several lines and is about nobody's care. An NHS number is refused in it all the same.
NOT_ABOUT_CARE = {
    "MappingForm.reason": "how capabilities of two versions belong together",
    "MappingReviewForm.reason": "how capabilities of two versions belong together",
    "PolicyForm.reason": "how many assessments are looked at",
    "CheckGuestForm.reason": "whether a colleague is who they say",
    "JoinForm.reason": "whether two entries are one colleague",
    "WriteForm.text": "the people of a case are fictional, and have names",
    "OutcomeForm.reason": "what a board decided about a module",
    "RedactionForm.reason": "what kind of detail a text holds",
    "DecisionForm.reason": "a trainee's readiness",
    "CheckCorrectionForm.reason": "a document of a colleague",
    "ClearanceCorrectionForm.reason": "a document of a trainee",
    "CancelSlotForm.reason": "why a slot does not take place",
    "UnlockForm.reason": "why shifts may be logged late",
}
# Services whose texts another one looked at, and which.
LOOKED_AT_BEFORE = {"lms/placements/services/leaving.py": "the service itself says why, with a day and nothing typed"}


def text_areas() -> Iterator[tuple[type[NHSForm], str, bool]]:
    """Every box for several lines: its form, its name and whether it is about care."""
    for module in pkgutil.walk_packages(lms.__path__, "lms."):
        if ".forms" in module.name:
            importlib.import_module(module.name)
    for form in set(forms()):
        for name in dir(form):
            field = getattr(form, name)
            if getattr(field, "field_class", None) is TextAreaField:
                yield form, name, bool(field.kwargs.get("about_care"))


def test_every_box_for_several_lines_is_about_care_or_somebody_said_why_not() -> None:
    silent = {f"{form.__name__}.{name}" for form, name, is_about_care in text_areas() if not is_about_care}
    assert silent - set(NOT_ABOUT_CARE) == set(), "Add about_care=True, or say here what the text is about"
    assert set(NOT_ABOUT_CARE) - silent == set(), "Take these out: they are about care, or gone"


def test_every_form_about_care_lets_its_writer_confirm() -> None:
    deaf = {
        form.__name__
        for form, _, is_about_care in text_areas()
        if is_about_care and not issubclass(form, ConfirmedForm)
    }
    assert not deaf, f"Make these a ConfirmedForm: {sorted(deaf)}"


def test_every_service_that_keeps_a_text_looks_at_it() -> None:
    blind = set()
    for path in Path(ROOT / "lms").rglob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        name = path.relative_to(ROOT).as_posix()
        if "keep_text" in called and name not in LOOKED_AT_BEFORE and not called & {"check_free_text", "check_answers"}:
            blind.add(name)
    assert not blind, f"Call check_free_text before keep_text in: {sorted(blind)}"


# --- Every form is sent with NHS numbers in every text; afterwards they are nowhere ---

SPACINGS = [
    "{0}{1}{2}",
    "{0} {1} {2}",
    "{0}-{1}-{2}",
    "{0}\u00a0{1}\u00a0{2}",
    "{0}.{1}.{2}",
    "nhs{0}{1}{2}x",
    "+44{0}{1}{2}",
]
PEOPLE = {
    Role.TRAINEE: "yusuf",
    Role.ASSESSOR: "patel",
    Role.EDUCATOR: "lowe",
    Role.CONSULTANT_NURSE: "njoroge",
    Role.ADMINISTRATOR: "akhtar",
}
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
CONTROL = re.compile(r"<(input|textarea|select)\b([^>]*)>(.*?)(?=<(?:input|textarea|select)\b|$)", re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
LEAVING = {"identity.sign_out", "identity.switch_role", "competencies.hand_over_form"}  # They end the session.
PARTS = {"starts": "07:00", "ends": "19:00", "day": "18", "month": "11", "year": "2026", "hour": "10", "minute": "30"}
NAMES = ("text", "reason", "note", "words", "comment", "name", "cause", "action", "feedback", "summary", "where_found")
REFUSED = "Remove the NHS number"


def valid_numbers() -> Iterator[str]:
    """Numbers with the right check digit from the range that is never issued, each in the next way to write it."""
    every = (f"999{number:07}" for number in range(1_234_567, 9_999_999, 331))
    for digits, spacing in zip(filter(is_nhs_number, every), cycle(SPACINGS), strict=False):
        yield spacing.format(digits[:3], digits[3:6], digits[6:])


class Sender:
    """Fills in forms with NHS numbers, remembers each, and which views refused one in words."""

    def __init__(self, people: dict[PageClient, UUID]) -> None:
        self.people = people
        self.numbers = valid_numbers()
        self.sent: list[str] = []
        self.refused: set[str] = set()
        self.with_text: set[str] = set()

    def number(self) -> str:
        """Another number, in a sentence."""
        self.sent.append(next(self.numbers))
        return f"Rang about {self.sent[-1]} on the way."

    def fill(self, body: str) -> dict[str, object]:
        """Answers to every question of a form: a number in every text, else what is offered first."""
        answers: dict[str, object] = {}
        for kind, tag, rest in CONTROL.findall(body):
            found = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}
            name, value = found.get("name"), found.get("value", "y")
            if name is None or found.get("type") in ("file", "submit", "password"):
                continue
            if kind == "select":
                answers[name] = next(iter(OPTION.findall(rest)), "")
            elif kind == "input" and found.get("type") in ("hidden", "radio", "checkbox"):
                answers.setdefault(name, found.get("value", "") if found.get("type") == "hidden" else value)
            elif (part := name.rpartition("-")[2]) in PARTS or "inputmode" in found:
                answers[name] = PARTS.get(part, "30")
            else:
                answers[name] = self.number()
        return {**answers, "no_identifiers": "y", "request_id": str(new_id())}

    def send(self, client: PageClient, way: Way, url: str) -> None:
        """Open the page of a form where there is one, and send it; a form without a page is sent with usual names."""
        if "GET" not in (way.rule.methods or ()):
            guess = {name: self.number() for name in NAMES}
            self.look(client.client.post(url, data={**guess, "request_id": str(new_id())}, buffered=True), way)
            self.look(client.client.post(f"{url}?seq=0", json={**guess, "version": 0}, buffered=True), way)
            return
        page = client.client.get(url, buffered=True)
        page.close()
        if (
            page.status_code == 302 and "/sign-in" in page.headers["Location"]
        ):  # A form before this one ended the session.
            client.sign_in(self.people[client])
            page = client.client.get(url, buffered=True)
            page.close()
        for tag, body in FORM.findall(page.text):
            if 'method="post"' in tag and ("textarea" in body or 'type="text"' in body):
                if "textarea" in body:
                    self.with_text.add(way.endpoint)
                self.look(client.client.post(url, data=self.fill(body), buffered=True), way)

    def look(self, answer: object, way: Way) -> None:
        """Note whether a number was refused in words; an error of the server is none."""
        assert answer.status_code < 500, f"{way}: {answer.status_code}"  # type: ignore[attr-defined]
        if REFUSED in answer.text:  # type: ignore[attr-defined]
            self.refused.add(way.endpoint)
        answer.close()  # type: ignore[attr-defined]


# --- What a device sends sealed ---

CONTACT = {
    "presentation": "overdose",
    "part": "led",
    "outcome": "referred",
    "frameworks": "consent",
    "age_band": "not-known",
}
END = {
    "worked_on-day": "17",
    "worked_on-month": "11",
    "worked_on-year": "2026",
    "ends": "03:30",
    "break_minutes": "0",
    "is_supernumerary": "yes",
    "agreed": "yes",
    "agreed_name": "Nell Abara",
    "agreed_email": "nell.abara@quay.example",
    "no_identifiers": "y",
}
SEALED_TEXTS = ("note", "agreed_name", "agreed_email")
SEALED_CHOICES = ("starts", "site_id", "presentation", "outcome")


class Device:
    """A device of a trainee that sends shifts which were entered without a signal."""

    def __init__(self, client: PageClient, person_id: UUID) -> None:
        self.client, self.person_id = client, person_id
        self.owner = client.client.get("/offline/session").get_json()["owner"]

    def send(self, **changes: str) -> tuple[int, str]:
        """Send a shift with a contact; what changes is in either."""
        shift_id = new_id()
        end = {"site_id": self.owner["sites"][0]["id"], "starts": "03:00", "note": "A calm night.", **END}
        contact, end = ({name: changes.get(name, kept) for name, kept in form.items()} for form in (CONTACT, end))
        bundle = {"id": str(shift_id), "contacts": [self._sealed(shift_id, contact, "contact")]}
        bundle["end"] = self._sealed(shift_id, end, "end")
        answer = self.client.client.post("/offline/bundles", json=bundle, headers={"Accept": "application/json"})
        return answer.status_code, answer.text

    def _sealed(self, shift_id: UUID, answers: dict[str, str], use: str) -> dict[str, str]:
        place = Place(self.person_id, shift_id, new_id(), use)
        return {"id": str(place.entry_id), "sealed": seal([*answers.items()], self.owner["lock"], place)}


def send_sealed(device: Device, sender: Sender) -> None:
    """Send a number in every text of a shift, each way it is written, and in place of answers to choose from."""
    sent = [{name: sender.number()} for name in SEALED_TEXTS for _ in SPACINGS]
    sent += [{name: sender.number()} for name in SEALED_CHOICES]
    sent += [{name: sender.number() for name in (*SEALED_TEXTS, *SEALED_CHOICES)} for _ in range(2)]
    for changes in sent:
        status, said = device.send(**changes)
        assert status == 422, (changes, said)
        if "note" in changes and len(changes) == 1:
            assert REFUSED in said
    status, said = device.send()
    assert status == 200, said  # Only the numbers were wrong.


def everything(service: Demo) -> str:
    """Every value of every column, and every email as it would be sent."""
    tables = [str(name) for (name,) in service.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    values = [str(value) for name in tables for row in service.sql(f'SELECT * FROM "{name}"') for value in row]
    with service.app.app_context(), service.app.test_request_context():
        waiting = db.session.scalars(select(Mail).where(Mail.sealed_facts.is_not(None))).all()
        values += [str(compose(mail, "Somebody", "somebody@example.org")) for mail in waiting]
    return "\n".join(values)


def _shown(number: str, kept: str) -> bool:
    return number in kept or json.dumps(number)[1:-1] in kept


def test_no_nhs_number_that_is_sent_anywhere_is_kept_anywhere(
    kept_service: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    record = record_of(kept_service, "yusuf")
    clients = {role: kept_service.sign_in(kept_service.people[name], role) for role, name in PEOPLE.items()}
    sender = Sender({clients[role]: kept_service.people[name] for role, name in PEOPLE.items()})
    posts = [way for way in ways(kept_service.app) if way.method == "POST" and not way.unknown]
    for way in posts:
        anybody = not isinstance(way.access, Permission)
        for role, client in list(clients.items())[: 1 if anybody else None]:
            if way.endpoint not in LEAVING and (anybody or way.access in GRANTS[role]):
                sender.send(client, way, way.url(kept_service.app, record))
    send_sealed(Device(clients[Role.TRAINEE], kept_service.people["yusuf"]), sender)
    for url in ("/people", f"/feedback-rounds/{record['round_id']}/raters"):
        number = next(sender.numbers)
        sender.sent.append(number)
        answer = clients[Role.ADMINISTRATOR].client.get(f"{url}?search={quote(number)}")
        assert (answer.status_code, answer.headers["Location"]) == (302, url)

    assert len(sender.sent) > 300
    assert len(sender.refused) > 20
    kept = everything(kept_service) + caplog.text
    spaced = [number for number in sender.sent if not number.isdigit() and _shown(number, kept)]
    # Digits of an id or of a digest, among the letters a to f, are nobody's number.
    alone = set(re.findall(r"(?<![0-9a-f])(?:44)?([0-9]{10})(?![0-9a-f])", re.sub(r"[ .+\-\u00a0]", "", kept)))
    found = [*spaced, *(alone & {re.sub(r"\D", "", number)[-10:] for number in sender.sent})]
    assert found == []
    silent = sender.with_text - sender.refused
    assert not silent, f"These take a text, and do not refuse an NHS number in words: {sorted(silent)}"
