"""People, organisations, roles and grants; credentials, sessions and single-use links."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.rules import DETAIL_LENGTHS, CredentialKind, OrganisationKind, TokenKind
from lms.policy import Role


class Organisation(Model):
    """The trust or one of its partner universities."""

    __tablename__ = "organisation"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "organisation/1": ("id", "slug", "name", "organisation_kind", "version", "created_at", "updated_at")
    }

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation_kind: Mapped[OrganisationKind]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class Person(Model):
    """Somebody with an account, or a guest who only signed. Names and addresses live only here; nobody is deleted."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("is_guest OR email IS NOT NULL", name="account_has_address"),)
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "person/1": ("id", "organisation_id", "is_example", "deactivated_at", "version", "created_at", "updated_at"),
        "person/2": (
            "id",
            "organisation_id",
            "is_example",
            "is_guest",
            "deactivated_at",
            "version",
            "created_at",
            "updated_at",
        ),
    }
    personal: ClassVar[tuple[str, ...]] = ("name", "email", "profession", "registration_number")

    name: Mapped[str] = mapped_column(String(DETAIL_LENGTHS["name"]))
    email: Mapped[str | None] = mapped_column(String(DETAIL_LENGTHS["email"]), unique=True)
    profession: Mapped[str] = mapped_column(String(DETAIL_LENGTHS["profession"]), default="")
    registration_number: Mapped[str] = mapped_column(String(DETAIL_LENGTHS["registration_number"]), default="")
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    is_example: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False)
    deactivated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class RoleAssignment(Model):
    """A person is given a role with a scope (the trust, a university, a cohort or a site) for a time."""

    __tablename__ = "role_assignment"
    __table_args__ = (Index(None, "person_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "role-assignment/1": (
            "id",
            "person_id",
            "role",
            "scope_id",
            "from_on",
            "until_on",
            "cause",
            "given_by_id",
            "recorded_at",
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    scope_id: Mapped[UUID]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    cause: Mapped[str] = mapped_column(String(300))
    given_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class RoleEnd(Model):
    """A role assignment ended before or without its date."""

    __tablename__ = "role_end"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "role-end/1": ("id", "assignment_id", "cause", "ended_by_id", "recorded_at")
    }

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("role_assignment.id"), unique=True)
    cause: Mapped[str] = mapped_column(String(300))
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ScopeMember(Model):
    """A trainee belongs to a scope: themselves, their cohort, their university, the trust."""

    __tablename__ = "scope_member"
    __table_args__ = (Index(None, "scope_id", "trainee_id"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "scope-member/1": ("id", "trainee_id", "scope_id", "cause", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    scope_id: Mapped[UUID]
    cause: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ScopeMemberEnd(Model):
    """A trainee left a scope, such as the university they moved away from: its people see the record no longer."""

    __tablename__ = "scope_member_end"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {"scope-member-end/1": ("id", "member_id", "cause", "recorded_at")}

    member_id: Mapped[UUID] = mapped_column(ForeignKey("scope_member.id"), unique=True)
    cause: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class AccessGrant(Model):
    """A person may see the trainees of a scope in one role, from one day to another, for a stated cause."""

    __tablename__ = "access_grant"
    __table_args__ = (Index(None, "person_id", "role"), CheckConstraint("until_on >= from_on", name="in_order"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "access-grant/1": ("id", "person_id", "scope_id", "role", "from_on", "until_on", "cause", "recorded_at")
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    scope_id: Mapped[UUID]
    role: Mapped[Role]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    cause: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class AccessGrantEnd(Model):
    """An access grant was closed."""

    __tablename__ = "access_grant_end"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {"access-grant-end/1": ("id", "grant_id", "cause", "recorded_at")}

    grant_id: Mapped[UUID] = mapped_column(ForeignKey("access_grant.id"), unique=True)
    cause: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Credential(Model):
    """One proof of identity: a hashed password, PIN or recovery code, a TOTP secret, or the id of a passkey.

    The last four columns belong to passkeys. The device keeps the private key; what is here cannot sign.
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index(None, "person_id", "credential_kind"),
        Index(
            "uq_credential_passkey",
            "secret",
            unique=True,
            sqlite_where=text("credential_kind = 'passkey'"),
            postgresql_where=text("credential_kind = 'passkey'"),
        ),
    )
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    credential_kind: Mapped[CredentialKind]
    secret: Mapped[str] = mapped_column(String(300))
    last_step: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    name: Mapped[str | None] = mapped_column(String(60))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(BigInteger)
    is_backed_up: Mapped[bool | None]


class PasskeyChallenge(Model):
    """Random bytes for a device to sign, once and soon: of a person who adds a passkey, or of anybody who signs."""

    __tablename__ = "passkey_challenge"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]


class SignInAttempts(Model):
    """Wrong attempts in a row at one address, whether or not an account has it."""

    __tablename__ = "sign_in_attempts"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    address_digest: Mapped[str] = mapped_column(String(64), unique=True)
    failures: Mapped[int]
    last_failure_at: Mapped[datetime | None]


class SignInSession(Model):
    """One signed-in device. The cookie holds a token, this row its digest."""

    __tablename__ = "sign_in_session"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    acting_role: Mapped[Role | None]
    device: Mapped[str] = mapped_column(String(200), default="")
    second_factor_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class SingleUseToken(Model):
    """A link that works once: an invitation or a password reset. Only its digest is kept."""

    __tablename__ = "single_use_token"
    __table_args__ = (UniqueConstraint("token_digest"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    token_kind: Mapped[TokenKind]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token_digest: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
