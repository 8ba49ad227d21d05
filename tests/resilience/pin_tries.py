"""Several processes try PINs in the same moment, each with several threads at once; prints what each try met.

Called as `python -m tests.resilience.pin_tries PERSON_ID PIN,PIN... PIN,PIN...`, with a list for each process, and
with the settings of the service in the environment. The processes part before any of them has opened the database.
"""

import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from uuid import UUID

from flask import Flask

from lms.app import create_app
from lms.core.errors import RuleViolation
from lms.identity.services.pins import LOCKED_PIN, WRONG_PIN, check_pin
from lms.policy import Permission

WORDS = {WRONG_PIN: "wrong", LOCKED_PIN: "locked"}


def main(person: str, *lists: str) -> None:
    """Try each list in a process of its own."""
    app = create_app()
    forked = multiprocessing.get_context("fork")
    gate = forked.Barrier(len(lists))
    processes = [forked.Process(target=try_all, args=(app, gate, UUID(person), pins.split(","))) for pins in lists]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def try_all(app: Flask, gate: Barrier, person_id: UUID, pins: list[str]) -> None:
    """Wait for the other processes, then try each PIN in a thread of its own."""

    def attempt(pin: str) -> str:
        with app.app_context():
            try:
                check_pin(person_id, pin, permission=Permission.ASSESSMENT_COMPLETE)
            except RuleViolation as problem:
                return WORDS[problem.message]
            return "right"

    gate.wait()
    with ThreadPoolExecutor(len(pins)) as pool:
        print(" ".join(pool.map(attempt, pins)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
