import threading
from collections import Counter
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.resilience.conftest import Served
from tests.resilience.records import fill_forms, stored
from tests.resilience.server import Answer, Request, Server

WAITING = {"trainees": 1, "shifts": 6, "works": 9}
FOR_ONE_FORM = 6  # So many pieces of work; the others are for the other test.


def at_once(server: Server, *requests: Request) -> list[Answer]:
    """Send requests in the same moment; their answers, in the order of the requests."""
    barrier = threading.Barrier(len(requests))
    answers: dict[int, Answer] = {}

    def send(place: int) -> None:
        barrier.wait()
        answers[place] = server.send(requests[place])

    threads = [threading.Thread(target=send, args=[place]) for place in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(requests))]


def changed(request: Request, **fields: str) -> Request:
    entered = dict(parse_qsl(request.body or "", keep_blank_values=True))
    return replace(request, body=urlencode({**entered, **fields}))


@pytest.mark.both_databases
def test_a_form_sent_twice_in_one_moment_is_carried_out_once_and_both_are_led_to_the_same_page(
    served: Served,
) -> None:
    works = served.prepared.works[:FOR_ONE_FORM]
    forms = fill_forms(served.server, replace(served.prepared, works=works))
    assert len(forms) == 18
    with served.app.app_context():
        before = stored()
    for form in forms:
        first, second = at_once(served.server, form.request, form.request)
        assert first.is_done, first
        assert second.is_done, second
        assert first.location == second.location, form.key
    with served.app.app_context():
        assert stored() - before == Counter(form.key for form in forms)


@pytest.mark.both_databases
def test_two_different_forms_under_one_request_id_are_not_both_carried_out(served: Served) -> None:
    works = served.prepared.works[FOR_ONE_FORM:]
    marks = fill_forms(served.server, replace(served.prepared, sign_offs=[], shifts=[], works=works))
    assert len(marks) == 3
    with served.app.app_context():
        before = stored()
    for form in marks:
        other = changed(form.request, feedback="Quite another judgement of the same work.")
        answers = at_once(served.server, form.request, other)
        assert sorted(answer.status for answer in answers) in ([302, 409], [303, 409]), answers
    with served.app.app_context():
        assert stored() - before == Counter(form.key for form in marks)
