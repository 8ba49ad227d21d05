"""Who can be given a slot, in which order they are shown, and what is said of each. Values in, values out."""

from dataclasses import dataclass
from uuid import UUID

from lms.core.words import join_words
from lms.placements.rules.ahead import Gift
from lms.placements.rules.bookings import Checks


@dataclass(frozen=True, slots=True)
class Fit:
    """A trainee who can be in a slot: what it gives them, what the checks say, and whether they led in its setting."""

    trainee_id: UUID
    name: str
    gift: Gift | None
    checks: Checks
    has_led: bool

    @property
    def order(self) -> tuple[int, bool, str]:
        """The largest gap first, then who has not been in the setting, then by name."""
        minutes = self.gift.gap.missing_minutes if self.gift else 0
        return -minutes, not (self.gift and self.gift.is_new_setting), self.name.lower()

    @property
    def words(self) -> str:
        """What the slot gives them and what stands in the way, in short, to the approver."""
        said = [f"Closes {self.gift.words_to_others}." if self.gift else "No hours missing in this setting."]
        if not self.has_led:
            said.append("Has led no contact in this setting yet.")
        if self.checks.blocks:
            said.append(f"Blocked: {join_words([each.title for each in self.checks.blocks])}.")
        if self.checks.warnings:
            said.append(f"Warnings: {join_words([each.title for each in self.checks.warnings])}.")
        if not self.checks.holds_up:
            said.append("Nothing in the way, rest not fully known." if self.checks.not_known else "Nothing in the way.")
        return " ".join(said)
