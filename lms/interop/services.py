"""Writing an imported framework as a content file. Loading that file changes the database, and nothing here does."""

from pathlib import Path
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.interop import queries
from lms.interop.queries import Checked
from lms.interop.rules import FileFormat, format_of, write_yaml


def export_framework(target: Path, shape: FileFormat, version_id: UUID | None = None) -> None:
    """Write one version of the framework to a file, or the one in force.

    Raises NotFound for what is no version of a framework, RuleViolation if the file cannot be written.
    """
    _write(target, queries.export_framework(shape, version_id).text)


def import_framework(source: Path, target: Path, *, dry_run: bool = False) -> Checked:
    """Write what a CSV or JSON file says as the content file of the framework, if everything in it is right.

    With `dry_run`, and where anything is wrong, nothing is written. Raises RuleViolation for a name that is none of
    such a file, or a file that cannot be read or written.
    """
    shape = format_of(source.name)
    if target.suffix != ".yaml":
        raise RuleViolation("A content file ends in .yaml", "to")
    try:
        data = source.read_bytes()
    except OSError as error:
        raise RuleViolation(f"{source} cannot be read: {_reason(error)}", "file") from error
    checked = queries.check_file(data, shape, slug=target.stem)
    if checked.reading.is_right and not dry_run:
        _write(target, write_yaml(checked.reading.body))
    return checked


def _write(target: Path, text: str) -> None:
    """Put the text in place in one step: a file that was there stays whole until the new one is."""
    unfinished = target.with_suffix(f"{target.suffix}.new")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="")
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise RuleViolation(f"{target} cannot be written: {_reason(error)}", "to") from error


def _reason(error: OSError) -> str:
    return (error.strerror or "no reason given").lower()
