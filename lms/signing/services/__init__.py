"""Changing links and form sessions (`links`), receipts and suspended records (`suspensions`)."""

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
    note_refusal,
    noting_refusals,
    open_form,
    signed,
    use_up_form,
)
from lms.signing.services.suspensions import decide, deny, deny_own, send_receipt

__all__ = [
    "RECORD_COUNTS",
    "SIGNERS_COUNT",
    "add_domain",
    "check_guest",
    "decide",
    "deny",
    "deny_own",
    "end_links",
    "end_sent",
    "hand_over",
    "join_people",
    "make_link",
    "note_refusal",
    "noting_refusals",
    "open_form",
    "open_guest_account",
    "remove_domain",
    "send_receipt",
    "signed",
    "update_guest",
    "use_up_form",
]
