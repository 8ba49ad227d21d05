import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask

from tests.resilience.records import fill_forms, prepare, stored
from tests.resilience.server import Answer, Request, Server


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
    app: Flask, server: Callable[[], Server]
) -> None:
    prepared = prepare(app, trainees=1, shifts=6, works=6)
    running = server()
    forms = fill_forms(running, prepared)
    for form in forms:
        first, second = at_once(running, form.request, form.request)
        assert first.is_done, first
        assert second.is_done, second
        assert first.location == second.location, form.key
    running.stop()
    with app.app_context():
        assert stored() == Counter(form.key for form in forms)


@pytest.mark.both_databases
def test_two_different_forms_under_one_request_id_are_not_both_carried_out(
    app: Flask, server: Callable[[], Server]
) -> None:
    prepared = prepare(app, trainees=1, shifts=0, works=3)
    running = server()
    marks = [form for form in fill_forms(running, prepared) if form.key[0] == "mark"]
    for form in marks:
        other = changed(form.request, feedback="Quite another judgement of the same work.")
        answers = at_once(running, form.request, other)
        assert sorted(answer.status for answer in answers) in ([302, 409], [303, 409]), answers
    running.stop()
    with app.app_context():
        assert stored() == Counter(form.key for form in marks)
