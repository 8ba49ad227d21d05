"""A service without any content: every page that a person is led to opens and says in words what is missing."""

from collections.abc import Callable

import pytest

from lms.policy import Role
from tests.client import PageClient, check_page
from tests.crawl import pages

NAMES = [role.value.replace("-", "_") for role in Role]


@pytest.mark.parametrize("name", [*NAMES, "stranger"])
def test_every_page_a_person_is_led_to_opens_before_any_content_is_loaded(
    sign_in: Callable[[str], PageClient], name: str
) -> None:
    found = dict(pages(sign_in(name), "/"))
    for url, page in found.items():
        if page.mimetype == "text/html":
            check_page(page.text)
            assert "<p" in page.text.split('id="maincontent"')[1], f"{url} says nothing"
    assert len(found) > 3
