import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.audit import queries
from lms.audit.models import WriteReceipt
from lms.audit.rules import signing_key
from lms.core.db import db
from lms.notifications.models import Notice
from tests.resilience.records import Filled, Key, fill_forms, prepare, stored
from tests.resilience.server import GONE, SECRET, Answer, Server

SENDERS = 6
KILL_AFTER = 100


class Sending:
    """Several threads send forms one after the other, until all are sent or nobody answers any more."""

    def __init__(self, server: Server, forms: Sequence[Filled], kill_after: int | None = None) -> None:
        self.server = server
        self.waiting = list(reversed(forms))
        self.kill_after = kill_after
        self.answers: dict[Key, Answer] = {}
        self.lock = threading.Lock()

    def run(self) -> dict[Key, Answer]:
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.answers

    def _send(self) -> None:
        while True:
            with self.lock:
                if not self.waiting:
                    return
                form = self.waiting.pop()
            try:
                answer = self.server.send(form.request)
            except GONE:
                return
            with self.lock:
                self.answers[form.key] = answer
                if len(self.answers) == self.kill_after:
                    self.server.kill()


@pytest.mark.both_databases
def test_what_was_acknowledged_before_a_kill_is_there_once_after_everything_is_sent_again(
    app: Flask, server: Callable[[], Server]
) -> None:
    prepared = prepare(app, trainees=10, shifts=7, works=7)
    running = server()
    forms = fill_forms(running, prepared)
    assert Counter(form.key[0] for form in forms) == {"sign-off": 60, "approval": 70, "mark": 70}

    acknowledged = Sending(running, forms, kill_after=KILL_AFTER).run()
    assert KILL_AFTER <= len(acknowledged) < len(forms)
    assert all(answer.is_done for answer in acknowledged.values()), acknowledged
    with app.app_context():
        kept = stored()
        assert set(acknowledged) <= set(kept), "an acknowledged write was lost"
        assert set(kept.values()) == {1}

    running.start()
    again = Sending(running, forms).run()
    assert len(again) == len(forms)
    assert all(answer.is_done for answer in again.values()), [a for a in again.values() if not a.is_done][:3]
    for key, first in acknowledged.items():
        assert again[key].location == first.location
    running.stop()

    with app.app_context():
        assert stored() == Counter(form.key for form in forms)
        assert db.session.scalar(select(func.count(WriteReceipt.id))) == len(forms)
        told = db.session.scalar(select(func.count(Notice.id)).where(Notice.text.like("% signed off %")))
        assert told == 2 * len(prepared.sign_offs), "trainee and signer are told once of each sign-off"
        verdict = queries.verify(Path("/nonexistent"), signing_key("", SECRET))
        assert verdict.breaks == []
        assert verdict.entries > len(forms)
