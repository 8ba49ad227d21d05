import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo
from sqlalchemy import text

from lms import cli
from lms.app import create_app
from lms.config import ROOT
from lms.core.clock import today
from lms.core.db import db
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.factories.cases import EVERY_KIND_CASE, GOOD_CASE


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


# --- Cases ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of content with two small cases, one of them with a way to nowhere."""
    cases = tmp_path / "content" / "cases"
    cases.mkdir(parents=True)
    (cases / "small-case.yaml").write_text(GOOD_CASE, encoding="utf-8")
    (cases / "every-kind.yaml").write_text(EVERY_KIND_CASE, encoding="utf-8")
    broken = GOOD_CASE.replace("slug: small-case", "slug: broken").replace("goto: goodbye", "goto: nowhere")
    (cases / "broken.yaml").write_text(broken, encoding="utf-8")
    return cases.parent


def run(app: Flask, *args: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["content", *args], input=typed)


def test_a_map_is_written_to_the_screen_or_to_a_file(app: Flask, folder: Path, tmp_path: Path) -> None:
    shown = run(app, "map", "small-case", "--path", str(folder))
    assert shown.exit_code == 0
    drawing = ElementTree.fromstring(shown.output)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert "The call" in " ".join(drawing.itertext())
    assert "stroke-dasharray" in shown.output  # It brings its own style.
    file = tmp_path / "map.svg"
    written = run(app, "map", "small-case", "--path", str(folder), "--output", str(file))
    assert (written.exit_code, written.output) == (0, f"written to {file}\n")
    assert file.read_text(encoding="utf-8").strip() == shown.output.strip()


def test_a_map_that_cannot_be_written_ends_in_a_sentence(app: Flask, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "map.svg"
    answer = run(app, "map", "small-case", "--path", str(folder), "--output", str(file))
    assert answer.exit_code == 1
    assert answer.output == f"Error: {file} cannot be written: no such file or directory\n"


def test_a_case_that_is_not_finished_can_be_drawn_and_not_played(app: Flask, folder: Path) -> None:
    drawn = run(app, "map", "broken", "--path", str(folder))
    assert (drawn.exit_code, "No such scene" in drawn.output) == (0, True)
    timeless = re.sub(r"\n    clock: .*", "", GOOD_CASE)
    (folder / "cases" / "broken.yaml").write_text(timeless, encoding="utf-8")
    assert run(app, "map", "broken", "--path", str(folder)).exit_code == 0
    played = run(app, "play", "broken", "--path", str(folder))
    assert played.exit_code == 1
    assert "content/cases/broken.yaml:" in played.output


SCENES = re.compile(r"scenes:\n.*?(?=^\w)", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("command", ["map", "play"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(GOOD_CASE.replace("start: call", "start: not-yet"), "start: There is no scene", id="nowhere"),
        pytest.param(GOOD_CASE.replace("start: call\n", ""), "start: This field is missing", id="no start"),
        pytest.param(SCENES.sub("scenes: {}\n", GOOD_CASE), "start: There is no scene `call`", id="no scenes"),
    ],
)
def test_a_case_without_a_beginning_ends_in_a_sentence(
    app: Flask, folder: Path, command: str, text: str, says: str
) -> None:
    (folder / "cases" / "small-case.yaml").write_text(text, encoding="utf-8")
    answer = run(app, command, "small-case", "--path", str(folder))
    assert (answer.exit_code, says in answer.output) == (1, True), answer.output
    assert "content/cases/small-case.yaml:" in answer.output


@pytest.mark.parametrize("command", ["map", "play"])
def test_a_case_that_is_not_there_is_named_with_those_that_are(app: Flask, folder: Path, command: str) -> None:
    answer = run(app, command, "../small-case", "--path", str(folder))
    assert answer.exit_code == 1
    assert "There are: broken, every-kind, small-case." in answer.output


def test_a_case_is_played_to_its_debrief(app: Flask, folder: Path) -> None:
    typed = "1\nc\n1\nf\n1\nn\n\n"
    answer = run(app, "play", "small-case", "--path", str(folder), "--variant", "martin", "--seed", "4", typed=typed)
    assert answer.exit_code == 0, answer.output
    for words in (
        "A small case: practice, patient martin, seed 4.",
        "Beth rings about Martin Hale.",
        "How sure are you? (n not sure, f fairly sure, c certain)",
        "Goodbye",
        "Debrief: ",
        "points for decisions",
    ):
        assert words in answer.output


def test_every_kind_of_decision_is_answered_by_numbers(app: Flask, folder: Path) -> None:
    typed = "h\n4 3 2 1\nc\n" + "0 0 2 0 0 3 0\nc\n" + "1 2\nf\n" + "4 4 3\nc\n" + "1 1\nn\n" + "1\nc\n"
    answer = run(app, "play", "every-kind", "--path", str(folder), "--seed", "1", "--mode", "graded", typed=typed * 2)
    assert answer.exit_code == 0, answer.output
    assert "Hint: Think of what he lacks most." in answer.output
    assert "Debrief: " in answer.output


def test_a_wrong_answer_is_asked_for_again(app: Flask, folder: Path) -> None:
    answer = run(app, "play", "small-case", "--path", str(folder), typed="9\n1\nx\n1\nc\n")
    assert "Type one number" in answer.output
    assert "Type one letter: n not sure, f fairly sure, c certain." in answer.output
    assert "At home" in answer.output


def test_graded_keeps_the_reasons_for_the_debrief(app: Flask, folder: Path) -> None:
    options = ("--path", str(folder), "--variant", "martin", "--seed", "4")
    typed = "1\nc\n"
    grades = ("Best option.", "Acceptable.", "Critical error.")
    shown = {
        mode: run(app, "play", "small-case", *options, "--mode", mode, typed=typed).output
        for mode in ("practice", "graded")
    }
    assert any(grade in shown["practice"] for grade in grades)
    assert not any(grade in shown["graded"] for grade in grades)


def test_leaving_a_case_is_quiet(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run(app, "play", "small-case", "--path", str(folder), typed="1\n")
    assert (ended.exit_code, ended.output.strip().endswith("You left the case.")) == (0, True)

    def interrupt(question: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_typed", interrupt)
    stopped = run(app, "play", "small-case", "--path", str(folder))
    assert (stopped.exit_code, stopped.output.strip().endswith("You left the case.")) == (0, True)


def test_a_patient_the_case_does_not_have_is_named_with_those_it_has(app: Flask, folder: Path) -> None:
    answer = run(app, "play", "small-case", "--path", str(folder), "--variant", "nobody")
    assert answer.exit_code == 2
    assert "there are: martin, alan" in answer.output


@pytest.mark.parametrize("slug", sorted(path.stem for path in (ROOT / "content" / "cases").glob("*.yaml")))
def test_every_shipped_case_is_drawn_and_begun_without_a_database(app: Flask, slug: str) -> None:
    assert run(app, "map", slug).exit_code == 0
    begun = run(app, "play", slug, typed="")
    assert (begun.exit_code, "You left the case." in begun.output) == (0, True)
