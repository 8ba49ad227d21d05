"""The settings file as people write it: YAML, checked without a database."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.core.content import Document, Review, Slug, Strict, Title, from_body, load
from lms.core.errors import ContentError, Problem
from lms.core.wording import banned_in, texts_in
from lms.placements.rules.checks import CheckKind
from lms.placements.rules.hours import Placements, Setting, SettingGroup
from lms.placements.rules.states import Presentation

SettingSlug = Annotated[Slug, Field(max_length=40)]
Minutes = Annotated[int, Field(ge=0, le=60_000)]


class SettingEntry(Strict):
    """One setting. A setting of a group leaves its hours to the group."""

    slug: SettingSlug
    title: Title
    group: SettingSlug | None = None
    required_minutes: Minutes = 0
    supervisor: Title
    must_log: tuple[Title, ...]
    often_seen: tuple[Presentation, ...] = ()


class GroupEntry(Strict):
    """Settings whose hours are asked together."""

    slug: SettingSlug
    title: Title
    required_minutes: Minutes
    distinct_settings: Annotated[int, Field(ge=1, le=20)] = 1


class SettingsFile(Strict):
    """The whole file."""

    format: Literal[1]
    slug: Slug
    title: Title
    review: Review
    settings: Annotated[tuple[SettingEntry, ...], Field(min_length=1)]
    groups: tuple[GroupEntry, ...] = ()
    before_any_placement: tuple[CheckKind, ...] = ()


def read_settings(path: Path, root: Path) -> Document[SettingsFile]:
    """Read and check the settings file.

    Raises ContentError with every problem, by file, line and field.
    """
    document = load(path, SettingsFile, root)
    problems = [
        *find_problems(document),
        *banned_in(document, texts_in(document.body, ("title", "settings", "groups"))),
    ]
    if problems:
        raise ContentError(problems)
    return document


def find_problems(document: Document[SettingsFile]) -> Iterator[Problem]:
    """What the schema cannot see: repeated slugs, unknown groups, hours asked twice, groups that cannot be met."""
    model = document.model
    for index, kind in enumerate(model.before_any_placement):
        if kind in model.before_any_placement[:index]:
            yield document.problem(("before_any_placement", index), "This check stands here twice.")
    known = {group.slug: group for group in model.groups}
    seen: set[str] = set()
    for index, setting in enumerate(model.settings):
        if setting.slug in seen:
            yield document.problem(("settings", index, "slug"), "This slug stands here twice.")
        seen.add(setting.slug)
        if setting.group is not None and setting.group not in known:
            yield document.problem(("settings", index, "group"), "There is no group of this slug.")
        if setting.group is not None and setting.required_minutes:
            yield document.problem(
                ("settings", index, "required_minutes"), "The group asks for the hours: leave them out here."
            )
    for index, group in enumerate(model.groups):
        if group.slug in seen:
            yield document.problem(("groups", index, "slug"), "This slug stands here twice.")
        seen.add(group.slug)
        members = sum(setting.group == group.slug for setting in model.settings)
        if members < group.distinct_settings:
            yield document.problem(
                ("groups", index, "distinct_settings"),
                f"This asks for {group.distinct_settings} settings, and {members} belong to the group.",
            )


def placements_from(body: Mapping[str, Any]) -> Placements:
    """Read the settings from the stored body of a checked content version."""
    model = from_body(body, SettingsFile)
    return Placements(
        title=model.title,
        status=model.review.status,
        settings=tuple(
            Setting(
                slug=each.slug,
                title=each.title,
                group=each.group,
                required_minutes=each.required_minutes,
                supervisor=each.supervisor,
                must_log=each.must_log,
                often_seen=each.often_seen,
            )
            for each in model.settings
        ),
        groups=tuple(
            SettingGroup(each.slug, each.title, each.required_minutes, each.distinct_settings) for each in model.groups
        ),
        before_any_placement=model.before_any_placement,
    )
