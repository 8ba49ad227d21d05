"""A framework in one of the outside formats, told apart by the ending of the file's name."""

import enum
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lms.core.errors import RuleViolation
from lms.interop.rules.framework_csv import read_csv, write_csv
from lms.interop.rules.framework_json import read_json, write_json
from lms.interop.rules.problems import Place, Reading, Remark


class FileFormat(enum.StrEnum):
    """A format in which a framework leaves and enters."""

    CSV = "csv"
    JSON = "json"

    @property
    def label(self) -> str:
        """The format in words."""
        return self.value.upper()

    @property
    def media_type(self) -> str:
        """The media type of a file of this format."""
        return "text/csv; charset=utf-8" if self is FileFormat.CSV else "application/json"


def format_of(name: str) -> FileFormat:
    """The format a file's name ends with. Raises RuleViolation on the field `file` for any other."""
    ending = name.lower().rpartition(".")[2]
    if ending not in list(FileFormat):
        raise RuleViolation("The name of the file must end in .csv or .json", "file")
    return FileFormat(ending)


def write_framework(body: Mapping[str, Any], shape: FileFormat) -> str:
    """The framework as text of a file of this format."""
    return write_csv(body) if shape is FileFormat.CSV else write_json(body)


def read_framework(
    data: bytes, shape: FileFormat, *, on: date, base: Mapping[str, Any] | None = None, slug: str | None = None
) -> Reading:
    """The framework a file holds, or every problem. With `slug` it must be the framework of this name."""
    found = read_csv(data, on=on, base=base) if shape is FileFormat.CSV else read_json(data)
    if not found.is_right or slug is None or found.body["slug"] == slug:
        return found
    place = Place(2, 2, "ID number") if shape is FileFormat.CSV else Place(1, 1, is_text=True)
    message = f"This is the framework {found.body['slug']}, and the content file is called {slug}."
    return replace(found, body={}, problems=(Remark(place, message),))
