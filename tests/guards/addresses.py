"""What the arguments of addresses name, and the address of every page for one trainee's record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.core.ids import new_id
from lms.policy import Permission
from tests.client import PageClient
from tests.guards.demo_service import Demo

# One row of each kind for one trainee: the latest, of which most people may have something to do with it.
RECORD = {
    "trainee_id": "SELECT id FROM person WHERE id = ?",
    "person_id": "SELECT id FROM person WHERE id = ?",
    "assignment_id": "SELECT id FROM role_assignment WHERE person_id = ?",
    "cohort_id": "SELECT cohort_id FROM enrolment WHERE trainee_id = ?",
    "check_id": "SELECT id FROM person_check WHERE person_id = ? ORDER BY proof_id IS NULL, id DESC",
    "attempt_id": "SELECT case_attempt.id FROM case_attempt "
    "JOIN content_version ON content_version.id = content_version_id "
    "WHERE trainee_id = ? AND mode = 'graded' AND slug = 'wasting-your-time' ORDER BY case_attempt.id DESC",
    "discussion_id": "SELECT id FROM case_discussion WHERE trainee_id = ? ORDER BY id DESC",
    "work_id": (
        "SELECT case_step.id FROM case_step JOIN case_attempt ON case_attempt.id = attempt_id "
        "WHERE trainee_id = ? AND text_id IS NOT NULL ORDER BY case_step.id DESC"
    ),
    "booking_id": "SELECT id FROM booking WHERE trainee_id = ? ORDER BY id DESC",
    "swap_id": "SELECT id FROM booking_swap WHERE asked_by_id = ? ORDER BY id DESC",
    "shift_id": "SELECT id FROM shift WHERE trainee_id = ? ORDER BY started_at DESC",
    "encounter_id": (  # One of the shift under `shift_id`.
        "SELECT encounter.id FROM encounter JOIN shift ON shift.first_id = encounter.shift_id "
        "WHERE encounter.trainee_id = ? ORDER BY started_at DESC"
    ),
    "report_id": "SELECT id FROM safeguarding_report WHERE trainee_id = ? ORDER BY id DESC",
    "requirement_id": "SELECT requirement_id FROM clearance WHERE trainee_id = ? ORDER BY id DESC",
    "clearance_id": "SELECT id FROM clearance WHERE trainee_id = ? ORDER BY id DESC",
    "day_id": "SELECT taught_day.id FROM taught_day JOIN enrolment ON enrolment.cohort_id = taught_day.cohort_id "
    "WHERE trainee_id = ? ORDER BY taught_day.id DESC",
    "approval_id": "SELECT id FROM approval_request WHERE trainee_id = ? ORDER BY id DESC",
    "request_id": "SELECT id FROM assessment_request WHERE trainee_id = ? ORDER BY id DESC",
    "assessment_id": "SELECT id FROM assessment WHERE trainee_id = ? ORDER BY id DESC",
    "drawn_id": "SELECT id FROM assessment WHERE trainee_id = ? AND signature_id IS NOT NULL ORDER BY id DESC",
    "decision_id": "SELECT id FROM shift_decision WHERE trainee_id = ? AND signature_id IS NOT NULL",
    "signed_shift_id": "SELECT shift_id FROM shift_decision WHERE trainee_id = ? AND signature_id IS NOT NULL",
    "draft_id": "SELECT id FROM request_draft WHERE trainee_id = ? AND request_id IS NULL ORDER BY id DESC",
    "shift_draft_id": "SELECT id FROM shift_draft WHERE trainee_id = ? ORDER BY id DESC",
    "debrief_id": "SELECT id FROM debrief_request WHERE trainee_id = ? ORDER BY id DESC",
    "suspension_id": "SELECT id FROM suspension WHERE trainee_id = ?",
    "round_id": "SELECT id FROM feedback_round WHERE trainee_id = ? ORDER BY id DESC",
    "rater_id": (
        "SELECT feedback_rater.id FROM feedback_rater JOIN feedback_round ON feedback_round.id = round_id "
        "WHERE trainee_id = ? ORDER BY feedback_rater.id DESC"
    ),
    "sign_off_id": "SELECT id FROM sign_off WHERE trainee_id = ? ORDER BY id DESC",
    "claim_id": "SELECT id FROM prior_learning_claim WHERE trainee_id = ? ORDER BY file_id IS NULL, id DESC",
    "concern_id": "SELECT id FROM concern WHERE trainee_id = ? ORDER BY id DESC",
    "authorisation_id": "SELECT id FROM authorisation WHERE trainee_id = ? ORDER BY id DESC",
    "entry_id": "SELECT id FROM supervision_entry WHERE trainee_id = ? ORDER BY id DESC",
    "meeting_id": "SELECT id FROM placement_meeting WHERE trainee_id = ? ORDER BY id DESC",
    "action_id": "SELECT id FROM meeting_action WHERE trainee_id = ? ORDER BY id DESC",
    "site_id": "SELECT site_id FROM shift WHERE trainee_id = ? ORDER BY started_at DESC",
    "text_id": "SELECT text_id FROM concern WHERE trainee_id = ?",
    "redaction_id": (
        "SELECT redaction_request.id FROM redaction_request "
        "WHERE text_id IN (SELECT text_id FROM concern WHERE trainee_id = ?)"
    ),
}
SHIFT_DRAFTS = ("continue_draft", "throw_away_draft", "bring_back_draft")
REQUIREMENTS = ("change_requirement", "list_people_to_clear", "retire_requirement")
DEBRIEFS = ("take_back_debrief", "hold_debrief", "pass_on_debrief")
OTHER_NAME = {
    **{
        (f"placements.{name}", "site_id"): "any_site"
        for name in ("show_site", "change_site", "close_site", "reopen_site", "make_slots", "add_requirement")
    },
    **{(f"placements.{name}", "requirement_id"): "any_requirement" for name in REQUIREMENTS},
    ("competencies.download_signature", "assessment_id"): "drawn_id",
    ("placements.download_signature", "shift_id"): "signed_shift_id",
    ("home.decide_redaction", "request_id"): "redaction_id",
    ("home.pass_on_redaction", "request_id"): "redaction_id",
    **{(f"placements.{name}", "draft_id"): "shift_draft_id" for name in SHIFT_DRAFTS},
    **{(f"placements.{name}", "request_id"): "debrief_id" for name in DEBRIEFS},
    # A site is nobody's record: what is seen of one is tried in test_visibility.
    ("placements.evaluate", "site_id"): "any_site",
    ("placements.report_risk", "site_id"): "any_site",
    ("placements.show_evaluations", "site_id"): "any_site",
    ("placements.summarise", "site_id"): "any_site",
    ("placements.show_site_feedback", "site_id"): "any_site",
    ("placements.hand_over_hours", "request_id"): "approval_id",
}

# Arguments that name nothing of a trainee, and what stands in them here.
NO_VERSION = "00000000-0000-0000-0000-000000000000"
WORDS = {
    **{
        (f"placements.{name}", "site_id"): NO_VERSION
        for name in ("show_site", "change_site", "close_site", "reopen_site", "make_slots", "add_requirement")
    },
    **{(f"placements.{name}", "requirement_id"): NO_VERSION for name in REQUIREMENTS},
    ("competencies.answer_vignette", "vignette_id"): "00000000-0000-0000-0000-000000000000",
    ("competencies.propose_mapping", "older_id"): NO_VERSION,
    ("competencies.propose_mapping", "newer_id"): NO_VERSION,
    ("competencies.show_mapping", "mapping_id"): NO_VERSION,
    ("interop.download_calendar", "token"): "no-such-token",
    ("interop.download_framework", "version_id"): NO_VERSION,
    ("interop.download_framework", "shape"): "csv",
    ("competencies.show_capability", "code"): "D3.1",
    ("competencies.sign_off", "code"): "D3.1",
    ("competencies.record_meeting", "kind"): "initial",
    ("grading.record_outcome", "slug"): "mhp701",
    ("interop.download_contacts", "detail"): "part",
    ("placements.evaluate", "site_id"): NO_VERSION,
    ("placements.report_risk", "site_id"): NO_VERSION,
    ("placements.show_evaluations", "site_id"): NO_VERSION,
    ("placements.summarise", "site_id"): NO_VERSION,
    ("placements.show_site_feedback", "site_id"): NO_VERSION,
    ("readiness.show_exposure_cell", "presentation"): "low-mood",
    ("readiness.show_exposure_cell", "part"): "led",
    ("placements.show_slot", "slot_id"): NO_VERSION,
    ("placements.ask_for_a_slot", "slot_id"): NO_VERSION,
    ("placements.decide_slot", "slot_id"): NO_VERSION,
    ("placements.give_a_slot", "slot_id"): NO_VERSION,
    ("placements.change_slot", "slot_id"): NO_VERSION,
    ("placements.cancel_slot", "slot_id"): NO_VERSION,
    ("placements.show_trainee_requirement", "slug"): "joint-response-car",
    ("placements.show_own_requirement", "slug"): "joint-response-car",
    ("readiness.show_setting", "setting"): "joint-response-car",
    ("readiness.decide", "setting"): "joint-response-car",
    ("cases.show_case", "slug"): "wasting-your-time",
    ("cases.show_cohort", "slug"): "wasting-your-time",
    ("cases.show_map", "slug"): "wasting-your-time",
    ("cases.show_preview", "slug"): "wasting-your-time",
    ("cases.show_preview_debrief", "slug"): "wasting-your-time",
    ("cases.show_preview_image", "slug"): "wasting-your-time",
    ("cases.show_preview_image", "key"): "front-room",
    ("cases.start_preview", "slug"): "wasting-your-time",
    ("cases.begin_preview", "slug"): "wasting-your-time",
    ("cases.begin_preview", "scene"): "arrival",
    ("cases.show_image", "key"): "front-room",
    ("cases.arrange_discussion", "slug"): "wasting-your-time",
    ("curriculum.show_assignment", "slug"): "case-formulation",
    ("curriculum.show_module", "slug"): "mhp701",
    ("curriculum.show_programme", "slug"): "pgcert-spp-mh",
    ("curriculum.show_knowledge_check", "slug"): "mhp703-knowledge-check",
    ("curriculum.show_question", "slug"): "mhp703-knowledge-check",
    ("curriculum.show_question", "key"): "no-such-question",
    ("curriculum.begin_round", "slug"): "mhp703-knowledge-check",
    ("curriculum.show_reading", "slug"): "breathing-first",
    ("curriculum.note_section", "slug"): "breathing-first",
    ("curriculum.mark_reading", "slug"): "breathing-first",
    ("competencies.open_signing_link", "token"): "no-such-token",
    ("placements.open_approval_link", "token"): "no-such-token",
    ("signing.show_receipt", "token"): "no-such-token",
    ("identity.accept_invitation", "token"): "no-such-token",
    ("identity.reset_password", "token"): "no-such-token",
    ("identity.remove_passkey", "passkey_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.show_guest", "guest_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.download_drawing", "guest_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.download_drawing", "file_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.edit_guest", "guest_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.check_guest", "guest_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.join_guest", "guest_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.open_account", "guest_id"): "00000000-0000-0000-0000-000000000000",
    ("signing.remove_domain", "domain_id"): "00000000-0000-0000-0000-000000000000",
    ("static", "filename"): "app.css",
    ("home.stop_digest", "token"): "no-such-token",
    ("home.question_text", "shown_id"): "00000000-0000-0000-0000-000000000000",
    ("home.question_text", "proof"): "no-such-proof",
    ("home.retry_job", "job_id"): "00000000-0000-0000-0000-000000000000",
}

# What the pages' own scripts send.
SENT_BY_SCRIPT = {
    "cases.save_draft": ({"text": "A draft", "version": 0}, {"seq": 0}),
    "cases.save_reflection": ({"text": "A reflection", "version": 0}, {}),
    "competencies.save_draft": ({"version": 0}, {}),
    "grading.save_draft": ({"version": 0}, {}),
    "identity.begin_assertion": ({}, {}),
    "placements.save_draft": ({"version": 0}, {"draft": NO_VERSION}),
    "identity.begin_passkey": ({"password": "not the password"}, {}),
    "placements.receive_bundle": ({}, {}),
}


@dataclass(frozen=True)
class Way:
    """One method of one address, and the permission its view declares."""

    rule: Rule
    method: str
    access: object

    @property
    def endpoint(self) -> str:
        """The name of the view."""
        return str(self.rule.endpoint)

    @property
    def names(self) -> dict[str, str]:
        """The arguments that name something of a trainee, by what they stand for."""
        found = {argument: OTHER_NAME.get((self.endpoint, argument), argument) for argument in self.rule.arguments}
        return {argument: name for argument, name in found.items() if name in RECORD}

    @property
    def unknown(self) -> list[str]:
        """The arguments of which nobody has said what they name."""
        return [each for each in self.rule.arguments if each not in self.names and (self.endpoint, each) not in WORDS]

    def url(self, app: Flask, record: dict[str, UUID]) -> str:
        """The address for one trainee's record."""
        values: dict[str, object] = {argument: record[name] for argument, name in self.names.items()}
        values |= {each: WORDS[self.endpoint, each] for each in self.rule.arguments if each not in values}
        _, more = SENT_BY_SCRIPT.get(self.endpoint, ({}, {}))
        path = app.url_map.bind("localhost").build(self.endpoint, values, method=self.method)
        return f"{path}?{urlencode(more)}" if more and self.method == "POST" else path

    def go(self, client: PageClient, url: str) -> TestResponse:
        """Open the page, or send an empty form with an id of its own."""
        sent: dict[str, Any] = {}
        if self.endpoint in SENT_BY_SCRIPT:
            sent["json"] = SENT_BY_SCRIPT[self.endpoint][0]
        elif self.method != "GET":
            sent["data"] = {"request_id": str(new_id())}
        answer = client.client.open(url, method=self.method, buffered=True, **sent)
        answer.close()
        return answer

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def ways(app: Flask) -> Iterator[Way]:
    """Every method of every address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Way(rule, method, getattr(app.view_functions[rule.endpoint], "access", None))


def trainee_ways(app: Flask) -> list[Way]:
    """Those that name something of a trainee and need a permission."""
    return [way for way in ways(app) if way.names and isinstance(way.access, Permission)]


def record_of(service: Demo, trainee: str) -> dict[str, UUID]:
    """One row of each kind of a trainee's record, by the name it has in addresses."""
    found = {}
    for name, statement in RECORD.items():
        rows = service.sql(statement, service.people[trainee].hex)
        assert rows, f"{trainee} has no {name}: choose another trainee"
        found[name] = UUID(str(rows[0][0]))
    return found
