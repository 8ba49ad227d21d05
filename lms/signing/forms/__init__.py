"""What this domain asks, one file for each subject."""

from lms.signing.forms.guests import CheckGuestForm, DomainForm, GuestAccountForm, GuestForm, JoinForm
from lms.signing.forms.proofs import ProofFields
from lms.signing.forms.receipts import DecideForm, DenyForm

__all__ = [
    "CheckGuestForm",
    "DecideForm",
    "DenyForm",
    "DomainForm",
    "GuestAccountForm",
    "GuestForm",
    "JoinForm",
    "ProofFields",
]
