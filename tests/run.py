"""Runs all tests: brings a PostgreSQL server and a browser, then says how many ran where."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from tests import browser, postgres

REPORT = Path("instance") / "test-report.xml"


def main(arguments: list[str]) -> int:
    """Run pytest on two processes; the last lines say what ran on SQLite, on PostgreSQL and in the browser."""
    REPORT.parent.mkdir(exist_ok=True)
    environment = {**os.environ, "LMS_CHROMIUM": browser.find_chromium()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # What was compiled serves both processes, servers and later runs.
    url, stop = postgres.start()
    try:
        command = [
            sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder",
            "--durations", "15", f"--junitxml={REPORT}", *arguments,
        ]  # fmt: skip
        code = subprocess.run(command, env={**environment, "LMS_TEST_POSTGRES": url}, check=False).returncode
    finally:
        stop()
    _tell(code)
    return code


def _tell(code: int) -> None:
    places: Counter[str] = Counter()
    failed = 0
    for case in ElementTree.parse(REPORT).iter("testcase"):
        failed += any(child.tag in ("failure", "error") for child in case)
        places[_place(case.get("classname", ""), case.get("name", ""))] += 1
    print(
        f"on SQLite {places['sqlite']}, on PostgreSQL {places['postgresql']}, in the browser {places['browser']}, "
        f"without a database {places['none']}"
    )
    print(f"{sum(places.values()) - failed} passed, {failed} failed")
    if code and not failed:
        print(f"pytest ended with {code}")


def _place(module: str, name: str) -> str:
    if ".journeys." in f".{module}.":
        return "browser"
    if "postgresql" in name:
        return "postgresql"
    if re.search(
        r"test_rules|rules\.|test_content|test_macros|test_identifier|test_layers|test_forms|test_charts", module
    ):
        return "none"
    return "sqlite"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
