"""What a record made under one version of the framework says under another. Signed wording is never rewritten."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from lms.competencies.rules.evaluation import Assessment
from lms.competencies.rules.framework import Framework
from lms.competencies.rules.standing import SignOffFact


@dataclass(frozen=True, slots=True)
class Wording:
    """What a signature stands under: the code, the title and the indicator of a capability in one version."""

    code: str
    title: str
    indicator: str


@dataclass(frozen=True, slots=True)
class MappingFact:
    """An approved mapping: what each capability of the older version that was worded anew is read as in the newer."""

    older_id: UUID
    newer_id: UUID
    lines: Mapping[str, tuple[str, ...]]
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record about a capability that counts for nothing until a mapping says what it is read as."""

    record_id: UUID
    kind: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Records:
    """Assessments and sign-offs as one version of the framework reads them, and what it cannot read."""

    assessments: Sequence[Assessment]
    sign_offs: Sequence[SignOffFact]
    set_aside: tuple[SetAside, ...] = ()

    def set_aside_of(self, code: str) -> tuple[SetAside, ...]:
        """What is not read and was made under this code."""
        return tuple(each for each in self.set_aside if each.wording.code == code)


@dataclass(frozen=True)
class Wordings:
    """The versions of the framework that records were made with or are read under, and the mappings between them."""

    frameworks: Mapping[UUID, Framework] = field(default_factory=dict)
    mappings: tuple[MappingFact, ...] = ()

    def wording(self, version_id: UUID, code: str) -> Wording | None:
        """What a code stood for in one version; None if the version is not known or has no such code."""
        framework = self.frameworks.get(version_id)
        found = framework.capabilities.get(code) if framework else None
        return Wording(found.code, found.title, found.indicator) if found else None

    def read_as(self, code: str, made_under: UUID, target: UUID) -> tuple[str, ...] | None:
        """The codes of the target version a record is read under; none if it was dropped, None if nobody has said.

        A wording the target still has is read as itself. Else a mapping to the target decides, else what other
        approved mappings lead to, one after another.
        """
        key = (code, made_under, target)
        if key not in self._read:
            self._read[key] = self._find(code, made_under, target)
        return self._read[key]

    @cached_property
    def _read(self) -> dict[tuple[str, UUID, UUID], tuple[str, ...] | None]:
        return {}

    def _find(self, code: str, made_under: UUID, target: UUID) -> tuple[str, ...] | None:
        wording = self.wording(made_under, code)
        if wording is None:
            return None
        if self.wording(target, wording.code) == wording:
            return (wording.code,)
        direct = [steps for newer_id, steps in self._steps.get(wording, ()) if newer_id == target]
        if direct:
            return tuple(sorted(each.code for each in direct[-1]))
        return self._follow(wording, target)

    def _follow(self, wording: Wording, target: UUID) -> tuple[str, ...] | None:
        found, seen, waiting, is_known = set[str](), {wording}, [wording], False
        while waiting:
            for _, steps in self._steps.get(waiting.pop(), ()):
                is_known = is_known or not steps
                for each in set(steps) - seen:
                    seen.add(each)
                    if self.wording(target, each.code) == each:
                        found.add(each.code)
                    else:
                        waiting.append(each)
        return tuple(sorted(found)) if found or is_known else None

    @cached_property
    def _steps(self) -> dict[Wording, list[tuple[UUID, tuple[Wording, ...]]]]:
        """Where approved mappings lead from each wording, the earliest first; what was only renamed, also back."""
        found: dict[Wording, list[tuple[UUID, tuple[Wording, ...]]]] = {}
        for mapping in self._latest:
            for code, targets in mapping.lines.items():
                was = self.wording(mapping.older_id, code)
                now = [self.wording(mapping.newer_id, each) for each in targets]
                if was is None:
                    continue
                steps = tuple(each for each in now if each is not None)
                found.setdefault(was, []).append((mapping.newer_id, steps))
                if len(steps) == 1 and self._comes_from_one(mapping, targets[0]):
                    found.setdefault(steps[0], []).append((mapping.older_id, (was,)))
        return found

    @property
    def _latest(self) -> Iterable[MappingFact]:
        """Of several mappings between the same two versions, the one approved last."""
        ordered = sorted(self.mappings, key=lambda each: each.approved_at)
        return {(each.older_id, each.newer_id): each for each in ordered}.values()

    def _comes_from_one(self, mapping: MappingFact, code: str) -> bool:
        unchanged = self.wording(mapping.older_id, code) == self.wording(mapping.newer_id, code)
        return not unchanged and sum(code in targets for targets in mapping.lines.values()) == 1


