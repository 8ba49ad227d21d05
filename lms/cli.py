"""Commands of the application. Each calls one service; `flask COMMAND --help` says what it does."""

import json
import logging
import secrets
import signal
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from lms import demo as demo_service
from lms import pruning
from lms.audit import queries as audit_queries
from lms.audit import rules as audit_rules
from lms.audit import services as audit_services
from lms.cases.rules import terminal
from lms.cases.rules.checker import check_file
from lms.cases.rules.drawing import draw_map
from lms.cases.rules.engine import Mode, advance, begin, draw, names
from lms.cases.rules.format import Case, fill
from lms.cases.rules.map import case_map
from lms.cases.rules.preview import sample
from lms.cases.rules.run import Run
from lms.commands import Commands
from lms.config import Settings
from lms.content_check import Catalogue, check_content
from lms.core import clock, migrations
from lms.core.content import load
from lms.core.db import db
from lms.core.errors import ContentError, NotFound, RuleViolation
from lms.core.words import number_of
from lms.curriculum import services as curriculum_services
from lms.framework_commands import framework
from lms.home import services as home_services
from lms.identity import queries as identity_queries
from lms.identity import services as identity_services
from lms.identity.rules import OrganisationKind
from lms.jobs import services as jobs
from lms.placements.services import empty_thrown_away_drafts
from lms.policy import GRANTS, Permission, Role
from lms.readiness import queries as readiness_queries

log = logging.getLogger(__name__)


database = Commands("db", help="The tables: bring them up to date, check them.")
content = Commands("content", help="The files under content/: check them, load them.")
ledger = Commands("ledger", help="The ledger: verify it, sign its heads.")
readiness = Commands("readiness", help="Who is ready for what.")
service = Commands("service", help="The service itself: set it up.")
demo = Commands("demo", help="The example service.")
policy = Commands("policy", help="Who may do what.")


def register(app: Flask) -> None:
    """Add all commands to the app."""
    for group in (database, content, framework, ledger, readiness, service, demo, policy):
        app.cli.add_command(group)
    app.cli.add_command(worker)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@database.command("upgrade")
def upgrade() -> None:
    """Bring the tables to the newest revision."""
    migrations.upgrade()
    click.echo(f"tables at revision {migrations.current_revision()}")


@database.command("check")
def check_tables() -> None:
    """Say whether tables and models agree; exit 1 if not."""
    drift = migrations.find_drift()
    if drift:
        raise click.ClickException(drift)
    click.echo("tables and models agree")


@database.command("revise")
@click.argument("message")
def revise(message: str) -> None:
    """Write a migration from the difference between models and tables."""
    migrations.revise(message)


def _checked(folder: Path, on: date | None = None) -> Catalogue:
    catalogue = check_content(folder, on=on)
    for problem in catalogue.problems:
        click.echo(str(problem), err=True)
    if catalogue.errors:
        raise click.ClickException(f"{number_of(len(catalogue.errors), 'problem')}: nothing was changed")
    return catalogue


@content.command("check")
@click.option("--path", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Check another folder.")
def check(path: Path | None) -> None:
    """Check every content file without a database; say file, line and field of each problem; exit 1 if any."""
    click.echo(_checked(path or _settings().content_dir, clock.today()).summary)


@content.command("sync")
@click.option("--dry-run", is_flag=True, help="Say what would change, then stop.")
def sync(dry_run: bool) -> None:
    """Load content/ into immutable versions. If any file is wrong, change nothing and exit 1."""
    catalogue = _checked(_settings().content_dir)
    report = curriculum_services.sync_content(None, catalogue.items, dry_run=dry_run)
    click.echo(f"{report.added} added, {report.changed} changed, {report.retired} retired")


ANOTHER_FOLDER = click.option(
    "--path", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Take the case from another folder."
)


def _case_file(folder: Path | None, slug: str) -> tuple[Path, Path]:
    """The file of a case, and the folder its problems are told relative to."""
    found = folder or _settings().content_dir
    files = {path.stem: path for path in sorted(found.glob("cases/*.yaml"))}
    if slug not in files:
        raise NotFound(f"There is no case {slug}. There are: {', '.join(files) or 'none'}.")
    return files[slug], found.parent


@content.command("map")
@click.argument("slug")
@ANOTHER_FOLDER
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to the screen."
)
def draw_case(slug: str, path: Path | None, output: Path | None) -> None:
    """Draw the scenes of a case and the ways between them as SVG; a case that is not finished is drawn as it is."""
    file, root = _case_file(path, slug)
    document = load(file, Case, root)
    case = document.model
    if case.start not in case.scenes:
        raise ContentError([document.problem(("start",), f"There is no scene `{case.start}`.")])
    told = partial(fill, names=names(case, sample(case)))
    drawing = current_app.jinja_env.get_template("cases/map.svg").render(
        drawing=draw_map(case_map(case), told),
        title=f"Map of {case.title}",
        style=(Path(str(current_app.static_folder)) / "case-map.css").read_text(encoding="utf-8"),
    )
    if output is None:
        click.echo(drawing)
    else:
        _write(output, drawing)


