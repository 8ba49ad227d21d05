"""Questions about asking for slots, deciding about bookings, cancelling and swapping."""

from collections.abc import Sequence
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.placements.rules.bookings import Others
from lms.placements.rules.wishes import MOST_WISHES, RanksWrong
from lms.web.forms import (
    CheckboxesField,
    ConfirmedForm,
    InputRequired,
    IntegerField,
    NHSForm,
    NumberRange,
    Optional,
    RadioField,
    SelectChoice,
    TextAreaField,
)


class AskForSlotForm(ConfirmedForm):
    """What the approver should know, if anything."""

    note = TextAreaField("Note for the approver (optional)", [Optional()], max_characters=500, rows=2, about_care=True)


class WishesForm(AskForSlotForm):
    """A rank for each slot that is wanted; made by `wishes_form`."""

    slots: Sequence[UUID] = ()

    @property
    def ranks(self) -> dict[UUID, int]:
        """The ranks that were given, by slot."""
        given = ((slot_id, self[rank_name(slot_id)].data) for slot_id in self.slots)
        return {slot_id: rank for slot_id, rank in given if rank is not None}

    def reject(self, problem: RuleViolation) -> None:
        """Show why, beside each rank that cannot stay."""
        if not isinstance(problem, RanksWrong):
            super().reject(problem)
            return
        for slot_id, rank in self.ranks.items():
            if rank in problem.ranks:
                super().reject(RuleViolation(problem.message, rank_name(slot_id)))


def rank_name(slot_id: UUID) -> str:
    """The name of the field in which a slot is ranked."""
    return f"rank-{slot_id}"


def wishes_form(labels: dict[UUID, str]) -> WishesForm:
    """The form that ranks these slots, each named by its label."""
    fields = {
        rank_name(slot_id): IntegerField(
            f"Rank of {label}",
            [Optional(), NumberRange(1, MOST_WISHES, message=f"Use numbers from 1 to {MOST_WISHES}")],
            width=2,
        )
        for slot_id, label in labels.items()
    }
    made: WishesForm = type("WishesForm", (WishesForm,), {**fields, "slots": tuple(labels)})()
    return made


class ReasonForm(ConfirmedForm):
    """Why a booking or a swap is declined."""

    reason = TextAreaField(
        "Why do you decline?",
        [InputRequired("Say why you decline")],
        description="The trainee reads this.",
        max_characters=500,
        rows=3,
        about_care=True,
    )


class DeclineWishesForm(ReasonForm):
    """Why the other wishes are declined."""

    reason = TextAreaField(
        "Why do you decline them?",
        [InputRequired("Say why you decline")],
        description="The trainee reads this.",
        max_characters=500,
        rows=3,
        about_care=True,
        default="Another of your wishes is booked.",
    )


class CancelBookingForm(ConfirmedForm):
    """Why a booking is cancelled."""

    reason = TextAreaField(
        "Why is it cancelled?",
        [InputRequired("Say why the booking is cancelled")],
        description='A few words are enough, such as "ill". Trainee and approvers read this, the supervisor does not.',
        max_characters=500,
        rows=2,
        about_care=True,
    )


class WithdrawWishesForm(ConfirmedForm):
    """Why the other wishes are withdrawn."""

    reason = TextAreaField(
        "Why do you withdraw them?",
        [InputRequired("Say why you withdraw them")],
        description="Approvers read this.",
        max_characters=500,
        rows=2,
        about_care=True,
        default="Another wish is booked.",
    )


class ApproveBookingsForm(ConfirmedForm):
    """Who has the places, what happens to the others, and why despite warnings."""

    bookings = CheckboxesField("Who has a place?", coerce=UUID)
    others = RadioField(
        "What about the others who asked?",
        choices=[SelectChoice(each.value, each.label) for each in Others],
        coerce=Others,
        default=Others.KEEP,
    )
    reason = TextAreaField(
        "Why, despite the warnings?",
        [Optional()],
        description="Needed only if the checks warn for somebody you chose. The trainee reads this.",
        max_characters=500,
        rows=3,
        about_care=True,
    )


class GiveSlotForm(ConfirmedForm):
    """Who is given a slot, and why despite warnings."""

    trainee_id = RadioField("Who has the place?", [InputRequired("Select a trainee")], coerce=UUID)
    reason = TextAreaField(
        "Why, despite the warnings?",
        [Optional()],
        description="Needed only if the checks warn. The trainee reads this.",
        max_characters=500,
        rows=3,
        about_care=True,
    )


class OfferSwapForm(NHSForm):
    """Which place is wanted instead."""

    wanted_id = RadioField("Which place would you like instead?", [InputRequired("Select a place")], coerce=UUID)


class AnswerSwapForm(NHSForm):
    """Yes or no to an offer."""

    answer = RadioField(
        "Do you agree?",
        [InputRequired("Select yes or no")],
        choices=[SelectChoice("yes", "Yes, I would like to swap"), SelectChoice("no", "No, I keep my place")],
    )


class ApproveSwapForm(ConfirmedForm):
    """Why a swap is approved despite warnings."""

    reason = TextAreaField(
        "Why, despite the warnings?",
        [Optional()],
        description="Needed only if the checks warn for one of the two. Both trainees read this.",
        max_characters=500,
        rows=3,
        about_care=True,
    )
