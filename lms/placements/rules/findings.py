"""What the rules on rest say: one finding for each rule, and what is said where the main rota is not known."""

import enum
from dataclasses import dataclass

from lms.core import words
from lms.placements.rules.duties import WorkingTime, days_behind
from lms.placements.rules.times import Span


class RestRule(enum.StrEnum):
    """One rule that is held against a shift."""

    OVERLAP = "overlap"
    TAUGHT_DAY = "taught-day"
    REST_BEFORE = "rest-before"
    REST_AFTER = "rest-after"
    DAILY_REST = "daily-rest"
    WEEKLY_REST = "weekly-rest"
    WEEK_AVERAGE = "week-average"
    NIGHT_AVERAGE = "night-average"
    BREAK = "break"

    @property
    def label(self) -> str:
        """The rule in words."""
        return RULE_WORDS[self]


RULE_WORDS = {
    RestRule.OVERLAP: "Overlap",
    RestRule.TAUGHT_DAY: "Taught days",
    RestRule.REST_BEFORE: "11 hours of rest before",
    RestRule.REST_AFTER: "11 hours of rest after",
    RestRule.DAILY_REST: "11 hours of rest in each 24",
    RestRule.WEEKLY_REST: "24 hours off each week, or 48 in two weeks",
    RestRule.WEEK_AVERAGE: "48 hours a week on average",
    RestRule.NIGHT_AVERAGE: "8 hours in 24 on average with night work",
    RestRule.BREAK: "A break of 20 minutes",
}


class Answer(enum.StrEnum):
    """What a rule says."""

    FINE = "fine"
    WARNING = "warning"
    NOT_KNOWN = "not-known"

    @property
    def label(self) -> str:
        """The answer in words."""
        return self.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class RestFinding:
    """What one rule says about a shift, in a sentence that trainee and approver read."""

    rule: RestRule
    answer: Answer
    sentence: str


@dataclass(frozen=True, slots=True)
class RestResult:
    """What every rule says about a shift, in the order of the rules."""

    findings: tuple[RestFinding, ...]

    @property
    def warnings(self) -> tuple[RestFinding, ...]:
        """What whoever overrides gives a reason for."""
        return tuple(finding for finding in self.findings if finding.answer is Answer.WARNING)

    @property
    def not_known(self) -> tuple[RestFinding, ...]:
        """What cannot be said, as the main rota is not known. A break that is agreed on the day is none of it."""
        return tuple(
            finding
            for finding in self.findings
            if finding.answer is Answer.NOT_KNOWN and finding.rule is not RestRule.BREAK
        )

    @property
    def is_fine(self) -> bool:
        """Whether nothing is to be warned of and everything is known that can be."""
        return not self.warnings and not self.not_known

    def of(self, rule: RestRule) -> RestFinding:
        """What one rule says."""
        return next(finding for finding in self.findings if finding.rule is rule)


def kept(rule: RestRule, sentence: str, looked_at: Span, working: WorkingTime) -> RestFinding:
    """Fine where the main rota is known for all that was looked at; else not known."""
    if working.knows(looked_at):
        return RestFinding(rule, Answer.FINE, sentence)
    return not_known(rule, looked_at, working)


def not_known(rule: RestRule, looked_at: Span, working: WorkingTime) -> RestFinding:
    """Not known, and why: from which day to which the main rota would have to be known."""
    first, last = days_behind(looked_at)
    if not working.known:
        return RestFinding(rule, Answer.NOT_KNOWN, "There is no main rota here.")
    sentence = f"The main rota is not known on every day from {words.day(first)} to {words.day(last)}."
    return RestFinding(rule, Answer.NOT_KNOWN, sentence)
