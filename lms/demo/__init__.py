"""The example service."""


def load() -> str:
    """Load the example service."""
    return "nothing"
