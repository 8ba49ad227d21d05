"""How templates are read: always escaped, no unknown names, dates and times on a London clock."""

import enum
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask, request, url_for
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from lms.core import words
from lms.core.clock import to_london
from lms.core.content import render_markdown
from lms.core.ids import new_id
from lms.web import charts
from lms.web.access import current


class App(Flask):
    """Flask with strict templates, whose forms lead on by 303: the browser asks for the next page, and sends nothing.

    The options stand on the class: the first use of the environment fixes them.
    """

    jinja_options: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "undefined": StrictUndefined,
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }

    def redirect(self, location: str, code: int = 302) -> BaseResponse:
        """Lead to another page."""
        return super().redirect(location, 303 if request.method == "POST" else code)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """One link of the header: its text, its page, whether it is the current one, how many things wait there."""

    label: str
    href: str
    current: bool = False
    count: int = 0


def configure_jinja(app: Flask, *, navigation: Callable[[], Sequence[NavigationLink]] = tuple) -> None:
    """Give templates their filters and names; `navigation` says which links the header shows to this viewer."""
    environment = app.jinja_env
    environment.filters.update(
        clock=clock,
        day=day,
        hours=hours,
        label=label,
        listed=words.join_words,
        markdown=markdown,
        moment=moment,
        month=month,
        plural=plural,
        weekday=weekday,
    )
    environment.globals.update(
        bar_chart=charts.bar_chart,
        navigation=navigation,
        new_request_id=lambda: str(new_id()),
        signed_in=current,
        static_url=StaticUrls(Path(str(app.static_folder))),
        trend_chart=charts.trend_chart,
    )
    environment.auto_reload = bool(app.debug)
    cache = Path(app.config["SETTINGS"].instance_dir) / "templates" if "SETTINGS" in app.config else None
    if cache is not None:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment.bytecode_cache = FileSystemBytecodeCache(str(cache))


class StaticUrls:
    """Addresses of static files that change with their content, so that browsers may keep them for ever."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, tuple[int, str]] = {}

    def __call__(self, name: str) -> str:
        """The address of a file below the static folder."""
        path = self.folder / name
        changed = path.stat().st_mtime_ns
        known = self._known.get(name)
        if known is None or known[0] != changed:
            known = (changed, hashlib.sha256(path.read_bytes()).hexdigest()[:12])
            self._known[name] = known
        return url_for("static", filename=name, v=known[1])


# --- Filters ---


def day(value: date | None) -> str:
    """4 April 2025; nothing for none. A moment is shown as its London day."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = to_london(value)
    return words.day(value)


def weekday(value: date | None) -> str:
    """The day of the week: Tuesday."""
    return "" if value is None else f"{to_london(value) if isinstance(value, datetime) else value:%A}"


def month(value: date | None) -> str:
    """April 2025."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = to_london(value)
    return words.month(value)


def clock(value: datetime | None) -> str:
    """14:32, in London."""
    return "" if value is None else f"{to_london(value):%H:%M}"


def moment(value: datetime | None) -> str:
    """4 April 2025, 14:32, in London."""
    return "" if value is None else f"{day(value)}, {clock(value)}"


def hours(minutes: int | None) -> str:
    """7 h 30 min, from minutes."""
    if minutes is None:
        return ""
    return words.duration(minutes)


def label(value: object) -> str:
    """An enum member in words: its own label, or its value as a phrase in sentence case."""
    if value is None:
        return ""
    own = getattr(value, "label", None)
    if isinstance(own, str):
        return own
    text = str(value.value) if isinstance(value, enum.Enum) else str(value)
    phrase = re.sub(r"[-_]+", " ", text)
    return phrase[:1].upper() + phrase[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 hour, 2 hours, 1,200 hours; `many` is given where an s is not enough."""
    return words.number_of(count, one, many)


def markdown(text: str | None) -> Markup:
    """Text of content as safe markup."""
    return render_markdown(text or "")