NOTHING_KNOWN = Wordings()


def foreign_versions(
    assessments: Iterable[Assessment], sign_offs: Iterable[SignOffFact], targets: Iterable[UUID]
) -> set[UUID]:
    """The versions records were made with that are not the only one they are read under; empty if all is one."""
    made, wanted = _made_with(assessments, sign_offs), set(targets)
    return made | wanted if made and (made | wanted) != made & wanted else set()


def _made_with(assessments: Iterable[Assessment], sign_offs: Iterable[SignOffFact]) -> set[UUID]:
    found = {each.framework_id for each in assessments} | {each.framework_id for each in sign_offs}
    return {each for each in found if each is not None}


def read_under(
    target: UUID | None, assessments: Sequence[Assessment], sign_offs: Sequence[SignOffFact], wordings: Wordings
) -> Records:
    """The records as the target version reads them. What was made with it, or with no known version, stays as it is.

    A capability that was split is read under each part. Several that were merged are signed off together only once
    each of them is, at the lowest level and from the earliest day.
    """
    if target is None or _made_with(assessments, sign_offs) <= {target}:
        return Records(assessments, sign_offs)
    aside: list[SetAside] = []
    read = [_read_assessment(each, target, wordings, aside) for each in assessments]
    signed = [fact for each in sign_offs for fact in _read_sign_off(each, sign_offs, target, wordings, aside)]
    return Records(read, signed, tuple(aside))


def _read_assessment(made: Assessment, target: UUID, wordings: Wordings, aside: list[SetAside]) -> Assessment:
    if made.framework_id in (None, target):
        return made
    ratings: dict[str, int | None] = {}
    for code, level in made.ratings.items():
        codes = _codes(code, made, target, wordings)
        if codes is None:
            aside.append(_set_aside("assessment", code, made, wordings))
        for each in codes or ():
            ratings[each] = _lower(ratings[each], level) if each in ratings else level
    return replace(made, ratings=ratings)


def _lower(one: int | None, other: int | None) -> int | None:
    """The lower of two levels; what was not observed says nothing."""
    given = [level for level in (one, other) if level is not None]
    return min(given, default=None)


def _read_sign_off(
    made: SignOffFact, every: Sequence[SignOffFact], target: UUID, wordings: Wordings, aside: list[SetAside]
) -> Iterator[SignOffFact]:
    if made.framework_id in (None, target):
        yield made
        return
    codes = _codes(made.code, made, target, wordings)
    if codes is None:
        aside.append(_set_aside("sign-off", made.code, made, wordings))
    for code in codes or ():
        if all(
            _also_signed(part, code, made, every, target, wordings) for part in _parts(code, made, target, wordings)
        ):
            yield replace(made, code=code)


def _parts(code: str, made: SignOffFact, target: UUID, wordings: Wordings) -> list[str]:
    """The other capabilities of the version signed under that became this one; none where its wording is the same."""
    signed_under = made.framework_id
    if signed_under is None or wordings.wording(signed_under, made.code) == wordings.wording(target, code):
        return []
    known = wordings.frameworks[signed_under].capabilities
    return [
        each for each in known if each != made.code and code in (wordings.read_as(each, signed_under, target) or ())
    ]


def _also_signed(
    part: str, code: str, made: SignOffFact, every: Sequence[SignOffFact], target: UUID, wordings: Wordings
) -> bool:
    return any(
        other.code == part
        and other.withdrawn_on is None
        and other.level >= made.level
        and other.decided_on >= made.decided_on
        and code in (_codes(part, other, target, wordings) or ())
        for other in every
    )


def _codes(code: str, made: Assessment | SignOffFact, target: UUID, wordings: Wordings) -> tuple[str, ...] | None:
    if made.framework_id is None or made.framework_id == target:
        return (code,)
    return wordings.read_as(code, made.framework_id, target)


def _set_aside(kind: str, code: str, made: Assessment | SignOffFact, wordings: Wordings) -> SetAside:
    found = wordings.wording(made.framework_id, code) if made.framework_id else None
    return SetAside(made.id, kind, found or Wording(code, "", ""))
