"""What pages for people who are not signed in share: opening a link, and the one form a device may fill in."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now
from lms.core.errors import DomainError, NotFound
from lms.identity.models import Person
from lms.identity.services.passkeys import passkeys_work
from lms.signing.forms import ProofFields
from lms.signing.models import SigningLink
from lms.signing.queries import find_link
from lms.signing.rules import Channel, Method, Purpose, Refusal, Refused, methods_for
from lms.signing.services import Proof, hand_over
from lms.web.access import FormHolder, current, enter_form, form_holder


def find_working(token: str, purpose: Purpose) -> SigningLink | None:
    """The link with this token while it leads to a form of this kind, or None."""
    link = find_link(token)
    return link if link is not None and link.purpose is purpose and link.works_at(now()) else None


def link_page(template: str, link: SigningLink, **more: Any) -> str:
    """What a link leads to, and the button that opens it. Mail programs open links: only the button does anything."""
    found = current()
    return render_template(
        template,
        link=link,
        account=found.viewer if found else None,
        is_trainee=found is not None and found.viewer.id == link.trainee_id,
        is_sent=link.channel is Channel.SENT,
        **more,
    )


def ended_link(status: int = 404, *, is_trainee: bool = False, is_cancelled: bool = False) -> ResponseReturnValue:
    """Why a link leads nowhere, without a name: whoever holds it need not be whom it was sent to."""
    return render_template("signing/ended_link.html", is_trainee=is_trainee, is_cancelled=is_cancelled), status


def refused_link(problem: DomainError, *, is_cancelled: bool = False) -> ResponseReturnValue:
    """Why a link was not opened: there is none of its kind, or it is not for whoever tried."""
    if isinstance(problem, NotFound):
        return ended_link(is_cancelled=is_cancelled)
    is_trainee = isinstance(problem, Refused) and problem.refusal is Refusal.OWN_SESSION
    return ended_link(403, is_trainee=is_trainee, is_cancelled=is_cancelled)


def opener() -> dict[str, Any]:
    """Who opens a link on this device, and the session that ends with it, as the services take them."""
    found, own = current(), session.get("token")
    return {"actor": found.viewer if found else None, "session_token": own if isinstance(own, str) else None}


def lead_to_form(token: str, endpoint: str) -> ResponseReturnValue:
    """Put a form in the place of whatever this device's cookie held, and lead to it."""
    enter_form(token)
    return redirect(url_for(endpoint))


def hand_over_device(
    purpose: Purpose, subject_id: UUID, endpoint: str, *, trainee_id: UUID, person_id: UUID | None = None
) -> ResponseReturnValue:
    """Put a form in the place of the session of whoever hands the device over, and lead to it."""
    own = session["token"]
    return lead_to_form(hand_over(purpose, subject_id, trainee_id=trainee_id, token=own, person_id=person_id), endpoint)


def holder_of(purpose: Purpose) -> FormHolder:
    """The form this device may fill in. Raises NotFound for one of another kind."""
    holder = form_holder()
    if holder.purpose != purpose:
        raise NotFound
    return holder


def is_sent(holder: FormHolder) -> bool:
    """Say whether the device came to its form by a link that was sent to whoever holds it."""
    return holder.channel == Channel.SENT


def signed_page(holder: FormHolder, afterwards: str) -> str:
    """What a device shows once its form was signed; `afterwards` is where its owner goes on."""
    return render_template("signing/signed.html", is_sent=is_sent(holder), afterwards=afterwards)


def ways_to_sign(holder: FormHolder) -> list[Method]:
    """How the form on this device may be signed here, the most usual way first."""
    return [each for each in methods_for(Channel(holder.channel)) if each is not Method.PASSKEY or passkeys_work()]


def offer_ways(form: ProofFields, holder: FormHolder, with_pin: Callable[[], Collection[Person]]) -> None:
    """Offer the ways to sign, and those who have a PIN: everybody of these but the trainee."""
    methods = ways_to_sign(holder)
    people = with_pin() if Method.PIN in methods else ()
    form.offer(methods, [(each.id, each.name) for each in people if each.id != holder.trainee_id])


def proven(form: ProofFields, holder: FormHolder) -> dict[str, Any]:
    """How whoever holds the device came to its form and shows who they are, as the services take it."""
    return {"channel": Channel(holder.channel), "sent_to": holder.person_id, "proof": Proof(**form.proof)}
