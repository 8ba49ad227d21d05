"""Which pages there are, who sees most of each, and how to get there in the example service."""

import copy
import random
import re
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, select

from lms.audit.services import ask_redaction
from lms.cases import queries as cases
from lms.cases import services as case_services
from lms.cases.models import CaseAttempt, CaseFinish
from lms.cases.rules.answers import Step, any_step, best_steps
from lms.cases.rules.decisions import Write
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.cases.rules.preview import code_to, preview, with_step
from lms.competencies import services as competencies
from lms.competencies.models import (
    Assessment,
    Concern,
    FeedbackRater,
    FeedbackRound,
    MeetingAction,
    PriorLearningClaim,
    SecondOpinionRequest,
    SignOff,
)
from lms.competencies.queries import get_framework, get_patient_page, list_invitations, list_waiting
from lms.competencies.queries.calibration import get_calibration
from lms.competencies.queries.sampling import get_sampling
from lms.competencies.rules import FormKind, Prepared, Way
from lms.competencies.rules.meetings import MeetingKind, NewAction
from lms.competencies.rules.sampling import Quarter
from lms.competencies.rules.supervision import Theme
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.curriculum import services as curriculum
from lms.curriculum.models import Cohort, Enrolment, TaughtDay
from lms.curriculum.queries import get_knowledge_check
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.grading.queries import list_queue
from lms.home.rules import reading_proof, stop_token
from lms.identity import services as identity
from lms.identity.models import Person, RoleAssignment
from lms.identity.queries import get_trust
from lms.jobs.models import Job
from lms.jobs.rules import JobState
from lms.notifications.models import Mail
from lms.notifications.services import facts_of
from lms.placements import services as placements
from lms.placements.models import (
    Booking,
    BookingDecision,
    BookingSwap,
    Check,
    Clearance,
    Shift,
    Site,
    SiteRequirement,
    Slot,
    SlotCancellation,
)
from lms.placements.rules.slots import BookingVerdict, ClearedBy, SignUp
from lms.placements.rules.states import Activity, ApprovalWay
from lms.policy import Role, Viewer
from lms.readiness.models import Authorisation
from lms.signing.rules import Purpose
from lms.signing.services import deny_own, send_receipt
from tests.factories.encounters import contact
from tests.shipped import shipped_items

CASE = "wasting-your-time"
CHECK = "mhp703-knowledge-check"
TRAINEE, SUPERVISOR, ASSESSOR, EDUCATOR = "Amina Yusuf", "Sam Okoro", "Asha Patel", "Edith Lowe"
EXAMINER, NURSE, ADMINISTRATOR, NOBODY = "Xavier Holt", "Connie Njoroge", "Adam Reed", ""
NEW_ASSESSOR = "Moira Finlay"
DOUBTED = "Priya Raman"
SEVEN_ROLES = (TRAINEE, SUPERVISOR, ASSESSOR, EDUCATOR, EXAMINER, NURSE, ADMINISTRATOR)
FORMULATION = (
    "He is a proud man who has kept going for others and now believes that they would be better off without him. "
    "Losing his work took away the days, the company and the part of himself he liked best; the anniversary of "
    "his brother's death is tomorrow and he has thought of little else for a week. Too little sleep, drinking "
    "alone and the medicine that ran out have made everything heavier. What holds him is his family, who came "
    "tonight and whom he did not send away, and that he answered every question once somebody asked. What would "
    "change the picture quickly is a night alone, more alcohol or a harsh word from a service. Tonight he goes to "
    "hospital with us, his relative comes along, the means at home are dealt with before we leave, and the "
    "liaison team hears this from us in person."
)


@dataclass(frozen=True)
class Place:
    """One page: its endpoint, who sees most of it, what its address needs, and which button sends its form.

    `optional` is the button of a form that is right when it is empty.
    """

    endpoint: str
    who: str
    values: dict[str, object] = field(default_factory=dict)
    button: str = ""
    optional: str = ""
    template: str = ""
    status: int = 200

    @property
    def name(self) -> str:
        """A name for the test."""
        return f"{self.key}{'-' + '-'.join(map(str, self.values.values())) if self.values else ''}"

    @property
    def key(self) -> str:
        """A short name: its template where the endpoint has several."""
        return self.template or self.endpoint

    @property
    def sends(self) -> str:
        """The button of its form."""
        return self.button or self.optional

    @property
    def shows(self) -> str:
        """The template of the page."""
        return self.template or self.endpoint.replace(".", "/") + ".html"