def _write(output: Path, drawing: str) -> None:
    try:
        output.write_text(drawing, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise click.ClickException(f"{output} cannot be written: {reason}") from error
    click.echo(f"written to {output}")


@content.command("play")
@click.argument("slug")
@ANOTHER_FOLDER
@click.option("--variant", help="Key of the patient; drawn by chance if left out.")
@click.option("--seed", type=int, help="Draw the same order of options again.")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), default="practice", help="With reasons, or without."
)
def play_case(slug: str, path: Path | None, variant: str | None, seed: int | None, mode: str) -> None:
    """Play a case in the terminal. Nothing is recorded; Ctrl-C leaves it."""
    file, root = _case_file(path, slug)
    _, problems = check_file(file, root)
    errors = [problem for problem in problems if not problem.is_warning]
    if errors:
        raise ContentError(errors)
    case = load(file, Case, root).model
    patients = [each.key for each in case.variants]
    if variant not in (None, *patients):
        raise click.BadParameter(f"there are: {', '.join(patients)}", param_hint="--variant")
    number = secrets.randbelow(10_000) if seed is None else seed
    drawn = draw(case, number)
    if variant is not None:
        drawn = replace(drawn, variant=variant)
    click.echo(f"{case.title}: {mode}, patient {drawn.variant}, seed {number}. Nothing is recorded; Ctrl-C leaves.")
    try:
        _play(Run(case, drawn, begin(case, drawn)), Mode(mode))
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nYou left the case.")


def _play(run: Run, mode: Mode) -> None:
    """Ask and answer until the case ends, then show the debrief."""
    scene = ""
    while not run.state.ended:
        if run.state.scene != scene:
            _say(terminal.scene_lines(run))
            _say(terminal.question_lines(run))
            scene = run.state.scene
        try:
            step = terminal.read_answer(run, _typed("Your answer"))
            if terminal.asks_confidence(run) and not step.hint:
                sure = terminal.read_confidence(_typed(f"How sure are you? ({terminal.HOW_SURE})"))
                step = replace(step, confidence=sure)
            run = replace(run, state=advance(run.case, run.state, step))
        except RuleViolation as problem:
            click.echo(problem.message)
            continue
        _say(terminal.result_lines(run, with_reason=mode is Mode.PRACTICE))
    _say(terminal.scene_lines(run))
    _say(terminal.debrief_lines(run))


def _typed(question: str) -> str:
    return str(click.prompt(question, default="", show_default=False))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@ledger.command("verify")
def verify() -> None:
    """Prove the record: every hash, row and checkpoint. Says the first broken entry; exit 1 if there is one."""
    settings = _settings()
    key = audit_rules.signing_key(settings.ledger_key, settings.secret_key)
    verdict = audit_queries.verify(settings.instance_dir / "checkpoints", key)
    entries = number_of(verdict.entries, "entry", "entries")
    if verdict.breaks:
        click.echo(f"broken: {verdict.breaks[0]}", err=True)
        for line in verdict.breaks[1:20]:
            click.echo(f"also: {line}", err=True)
        raise click.ClickException(f"{number_of(len(verdict.breaks), 'break')} in {entries}")
    redacted = f", {verdict.redacted} texts redacted" if verdict.redacted else ""
    click.echo(
        f"{entries} on {number_of(verdict.chains, 'chain')}, "
        f"{number_of(verdict.rows, 'row')}, "
        f"{number_of(verdict.checkpoints, 'checkpoint')}{redacted}: chain intact"
    )


@ledger.command("checkpoint")
def checkpoint() -> None:
    """Sign today's heads into a file outside the database."""
    settings = _settings()
    key = audit_rules.signing_key(settings.ledger_key, settings.secret_key)
    click.echo(str(audit_services.write_checkpoint(settings.instance_dir / "checkpoints", key).name))


@jobs.handler("checkpoint")
def _daily_checkpoint(payload: dict[str, object]) -> None:
    settings = _settings()
    key = audit_rules.signing_key(settings.ledger_key, settings.secret_key)
    audit_services.write_checkpoint(settings.instance_dir / "checkpoints", key)


