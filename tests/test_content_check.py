import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from lms.competencies.models import Assessment
from lms.config import ROOT
from lms.content_check import check_content
from lms.curriculum.models import ContentVersion, QuestionAnswer
from lms.grading.models import ModuleOutcome
from lms.placements.models import Shift
from tests.factories.cases import GOOD_CASE

REVIEW = 'review: {status: "example content, not yet clinically approved", by: 2027-05-01}\n'
DUE = date(2027, 5, 1)


def overdue(folder: Path, text: str, on: date) -> list[str]:
    """What is said of the review of one case on a day."""
    file = folder / "content" / "cases" / "small-case.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    problems = check_content(folder / "content", on=on).problems
    return [str(problem) for problem in problems if problem.field == "review.by"]


@pytest.mark.parametrize(
    ("written", "further"),
    [
        pytest.param(REVIEW, 0, id="in one line"),
        pytest.param('review: {by: "2027-05-01", status: example}\n', 0, id="in quotes"),
        pytest.param("review:\n  status: example\n  by: 2027-05-01\n", 2, id="as a block"),
        pytest.param("review:\n    status: example\n    by: 2027-05-01\n", 2, id="as a block that is far indented"),
        pytest.param("review:\n  {status: example,\n   by: 2027-05-01}\n", 2, id="over several lines"),
    ],
)
def test_an_overdue_review_is_refused_at_its_line(tmp_path: Path, written: str, further: int) -> None:
    text = GOOD_CASE.replace(REVIEW, written)
    assert written in text
    line = GOOD_CASE[: GOOD_CASE.index(REVIEW)].count("\n") + 1 + further
    [problem] = overdue(tmp_path, text, date(2027, 5, 2))
    assert problem.startswith(f"content/cases/small-case.yaml:{line}: review.by: The review was due by 2027-05-01")


def test_a_review_is_in_time_on_its_day(tmp_path: Path) -> None:
    assert overdue(tmp_path, GOOD_CASE, DUE) == []


def test_a_day_in_a_text_is_no_review(tmp_path: Path) -> None:
    text = GOOD_CASE.replace("debrief: |\n", "debrief: |\n  Call back by: 2020-01-01.\n")
    assert text != GOOD_CASE
    assert overdue(tmp_path, text, DUE) == []


# --- Files that were written in a hurry, or in bad faith ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content without its cases."""
    copy = tmp_path / "content"
    shutil.copytree(ROOT / "content", copy, ignore=shutil.ignore_patterns("*.yaml~", "cases"))
    for module in (copy / "modules").glob("*.yaml"):
        module.write_text(re.sub(r"^cases: .*", "cases: []", module.read_text("utf-8"), flags=re.M), encoding="utf-8")
    return copy


def told(folder: Path, file: str) -> list[str]:
    """What is wrong with one file; each problem is one line that names file, line and field."""
    found = [str(problem) for problem in check_content(folder, on=date(2026, 11, 18)).problems]
    assert all(re.match(r"content/\S+:\d+: \S+: [^\n]+$", problem) for problem in found), found
    return [problem.removeprefix(f"content/{file}:") for problem in found if problem.startswith(f"content/{file}:")]


READING = "modules/mhp703/the-six-part-safety-plan.md"


@pytest.mark.parametrize(
    "name",
    [
        "calibration/x.yaml",
        "cases/x.yaml",
        "forms/x.yaml",
        "frameworks/x.yaml",
        "modules/mhp703/x.assignment.yaml",
        "modules/mhp703/x.md",
        "modules/mhp703/x.questions.yaml",
        "modules/x.yaml",
        "programmes/x.yaml",
        "requirements/x.yaml",
    ],
)
def test_a_folder_or_a_broken_link_named_like_a_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    assert told(folder, name) == ["1: (file): This is not a file."]
    (folder / name).rmdir()
    (folder / name).symlink_to("nowhere")
    assert told(folder, name) == ["1: (file): This is not a file."]


def test_settings_that_are_a_folder_are_refused(folder: Path) -> None:
    (folder / "settings.yaml").unlink()
    (folder / "settings.yaml").mkdir()
    assert told(folder, "settings.yaml") == ["1: (file): This is not a file."]


def test_a_reading_in_another_encoding_is_refused_at_its_line(folder: Path) -> None:
    before = (folder / READING).read_bytes()
    (folder / READING).write_bytes(before + b"\nA caf\xe9.\n")
    line = before.count(b"\n") + 2
    assert told(folder, READING) == [f"{line}: (file): This file is not valid UTF-8 text."]


def test_an_empty_reading_is_refused(folder: Path) -> None:
    (folder / READING).write_bytes(b"")
    [problem] = told(folder, READING)
    assert problem.startswith("1: (file): Start the file with a line `---`")


def test_a_reading_may_be_written_on_windows(folder: Path) -> None:
    text = (folder / READING).read_bytes()
    (folder / READING).write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert told(folder, READING) == []


def test_a_case_names_modules_and_assignments_that_exist(folder: Path) -> None:
    (folder / "cases").mkdir()
    file = folder / "cases" / "small-case.yaml"
    file.write_text(GOOD_CASE, encoding="utf-8")
    assert told(folder, "cases/small-case.yaml") == []
    file.write_text(GOOD_CASE.replace("module: mhp703", "module: mhp701"), encoding="utf-8")
    [problem] = told(folder, "cases/small-case.yaml")
    assert problem.endswith("decision.assignment: The assignment `case-formulation` belongs to the module `mhp703`.")
    file.write_text(GOOD_CASE.replace("module: mhp703", "module: mhp799"), encoding="utf-8")
    assert "4: module: There is no module `mhp799`." in told(folder, "cases/small-case.yaml")