PREVIEW: dict[str, object] = {
    "slug": CASE, "steps": "", "given": 0, "variant": "first patient", "mode": "practice", "on": "the day", "seed": 0,
    "version": "version",
}  # fmt: skip
# Values that are words are looked up among the ids `prepare` found.
PLACES = (
    Place("identity.sign_in", NOBODY, button="Sign in"),
    Place("identity.forget_password", NOBODY, button="Send the link"),
    Place("identity.accept_invitation", NOBODY, {"token": "invitation"}, button="Set password and sign in"),
    Place("identity.accept_invitation", NOBODY, {"token": "used"}, template="identity/used_link.html", status=404),
    Place("identity.reset_password", NOBODY, {"token": "reset"}, button="Change password"),
    Place("identity.who_may_see", TRAINEE),
    Place("identity.show_account", ASSESSOR),
    Place("identity.set_pin", ASSESSOR, button="Save the PIN"),
    Place("identity.add_passkey", ASSESSOR),
    Place("identity.change_password", TRAINEE, button="Change password"),
    Place("identity.set_up_second_factor", ASSESSOR, button="Confirm"),
    Place("identity.list_people", ADMINISTRATOR),
    Place("identity.add_person", ADMINISTRATOR, button="Open the account"),
    Place("identity.show_person", ADMINISTRATOR, {"person_id": "supervisor"}),
    Place("identity.edit_person", ADMINISTRATOR, {"person_id": "colleague"}, button="Save"),
    Place("identity.give_role", ADMINISTRATOR, {"person_id": "supervisor"}, button="Give the role"),
    Place("identity.end_role", ADMINISTRATOR, {"person_id": "supervisor", "assignment_id": "role"},
          button="End the role"),
    Place("identity.deactivate", ADMINISTRATOR, {"person_id": "colleague"}),
    Place("signing.list_guests", ADMINISTRATOR),
    Place("signing.show_guest", ADMINISTRATOR, {"guest_id": "guest"}),
    Place("signing.edit_guest", ADMINISTRATOR, {"guest_id": "guest"}, button="Save"),
    Place("signing.check_guest", ADMINISTRATOR, {"guest_id": "guest"}, button="Record the decision"),
    Place("signing.join_guest", ADMINISTRATOR, {"guest_id": "guest"}, button="Join the two entries"),
    Place("signing.open_account", ADMINISTRATOR, {"guest_id": "accepted guest"}),
    Place("signing.list_domains", ADMINISTRATOR, button="Add the email domain"),
    Place("identity.add_university", ADMINISTRATOR, button="Add the university"),
    Place("home.show_home", TRAINEE, template="home/trainee.html"),
    Place("home.show_home", SUPERVISOR, template="home/supervisor.html"),
    Place("home.show_home", ASSESSOR, template="home/assessor.html"),
    Place("home.show_home", EDUCATOR, template="home/educator.html"),
    Place("home.show_home", EXAMINER, template="home/external_examiner.html"),
    Place("home.show_home", NURSE, template="home/consultant_nurse.html"),
    Place("home.show_home", ADMINISTRATOR, template="home/administrator.html"),
    Place("home.choose_digest", ASSESSOR, button="Save"),
    Place("home.stop_digest", NOBODY, {"token": "stop"}),
    Place("home.list_jobs", ADMINISTRATOR),
    Place("home.list_redactions", ADMINISTRATOR),
    Place("home.decide_redaction", "Patrick Doyle", {"request_id": "questioned"}, button="Decide"),
    Place("home.question_text", TRAINEE, {"shown_id": "text", "proof": "proof"}, button="Hide the text"),
    Place("home.ask_redaction", NURSE, {"text_id": "text"}, button="Ask for redaction"),
    Place("curriculum.list_modules", TRAINEE),
    Place("curriculum.show_programme", TRAINEE, {"slug": "pgcert-spp-mh"}),
    Place("curriculum.show_module", TRAINEE, {"slug": "mhp703"}),
    Place("curriculum.show_reading", TRAINEE, {"slug": "asking-about-suicide"}),
    Place("curriculum.show_knowledge_check", TRAINEE, {"slug": CHECK}),
    Place("curriculum.show_knowledge_check", TRAINEE, {"slug": "mhp701-knowledge-check"},
          template="curriculum/show_answers.html"),
    Place("curriculum.show_question", TRAINEE, {"slug": CHECK, "key": "question to answer"}, button="Answer"),
    Place("curriculum.show_question", TRAINEE, {"slug": CHECK, "key": "answered question"},
          template="curriculum/show_answer.html"),
    Place("curriculum.show_assignment", TRAINEE, {"slug": "case-formulation"}),
    Place("curriculum.list_cohorts", ADMINISTRATOR),
    Place("curriculum.create_cohort", ADMINISTRATOR, button="Open the cohort"),
    Place("curriculum.show_cohort", ADMINISTRATOR, {"cohort_id": "cohort"}),
    Place("curriculum.enrol_person", ADMINISTRATOR, {"cohort_id": "cohort"}, button="Enrol the person"),
    Place("curriculum.show_enrolment", ADMINISTRATOR, {"trainee_id": "part-time"}),
    Place("curriculum.change_working_share", ADMINISTRATOR, {"trainee_id": "part-time"},
          button="Record the working share"),
    Place("curriculum.pause_enrolment", ADMINISTRATOR, {"trainee_id": "part-time"}, button="Record the pause"),
    Place("curriculum.resume_enrolment", ADMINISTRATOR, {"trainee_id": "paused"}, button="Record the return"),
    Place("curriculum.end_enrolment", ADMINISTRATOR, {"trainee_id": "part-time"}, button="End the enrolment"),
    Place("cases.list_cases", TRAINEE),
    Place("cases.show_case", TRAINEE, {"slug": CASE}, button="Start a new attempt"),
    Place("cases.play", TRAINEE, {"attempt_id": "choosing"}, button="Commit to this"),
    Place("cases.play", TRAINEE, {"attempt_id": "choose-many"}, button="Commit to this"),
    Place("cases.play", TRAINEE, {"attempt_id": "put-in-order"}, button="Commit to this"),
    Place("cases.play", TRAINEE, {"attempt_id": "observe"}, button="Commit to this"),
    Place("cases.play", TRAINEE, {"attempt_id": "speak"}, button="Commit to this"),
    Place("cases.play", TRAINEE, {"attempt_id": "writing"}, button="Submit your answer", template="cases/write.html"),
    Place("cases.play", TRAINEE, {"attempt_id": "ended"}, template="cases/end.html"),
    Place("cases.pause", TRAINEE, {"attempt_id": "choosing"}),
    Place("cases.show_debrief", TRAINEE, {"attempt_id": "ended"}, optional="Save my reflection"),
    Place("cases.show_debrief", TRAINEE, {"attempt_id": "ended badly"}),
    Place("cases.arrange_discussion", TRAINEE, {"slug": CASE}),
    Place("cases.list_reviews", EDUCATOR),
    Place("cases.show_cohort", EDUCATOR, {"slug": CASE, "cohort_id": "cohort"}),
    Place("cases.show_map", EDUCATOR, {"slug": CASE}),
    Place("cases.start_preview", EDUCATOR, {"slug": CASE}),
    Place("cases.show_preview", EDUCATOR, PREVIEW),
    Place("cases.show_preview", EDUCATOR, {**PREVIEW, "sent": "yes"}, status=422),
    Place("cases.show_preview", EDUCATOR, {**PREVIEW, "steps": "path to writing", "mode": "graded"}),
    Place("cases.show_preview", EDUCATOR, {**PREVIEW, "steps": "whole path"}),
    Place("cases.show_preview_debrief", EDUCATOR, {**PREVIEW, "steps": "whole path"}),
    Place("cases.list_discussions", EDUCATOR),
    Place("cases.record_discussion", EDUCATOR, {"discussion_id": "discussion"}, button="Record the discussion"),
    Place("cases.record_discussion", EDUCATOR, {"discussion_id": "held discussion"},
          template="cases/show_discussion.html"),
    Place("cases.correct_discussion", EDUCATOR, {"discussion_id": "held discussion"}, button="Record the correction"),
    Place("competencies.list_capabilities", TRAINEE, {"trainee_id": "trainee"}),
    Place("competencies.show_capability", ASSESSOR, {"trainee_id": "trainee", "code": "D3.1"}),
    Place("competencies.sign_off", ASSESSOR, {"trainee_id": "trainee", "code": "D3.3"}, button="Sign off"),
    Place("competencies.list_sign_off_work", ASSESSOR),
    Place("competencies.review_sign_off", ASSESSOR, {"sign_off_id": "doubted"}, button="The sign-off stands"),
    Place("competencies.propose_withdrawal", ASSESSOR, {"sign_off_id": "sign-off"}, button="Propose the withdrawal"),
    Place("competencies.answer_withdrawal", NURSE, {"sign_off_id": "proposed"}, button="Record your decision"),
    Place("competencies.claim_prior_learning", TRAINEE, button="Send the claim"),
    Place("competencies.show_claim", TRAINEE, {"claim_id": "claim"}),
    Place("competencies.decide_claim", ASSESSOR, {"claim_id": "claim"}, button="Record your decision"),
    Place("competencies.ask", TRAINEE, button="Continue"),
    Place("competencies.rate_oneself", TRAINEE, {"draft_id": "draft"}, button="Ask"),
    Place("competencies.list_own_requests", TRAINEE),
    Place("competencies.show_own_request", TRAINEE, {"request_id": "declinable"}),
    Place("competencies.hand_over_form", TRAINEE, {"request_id": "declinable"}, template="competencies/hand_over.html"),
    Place("competencies.reply", TRAINEE, {"assessment_id": "assessment"}, button="Record my action"),
    Place("competencies.pass_on", ASSESSOR, {"request_id": "declinable"}, button="Pass on"),
    Place("competencies.start", ASSESSOR, {"trainee_id": "trainee"}, button="Continue",
          template="competencies/start_assessment.html"),
    Place("competencies.correct", ASSESSOR, {"assessment_id": "own assessment"}, button="Sign the correction",
          template="competencies/correct_assessment.html"),
    Place("competencies.add_words", ASSESSOR, {"assessment_id": "own assessment"}, button="Add"),
    Place("competencies.not_mine", ASSESSOR, {"assessment_id": "own assessment"}, optional="I did not sign this"),
    Place("competencies.open_signing_link", NOBODY, {"token": "shown link"}, template="competencies/open_link.html"),
    Place("competencies.open_signing_link", NOBODY, {"token": "used"}, template="signing/ended_link.html",
          status=404),
    Place("interop.show_calendar", TRAINEE),
    Place("placements.ask_approval", TRAINEE, button="Continue"),
    Place("placements.hand_over_hours", TRAINEE, {"request_id": "approval"}, template="placements/hand_over.html"),
    Place("placements.open_approval_link", NOBODY, {"token": "hours link"}, template="placements/open_link.html"),
    Place("signing.show_receipt", NOBODY, {"token": "receipt"}, optional="This was not me"),
    Place("signing.show_receipt", NOBODY, {"token": "used"}, template="signing/ended_receipt.html", status=404),
    Place("signing.list_suspensions", NURSE),
    Place("signing.show_suspension", NURSE, {"suspension_id": "suspension"}, button="Decide"),
    Place("competencies.list_waiting", ASSESSOR),
    Place("competencies.complete", ASSESSOR, {"request_id": "request"}, button="Send to the trainee"),
    Place("competencies.decline_request", ASSESSOR, {"request_id": "declinable"}, button="Decline"),
    Place("competencies.show_assessment", TRAINEE, {"assessment_id": "assessment"}),
    Place("competencies.list_vignettes", ASSESSOR),
    Place("competencies.answer_vignette", ASSESSOR, {"vignette_id": "answered vignette"}),
    Place("competencies.answer_vignette", NEW_ASSESSOR, {"vignette_id": "vignette"}, button="Commit and see the panel"),
    Place("competencies.show_certificate", ASSESSOR),
    Place("competencies.list_looks", ASSESSOR),
    Place("competencies.show_sampling", NURSE),
    Place("competencies.set_policy", NURSE, button="Set the policy"),
    Place("competencies.look_at", NURSE, {"assessment_id": "drawn"}, button="Record"),
    Place("competencies.list_concerns", NURSE),
    Place("competencies.raise_concern", NURSE, {"trainee_id": "trainee"}, button="Raise the concern"),
    Place("competencies.show_concern", NURSE, {"concern_id": "concern"}),
    Place("competencies.move_concern", NURSE, {"concern_id": "concern"}, button="Move"),
    Place("competencies.close_concern", NURSE, {"concern_id": "concern"}, button="Close the concern"),
    Place("competencies.list_supervision", NURSE),
    Place("competencies.show_supervision", SUPERVISOR, {"trainee_id": "co-ordinated"}),
    Place("competencies.show_supervision", SUPERVISOR, {"trainee_id": "trainee"}),
    Place("competencies.log_supervision", TRAINEE, {"trainee_id": "trainee"}, button="Log supervision"),
    Place("competencies.decline_supervision", SUPERVISOR, {"entry_id": "entry"}, button="Do not agree"),
    Place("competencies.correct_supervision", TRAINEE, {"entry_id": "entry"}, button="Correct the entry"),
    Place("competencies.name_coordinating_supervisor", NURSE, {"trainee_id": "trainee"},
          button="Record the co-ordinating supervisor"),
    Place("competencies.show_meetings", TRAINEE, {"trainee_id": "trainee"}),
    Place("competencies.record_meeting", TRAINEE, {"trainee_id": "trainee", "site_id": "site", "kind": "final"},
          button="Record the meeting"),
    Place("competencies.show_meeting", SUPERVISOR, {"meeting_id": "meeting"}),
    Place("competencies.decline_meeting", SUPERVISOR, {"meeting_id": "meeting"}, button="Do not agree"),
    Place("competencies.drop_action", TRAINEE, {"action_id": "action"}, button="Drop the action"),
    Place("competencies.list_frameworks", NURSE),
    Place("competencies.compare_frameworks", NURSE, {"older": "older framework", "newer": "newer framework"}),
    Place("competencies.propose_mapping", NURSE, {"older_id": "older framework", "newer_id": "newer framework"},
          button="Propose this mapping"),
    Place("competencies.show_mapping", EDUCATOR, {"mapping_id": "mapping"}, button="Record your review"),
    Place("interop.check_framework", NURSE, button="Check the file"),
    Place("competencies.close_concern", NURSE, {"concern_id": "lower concern"}, button="Close the concern"),
    Place("competencies.share_concern", NURSE, {"concern_id": "lower concern"}, button="Share it"),
    Place("competencies.give_second_opinion", NURSE, {"concern_id": "asked about"}, button="Give the second opinion"),
    Place("competencies.set_action", NURSE, {"concern_id": "concern"}, button="Add the action"),
    Place("competencies.note_progress", NURSE, {"concern_id": "concern"}, button="Record the progress"),
    Place("competencies.end_action", NURSE, {"concern_id": "concern"}, button="Record the decision"),
    Place("competencies.list_own_concerns", DOUBTED),
    Place("competencies.show_own_concern", DOUBTED, {"concern_id": "concern"}),
    Place("competencies.show_own_concern", DOUBTED, {"concern_id": "lower concern"}),
    Place("competencies.reply_to_concern", DOUBTED, {"concern_id": "concern"}, button="Send the reply"),
    Place("competencies.ask_second_opinion", DOUBTED, {"concern_id": "lower concern"}, button="Ask"),
    Place("competencies.note_own_progress", DOUBTED, {"concern_id": "concern"}, button="Record it"),
    Place("competencies.write_positive_note", NURSE, {"trainee_id": "trainee"}, button="Send the note"),
    Place("competencies.list_positive_notes", TRAINEE, {"trainee_id": "trainee"}),
    Place("competencies.list_collected_feedback", NURSE),
    Place("competencies.open_round", NURSE, {"trainee_id": "part-time"}, button="Open the round"),
    Place("competencies.show_round", NURSE, {"round_id": "booked round"}),
    Place("competencies.invite_raters", NURSE, {"round_id": "running round"}, button="Invite"),
    Place("competencies.book_conversation", NURSE, {"round_id": "running round"}, button="Book the conversation"),
    Place("competencies.release_round", NURSE, {"round_id": "booked round"}, button="Release to the trainee"),
    Place("competencies.show_own_round", TRAINEE, {"round_id": "released round"}),
    Place("competencies.give_own_view", TRAINEE, {"round_id": "new round"}, button="Keep my own view"),
    Place("competencies.list_asked_feedback", SUPERVISOR),
    Place("competencies.answer_round", SUPERVISOR, {"rater_id": "rater"}, button="Send without my name"),
    Place("competencies.show_patient_feedback", SUPERVISOR, {"trainee_id": "trainee"}),
    Place("competencies.ask_patients", SUPERVISOR, {"trainee_id": "trainee"}, button="Start asking"),
    Place("competencies.choose_moment", SUPERVISOR, {"trainee_id": "trainee"}, button="Go to the questions"),
    Place("competencies.thank", NOBODY),
    Place("placements.show_own_hours", TRAINEE),
    Place("placements.show_own_requirement", TRAINEE, {"slug": "joint-response-car"}),
    Place("placements.list_placements", TRAINEE),
    Place("placements.ask_for_a_slot", TRAINEE, {"slot_id": "open slot"}, optional="Book this slot"),
    Place("placements.rank_wishes", TRAINEE, button="Send wishes"),
    Place("placements.ask_for_a_slot", TRAINEE, {"slot_id": "own slot"}),
    Place("placements.cancel_own_booking", TRAINEE, {"booking_id": "booking"}, button="Cancel the booking"),
    Place("placements.offer_a_swap", TRAINEE, {"booking_id": "booking"}, button="Send the offer"),
    Place("placements.show_own_swap", TRAINEE, {"swap_id": "swap"}),
    Place("placements.list_bookings_to_decide", NURSE),
    Place("placements.decide_slot", NURSE, {"slot_id": "wished slot"}, optional="Save decisions"),
    Place("placements.give_a_slot", NURSE, {"slot_id": "given slot"}, button="Give the place"),
    Place("placements.decline_other_wishes", NURSE, {"booking_id": "wish"}, optional="Decline the other wishes"),
    Place("placements.withdraw_other_wishes", DOUBTED, {"booking_id": "wish"}, optional="Withdraw the other wishes"),
    Place("placements.decline_a_booking", NURSE, {"booking_id": "wish"}, button="Decline"),
    Place("placements.cancel_a_booking", NURSE, {"booking_id": "booking"}, button="Cancel the booking"),
    Place("placements.decide_swap", NURSE, {"swap_id": "agreed swap"}, optional="Approve the swap"),
    Place("placements.decline_a_swap", NURSE, {"swap_id": "agreed swap"}, button="Decline the swap"),
    Place("placements.list_coming", SUPERVISOR),
    Place("placements.log_shift", TRAINEE, button="Log shift"),
    Place("placements.show_shift", TRAINEE, {"shift_id": "queried"}),
    Place("placements.show_shift", SUPERVISOR, {"shift_id": "waiting"}),
    Place("placements.correct_shift", TRAINEE, {"shift_id": "queried"}, button="Send correction"),
    Place("placements.withdraw_shift", TRAINEE, {"shift_id": "queried"}),
    Place("placements.continue_draft", TRAINEE, {"draft_id": "shift draft"}, button="Log shift",
          template="placements/log_shift.html"),
    Place("placements.show_late_entries", TRAINEE, button="Ask them to unlock it"),
    Place("placements.show_support", TRAINEE, button="Ask for a debrief"),
    Place("placements.list_debriefs", SUPERVISOR),
    Place("placements.pass_on_debrief", SUPERVISOR, {"request_id": "debrief"}, button="Pass it on"),
    Place("placements.unlock_days", NURSE, {"trainee_id": "trainee"}, button="Unlock these days"),
    Place("placements.show_pulled", NURSE),
    Place("placements.list_waiting", SUPERVISOR, button=f"Approve this week of {TRAINEE}, 9 November 2026"),
    Place("placements.query_shift", SUPERVISOR, {"shift_id": "waiting"}, button="Send query"),
    Place("placements.show_trainee_hours", NURSE, {"trainee_id": "trainee"}),
    Place("placements.show_trainee_requirement", NURSE, {"trainee_id": "trainee", "slug": "joint-response-car"}),
    Place("placements.show_offline", NURSE),
    Place("placements.list_sites", ADMINISTRATOR),
    Place("placements.show_site", NURSE, {"site_id": "site with slots"}),
    Place("placements.change_site", NURSE, {"site_id": "site with slots"}, button="Save changes"),
    Place("placements.close_site", NURSE, {"site_id": "site with slots"}),
    Place("placements.make_slots", NURSE, {"site_id": "site with slots"}, button="Show the dates"),
    Place("placements.add_requirement", NURSE, {"site_id": "site with slots"}, button="Add requirement"),
    Place("placements.change_requirement", NURSE, {"requirement_id": "site requirement"}, button="Save changes"),
    Place("placements.retire_requirement", NURSE, {"requirement_id": "site requirement"}),
    Place("placements.list_slots", NURSE),
    Place("placements.show_slot", NURSE, {"slot_id": "slot"}),
    Place("placements.change_slot", NURSE, {"slot_id": "slot"}, button="Save changes"),
    Place("placements.cancel_slot", NURSE, {"slot_id": "slot"}, button="Cancel this slot"),
    Place("placements.show_before_placement", TRAINEE),
    Place("placements.list_clearances", ADMINISTRATOR),
    Place(
        "placements.record_clearance",
        ADMINISTRATOR,
        {"trainee_id": "trainee", "requirement_id": "trust requirement"},
        button="Record clearance",
    ),
    Place("placements.list_people_to_clear", ADMINISTRATOR, {"requirement_id": "trust requirement"}),
    Place("placements.correct_clearance", ADMINISTRATOR, {"clearance_id": "clearance"}, button="Record correction"),
    Place("curriculum.add_taught_day", EDUCATOR, {"cohort_id": "cohort"}, button="Add taught day"),
    Place("curriculum.change_taught_day", EDUCATOR, {"day_id": "taught day"}, button="Save changes"),
    Place("curriculum.cancel_taught_day", EDUCATOR, {"day_id": "taught day"}),
    Place("placements.add_site", ADMINISTRATOR, button="Add site"),
    Place("placements.add_encounter", TRAINEE, {"shift_id": "queried"}, button="Save"),
    Place("placements.take_back_encounter", TRAINEE, {"shift_id": "queried", "encounter_id": "contact"}),
    Place("placements.list_own_placements", TRAINEE),
    Place("placements.evaluate", TRAINEE, {"site_id": "worked site"}, button="Send evaluation"),
    Place("placements.report_risk", TRAINEE, {"site_id": "worked site"}, button="Send report"),
    Place("placements.list_evaluations", NURSE),
    Place("placements.show_evaluations", EDUCATOR, {"site_id": "worked site"}),
    Place("placements.summarise", EDUCATOR, {"site_id": "worked site"}, button="Send to the site"),
    Place("placements.list_own_sites", SUPERVISOR),
    Place("placements.show_site_feedback", SUPERVISOR, {"site_id": "worked site"}),
    Place("placements.list_reports", NURSE),
    Place("placements.show_report", NURSE, {"report_id": "risk"}, button="Save"),
    Place("readiness.show_exposure", TRAINEE, {"trainee_id": "trainee"}),
    Place("readiness.show_exposure_cell", NURSE, {"trainee_id": "trainee", "presentation": "low-mood", "part": "led"}),
    Place("interop.show_contact_files", NURSE),
    Place("placements.show_rota", TRAINEE),
    Place("interop.import_rota", TRAINEE, button="Check the file"),
    Place("interop.import_rotas", ADMINISTRATOR, button="Check the file"),
    Place("grading.show_queue", EDUCATOR, button="Release the selected marks"),
    Place("grading.mark_work", EDUCATOR, {"work_id": "to-mark"}, button="Mark"),
    Place("grading.correct_mark", EDUCATOR, {"work_id": "marked"}, button="Record the corrected mark",
          template="grading/mark_work.html"),
    Place("grading.show_mark", EDUCATOR, {"work_id": "marked"}),
    Place("grading.show_sample", EXAMINER),
    Place("grading.show_sample_work", EXAMINER, {"work_id": "released"}),
    Place("grading.list_feedback", TRAINEE),
    Place("grading.show_feedback", TRAINEE, {"work_id": "released"}),
    Place("grading.list_outcomes", EDUCATOR, {"trainee_id": "trainee"}),
    Place("grading.record_outcome", EDUCATOR, {"trainee_id": "trainee", "slug": "mhp703"}, button="Record the outcome"),
    Place("readiness.show_board", NURSE),
    Place("readiness.show_trainee", NURSE, {"trainee_id": "trainee"}),
    Place("readiness.show_setting", NURSE, {"trainee_id": "trainee", "setting": "joint-response-car"}),
    Place("readiness.decide", NURSE, {"trainee_id": "trainee", "setting": "joint-response-car"},
          button="Record decision"),
    Place("readiness.show_authorisation", NURSE, {"authorisation_id": "authorisation"}),
    Place("placements.list_checks", ADMINISTRATOR, {"person_id": "trainee"}),
    Place("placements.record_check", ADMINISTRATOR, {"person_id": "trainee"}, button="Record check"),
    Place("placements.correct_check", ADMINISTRATOR, {"person_id": "trainee", "check_id": "check"},
          button="Record correction"),
    Place("home.list_jobs", TRAINEE, template="errors/403.html", status=403),
    Place("competencies.show_assessment", TRAINEE, {"assessment_id": "nothing"}, template="errors/404.html",
          status=404),
)  # fmt: skip
NOT_PAGES = {
    "static": "files",
    "health.show_health": "JSON",
    "cases.show_image": "a drawing",
    "cases.show_preview_image": "a drawing",
    "cases.begin_preview": "leads on to the scene",
    "competencies.download_evidence": "a file",
    "placements.download_proof": "a file",
    "competencies.download_signature": "a file",
    "placements.download_signature": "a file",
    "signing.download_drawing": "a file",
    "competencies.sign_form": "form-only; looked at in the journeys of signing",
    "placements.sign_hours": "form-only; looked at in the journey of hours signed here",
    "competencies.show_link": "needs a link just made; looked at in the journeys of signing",
    "competencies.decline_form": "form-only; looked at in the journeys of signing",
    "competencies.answer_as_patient": "form-only; looked at in the journey of a patient's answer",
    "interop.download_contacts": "a file",
    "interop.download_framework": "a file",
    "interop.download_calendar": "a file",
    "placements.show_manifest": "what a device needs to install the service",
    "placements.show_service_worker": "a script",
    "placements.show_session": "JSON",
    "identity.enter_second_factor": "leads on where no second factor is asked for; looked at in the service that asks",
}


