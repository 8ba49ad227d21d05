import subprocess
import sys
from collections import Counter
from uuid import UUID

import pytest
from flask import Flask

from lms.core.db import db
from lms.core.errors import RuleViolation
from lms.identity import services
from lms.identity.rules import FAILURES_BEFORE_LOCK
from lms.identity.services.pins import LOCKED_PIN, check_pin, set_pin
from lms.policy import Permission
from tests.cast import Cast
from tests.resilience.server import ROOT, service_environment

PASSWORD = "quiet copper kettle"
PIN = "804613"
PROCESSES, THREADS = 3, 4


def at_once(app: Flask, person: UUID, lists: list[list[str]]) -> Counter[str]:
    """Let several processes try their PINs in the same moment; what the tries met."""
    settings = app.config["SETTINGS"]
    environment = service_environment(settings.database_url, settings.instance_dir)
    command = [sys.executable, "-m", "tests.resilience.pin_tries", str(person), *map(",".join, lists)]
    tried = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    return Counter(tried.stdout.split())


@pytest.mark.both_databases
def test_of_many_tries_in_one_moment_in_several_processes_five_are_judged_and_then_nothing_opens(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        services.set_password(cast.assessor, PASSWORD)
        set_pin(services.viewer_for(cast.assessor), pin=PIN, current=PASSWORD)
        db.engine.dispose()
    wrong = [[f"55{place}{number}37" for number in range(THREADS)] for place in range(PROCESSES)]
    met = at_once(app, cast.assessor, wrong)
    assert met == {"wrong": FAILURES_BEFORE_LOCK, "locked": PROCESSES * THREADS - FAILURES_BEFORE_LOCK}
    with app.app_context(), pytest.raises(RuleViolation) as caught:
        check_pin(cast.assessor, PIN, permission=Permission.ASSESSMENT_COMPLETE)
    assert caught.value.message == LOCKED_PIN
