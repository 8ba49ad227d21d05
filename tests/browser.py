"""Finds Chromium for the tests that use a real browser; as root on Debian installs the one that is all they need."""

import os
import shutil
import subprocess
from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SHELL, WHOLE = "chromium-headless-shell", ("chromium", "chromium-browser")  # Without windows it takes a quarter less.


def find_chromium() -> str:
    """The path of Chromium. Raises RuntimeError where there is none and it cannot be installed: no test is skipped."""
    if found := os.environ.get("LMS_CHROMIUM") or shutil.which(SHELL):
        return found
    whole = next(filter(None, map(shutil.which, WHOLE)), None)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for name in (SHELL,) if whole else (SHELL, WHOLE[0]):
            if _install(name) and (found := shutil.which(name)):
                return found
    if whole is None:
        raise RuntimeError("Chromium is missing: install it, or set LMS_CHROMIUM to its path")
    return whole


def _install(name: str) -> bool:
    """Say whether Debian had it."""
    quiet: dict[str, Any] = {
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "timeout": 180,
    }
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", name, "fonts-liberation"]
    try:
        return all(subprocess.run(each, **quiet).returncode == 0 for each in (["apt-get", "update", "-qq"], install))
    except subprocess.TimeoutExpired:
        return False
