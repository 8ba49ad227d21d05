"""The shipped content, read and checked once in each test process."""

from functools import cache

from lms.config import ROOT
from lms.content_check import check_content
from lms.curriculum.rules.versions import ContentItem


@cache
def shipped_items() -> tuple[ContentItem, ...]:
    """Everything in `content/`, ready to be loaded. Checking every way through every case takes seconds."""
    return tuple(check_content(ROOT / "content").items)
