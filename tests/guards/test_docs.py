"""Documents that match the code: what a person reads about a setting, a command or a role is what there is."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from flask import Flask
from pydantic import BaseModel

from lms import cli
from lms.cases.rules.format import Case
from lms.competencies.rules.calibration_format import VignetteFile
from lms.competencies.rules.form_files import FormFile
from lms.competencies.rules.format import FrameworkFile
from lms.content_check import KNOWN
from lms.curriculum.rules.format import KnowledgeCheck, Module, Programme, Reading
from lms.curriculum.rules.versions import ContentKind
from lms.demo import accounts
from lms.demo.people import PASSWORD
from lms.grading.rules.format import Assignment
from lms.placements.rules.format import SettingsFile
from lms.readiness.rules.format import RequirementSet

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
DECISIONS = sorted((DOCS / "decisions").iterdir())
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
CONTENT = (DOCS / "content.md").read_text(encoding="utf-8")
FORMATS: dict[str, type[BaseModel]] = {
    "Programmes": Programme,
    "Modules": Module,
    "Readings": Reading,
    "Knowledge checks": KnowledgeCheck,
    "Assignments": Assignment,
    "Cases": Case,
    "Frameworks": FrameworkFile,
    "Forms": FormFile,
    "Settings": SettingsFile,
    "Requirement sets": RequirementSet,
    "Calibration vignettes": VignetteFile,
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def first_cells(text: str) -> list[str]:
    """What stands in code type in the first column of the tables."""
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)


# --- Settings ---


def settings_read() -> set[str]:
    """The names `Settings.from_env` asks the environment for."""
    tree = ast.parse((ROOT / "lms" / "config.py").read_text(encoding="utf-8"))
    from_env = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "from_env")
    strings = (node.value for node in ast.walk(from_env) if isinstance(node, ast.Constant))
    return {text for text in strings if isinstance(text, str) and re.fullmatch(r"[A-Z][A-Z_]+", text)}


def test_every_setting_is_described_once() -> None:
    described = first_cells(CONFIGURATION)
    assert settings_read(), "no setting was found in Settings.from_env"
    missing = settings_read() - set(described)
    assert not missing, f"add a row to docs/configuration.md: {missing}"
    assert len(described) == len(set(described))


def test_no_setting_is_described_that_nothing_reads() -> None:
    readers = [ROOT / "run", *(ROOT / "lms").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in readers if path != Path(__file__).resolve())
    unread = [setting for setting in first_cells(CONFIGURATION) if not re.search(rf"\b{setting}\b", code)]
    assert not unread, f"nothing reads {unread}: take it out of docs/configuration.md"


# --- Commands ---


def run_commands() -> set[str]:
    """The commands of ./run, from the labels of its one case."""
    labels = re.findall(r"^([a-z][a-z-]*)(?: \| \*)?\)", (ROOT / "run").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {f"./run {label}" for label in labels}


def flask_commands() -> dict[str, click.Command]:
    """Every command the application adds to flask, by its full name."""
    app = Flask("documents")
    cli.register(app)
    return dict(_leaves("flask", app.cli))


def _leaves(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _leaves(f"{path} {word}", command)
        else:
            yield f"{path} {word}", command


def test_every_command_is_described_and_no_other() -> None:
    described = first_cells(COMMANDS)
    assert len(described) == len(set(described))
    assert set(described) == run_commands() | set(flask_commands()), "bring docs/commands.md up to date"


def test_every_option_of_a_command_is_described() -> None:
    for path, command in flask_commands().items():
        row = next(line for line in COMMANDS.splitlines() if line.startswith(f"| `{path}` |"))
        for option in (item for item in command.params if isinstance(item, click.Option)):
            assert option.opts[0] in row, f"{path} takes {option.opts[0]}: say so in docs/commands.md"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_name_only_commands_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    runs = {f"./run {word}" for word in re.findall(r"\./run ([a-z]+)", text)}
    assert runs <= run_commands()
    known = {path.removeprefix("flask ") for path in flask_commands()} | {"run", "shell", "routes"}
    groups = {path.split()[0] for path in known if " " in path}
    for quoted in re.findall(r"(?:`|bin/|\./run )flask ([a-z]+(?:[ -][a-z][a-z-]*)?)", text):
        word = quoted if quoted.split()[0] in groups else quoted.split()[0]
        assert word in known, f"flask {quoted}"


# --- Log privacy ---


def test_the_proxy_logs_no_secret_of_any_link(app: Flask) -> None:
    text = (DOCS / "deployment.md").read_text(encoding="utf-8")
    lines = re.search(r"map \$uri \$logged_uri \{\n(.*?)\}", text, flags=re.DOTALL)
    assert lines, "docs/deployment.md has no map of logged paths"
    masks = re.findall(r"~(\S+)\s+(\S+);", lines[1])
    paths = [rule.rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    assert len(paths) >= 5
    for path in paths:
        start = re.sub(r"<[^>]+>", "", path)
        masked = [shown for pattern, shown in masks if re.search(pattern, path)]
        assert masked == [f"{start}-"], f"mask {path} in the map of docs/deployment.md"


# --- Roles ---


def test_the_page_of_permissions_is_what_the_command_prints() -> None:
    printed = cli.policy_table() + "\n"
    assert (DOCS / "permissions.md").read_text(encoding="utf-8") == printed, (
        "run: ./run flask policy print > docs/permissions.md"
    )


def test_the_readme_names_the_demo_accounts() -> None:
    rows = {f"| {role} | `{email}` | {person} |" for person, email, role in accounts()}
    found = {line for line in README.splitlines() if ".example` |" in line}
    assert found == rows
    assert f"`{PASSWORD}`" in README


# --- Content ---


def test_every_kind_of_content_has_its_place_described() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| `([^`]+)` \|$", CONTENT, flags=re.MULTILINE))
    assert set(rows) == {kind.value for kind in ContentKind}
    assert set(rows.values()) == KNOWN


@pytest.mark.parametrize("heading", FORMATS)
def test_every_field_of_a_content_file_is_described(heading: str) -> None:
    shared = _section("What all files share")
    text = _section(heading) + shared
    quoted = {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[a-z0-9_]+", code)}
    missing = set(_fields(FORMATS[heading], set())) - quoted
    assert not missing, f"describe {missing} in docs/content.md under {heading}"


def _section(heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", CONTENT, flags=re.MULTILINE | re.DOTALL)
    assert found, f"docs/content.md has no part {heading}"
    return found[1]


def _fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for field_name, field in model.model_fields.items():
        yield field.alias or field_name
        for inner in _models(field.annotation):
            yield from _fields(inner, seen)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


# --- Decisions, words, places ---


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [path.name.split("-")[0] for path in DECISIONS]
    assert numbers == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=name)
def test_a_decision_is_one_page_with_the_same_parts(path: Path) -> None:
    assert re.fullmatch(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md", path.name)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. ")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings == ["Context", "Options", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60, "one page: move the rest to architecture.md"


def test_the_glossary_has_each_word_once_in_order() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| .+ \|$", (DOCS / "glossary.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    words = [row.casefold() for row in rows if row not in ("Word", "---")]
    assert words == sorted(set(words))


def test_the_readme_maps_every_place() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    folders = {f"{line.split('/')[0]}/" for line in listed if "/" in line}
    packages = {f"{line.split('/')[1]}/" for line in listed if re.match(r"lms/[a-z_]+/", line)}
    modules = {line.split("/")[1] for line in listed if re.fullmatch(r"lms/[a-z]\w+\.py", line)}
    place = README.split("## Where things are")[1].split("\n## ")[0]
    mapped = set(re.findall(r"^(\S+?/?)(?:,|\s)", place, flags=re.MULTILINE))
    missing = (folders | packages | modules) - mapped
    assert not missing, f"add a line to the map in README.md: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, part = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{name(page)} leads to {target}, which is not there"
        if part:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert part in {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_say_nothing_of_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/root/|/tmp/|C:\\", text)


def test_pages_say_that_content_is_not_approved() -> None:
    for page in (ROOT / "README.md", DOCS / "content.md", DOCS / "deployment.md"):
        assert "not yet clinically approved" in " ".join(page.read_text(encoding="utf-8").split()), name(page)
    assert "Not for live dispatch" in README
