"""A small requirement set, and the facts that meet it, as rows."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from lms.audit.services import keep_text, record
from lms.competencies.models import Assessment, AssessmentRating, Concern
from lms.competencies.rules import FormKind, Rung, SeenAs
from lms.competencies.rules.format import check_framework
from lms.core.clock import from_london, today
from lms.core.content import parse
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.curriculum.services import sync_content
from lms.identity import services as identity
from lms.identity.queries import find_viewer, get_trust
from lms.placements.models import Check, Shift, ShiftDecision, Site
from lms.placements.rules.format import read_settings
from lms.placements.rules.states import Verdict
from lms.policy import Role
from lms.readiness.rules import CheckKind, RequirementSet
from lms.signing.rules import IdentityGrade

ROOT = Path(__file__).parents[2]
SETTING = "joint-response-car"
CHECKS = (CheckKind.REGISTRATION, CheckKind.RESPONSE_DRIVING)
BODY = """
format: 1
slug: joint-response-car
title: Joint response car
setting: joint-response-car
framework: specialist-paramedic-mh
summary: A small set for tests.
supervision: alone-with-advice
valid_days: 365
review: {status: "example content, not yet clinically approved", by: 2027-05-01}
groups:
  - key: capabilities
    title: Capabilities
    requirements:
      - {kind: capabilities, codes: [D2.5], level: 3}
  - key: hours
    title: Hours
    requirements:
      - {kind: hours, key: car-hours, title: Hours on the car, settings: [joint-response-car], hours: 10}
  - key: checks
    title: Checks
    requirements:
      - {kind: checks, checks: [registration, response-driving]}
  - key: standing
    title: Concerns and absence
    requirements:
      - {kind: concerns, none_from: action-plan}
      - {kind: absence, over_months: 3}
"""


@cache
def _items():
    folder = ROOT / "content"
    framework, problems = check_framework(next(folder.glob("frameworks/*.yaml")), ROOT)
    assert not problems
    settings = read_settings(folder / "settings.yaml", ROOT).body
    return (
        ContentItem(ContentKind.FRAMEWORK, framework["slug"], framework),
        ContentItem(ContentKind.SETTINGS, settings["slug"], settings),
    )


def load_content(body=BODY, *, framework_title=None):
    """Load the framework, under another title if asked, the placement settings and one requirement set."""
    document = parse(body, RequirementSet, "requirements/test.yaml")
    item = ContentItem(ContentKind.REQUIREMENT_SET, document.model.slug, document.body)
    framework, settings = _items()
    if framework_title is not None:
        framework = replace(framework, body={**framework.body, "title": framework_title})
    return sync_content(None, [framework, settings, item])


def framework_version() -> ContentVersion:
    """The framework that was loaded."""
    return get_content(ContentKind.FRAMEWORK, _items()[0].slug)


def viewer(person_id):
    """The person as somebody who acts."""
    found = find_viewer(person_id)
    assert found is not None
    return found


def make_trainee(name, *scopes):
    """One more trainee whom everybody with a grant on these scopes may see."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    person_id = identity.create_person(None, name=name, email=email, organisation_id=get_trust().id).id
    identity.give_role(None, person_id=person_id, role=Role.TRAINEE, scope_id=person_id, cause="Test")
    for scope in (person_id, *scopes):
        identity.add_to_scope(None, trainee_id=person_id, scope_id=scope, cause="Test")
    identity.open_grant(None, person_id=person_id, scope_id=person_id, role=Role.TRAINEE, cause="Own record")
    return person_id


def add_assessment(trainee_id, assessor_id, *, on, code="D2.5", level=4, kind=FormKind.CASE_BASED_DISCUSSION):
    """A completed workplace form about one capability."""
    version = framework_version()
    with transaction() as session:
        row = Assessment(
            trainee_id=trainee_id,
            assessor_id=assessor_id,
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            form_kind=kind,
            form_version_id=version.id,
            framework_version_id=version.id,
            setting=SETTING,
            observed_on=on,
            is_simulated=False,
            seen_as=SeenAs.LIVE,
        )
        session.add(row)
        session.flush()
        rating = AssessmentRating(assessment_id=row.id, capability_code=code, level=level)
        session.add(rating)
        record(None, "assessment.completed", row, rating, about=trainee_id)
        return row.id


def make_site(name="Car base"):
    """A place where shifts on the car are worked."""
    with transaction() as session:
        site = Site(name=name, organisation_id=get_trust().id, setting=SETTING)
        session.add(site)
        record(None, "site.changed", site)
        session.flush()
        return site.id


def add_shift(trainee_id, supervisor_id, site_id, *, on, hours=10, approved=True):
    """A shift from 08:00, approved by its supervisor or still waiting."""
    start = from_london(on, time(8))
    with transaction() as session:
        shift = Shift(
            trainee_id=trainee_id,
            site_id=site_id,
            setting=SETTING,
            started_at=start,
            ended_at=start + timedelta(hours=hours),
            break_minutes=30,
            supervisor_id=supervisor_id,
        )
        shift.id = shift.first_id = new_id()
        session.add(shift)
        session.flush()
        rows = [shift]
        if approved:
            rows.append(
                ShiftDecision(
                    shift_id=shift.id,
                    trainee_id=trainee_id,
                    verdict=Verdict.APPROVED,
                    by_id=supervisor_id,
                    role=Role.SUPERVISOR,
                )
            )
            session.add(rows[-1])
        record(None, "hours.logged", *rows, about=trainee_id)
        return shift.id


def add_check(person_id, administrator_id, kind, *, issued_on=None, valid_until=None):
    """A check that holds from half a year ago for a year, unless told otherwise."""
    start = issued_on or today() - timedelta(days=180)
    with transaction() as session:
        row = Check(
            person_id=person_id,
            check_kind=kind,
            issued_on=start,
            valid_until=valid_until or start + timedelta(days=365),
            recorded_by_id=administrator_id,
            role=Role.ADMINISTRATOR,
        )
        session.add(row)
        record(None, "check.recorded", row, about=person_id)
        session.flush()
        return row.id


def raise_concern(trainee_id, by_id, *, on, rung=Rung.ACTION_PLAN):
    """A concern about a trainee."""
    with transaction() as session:
        row = Concern(
            trainee_id=trainee_id,
            raised_by_id=by_id,
            role=Role.SUPERVISOR,
            rung=rung,
            raised_on=on,
            text=keep_text("A long text that no page of readiness shows."),
        )
        session.add(row)
        record(None, "concern.raised", row, about=trainee_id)
        session.flush()
        return row.id


def make_ready(trainee_id, cast, site_id, *, until: date | None = None):
    """Everything the small set asks of one trainee."""
    day = today() - timedelta(days=30)
    add_assessment(trainee_id, cast.assessor, on=day)
    add_shift(trainee_id, cast.supervisor, site_id, on=day)
    for kind in CHECKS:
        add_check(trainee_id, cast.administrator, kind, valid_until=until)


def at(day: date) -> datetime:
    """Noon of a day in London."""
    return from_london(day, time(12))
