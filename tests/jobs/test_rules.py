from datetime import UTC, datetime, timedelta

import pytest

from lms.jobs.rules import MAX_ATTEMPTS, next_try

AT = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920)])
def test_each_wait_is_twice_the_one_before(attempts: int, seconds: int) -> None:
    assert next_try(attempts, AT) == AT + timedelta(seconds=seconds)


def test_after_the_last_attempt_the_job_is_given_up() -> None:
    assert next_try(MAX_ATTEMPTS - 1, AT) is not None
    assert next_try(MAX_ATTEMPTS, AT) is None
    assert next_try(MAX_ATTEMPTS + 1, AT) is None
