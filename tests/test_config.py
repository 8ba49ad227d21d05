"""Settings: what follows from what, and what makes no sense."""

import pytest

from lms.config import ConfigError, Settings

SECRET = "a-secret-of-more-than-thirty-two-characters"
ANOTHER = "another-secret-of-more-than-thirty-two-characters"


def test_what_waits_on_devices_outlives_a_new_secret() -> None:
    before = Settings.from_env({"SECRET_KEY": SECRET}).to_flask()
    after = Settings.from_env({"SECRET_KEY": ANOTHER, "OFFLINE_KEY": SECRET}).to_flask()
    assert before["OFFLINE_KEY"] == after["OFFLINE_KEY"] == SECRET
    assert after["SECRET_KEY"] == ANOTHER


@pytest.mark.parametrize("name", ["SECRET_KEY", "OFFLINE_KEY"])
def test_a_short_key_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Settings.from_env({"SECRET_KEY": SECRET, name: "short"})
