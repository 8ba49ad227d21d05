"""Changing links and form sessions, proving who signs, receipts and suspended records: a file for each subject."""

from lms.signing.services.counting import RECORD_COUNTS, SIGNERS_COUNT
from lms.signing.services.guests import (
    add_domain,
    check_guest,
    join_people,
    open_guest_account,
    remove_domain,
    update_guest,
)
from lms.signing.services.links import (
    end_links,
    end_sent,
    hand_over,
    make_link,
    noting_refusals,
    signed,
    use_up_form,
)
from lms.signing.services.opening import note_own_session, open_on_device, opening
from lms.signing.services.proofs import Proof, Signature, check_in_use, check_not_own_address, refused_as, signing
from lms.signing.services.suspensions import decide, deny, deny_own, send_receipt

__all__ = [
    "RECORD_COUNTS",
    "SIGNERS_COUNT",
    "Proof",
    "Signature",
    "add_domain",
    "check_guest",
    "check_in_use",
    "check_not_own_address",
    "decide",
    "deny",
    "deny_own",
    "end_links",
    "end_sent",
    "hand_over",
    "join_people",
    "make_link",
    "note_own_session",
    "noting_refusals",
    "open_guest_account",
    "open_on_device",
    "opening",
    "refused_as",
    "remove_domain",
    "send_receipt",
    "signed",
    "signing",
    "update_guest",
    "use_up_form",
]
