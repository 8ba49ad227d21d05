"""Pages of this domain."""

from lms.signing.views import drawings, guests, receipts
from lms.signing.views.blueprint import bp

__all__ = [
    "bp",
    "drawings",
    "guests",
    "receipts",
]
