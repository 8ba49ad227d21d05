"""Guests of the example service: a nurse who was checked, somebody who waits, and an entry that is hers as well."""

from dataclasses import dataclass
from datetime import time
from functools import partial
from uuid import UUID

from lms.core.clock import now
from lms.core.db import transaction
from lms.demo.cast import ADMINISTRATOR, OPENED, Cast
from lms.demo.people import NORTHMERE, PIN, SIGNERS, TRUST
from lms.demo.timeline import Timeline
from lms.identity import services as identity
from lms.identity.models import Credential
from lms.identity.rules import CredentialKind
from lms.identity.services.proofs import HASHER
from lms.signing import services
from lms.signing.rules.guests import GuestVerdict

HOSPITAL = "northmere-general.example"


def plan_guests(line: Timeline, cast: Cast) -> None:
    """Organisations are known from the beginning; guests come and are checked, or wait."""
    guests = _Guests(cast)
    line.on(line.day(OPENED - 2), time(9), guests.know_organisations)
    line.on(line.day(OPENED - 2), time(9, 30), guests.choose_pins)
    line.on(line.day(48), time(16, 10), guests.nurse_signs)
    line.on(line.day(46), time(11), guests.nurse_is_checked)
    line.on(line.day(30), time(15), guests.nurse_signs_again)
    line.on(line.day(29), time(9, 40), guests.entries_are_joined)
    line.on(line.day(9), time(14, 20), partial(guests.sign, "R Lindqvist", "Mental health nurse", "19F0412E"))
    line.on(line.day(4), time(17, 5), partial(guests.sign, "Callum Brody", "Social worker", ""))


@dataclass(slots=True)
class _Guests:
    cast: Cast
    nurse: UUID | None = None
    again: UUID | None = None

    def know_organisations(self) -> None:
        """The trust, a university and a hospital have email domains of their own."""
        actor, places = self.cast.viewer(ADMINISTRATOR), self.cast.organisations
        services.add_domain(actor, domain="thameside.example", organisation_id=places[TRUST])
        services.add_domain(actor, domain="northmere.example", organisation_id=places[NORTHMERE])
        services.add_domain(actor, domain=HOSPITAL, name="Northmere General Hospital")

    def choose_pins(self) -> None:
        """Some people have a PIN, kept as a password is."""
        with transaction() as session:
            session.add_all(
                Credential(
                    person_id=self.cast.people[key],
                    credential_kind=CredentialKind.PIN,
                    secret=HASHER.hash(PIN),
                    confirmed_at=now(),
                )
                for key in SIGNERS
            )

    def sign(self, name: str, profession: str, number: str, email: str | None = None) -> UUID:
        """Somebody leaves their name."""
        return identity.create_guest(None, name=name, profession=profession, registration_number=number, email=email).id

    def nurse_signs(self) -> None:
        """A nurse of the hospital leaves her address as well."""
        self.nurse = self.sign("Rosa Lindqvist", "Mental health nurse", "19F0412E", f"rosa.lindqvist@{HOSPITAL}")

    def nurse_is_checked(self) -> None:
        """The hospital knows her."""
        assert self.nurse is not None
        services.check_guest(
            self.cast.viewer(ADMINISTRATOR),
            self.nurse,
            GuestVerdict.ACCEPTED,
            registration_checked=True,
            reason="The ward manager confirmed that she works in liaison psychiatry.",
        )

    def nurse_signs_again(self) -> None:
        """The same nurse signs on another phone and leaves no address."""
        self.again = self.sign("Rosa Lindquist", "Nurse", "19F0412E")

    def entries_are_joined(self) -> None:
        """The administrator sees that it is the same nurse."""
        assert self.nurse is not None
        assert self.again is not None
        services.join_people(
            self.cast.viewer(ADMINISTRATOR),
            self.again,
            self.nurse,
            reason="The same registration number; the name was misspelt.",
        )
