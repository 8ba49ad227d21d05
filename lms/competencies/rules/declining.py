"""The reasons for declining that one tap can give. The trainee reads the sentence; it never counts against them."""

import enum


class DeclineReason(enum.StrEnum):
    """Why an assessor declines: what the button says is the value, what the trainee reads is the sentence."""

    NO_TIME = "No time"
    DID_NOT_SEE = "Did not see it"
    NOT_MY_FIELD = "Not my field"

    @property
    def sentence(self) -> str:
        """What the trainee reads."""
        return _SENTENCES[self]


_SENTENCES = {
    DeclineReason.NO_TIME: "I have no time to answer this well.",
    DeclineReason.DID_NOT_SEE: "I did not see this encounter.",
    DeclineReason.NOT_MY_FIELD: "This is not my field.",
}
