"""What all commands share: they end with a sentence where something is refused or missing."""

import re

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from lms.core.errors import DomainError

NO_TABLE = re.compile("no such table|does not exist")


class Commands(AppGroup):
    """Commands that end with a sentence, and not with a stack trace, where something is refused or missing."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command named."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(error.message) from error
        except DBAPIError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            hint = ". Has flask db upgrade been run?" if NO_TABLE.search(reason) else ""
            raise click.ClickException(f"the database refused: {reason}{hint}") from error
