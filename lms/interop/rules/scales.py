"""A scale as Moodle writes it: its levels in one cell, and which are the default and which are enough in another."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def values_cell(titles: Iterable[str]) -> str:
    """The levels in one cell; Moodle parts them by commas and knows no way to write one."""
    return ",".join(" ".join(title.replace(",", " ").split()) for title in titles)


def read_values(text: str) -> list[str]:
    """The levels of a cell, lowest first."""
    return [each.strip() for each in text.split(",")] if text.strip() else []


def configuration_cell(levels: int, enough: int) -> str:
    """Moodle's scale configuration: proficient from this level on, which is also the default."""
    items: list[dict[str, Any]] = [{"scaleid": "0"}]
    items += [
        {"id": level, "scaledefault": int(level == enough), "proficient": int(level >= enough)}
        for level in range(enough, levels + 1)
    ]
    return json.dumps(items, separators=(",", ":"))


def read_configuration(text: str, levels: int) -> int:
    """The lowest level a scale configuration takes as proficient.

    Raises ValueError with a sentence that says what is wrong with it.
    """
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("This is not valid JSON.") from error
    if not isinstance(items, list) or not all(isinstance(each, Mapping) for each in items):
        raise ValueError("This must be a list of the levels that are default or proficient.")
    marked = [each for each in items if "id" in each]
    for each in marked:
        if not _is_level(each["id"], levels):
            raise ValueError(f"Level {json.dumps(each['id'])} is not on the scale, which has {levels} levels.")
    proficient = [int(each["id"]) for each in marked if each.get("proficient")]
    default = [int(each["id"]) for each in marked if each.get("scaledefault")]
    if not proficient or len(default) != 1:
        raise ValueError("One level must be the default, and at least one must be proficient.")
    return min(proficient)


def _is_level(value: Any, levels: int) -> bool:
    return not isinstance(value, bool) and str(value).isdecimal() and 1 <= int(str(value)[:9]) <= levels
