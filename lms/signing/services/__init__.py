"""Changing links and form sessions (`links`), receipts and suspended records (`suspensions`)."""

from lms.signing.services.guests import add_domain, check_guest, merge_people, open_guest_account, remove_domain
from lms.signing.services.links import (
    end_form_session,
    end_links,
    hand_over,
    make_link,
    note_refused,
    open_form,
    signed,
)
from lms.signing.services.suspensions import decide, deny, deny_own, send_receipt

__all__ = [
    "add_domain",
    "check_guest",
    "decide",
    "deny",
    "deny_own",
    "end_form_session",
    "end_links",
    "hand_over",
    "make_link",
    "merge_people",
    "note_refused",
    "open_form",
    "open_guest_account",
    "remove_domain",
    "send_receipt",
    "signed",
]