SLUG, TITLE = ContentVersion.slug.type.length, 200
SETTING = Shift.setting.type.length


@pytest.mark.parametrize(
    ("file", "old", "most", "field"),
    [
        ("programmes/pgcert-spp-mh.yaml", "slug: ", SLUG, "slug"),
        ("programmes/pgcert-spp-mh.yaml", "title: ", TITLE, "title"),
        ("modules/mhp703.yaml", "slug: ", ModuleOutcome.module.type.length, "slug"),
        ("modules/mhp703.yaml", "title: ", TITLE, "title"),
        (READING, "slug: ", SLUG, "slug"),
        (READING, "title: ", TITLE, "title"),
        ("modules/mhp703/case-formulation.assignment.yaml", "slug: ", SLUG, "slug"),
        ("modules/mhp703/case-formulation.assignment.yaml", "title: ", TITLE, "title"),
        ("modules/mhp703/mhp703-knowledge-check.questions.yaml", "slug: ", SLUG, "slug"),
        ("modules/mhp703/mhp703-knowledge-check.questions.yaml", "title: ", TITLE, "title"),
        (
            "modules/mhp703/mhp703-knowledge-check.questions.yaml",
            "- key: ",
            QuestionAnswer.question.type.length,
            "questions.0.key",
        ),
        ("frameworks/specialist-paramedic-mh.yaml", "slug: ", SLUG, "slug"),
        ("frameworks/specialist-paramedic-mh.yaml", "title: ", TITLE, "title"),
        ("forms/mini-cex.yaml", "title: ", TITLE, "title"),
        ("forms/mini-cex.yaml", "value: ", Assessment.complexity.type.length, "value"),
        ("requirements/joint-response-car.yaml", "slug: ", SLUG, "slug"),
        ("requirements/joint-response-car.yaml", "title: ", TITLE, "title"),
        ("requirements/joint-response-car.yaml", "setting: ", SETTING, "setting"),
        ("settings.yaml", "- slug: ", SETTING, "settings.0.slug"),
        ("settings.yaml", "slug: ", SLUG, "slug"),
        ("settings.yaml", "title: ", TITLE, "title"),
    ],
)
def test_what_is_longer_than_its_column_is_refused_at_its_line(
    folder: Path, file: str, old: str, most: int, field: str
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    at = text.index(old) + len(old)
    line = text.count("\n", 0, at) + 1
    end = re.compile(r"\n|}|, \w+:").search(text, at)
    assert end is not None
    for length, refused in ((most, False), (most + 1, True)):
        (folder / file).write_text(text[:at] + "x" * length + text[end.start() :], encoding="utf-8")
        found = [problem for problem in told(folder, file) if f"Use {most} characters or fewer." in problem]
        assert bool(found) is refused
        assert all(re.match(rf"{line}: \S*{re.escape(field)}: ", problem) for problem in found), found


@pytest.mark.parametrize(
    ("file", "old", "field"),
    [
        (READING, "title: ", "title"),
        ("modules/mhp703/mhp703-knowledge-check.questions.yaml", "title: ", "title"),
        ("frameworks/specialist-paramedic-mh.yaml", "indicator: ", "domains.0.capabilities.0.indicator"),
        ("forms/mini-cex.yaml", "label: ", "fields.0.label"),
        ("requirements/joint-response-car.yaml", "    title: ", "groups.0.title"),
        ("settings.yaml", "title: ", "title"),
        ("programmes/pgcert-spp-mh.yaml", "  S21: ", "sources.S21"),
        ("modules/mhp703.yaml", "  S44: ", "sources.S44"),
        ("modules/mhp703/case-formulation.assignment.yaml", "  S43: ", "sources.S43"),
        ("modules/mhp703/mhp703-knowledge-check.questions.yaml", "  S15: ", "sources.S15"),
        ("frameworks/specialist-paramedic-mh.yaml", "  S08: ", "sources.S08"),
        ("frameworks/specialist-paramedic-mh.yaml", "MPF: {title: ", "maps.MPF.title"),
        ("forms/mini-cex.yaml", "  PROPOSAL: ", "sources.PROPOSAL"),
    ],
)
def test_banned_words_are_found_in_every_kind_of_content(folder: Path, file: str, old: str, field: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    line = text.count("\n", 0, text.index(old)) + 1
    before = told(folder, file)
    (folder / file).write_text(re.sub(rf"{old}.*?(?=[,}}\n])", f"{old}For addicts", text, count=1), encoding="utf-8")
    assert [p for p in told(folder, file) if p not in before][0].startswith(f"{line}: {field}: “addicts” stigmatises")


FRAMEWORK = "frameworks/specialist-paramedic-mh.yaml"


def test_a_framework_without_enough_vignettes_is_refused(folder: Path) -> None:
    shipped = sorted((folder / "calibration").glob("*.yaml"))
    for path in shipped[1:]:
        path.unlink()
    [problem] = told(folder, FRAMEWORK)
    assert problem == (
        "1: (file): Nobody can sign off: specialist-paramedic-mh needs 2 calibration vignettes and has 1."
    )


def test_a_vignette_about_a_capability_that_is_gone_is_refused(folder: Path) -> None:
    path = folder / "calibration" / "asked-then-moved-on.yaml"
    path.write_text(path.read_text("utf-8").replace("capability: D3.1", "capability: D3.9"), encoding="utf-8")
    [problem] = told(folder, "calibration/asked-then-moved-on.yaml")
    assert problem.endswith("There is no capability D3.9 in specialist-paramedic-mh.")
