"""The example service, made once for all test processes of a run: `cast.db` with people and content, `example.db`."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from lms.app import create_app
from lms.config import Settings
from lms.core import clock, migrations
from lms.core.db import db
from lms.curriculum.services import sync_content
from lms.demo.service import load
from tests.cast import make_cast
from tests.conftest import MOMENT, make_settings
from tests.shipped import shipped_items

Result = TypeVar("Result")


def aside(work: Callable[[], Result]) -> Result:
    """Do something with the application in a thread of its own: a browser's event loop may occupy this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture(scope="session")
def services_folder(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> Path:
    """The folder with both services, to be copied from. Whoever needs it first makes it; the others wait."""
    shared = "PYTEST_XDIST_WORKER" in os.environ
    folder = (tmp_path_factory.getbasetemp().parent if shared else workspace) / "services"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            aside(lambda: _build(folder))
            (folder / "built").touch()
    return folder


def _build(folder: Path) -> None:
    for name, fill in (("cast", make_cast), ("example", load)):
        path = folder / f"{name}.db"
        app = create_app(settings_for(f"sqlite:///{path}", folder, demo=name == "example"))
        with app.app_context(), clock.pretend(MOMENT):
            migrations.upgrade()
            if name == "cast":
                sync_content(None, shipped_items())
                db.engine.dispose()
                settle(path)
                shutil.copyfile(path, folder / "example.db")
            fill()
            db.engine.dispose()
        settle(path)


def settle(path: Path) -> None:
    """Bring everything written into the one file, so that it can be copied."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def settings_for(url: str, instance: Path, **changes: object) -> Settings:
    """Settings of a service whose forms are protected as in production; demo mode is on unless changed."""
    extra = {"PUBLIC_POSTS_PER_MINUTE": 100_000}
    return make_settings(url, instance, extra=extra, **{"demo": True, **changes})
