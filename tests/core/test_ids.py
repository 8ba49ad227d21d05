import threading
import time
from uuid import UUID

from lms.core.ids import new_id


def test_an_id_is_a_uuid_of_version_seven_with_the_moment_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after


def test_ids_of_different_milliseconds_sort_by_the_moment_they_were_made() -> None:
    first = new_id()
    then = time.monotonic()
    while time.monotonic() - then < 0.003:
        pass
    assert first < new_id()
    assert str(first) < str(new_id())


def test_ids_made_at_once_by_many_threads_are_all_different() -> None:
    made: list[UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _ in range(2000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000
