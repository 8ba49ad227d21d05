import re
from urllib.parse import urlsplit

import html5lib
import pytest

from lms.policy import Role
from tests.client import PageClient, check_page
from tests.example import aside
from tests.journeys.places import SEVEN_ROLES, prepare
from tests.journeys.service import LiveService

EACH = 1  # Pages of one kind that are opened for one person: the next hundred look the same.
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')


@pytest.fixture(scope="module")
def filled(example_on_sqlite: LiveService) -> LiveService:
    example_on_sqlite.start_again()
    example_on_sqlite.ask(prepare)
    return example_on_sqlite


@pytest.mark.parametrize("who", [*SEVEN_ROLES, "Gareth Penrose"])
def test_every_link_a_person_sees_leads_to_a_well_made_page(filled: LiveService, who: str) -> None:
    problems, opened = aside(lambda: walk(filled, who))

    assert not problems
    assert len(opened) > 4


def walk(service: LiveService, who: str) -> tuple[list[str], set[str]]:
    client = PageClient(service.app)
    client.sign_in(service.person(who))
    adapter = service.app.url_map.bind("localhost")
    waiting, known, opened, problems = ["/"], {"/"}, dict[str, int](), []
    while waiting:
        address = waiting.pop(0)
        endpoint, _ = adapter.match(urlsplit(address).path)
        opened[endpoint] = opened.get(endpoint, 0) + 1
        if opened[endpoint] > EACH:
            continue
        answer = client.client.get(address, follow_redirects=True)
        answer.close()
        if answer.status_code != 200:
            problems.append(f"{address}: {answer.status}")
        elif answer.mimetype == "text/html":
            problems += [f"{address}: {fault}" for fault in faults_in(answer.text)]
            links = [link.replace("&amp;", "&") for link in LINK.findall(answer.text)]
            found = [link for link in dict.fromkeys(links) if link not in known]
            known.update(found)
            waiting += found
    return problems, set(opened)


def faults_in(text: str) -> list[str]:
    """What two checkers find: ours for labels, ids and inline code, html5lib for the markup."""
    parser = html5lib.HTMLParser()
    parser.parse(text)
    lines = text.splitlines()
    found = [f"{code} in line {line}: {lines[line - 1][:120]}" for (line, _), code, _ in parser.errors]
    try:
        check_page(text)
    except AssertionError as error:
        found.append(str(error))
    return found


def test_each_role_is_walked() -> None:
    assert len(SEVEN_ROLES) == len(Role)
