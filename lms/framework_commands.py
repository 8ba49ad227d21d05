"""Commands that take the competency framework out as a file, and make a content file of one."""

from pathlib import Path
from uuid import UUID

import click

from lms.commands import Commands
from lms.core.words import number_of
from lms.interop import services
from lms.interop.rules import FileFormat

NOTHING_IN_FORCE = "There is no framework in force to compare it with."
framework = Commands("framework", help="The competency framework as a file: out of the database, into content/.")


@framework.command("export")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "shape",
    type=click.Choice([each.value for each in FileFormat]),
    required=True,
    help="What kind of file.",
)
@click.option("--version", "version_id", type=click.UUID, help="An older version; the one in force if left out.")
def export_framework(path: Path, shape: str, version_id: UUID | None) -> None:
    """Write a version of the framework to a file: CSV in Moodle's layout, or JSON."""
    services.export_framework(path, FileFormat(shape), version_id)
    click.echo(f"written to {path}")


@framework.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Content file.")
@click.option("--dry-run", is_flag=True, help="Say what would change, then stop.")
def import_framework(path: Path, target: Path, dry_run: bool) -> None:
    """Turn a CSV or JSON file into a content file and say what it changes. If anything is wrong, write nothing."""
    checked = services.import_framework(path, target, dry_run=dry_run)
    for problem in checked.reading.problems:
        click.echo(f"{path.name}: {problem}", err=True)
    if not checked.reading.is_right:
        count = number_of(len(checked.reading.problems), "problem")
        raise click.ClickException(f"{count} in {path.name}: nothing was written")
    for note in checked.reading.notes:
        click.echo(f"{path.name}: {note}")
    for line in checked.difference.lines if checked.difference else [NOTHING_IN_FORCE]:
        click.echo(line)
    if checked.waits:
        click.echo(checked.waits)
    click.echo("nothing was written" if dry_run else f"written to {target}: publish it with flask content sync")
