"""Bodies of frameworks for tests: the shipped one, a changed copy of it, and any that hypothesis can think of."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from lms.competencies.rules import FormKind, Framework, SeenAs
from lms.competencies.rules.format import framework_from
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.signing.rules import IdentityGrade
from tests.factories.competencies import framework_items

Body = dict[str, Any]


@cache
def _shipped() -> Body:
    return dict(framework_items()[0].body)


def shipped() -> Body:
    """The body of the shipped framework, to be changed as one likes."""
    return copy.deepcopy(_shipped())


def capability(body: Body, code: str) -> Body:
    """One capability of a body."""
    return next(each for domain in body["domains"] for each in domain["capabilities"] if each["code"] == code)


def changed(*changes: Callable[[Body], object]) -> Body:
    """The shipped framework after some changes."""
    body = shipped()
    for change in changes:
        change(body)
    return body


def reworded(code: str, **fields: Any) -> Callable[[Body], object]:
    """The change of some fields of one capability."""
    return lambda body: capability(body, code).update(fields)


def without(code: str) -> Callable[[Body], object]:
    """The change that takes a capability out."""

    def take_out(body: Body) -> None:
        for domain in body["domains"]:
            domain["capabilities"] = [each for each in domain["capabilities"] if each["code"] != code]

    return take_out


def with_copy(of: str, code: str, **fields: Any) -> Callable[[Body], object]:
    """The change that adds a capability like another one."""

    def add(body: Body) -> None:
        domain = next(each for each in body["domains"] if each["code"] == code.partition(".")[0])
        domain["capabilities"].append({**copy.deepcopy(capability(body, of)), "code": code, **fields})

    return add


def as_framework(body: Body) -> Framework:
    """The framework a body stands for."""
    return framework_from(body)


def publish(body: Body) -> None:
    """Make this the framework in force, beside the shipped forms and settings."""
    _, *others = framework_items()
    sync_content(None, [ContentItem(ContentKind.FRAMEWORK, body["slug"], body), *others])


# What spreadsheets, CSV and YAML trip over stands beside plain letters.
_LETTERS = st.one_of(
    st.sampled_from("abc =+-@'\",;\n\t:#{}[]&*!|>%0123456789"),
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")),
)
texts = st.text(_LETTERS, min_size=1, max_size=30).map(lambda text: f"{text}x").filter(lambda text: text.strip())
_keys = st.text("ABCxyz -.0123", min_size=1, max_size=8).map(lambda text: f"K{text}".strip())
_counts = st.integers(0, 9)
_levels = st.integers(1, 5)
_months = st.integers(1, 60)
_grades = st.sampled_from([each.value for each in IdentityGrade])
_seen = st.lists(st.sampled_from([each.value for each in SeenAs]), min_size=1, unique=True)


def _defaults() -> st.SearchStrategy[Body]:
    return st.fixed_dictionaries(
        {
            "assessors": st.integers(1, 5),
            "settings": st.integers(1, 5),
            "real_patients": _counts,
            "observed": _counts,
            "least_grade": _grades,
            "review_months": _months,
            "award_level": _levels,
        }
    )


@st.composite
def _evidence(draw: st.DrawFn) -> list[Body]:
    rated = [each.value for each in FormKind if each.is_rated]
    kinds = draw(st.lists(st.sampled_from(rated), min_size=1, max_size=4, unique=True))
    parts = []
    for number, kind in enumerate(kinds):
        at_least = draw(st.integers(1, 4))
        part: Body = {"at_least": at_least, "forms": [kind]}
        part |= draw(
            st.fixed_dictionaries({}, optional={"simulated_at_most": st.integers(0, at_least), "seen_as": _seen})
        )
        if number and draw(st.booleans()):
            part["informs_only"] = True
        parts.append(part)
    return parts


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """Any framework that `flask content check` takes."""
    sources = draw(st.dictionaries(_keys, texts, min_size=1, max_size=3))
    source = st.sampled_from(sorted(sources))
    maps = draw(
        st.dictionaries(_keys, st.fixed_dictionaries({"title": texts, "source": source}), min_size=1, max_size=3)
    )
    named = st.lists(st.sampled_from(sorted(maps)), min_size=1, max_size=3)
    optional = {
        "critical": st.booleans(),
        "assessors": st.none() | st.integers(1, 5),
        "settings": st.integers(1, 5),
        "real_patients": _counts,
        "observed": st.none() | _counts,
        "observed_as": _seen,
        "least_grade": _grades,
        "review_months": _months,
        "window_months": _months,
    }
    pillars = st.lists(st.sampled_from(["clinical", "leadership", "education", "research"]), min_size=1, max_size=2)
    domains = []
    for number in draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)):
        domain: Body = {"code": f"D{number}", "title": draw(texts)}
        domain |= draw(st.fixed_dictionaries({}, optional={"review_months": _months}))
        domain["capabilities"] = [
            draw(
                st.fixed_dictionaries(
                    {
                        "code": st.just(f"D{number}.{each}"),
                        "title": texts,
                        "indicator": texts,
                        "pillars": pillars,
                        "maps": named,
                        "evidence": _evidence(),
                    },
                    optional=optional,
                )
            )
            for each in draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True))
        ]
        domains.append(domain)
    return {
        "format": 1,
        "slug": draw(st.sampled_from(["framework", "a-2"])),
        "title": draw(texts),
        "summary": draw(texts),
        "review": {"status": draw(texts), "by": draw(st.dates()).isoformat()},
        "sources": sources,
        "source": draw(source),
        "maps": maps,
        "scale": [{"level": level, "title": draw(texts), "text": draw(texts)} for level in range(1, 6)],
        "scale_source": draw(source),
        "critical": draw(_defaults()),
        "other": draw(_defaults()),
        "domains": domains,
    }
