"""Loading the example service, and keeping real people out of it."""

import random
from datetime import time

from sqlalchemy import inspect

from lms.core.clock import today
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.core.words import join_words
from lms.curriculum.queries import find_content
from lms.curriculum.rules.versions import ContentKind
from lms.demo.assessing import plan_assessments, plan_concerns
from lms.demo.booking import plan_bookings
from lms.demo.cast import PROGRAMME, Cast, plan_cast
from lms.demo.checking import plan_knowledge_checks
from lms.demo.concerns import plan_fair_process
from lms.demo.deciding import plan_checks, plan_decisions
from lms.demo.entering import plan_entering
from lms.demo.evaluating import plan_evaluations
from lms.demo.framing import plan_framework
from lms.demo.guesting import plan_guests
from lms.demo.listening import plan_feedback
from lms.demo.offering import plan_offers
from lms.demo.people import PASSWORD, PIN, SHOWN, SIGNERS, STAFF, TRUST, email_of
from lms.demo.placing import plan_shifts
from lms.demo.quality import plan_quality
from lms.demo.recognising import plan_recognition
from lms.demo.rostering import plan_rota
from lms.demo.stories import STORIES, Story
from lms.demo.studying import plan_studies
from lms.demo.supervising import plan_supervision
from lms.demo.timeline import Timeline
from lms.identity.queries import has_example_people, has_real_people
from lms.identity.services.proofs import HASHER
from lms.notifications.services import mark_read

REAL = "Demo mode refuses to start on a database with real people. Use another database, or turn demo mode off."


def refuse_real_people() -> None:
    """Stop demo mode on a database that holds real people; a database without tables is fine.

    Raises RuleViolation.
    """
    try:
        if inspect(db.engine).has_table("person") and has_real_people():
            raise RuleViolation(REAL)
    finally:
        db.session.rollback()


def accounts() -> list[tuple[str, str, str]]:
    """One fictional person of each role and the one with two: name, email address, role."""
    people = {staff.key: (staff.name, staff.organisation) for staff in STAFF}
    people |= {story.key: (story.name, TRUST) for story in STORIES}
    return [(people[key][0], email_of(*people[key]), role) for key, role in SHOWN]


def load() -> str:
    """Load the example service, relative to today, all or nothing; say what is there and who may sign in.

    Raises RuleViolation where real people are, or no content is loaded yet.
    """
    refuse_real_people()
    if has_example_people():
        return f"The example service is already there.\n{_in_words()}"
    if find_content(ContentKind.PROGRAMME, PROGRAMME) is None:
        raise RuleViolation("Load the content first: flask content sync")
    line, cast = Timeline(today()), Cast(HASHER.hash(PASSWORD))
    plan(line, cast)
    with transaction():
        line.play()
    return f"The example service is loaded: everybody in it is fictional.\n{_in_words()}"


def plan(line: Timeline, cast: Cast) -> None:
    """Put everything that happened on the timeline; nothing is written yet."""
    plan_cast(line, cast)
    plan_guests(line, cast)
    plan_framework(line, cast)
    for story in STORIES:
        _plan_story(line, cast, story)
    plan_concerns(line, cast)
    plan_quality(line, cast)
    plan_fair_process(line, cast)
    plan_feedback(line, cast)
    plan_evaluations(line, cast)
    plan_recognition(line, cast)
    plan_decisions(line, cast)
    plan_offers(line, cast)
    plan_entering(line, cast)
    plan_bookings(line, cast)
    line.on(line.day(10), time(6), lambda: _read_old_notices(cast))


def _plan_story(line: Timeline, cast: Cast, story: Story) -> None:
    """Each trainee has a chance of their own, so that a change in one story leaves the others as they are."""
    worked = plan_shifts(line, cast, story, random.Random(f"shifts of {story.key}"))
    plan_assessments(line, cast, story, worked, random.Random(f"assessments of {story.key}"))
    plan_studies(line, cast, story, random.Random(f"studies of {story.key}"))
    plan_knowledge_checks(line, cast, story, random.Random(f"knowledge checks of {story.key}"))
    plan_checks(line, cast, story)
    number = STORIES.index(story)
    plan_rota(line, cast, story, worked, number)
    plan_supervision(line, cast, story, worked, number, random.Random(f"supervision of {story.key}"))


def _read_old_notices(cast: Cast) -> None:
    for key in cast.people:
        mark_read(cast.viewer(key))


def _in_words() -> str:
    found = accounts()
    wide, wider = max(len(role) for _, _, role in found), max(len(email) for _, email, _ in found)
    lines = [f"  {role:<{wide}}  {email:<{wider}}  {name}" for name, email, role in found]
    signers = join_words([staff.name for staff in STAFF if staff.key in SIGNERS])
    pins = f"{signers} sign on somebody else's phone with the PIN {PIN}"
    return "\n".join([f"Sign in with one of these addresses and the password {PASSWORD}", *lines, pins])
