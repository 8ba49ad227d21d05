"""The one check of a framework, whatever file it came from: each problem told at its place in that file."""

from collections.abc import Mapping
from typing import Any

from lms.competencies.rules.format import FrameworkFile, framework_problems
from lms.core.content import parse
from lms.core.errors import ContentError, Problem
from lms.interop.rules.content_yaml import write_yaml
from lms.interop.rules.problems import MOST_PROBLEMS, Place, Refused, Remark

Places = Mapping[str, Place]


def check_framework_body(body: Mapping[str, Any], places: Places) -> None:
    """Check a body as `flask content check` would check its file; `places` says where each field was read.

    Raises Refused with every problem.
    """
    try:
        document = parse(write_yaml(body), FrameworkFile, "framework")
    except ContentError as error:
        raise Refused(*(_told(each, places) for each in error.problems[:MOST_PROBLEMS])) from error
    problems = [each for each in framework_problems(document) if not each.is_warning]
    if problems:
        raise Refused(*(_told(each, places) for each in problems))


def _told(problem: Problem, places: Places) -> Remark:
    """A problem at the place of its field, or of the nearest thing around it that has one."""
    field = "" if problem.field == "(file)" else problem.field
    while field not in places and field:
        field = field.rpartition(".")[0]
    rest = problem.field.removeprefix(field).lstrip(".") if field else problem.field
    inside = f"{rest}: " if rest and rest != "(file)" else ""
    return Remark(places.get(field, Place(1, 1)), inside + problem.message)
