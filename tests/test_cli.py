from datetime import timedelta
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo
from sqlalchemy import text

from lms import cli
from lms.app import create_app
from lms.core.clock import today
from lms.core.db import db
from tests.cast import Cast
from tests.conftest import FrozenClock


def commands() -> list[click.Command]:
    app = Flask("commands")
    cli.register(app)
    found = []
    for command in app.cli.commands.values():
        found += [command, *command.commands.values()] if isinstance(command, click.Group) else [command]
    return found


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
def test_every_command_and_option_says_what_it_does(command: click.Command) -> None:
    assert command.help
    for option in (each for each in command.params if isinstance(each, click.Option)):
        assert option.help, option.name


def test_readiness_of_a_day_to_come_is_refused(app: Flask, cast: Cast, clock: FrozenClock) -> None:
    with app.app_context():
        tomorrow = today() + timedelta(days=1)
    asked = ["readiness", "show", "amina.yusuf@example.org", "--setting", "x", "--as-of", tomorrow.isoformat()]
    answer = app.test_cli_runner().invoke(args=asked)
    assert answer.exit_code == 2
    assert "lies in the future" in answer.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["readiness", "show", "nobody@example.org", "--setting", "x"], "Nobody has this email address"),
        (["service", "set-up", "--trust", "T", "--name", "N", "--email", "adam.reed@example.org"], "already has"),
    ],
)
def test_a_refused_command_says_why_without_a_stack_trace(app: Flask, cast: Cast, args: list[str], words: str) -> None:
    answer = app.test_cli_runner().invoke(args=args)
    assert answer.exit_code == 1
    assert words in answer.output
    assert isinstance(answer.exception, SystemExit)


def test_a_database_without_tables_is_named_and_no_stack_trace_shown(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE person RENAME TO person_away"))
    answer = app.test_cli_runner().invoke(args=["readiness", "show", "nobody@example.org", "--setting", "x"])
    assert answer.exit_code == 1
    assert "Has flask db upgrade been run?" in answer.output
    assert isinstance(answer.exception, SystemExit)


def test_a_wrong_setting_stops_a_command_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(SystemExit):
        FlaskGroup().main(["policy", "print"], obj=ScriptInfo(create_app=lambda: create_app()))
    shown = capsys.readouterr().err
    assert "SECRET_KEY must be set" in shown
    assert "Traceback" not in shown
