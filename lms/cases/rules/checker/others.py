"""What a case names that stands in other files."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from lms.cases.rules.checker.found import Found
from lms.cases.rules.decisions import Write
from lms.cases.rules.format import Case


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """What stands in other files: capabilities, modules, and assignments with their modules; None is left unchecked."""

    capabilities: Set[str] | None = None
    modules: Set[str] | None = None
    assignments: Mapping[str, str] | None = None


NO_OTHERS = OtherFiles()


def other_files(case: Case, others: OtherFiles) -> Iterator[Found]:
    """Capabilities, modules and assignments that do not exist, and assignments of another module."""
    for index, code in enumerate(case.capabilities):
        if others.capabilities is not None and code not in others.capabilities:
            yield Found(("capabilities", index), f"There is no capability `{code}` in the framework.")
    if others.modules is not None and case.module not in others.modules:
        yield Found(("module",), f"There is no module `{case.module}`.")
    if others.assignments is not None:
        yield from _assignments(case, others.assignments)


def _assignments(case: Case, modules: Mapping[str, str]) -> Iterator[Found]:
    for name, scene in case.scenes.items():
        if isinstance(scene.decision, Write):
            slug, where = scene.decision.assignment, ("scenes", name, "decision", "assignment")
            if slug not in modules:
                yield Found(where, f"There is no assignment `{slug}`.")
            elif modules[slug] != case.module:
                yield Found(where, f"The assignment `{slug}` belongs to the module `{modules[slug]}`.")
