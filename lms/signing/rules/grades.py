"""How surely a signature belongs to the person named."""

import enum


class IdentityGrade(enum.StrEnum):
    """How a person showed who they are when they signed, from the weakest to the strongest."""

    TYPED_SIGNATURE = "typed-signature"
    DRAWN_SIGNATURE = "drawn-signature"
    EMAIL_LINK = "email-link"
    VERIFIED_LINK = "verified-link"
    PIN = "pin"
    PASSKEY = "passkey"
    ACCOUNT = "account"

    @property
    def rank(self) -> int:
        """The place in the order of strength; a higher number is surer."""
        return RANKS[self]

    @property
    def label(self) -> str:
        """The grade in words."""
        return GRADE_LABELS[self]

    def is_at_least(self, least: "IdentityGrade") -> bool:
        """Say whether this grade is as sure as the least one accepted."""
        return self.rank >= least.rank


GRADE_LABELS = {
    IdentityGrade.TYPED_SIGNATURE: "typed signature",
    IdentityGrade.DRAWN_SIGNATURE: "drawn signature",
    IdentityGrade.EMAIL_LINK: "link to an unchecked address",
    IdentityGrade.VERIFIED_LINK: "link to a checked address",
    IdentityGrade.PIN: "PIN",
    IdentityGrade.PASSKEY: "passkey",
    IdentityGrade.ACCOUNT: "signed-in account",
}


RANKS = {grade: rank for rank, grade in enumerate(IdentityGrade)}


NEEDS_CHECK = frozenset({IdentityGrade.TYPED_SIGNATURE, IdentityGrade.DRAWN_SIGNATURE, IdentityGrade.EMAIL_LINK})
"""The grades of a guest, which count towards no rule until an administrator has checked who the guest is."""


def grade_known(grade: IdentityGrade, *, is_checked: bool) -> IdentityGrade:
    """The grade as it is known: a link to an address that was checked since is a link to a checked address."""
    return IdentityGrade.VERIFIED_LINK if grade is IdentityGrade.EMAIL_LINK and is_checked else grade