@readiness.command("show")
@click.argument("email")
@click.option("--setting", required=True, help="Slug of the setting, such as joint-response-car.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day to judge; today if left out.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def show_readiness(email: str, setting: str, as_of: datetime | None, shape: str) -> None:
    """Explain whether a trainee is ready for a setting: the result the page shows."""
    day = clock.today() if as_of is None else as_of.date()
    if day > clock.today():
        raise click.BadParameter("the day lies in the future: nothing is known of it yet", param_hint="--as-of")
    person = identity_queries.find_account_by_email(email)
    if person is None:
        raise NotFound("Nobody has this email address.")
    viewer = identity_services.viewer_for(person.id, Permission.READINESS_READ)
    result = readiness_queries.explain(viewer, person.id, setting, on=day, known_at=clock.end_of_day(day))
    if shape == "json":
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    click.echo(readiness_queries.in_words(result))


@service.command("set-up")
@click.option("--trust", required=True, help="Name of the ambulance service.")
@click.option("--name", required=True, help="Name of the first administrator.")
@click.option("--email", required=True, help="Their email address.")
def set_up(trust: str, name: str, email: str) -> None:
    """Create the trust and its first administrator; print the link to choose a password."""
    if _settings().demo:
        raise click.ClickException("Demo mode is on: real people do not belong in an example service")
    organisation = identity_queries.find_trust() or identity_services.create_organisation(
        None, slug="trust", name=trust, kind=OrganisationKind.TRUST
    )
    person = identity_services.create_person(None, name=name, email=email, organisation_id=organisation.id)
    identity_services.give_role(
        None, person_id=person.id, role=Role.ADMINISTRATOR, scope_id=organisation.id, cause="Set up the service"
    )
    link = identity_services.invite(identity_services.viewer_for(person.id), person.id)
    click.echo(f"Open {_settings().base_url}{link} within 7 days to choose a password")


@service.command("prune")
def prune() -> None:
    """Delete old sessions, receipts, links, messages and finished jobs; docs/record.md says after how many days."""
    for table, count in pruning.prune().items():
        click.echo(f"{table}: {count} deleted")


@jobs.handler("prune")
def _daily_prune(payload: dict[str, object]) -> None:
    pruning.prune()
    empty_thrown_away_drafts()


@jobs.handler("digest")
def _daily_digest(payload: dict[str, object]) -> None:
    home_services.send_digests(_settings().secret_key)


@jobs.handler("placement-reminders")
def _daily_reminders(payload: dict[str, object]) -> None:
    home_services.send_reminders()


@demo.command("prepare")
@click.pass_context
def prepare_demo(context: click.Context) -> None:
    """Bring tables and content up to date, then load the example service: all that a start needs, in one process."""
    for command in (upgrade, sync, load_demo):
        context.invoke(command)


@demo.command("load")
def load_demo() -> None:
    """Load the example service, relative to today. Does nothing if it is already there."""
    if not _settings().demo:
        raise click.ClickException("Demo mode is off: set DEMO=1 on a database without real people")
    click.echo(demo_service.load())


@policy.command("print")
def print_policy() -> None:
    """Print the table of roles and permissions as Markdown."""
    click.echo(policy_table())


def policy_table() -> str:
    """The table of roles and permissions as Markdown."""
    head = ["Permission", *(role.label for role in Role)]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for permission in Permission:
        cells = ["yes" if permission in GRANTS[role] else "" for role in Role]
        lines.append("| " + " | ".join([f"`{permission.value}`", *cells]) + " |")
    return "\n".join(lines)


DAILY = (
    "checkpoint",
    "prune",
    "review-notices",
    "digest",
    "concern-clocks",
    "placement-reminders",
)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due, then stop.")
def worker(once: bool) -> None:
    """Send mail and do other waiting work. Several workers may run side by side."""
    stop = threading.Event()

    def leave(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    planned: date | None = None
    while not stop.is_set():
        done = 0
        try:
            if planned != clock.today():
                for task in DAILY:
                    jobs.enqueue(task, key=f"{task}:{clock.today()}", payload={})
                planned = clock.today()
            done = jobs.work_once()
        except SQLAlchemyError:  # A database that is away comes back; the worker waits for it.
            log.exception("the database did not answer")
        db.session.rollback()
        if once:
            click.echo(f"{done} jobs tried")
            return
        stop.wait(timedelta(seconds=1).total_seconds())
