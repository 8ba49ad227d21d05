"""A body as the YAML text of a content file, in the order of its schema."""

from collections.abc import Mapping
from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """Writes every value out, as content files do: no references, lists set in from their key."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def write_yaml(body: Mapping[str, Any]) -> str:
    """The YAML text that is read as this body."""
    return str(yaml.dump(dict(body), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110))
