from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from lms.interop.rules import write_csv
from tests.factories import frameworks as make
from tests.factories.competencies import load_framework

NAME = "specialist-paramedic-mh.yaml"


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    with app.app_context():
        load_framework()
    return app.test_cli_runner()


def test_the_framework_leaves_is_changed_and_comes_back(run: FlaskCliRunner, tmp_path: Path) -> None:
    out, target = tmp_path / "f.csv", tmp_path / NAME
    told = run.invoke(args=["framework", "export", str(out), "--format", "csv"])
    assert (told.exit_code, told.output) == (0, f"written to {out}\n")
    out.write_bytes(out.read_bytes().replace(b"Engagement and de-escalation", b"Calming", 1))
    told = run.invoke(args=["framework", "import", str(out), "--to", str(target), "--dry-run"])
    assert told.output.splitlines() == [
        "1 capability changed.",
        "D1.1, title: “Engagement and de-escalation” is now “Calming”",
        "What was signed under these would not count until a mapping is reviewed: D1.1 Engagement and de-escalation.",
        "nothing was written",
    ]
    assert not target.exists()
    told = run.invoke(args=["framework", "import", str(out), "--to", str(target)])
    assert told.output.splitlines()[-1] == f"written to {target}: publish it with flask content sync"
    assert target.read_text(encoding="utf-8").startswith("format: 1\nslug: specialist-paramedic-mh\n")


def test_a_malformed_file_is_refused_with_file_row_column_and_sentence(run: FlaskCliRunner, tmp_path: Path) -> None:
    source, target = tmp_path / "f.csv", tmp_path / NAME
    source.write_text(write_csv(make.shipped()).replace("D1.2", "D1.1", 1), encoding="utf-8", newline="")
    told = run.invoke(args=["framework", "import", str(source), "--to", str(target)])
    assert told.exit_code == 1
    assert "f.csv: row 5, column B (ID number): The ID number D1.1 already stands in row 4." in told.output
    assert "1 problem in f.csv: nothing was written" in told.output
    assert not target.exists()


def test_what_is_no_framework_file_is_refused_in_a_sentence(run: FlaskCliRunner, tmp_path: Path) -> None:
    source = tmp_path / "f.txt"
    source.write_text("x", encoding="utf-8")
    told = run.invoke(args=["framework", "import", str(source), "--to", str(tmp_path / NAME)])
    assert (told.exit_code, told.output) == (1, "Error: The name of the file must end in .csv or .json\n")
