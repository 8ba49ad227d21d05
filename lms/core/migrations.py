"""Alembic, driven from the application: upgrade, check for drift, make a new revision."""

from functools import lru_cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from lms.config import ROOT
from lms.core.db import db


def _config(**attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes.update(attributes)
    return config


@lru_cache(maxsize=1)
def newest_revision() -> str | None:
    """The revision the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current_revision() -> str | None:
    """The revision the database has."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade() -> None:
    """Bring the database to the newest revision; a failed migration leaves it as it was."""
    command.upgrade(_config(engine=db.engine), "head")


def find_drift() -> str | None:
    """How tables and models differ, in Alembic's words; None if they agree."""
    try:
        command.check(_config(engine=db.engine))
    except CommandError as error:
        return str(error)
    return None


def revise(message: str) -> None:
    """Write a new revision from the difference between models and database."""
    command.revision(_config(engine=db.engine), message=message, autogenerate=True)
