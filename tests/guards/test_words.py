"""The project speaks of itself alone, and of nothing that is still to be done; its long lists are in order."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
THIS = Path(__file__).resolve()
SUFFIXES = {".py", ".html", ".css", ".js", ".md", ".yaml", ".txt", ".toml", ".sh", ""}


def test_no_file_carries_a_note_to_do_later() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = []
    for line in listed.stdout.splitlines():
        path = ROOT / line
        if path == THIS or "vendor" in path.parts or path.suffix not in SUFFIXES or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if re.search(r"\b(TODO|FIXME|XXX)\b", text):
            found.append(line)
    assert not found, f"a thing to do is an issue, not a comment: {found}"


@pytest.mark.parametrize("name", ["policy.py", "audit/rules.py"])
def test_permissions_and_events_are_in_alphabetical_order(name: str) -> None:
    tree = ast.parse((ROOT / "lms" / name).read_text(encoding="utf-8"))
    sets = [[ast.unparse(each) for each in node.elts] for node in ast.walk(tree) if isinstance(node, ast.Set)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == "Permission":
            sets.append([ast.unparse(each.targets[0]) for each in node.body if isinstance(each, ast.Assign)])
    for listed in sets:
        assert listed == sorted(listed)
