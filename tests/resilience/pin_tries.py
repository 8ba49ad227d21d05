"""One process that tries PINs: it says that it is ready, waits for a line, then tries with several threads at once.

Called as `python -m tests.resilience.pin_tries DATABASE_URL INSTANCE PERSON_ID PIN...`; prints what each try met.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from lms.app import create_app
from lms.core.errors import RuleViolation
from lms.identity.services.pins import LOCKED_PIN, WRONG_PIN, check_pin
from lms.policy import Permission
from tests.conftest import make_settings

WORDS = {WRONG_PIN: "wrong", LOCKED_PIN: "locked"}


def main(url: str, instance: str, person: str, *pins: str) -> None:
    """Try each PIN in a thread of its own."""
    app = create_app(make_settings(url, Path(instance)))

    def attempt(pin: str) -> str:
        with app.app_context():
            try:
                check_pin(UUID(person), pin, permission=Permission.ASSESSMENT_COMPLETE)
            except RuleViolation as problem:
                return WORDS[problem.message]
            return "right"

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(len(pins)) as pool:
        print(" ".join(pool.map(attempt, pins)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