def prepare() -> dict[str, object]:
    """Bring the example service into every state the places show, and say where each is."""
    people = {person.name: person.id for person in db.session.scalars(select(Person))}
    act = {name: identity.viewer_for(people[name]) for name in SEVEN_ROLES}
    trainee, supervisor = people[TRAINEE], people[SUPERVISOR]
    notes = db.session.scalars(
        select(Shift.note_id).where(Shift.note_id.is_not(None)).order_by(Shift.id).limit(2)
    ).all()
    found: dict[str, object] = {
        "nothing": UUID(int=7),
        "used": "not-a-link",
        "trainee": trainee,
        "supervisor": supervisor,
        "colleague": people["Jo Tanner"],
        "guest": people["R Lindqvist"],
        "accepted guest": people["Rosa Lindqvist"],
        "somebody who saw it": act[ASSESSOR].id,
        "part-time": people["Tomasz Zielinski"],
        "co-ordinated": people["Priya Raman"],
        "paused": people["Sana Qureshi"],
        "role": one(select(RoleAssignment.id).where(RoleAssignment.person_id == supervisor)),
        "cohort": one(select(Cohort.id).order_by(Cohort.starts_on)),
        "sign-off": one(select(SignOff.id).where(SignOff.trainee_id == trainee, SignOff.capability_code == "D3.1")),
        "assessment": one(select(Assessment.id).where(Assessment.trainee_id == trainee)),
        "concern": one(select(Concern.id).where(Concern.raised_by_id == act[NURSE].id)),
        "lower concern": one(select(Concern.id).where(Concern.capability_code == "D3.1")),
        "asked about": one(select(SecondOpinionRequest.concern_id).order_by(SecondOpinionRequest.recorded_at.desc())),
        "authorisation": one(select(Authorisation.id)),
        "check": one(select(Check.id).where(Check.person_id == trainee)),
        **_offers(trainee),
        "text": notes[0],
        "proof": reading_proof(current_app.config["SECRET_KEY"], trainee, notes[0]),
        **_sign_offs(act),
        **_links(act[ADMINISTRATOR], people["Jo Tanner"]),
        **_cases(act[TRAINEE]),
        **_preview(),
        **_hours(act),
        **_bookings(trainee),
        **_supervision(act),
        **_works(act[EDUCATOR]),
        **_discussions(act[TRAINEE], act[EDUCATOR]),
        **_questions(act[TRAINEE]),
        **_quality(act, people),
        **_frameworks(act[NURSE]),
        **_rounds(act, people),
    }
    found["request"] = next(row.id for row in list_waiting(act[ASSESSOR]) if row.trainee_name == TRAINEE)
    found["declinable"] = competencies.ask_for_assessment(
        act[TRAINEE],
        assessor_id=act[ASSESSOR].id,
        codes=["D2.1"],
        self_levels={"D2.1": 3},
        setting="joint-response-car",
        seen_on=today(),
        note="Did I say clearly enough what happens next?",
    ).id
    found |= _signing(act[TRAINEE], act[ASSESSOR])
    found["choosing"] = one(
        select(CaseAttempt.id)
        .outerjoin(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .where(CaseAttempt.trainee_id == trainee, CaseFinish.id.is_(None), CaseAttempt.id != found["writing"])
    )
    identity.begin_second_factor(act[ASSESSOR].id)
    curriculum.pause(act[ADMINISTRATOR], people["Sana Qureshi"], from_on=today(), until_on=None)
    found["questioned"] = ask_redaction(
        act[NURSE],  # type: ignore[arg-type]
        notes[1],
        reason="Says where somebody lives.",
        where_found="Note of a shift",
    ).id
    with transaction() as session:
        job = session.scalars(select(Job).limit(1)).one()
        job.state, job.attempts, job.last_error = JobState.FAILED, 8, "ConnectionRefusedError: " + "no answer " * 12
    return found


def _signing(trainee: Viewer, assessor: Viewer) -> dict[str, object]:
    """A draft, a link that is shown, a receipt, and an assessment whose signer says that it was not them."""
    shown = competencies.ask_for_assessment(
        trainee,
        assessor_id=assessor.id,
        codes=["D2.3"],
        self_levels={"D2.3": 3},
        setting="joint-response-car",
        seen_on=today(),
    )
    prepared = Prepared(
        way=Way.ACCOUNT,
        form_kind=FormKind.MINI_CEX,
        setting="crisis-team",
        seen_on=today(),
        is_simulated=False,
        codes=("D1.4", "D1.5"),
        assessor_id=assessor.id,
    )
    own = select(Assessment.id).where(Assessment.trainee_id == trainee.id, Assessment.assessor_id == assessor.id)
    made, denied, sent = db.session.scalars(own.order_by(Assessment.id.desc()).limit(3))
    send_receipt(Purpose.ASSESSMENT, sent, trainee_id=trainee.id, person_id=assessor.id)
    mail = one(select(Mail).where(Mail.template == "signed").order_by(Mail.id.desc()))
    return {
        "draft": competencies.begin_request(trainee, prepared).id,
        "shown link": competencies.show_link(trainee, shown.id).rpartition("/")[2],
        "receipt": facts_of(mail)["url"].rpartition("/")[2],
        "own assessment": made,
        "suspension": deny_own(assessor, Purpose.ASSESSMENT, denied, trainee_id=trainee.id).id,
    }


def _offers(trainee: UUID) -> dict[str, object]:
    """A slot ahead, what sites ask for, a clearance of the trainee and a taught day of their cohort."""
    slot = db.session.scalars(
        select(Slot)
        .where(
            Slot.starts_at > now(),
            Slot.series_id.is_not(None),
            Slot.id.not_in(select(SlotCancellation.slot_id)),
            Slot.id.not_in(select(Booking.slot_id)),
        )
        .order_by(Slot.starts_at)
    ).first()
    clearance = one(select(Clearance).where(Clearance.trainee_id == trainee).order_by(Clearance.recorded_at))
    assert slot is not None
    return {
        "slot": slot.id,
        "site with slots": slot.site_id,
        "site requirement": one(select(SiteRequirement.id).where(SiteRequirement.cleared_by == ClearedBy.SITE)),
        "trust requirement": clearance.requirement_id,
        "clearance": clearance.id,
        "taught day": one(
            select(TaughtDay.id)
            .join(Enrolment, Enrolment.cohort_id == TaughtDay.cohort_id)
            .where(Enrolment.trainee_id == trainee)
        ),
    }


def _sign_offs(act: dict[str, Viewer]) -> dict[str, object]:
    """A sign-off with a later, lower rating, one that somebody else proposed to withdraw, and a claim that waits."""
    trainee, assessor = act[TRAINEE], act[ASSESSOR]
    of = {
        code: one(select(SignOff.id).where(SignOff.trainee_id == trainee.id, SignOff.capability_code == code))
        for code in ("D1.1", "D2.2")
    }
    request = competencies.ask_for_assessment(
        trainee,
        assessor_id=assessor.id,
        codes=["D1.1"],
        self_levels={"D1.1": 3},
        setting="joint-response-car",
        seen_on=today(),
    )
    competencies.complete_assessment(
        assessor,
        request.id,
        ratings={"D1.1": 2},
        setting="joint-response-car",
        observed_on=today(),
        is_simulated=False,
        went_well="A calm beginning.",
        next_time="Ask before you come close.",
    )
    competencies.propose_withdrawal(assessor, of["D2.2"], reason="Two of the pieces were seen on one afternoon.")
    claim = one(
        select(PriorLearningClaim.id).where(
            PriorLearningClaim.trainee_id == trainee.id, PriorLearningClaim.assessor_id == assessor.id
        )
    )
    return {"doubted": of["D1.1"], "proposed": of["D2.2"], "claim": claim}


def one(query: Select[Any]) -> Any:
    """The first row of a query that has to have one."""
    found = db.session.scalars(query.limit(1)).first()
    assert found is not None, query
    return found


def _links(administrator: Viewer, colleague: UUID) -> dict[str, object]:
    """An invitation and a link to a new password, as they stand in the mail."""
    invitation = identity.invite(administrator, colleague)
    identity.ask_password_reset(one(select(Person.email).where(Person.id == colleague)))
    reset = facts_of(one(select(Mail).where(Mail.person_id == colleague, Mail.template == "password-reset")))["url"]
    return {"invitation": invitation.rpartition("/")[2], "reset": str(reset).rpartition("/")[2]}


def _frameworks(nurse: Viewer) -> dict[str, object]:
    """Another version of the framework that was in force for a moment, and a mapping to it that waits."""
    older = get_framework().id
    items = shipped_items()
    tried = [changed_item(item) if item.kind is ContentKind.FRAMEWORK else item for item in items]
    curriculum.sync_content(None, tried)
    newer = get_framework().id
    curriculum.sync_content(None, items)
    lines = {"D3.1": ["D3.1"], "D5.5": []}
    mapping = competencies.propose_mapping(nurse, older, newer, lines=lines, reason="The same skill in plainer words.")
    return {"older framework": older, "newer framework": newer, "mapping": mapping.id}


def changed_item(item: ContentItem) -> ContentItem:
    """The framework with one capability in other words and one taken out."""
    body = copy.deepcopy(dict(item.body))
    for domain in body["domains"]:
        domain["capabilities"] = [each for each in domain["capabilities"] if each["code"] != "D5.5"]
        for each in domain["capabilities"]:
            if each["code"] == "D3.1":
                each.update(title="Asking about suicide", indicator="Asks directly and listens", review_months=6)
    return replace(item, body=body)


def _cases(actor: Viewer) -> dict[str, object]:
    """Attempts at the written task, at the first decision of each other kind, and at the end of two paths."""
    kinds = {kind: play_to(actor, kind) for kind in ("choose-many", "put-in-order", "observe", "speak")}
    ends = {"ended": play(actor, to_the_end=True), "ended badly": play_by_chance(actor)}
    return {"writing": play(actor, to_the_end=False), **kinds, **ends}


def _preview() -> dict[str, object]:
    """The best path through the case as somebody tries it out, and what its address holds."""
    taught = cases.find_case_on(CASE, today())
    assert taught is not None
    case = taught.case
    begun = {"variant": case.variants[0].key, "mode": Mode.PRACTICE, "seed": 0}
    found = preview(case, **begun)  # type: ignore[arg-type]
    while not found.state.ended:
        step = next(best_steps(found.state.scene, found.scene), Step(found.state.scene))
        found = preview(case, **begun, code=with_step(found, step))  # type: ignore[arg-type]
    writing = next(key for key, scene in case.scenes.items() if isinstance(scene.decision, Write))
    return {
        "first patient": case.variants[0].key,
        "path to writing": code_to(case, writing, case.variants[0].key),
        "the day": today().isoformat(),
        "version": taught.version,
        "whole path": found.code,
    }


def play(actor: Viewer, *, to_the_end: bool) -> UUID:
    """Play the case on its best path: to the written task, or to the end."""
    attempt = case_services.start_attempt(actor, CASE, mode=Mode.PRACTICE)
    play_on(actor, attempt.id, to_the_end=to_the_end)
    return attempt.id


def play_to(actor: Viewer, kind: str) -> UUID:
    """Play the case on its best path to the first decision of a kind."""
    attempt_id = case_services.start_attempt(actor, CASE, mode=Mode.PRACTICE).id
    while True:
        found = cases.get_play(actor, attempt_id)
        if found.scene.decision is None or found.scene.decision.kind == kind:
            return attempt_id
        _step_on(actor, found, next(best_steps(found.state.scene, found.scene), Step(found.state.scene)))


def play_by_chance(actor: Viewer) -> UUID:
    """Play the case to its end, with answers drawn by chance and each hint asked for."""
    chance = random.Random(1)
    attempt_id = case_services.start_attempt(actor, CASE, mode=Mode.PRACTICE).id
    while True:
        found = cases.get_play(actor, attempt_id)
        scene, decision = found.state.scene, found.scene.decision
        if decision is None:
            return attempt_id
        if decision.hint and scene not in found.state.hinted and not isinstance(decision, Write):
            _step_on(actor, found, Step(scene, hint=True))
        else:
            _step_on(actor, found, any_step(scene, found.scene, chance))


def _step_on(actor: Viewer, found: cases.Play, step: Step) -> None:
    attempt_id, seq = found.attempt.id, len(found.steps)
    if isinstance(found.scene.decision, Write):
        case_services.submit_text(actor, attempt_id, seq=seq, text=FORMULATION, version=0)
    else:
        case_services.take_step(actor, attempt_id, seq=seq, choice=step.choice, confidence=step.confidence)


def play_on(actor: Viewer, attempt_id: UUID, *, to_the_end: bool) -> None:
    """Go on with an attempt on the best path."""
    while True:
        found = cases.get_play(actor, attempt_id)
        decision = found.scene.decision
        if found.state.ended or (isinstance(decision, Write) and not to_the_end):
            return
        _step_on(actor, found, next(best_steps(found.state.scene, found.scene), Step(found.state.scene)))


def _discussions(trainee: Viewer, educator: Viewer) -> dict[str, object]:
    """A discussion of the case that was held and is not finished, and the next one, which is asked for."""
    held = case_services.ask_discussion(trainee, CASE)
    note = "You put the plan in his own words. Say more about the family next time."
    case_services.record_discussion(educator, held, ended=Ended.NOT_YET, held_on=today(), note=note)
    return {"held discussion": held, "discussion": case_services.ask_discussion(trainee, CASE)}


def _rounds(act: dict[str, Viewer], people: dict[str, UUID]) -> dict[str, object]:
    """The newest round of three trainees, one more that waits for the own view, and an invitation to answer."""

    def newest(name: str) -> Any:
        return one(select(FeedbackRound.id).where(FeedbackRound.trainee_id == people[name]))

    found = {
        "released round": newest(TRAINEE),
        "booked round": newest("Grace Mensah"),
        "running round": newest("Rhys Morgan"),
    }
    asked = FeedbackRater.person_id == act[SUPERVISOR].id
    found["rater"] = one(select(FeedbackRater.id).where(asked, FeedbackRater.round_id == found["running round"]))
    for name, profession in (("Farid Rahimi", "control-room"), ("Petra Varga", "nurse"), ("Ines Duarte", "nurse")):
        _answer_about(identity.viewer_for(people[name]), found["running round"], profession)
    competencies.book_conversation(act[NURSE], found["booked round"], conversation_on=today())
    found["new round"] = competencies.open_round(act[NURSE], people[TRAINEE], setting="joint-response-car").id
    if "joint-response-car" not in get_patient_page(act[SUPERVISOR], people[TRAINEE]).settings:
        competencies.ask_patients(act[SUPERVISOR], people[TRAINEE], setting="joint-response-car")
    return found


def _answer_about(rater: Viewer, round_id: object, profession: str) -> None:
    """The answer of somebody who is invited to a round."""
    asked = next(each for each in list_invitations(rater) if each.row.fact.id == round_id)
    chosen = {each.key: "often" for each in asked.row.needs.fields if each.kind == "choice"}
    competencies.answer_round(rater, asked.id, profession=profession, answers={**chosen, "keep": "The calm voice."})


def _bookings(trainee: UUID) -> dict[str, object]:
    """What the example service already holds: a swap that was approved and one that waits, wishes, and a free slot."""
    wish = db.session.scalars(select(Booking).where(Booking.rank == 1).order_by(Booking.id)).first()
    assert wish is not None
    cancelled = select(BookingDecision.booking_id).where(BookingDecision.verdict == BookingVerdict.CANCELLED)
    swaps = select(BookingSwap.id)
    return {
        "booking": one(select(Booking.id).where(Booking.trainee_id == trainee, Booking.replaces_id.is_not(None))),
        "open slot": one(select(Booking.slot_id).where(Booking.id.in_(cancelled), Booking.rank.is_(None))),
        "wish": wish.id,
        "own slot": one(select(Booking.slot_id).where(Booking.trainee_id == trainee, Booking.replaces_id.is_not(None))),
        "wished slot": wish.slot_id,
        "given slot": one(
            select(Slot.id)
            .where(Slot.sign_up == SignUp.ASSIGNED, Slot.starts_at > now(), Slot.id.not_in(select(Booking.slot_id)))
            .order_by(Slot.starts_at)
            .limit(1)
        ),
        "swap": one(swaps.where(BookingSwap.asked_by_id == trainee)),
        "agreed swap": one(swaps.where(BookingSwap.asked_by_id != trainee)),
    }


def _hours(act: dict[str, Viewer]) -> dict[str, object]:
    """Two shifts of the trainee with the supervisor: one waits, the other was queried."""
    shifts = [
        placements.log_shift(
            act[TRAINEE],
            site_id=one(select(Site.id).where(Site.name.like("%Eastgate station"))),
            supervisor_id=act[SUPERVISOR].id,
            worked_on=today() - timedelta(days=days_ago),
            starts=time(19),
            ends=time(7),
            activities={Activity.PATIENT_CONTACT: 690, Activity.BREAK: 30},
            is_supernumerary=True,
            note="A long night with two joint visits.",
        ).id
        for days_ago in (9, 7)
    ]
    placements.query_shift(act[SUPERVISOR], shifts[0], comment="Please look at the end once more.")
    asked = [
        placements.ask_approval(act[TRAINEE], shifts, way=way, supervisor_id=act[SUPERVISOR].id)
        for way in (ApprovalWay.HERE, ApprovalWay.EMAIL)
    ]
    mail = one(select(Mail).where(Mail.template == "asked-to-approve").order_by(Mail.id.desc()))
    return {
        "queried": shifts[0],
        "waiting": shifts[1],
        **_entering(act, shifts[1]),
        **_contact(act[TRAINEE], shifts[0]),
        "approval": asked[0].id,
        "hours link": facts_of(mail)["url"].rpartition("/")[2],
    }


def _contact(trainee: Viewer, shift_id: UUID) -> dict[str, object]:
    """A contact in a shift, the site it was at, and a report of a risk there."""
    site_id = one(select(Shift.site_id).where(Shift.id == shift_id))
    return {
        "contact": placements.add_encounter(trainee, shift_id, contact=contact()).id,
        "worked site": site_id,
        "risk": placements.report_risk(trainee, site_id, text="A door was left unlocked.").id,
    }


def _entering(act: dict[str, Viewer], like: UUID) -> dict[str, object]:
    """A shift of yesterday that is begun and not sent, a day that is unlocked, and a debrief that is asked for."""
    yesterday, draft_id = today() - timedelta(days=1), new_id()
    when = {f"worked_on-{part}": str(getattr(yesterday, part)) for part in ("day", "month", "year")}
    shift = one(select(Shift).where(Shift.id == like))
    who = {"site_id": str(shift.site_id), "supervisor_id": str(shift.supervisor_id), "is_supernumerary": "yes"}
    placements.save_draft(act[TRAINEE], draft_id, version=0, body=when | who | {"main_activity": "standby"})
    days = {"from_on": today() - timedelta(days=20), "until_on": today() - timedelta(days=20)}
    placements.unlock_days(act[NURSE], act[TRAINEE].id, open_until=today(), reason="There was no signal.", **days)
    asked = placements.ask_debrief(act[TRAINEE], asked_of_id=act[SUPERVISOR].id)
    return {"shift draft": draft_id, "debrief": asked.id}


def _supervision(act: dict[str, Viewer]) -> dict[str, object]:
    """Supervision and a meeting with two actions, which the supervisor has not confirmed yet."""
    trainee, supervisor, site = (
        act[TRAINEE],
        act[SUPERVISOR].id,
        one(select(Site.id).where(Site.name.like("%Eastgate station"))),
    )
    entry = competencies.log_supervision(
        trainee,
        trainee.id,
        supervisor_id=supervisor,
        held_on=today(),
        minutes=45,
        themes=[Theme.WELLBEING, Theme.CASELOAD],
        action="Swap one night shift so that there is a day between two blocks.",
    )
    meeting = competencies.record_meeting(
        trainee,
        trainee.id,
        site,
        kind=MeetingKind.MIDPOINT,
        supervisor_id=supervisor,
        held_on=today(),
        summary="What went well so far, and what the second half is for.",
        goals="Lead every second assessment.",
        actions=[NewAction("Read the local pathway", 2), NewAction("Ask to sit in on the next review", 4)],
    )
    action = one(select(MeetingAction.id).where(MeetingAction.meeting_id == meeting.id))
    return {"entry": entry.id, "meeting": meeting.id, "action": action, "site": site}


def _works(educator: Viewer) -> dict[str, object]:
    queue = list_queue(educator)
    released = next(row for row in queue.released if row.trainee == TRAINEE)
    return {
        "to-mark": queue.to_mark[0].work.id,
        "marked": queue.marked[0].work.id,
        "released": released.work.id,
    }


def _quality(act: dict[str, Viewer], people: dict[str, UUID]) -> dict[str, object]:
    """Vignettes of somebody who is done and of a new assessor, what was drawn, and the link that stops a digest."""
    newcomer, trust = people[NEW_ASSESSOR], get_trust().id
    identity.give_role(act[ADMINISTRATOR], person_id=newcomer, role=Role.ASSESSOR, scope_id=trust, cause="New")
    return {
        "answered vignette": get_calibration(act[ASSESSOR]).rows[0].id,
        "vignette": get_calibration(identity.viewer_for(newcomer)).rows[0].id,
        "drawn": get_sampling(act[NURSE], Quarter.of(today())).due[0].id,
        "stop": stop_token(current_app.config["SETTINGS"].secret_key, act[ASSESSOR].id),
    }


def _questions(trainee: Viewer) -> dict[str, object]:
    """A knowledge check the trainee is in the middle of: a question they answered, and the next one."""
    asked = get_knowledge_check(trainee, CHECK).standing.round
    assert asked
    return {"answered question": asked.questions[0], "question to answer": asked.next_question}


def page_templates(folder: Path) -> list[str]:
    """The templates that are pages: they extend another, and no other extends them."""
    extended = {
        path.relative_to(folder).as_posix(): re.findall(r'{% extends "([^"]+)" %}', path.read_text())
        for path in sorted(folder.rglob("*.html"))
    }
    frames = {frame for frames in extended.values() for frame in frames}
    return [name for name, frames_of in extended.items() if frames_of and name not in frames]
