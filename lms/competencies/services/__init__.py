"""Changing the record of competency: requests and assessments, sign-offs, concerns."""

from lms.competencies.services.assessments import (
    Answers,
    add_words,
    complete_assessment,
    correct_assessment,
    reply,
    save_draft,
    start_assessment,
)
from lms.competencies.services.concern_clocks import tell_of_clocks
from lms.competencies.services.concern_process import (
    ask_second_opinion,
    end_action,
    give_second_opinion,
    note_own_progress,
    note_progress,
    reply_to_concern,
    set_action,
)
from lms.competencies.services.concerns import (
    close_concern,
    move_concern,
    open_unsafe_moment,
    raise_concern,
    share_concern,
)
from lms.competencies.services.counting import tell_of_signers
from lms.competencies.services.feedback import (
    answer_round,
    book_conversation,
    give_own_view,
    invite_raters,
    open_round,
    release_round,
)
from lms.competencies.services.mappings import propose_mapping, review_mapping
from lms.competencies.services.meetings import close_action, confirm_meeting, decline_meeting, record_meeting
from lms.competencies.services.opening import note_own_request, open_signing_link
from lms.competencies.services.patients import ask_patients, check_moment, keep_patient_feedback
from lms.competencies.services.positive_notes import write_positive_note
from lms.competencies.services.preparing import begin_request, discard_request_draft, send_request_draft
from lms.competencies.services.prior_learning import accept_claim, claim_prior_learning, decline_claim
from lms.competencies.services.requests import (
    ask_for_assessment,
    cancel_request,
    decline_by_link,
    decline_request,
    open_request,
    pass_on,
    remind,
    reset,
    show_link,
    throw_away,
)
from lms.competencies.services.reviews import send_review_notices, tell_of_reviews
from lms.competencies.services.sign_offs import review_sign_off, sign_off
from lms.competencies.services.signing import sign_assessment
from lms.competencies.services.supervision import (
    confirm_supervision,
    correct_supervision,
    decline_supervision,
    log_supervision,
    name_coordinating_supervisor,
)
from lms.competencies.services.withdrawals import confirm_withdrawal, decline_withdrawal, propose_withdrawal
from lms.signing.services import RECORD_COUNTS, SIGNERS_COUNT

RECORD_COUNTS.append(tell_of_reviews)
SIGNERS_COUNT.append(tell_of_signers)

__all__ = [
    "Answers",
    "accept_claim",
    "add_words",
    "answer_round",
    "ask_for_assessment",
    "ask_patients",
    "ask_second_opinion",
    "begin_request",
    "book_conversation",
    "cancel_request",
    "check_moment",
    "claim_prior_learning",
    "close_action",
    "close_concern",
    "complete_assessment",
    "confirm_meeting",
    "confirm_supervision",
    "confirm_withdrawal",
    "correct_assessment",
    "correct_supervision",
    "decline_by_link",
    "decline_claim",
    "decline_meeting",
    "decline_request",
    "decline_supervision",
    "decline_withdrawal",
    "discard_request_draft",
    "end_action",
    "give_own_view",
    "give_second_opinion",
    "invite_raters",
    "keep_patient_feedback",
    "log_supervision",
    "move_concern",
    "name_coordinating_supervisor",
    "note_own_progress",
    "note_own_request",
    "note_progress",
    "open_request",
    "open_round",
    "open_signing_link",
    "open_unsafe_moment",
    "pass_on",
    "propose_mapping",
    "propose_withdrawal",
    "raise_concern",
    "record_meeting",
    "release_round",
    "remind",
    "reply",
    "reply_to_concern",
    "reset",
    "review_mapping",
    "review_sign_off",
    "save_draft",
    "send_request_draft",
    "send_review_notices",
    "set_action",
    "share_concern",
    "show_link",
    "sign_assessment",
    "sign_off",
    "start_assessment",
    "tell_of_clocks",
    "tell_of_reviews",
    "throw_away",
    "write_positive_note",
]
