"""What this domain stores, one file for each subject."""

from lms.signing.models.guests import GuestCheck, KnownDomain, PersonJoin
from lms.signing.models.links import FormSession, SigningLink, SigningReceipt
from lms.signing.models.suspensions import RefusedSignature, Suspension, SuspensionEnd

__all__ = [
    "FormSession",
    "GuestCheck",
    "KnownDomain",
    "PersonJoin",
    "RefusedSignature",
    "SigningLink",
    "SigningReceipt",
    "Suspension",
    "SuspensionEnd",
]
