"""Errors whose text a person may read."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

LONGEST = 1000


class DomainError(Exception):
    """Something a person asked for cannot be done; the message says why in a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """There is no such thing, or not for this viewer."""

    def __init__(self, message: str = "There is no such page, or it is not yours to see.") -> None:
        super().__init__(message)


class NotReady(NotFound):
    """What a page is about has not been loaded into the service yet; the message says what."""


class RuleViolation(DomainError):
    """A rule refuses the request; `field` names the form field it belongs to, if any."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field

    @property
    def each(self) -> tuple["RuleViolation", ...]:
        """Every single thing that is wrong."""
        return (self,)


class RuleViolations(RuleViolation):
    """Several rules refuse the request."""

    def __init__(self, problems: Sequence[RuleViolation]) -> None:
        super().__init__(". ".join(problem.message.rstrip(".") for problem in problems))
        self.problems = tuple(problems)

    @property
    def each(self) -> tuple[RuleViolation, ...]:
        """Every single thing that is wrong, the first that was found about each field."""
        return tuple({problem.field or problem.message: problem for problem in reversed(self.problems)}.values())[::-1]


def check_all(*checks: Callable[[], object]) -> None:
    """Do checks that do not rest on each other, so that all that is wrong is said at once.

    Raises RuleViolation as they do, RuleViolations where more than one does.
    """
    found: list[RuleViolation] = []
    for check in checks:
        try:
            check()
        except RuleViolation as problem:
            found += problem.each
    if found:
        raise found[0] if len(found) == 1 else RuleViolations(found)


class Stale(DomainError):
    """Somebody else saved first: `theirs` is what is stored now by field, `version` is its version."""

    def __init__(self, theirs: Mapping[str, str], version: int) -> None:
        super().__init__("Somebody else saved this after you opened it. Both texts are shown below.")
        self.theirs = theirs
        self.version = version


class AlreadyDone(DomainError):
    """The same form arrived before; what it did is not done twice."""

    def __init__(self) -> None:
        super().__init__("This was already recorded.")


class DifferentRequest(DomainError):
    """Another content arrived under the request id of a form that was already recorded."""

    def __init__(self) -> None:
        super().__init__("This form was already sent with other answers. Open it again to record something new.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a content file: where (file, line, dotted field) and what. A warning refuses nothing."""

    file: str
    line: int
    field: str
    message: str
    is_warning: bool = False

    def __str__(self) -> str:
        message = textwrap.shorten(self.message, LONGEST, placeholder=" …")  # It may quote anything, over many lines.
        return f"{self.file}:{self.line}: {self.field}: {'warning: ' if self.is_warning else ''}{message}"


class ContentError(DomainError):
    """One or more content files are wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
