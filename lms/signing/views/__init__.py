"""Pages of this domain."""

from lms.signing.views import guests, receipts
from lms.signing.views.blueprint import bp

__all__ = [
    "bp",
    "guests",
    "receipts",
]
