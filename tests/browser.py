"""Finds Chromium for the tests that use a real browser; installs Debian's where it is missing."""

import os
import shutil
import subprocess

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """The path of Chromium. Raises RuntimeError where there is none and it cannot be installed: no test is skipped."""
    for found in (os.environ.get("LMS_CHROMIUM"), shutil.which("chromium"), shutil.which("chromium-browser")):
        if found:
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"]
        subprocess.run(install, check=True, env=quiet, stdout=subprocess.DEVNULL)
        return "/usr/bin/chromium"
    raise RuntimeError("Chromium is missing: install it, or set LMS_CHROMIUM to its path")
