import pytest

from lms.policy import Role
from tests.client import PageClient

EMPTY = {
    "trainee": "You are not enrolled in a cohort yet",
    "supervisor": "No hours wait for you",
    "assessor": "Nobody waits for an assessment from you",
    "educator": "Nothing waits to be marked",
    "external_examiner": "by candidate number",
    "consultant_nurse": "Nothing waits for a decision",
    "administrator": "have not chosen a password",
}


@pytest.mark.parametrize("name", EMPTY)
def test_every_home_says_something_when_nothing_is_there(sign_in, name: str) -> None:
    assert EMPTY[name] in sign_in(name).get("/").text


def test_every_role_is_in_the_table() -> None:
    assert {Role(name.replace("_", "-")) for name in EMPTY} == set(Role)


def test_a_stranger_to_the_service_is_asked_to_sign_in(client: PageClient) -> None:
    assert client.get("/", status=302).headers["Location"] == "/sign-in"


def test_a_deep_link_survives_sign_in(client: PageClient) -> None:
    assert client.get("/modules?x=1", status=302).headers["Location"].startswith("/sign-in?next=/modules?x")
