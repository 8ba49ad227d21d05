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
    check_link,
    end_links,
    end_sent,
    hand_over,
    make_link,
    note_refusal,
    noting_refusals,
    open_form,
    signed,
    use_up_form,
)
from lms.signing.services.proofs import (
    Proof,
    Signature,
    check_in_use,
    check_not_own_address,
    identify,
    refused_as,
    signature_of,
)
from lms.signing.services.suspensions import decide, deny, deny_own, send_receipt

__all__ = [
    "RECORD_COUNTS",
    "SIGNERS_COUNT",
    "Proof",
    "Signature",
    "add_domain",
    "check_guest",
    "check_in_use",
    "check_link",
    "check_not_own_address",
    "decide",
    "deny",
    "deny_own",
    "end_links",
    "end_sent",
    "hand_over",
    "identify",
    "join_people",
    "make_link",
    "note_refusal",
    "noting_refusals",
    "open_form",
    "open_guest_account",
    "refused_as",
    "remove_domain",
    "send_receipt",
    "signature_of",
    "signed",
    "update_guest",
    "use_up_form",
]
