"""Small content, cohorts and enrolments for tests."""

from datetime import date
from typing import Any
from uuid import UUID

from lms.curriculum import services
from lms.curriculum.rules.versions import ContentItem, ContentKind
from lms.identity.services import viewer_for
from lms.policy import Permission

STARTS_ON = date(2026, 9, 7)
ENDS_ON = date(2027, 9, 6)
REVIEW = {"status": "example content, not yet clinically approved", "by": "2027-05-01"}
SOURCES = {"S44": "Staying safe from suicide, NHS England, April 2025"}


def reading(slug: str, *, module: str = "mhp703", text: str = "") -> ContentItem:
    """A reading of two sections."""
    body = {
        "format": 1,
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "module": module,
        "minutes": 12,
        "capabilities": ["D3.1"],
        "sources": SOURCES,
        "review": REVIEW,
        "text": text
        or "Ask directly [S44].\n\n## Why\n\nBecause it helps.\n\n### In practice\n\nLike this.\n\n## How\n\nCalmly.\n",
    }
    return ContentItem(ContentKind.READING, slug, body)


def module(slug: str = "mhp703", *, readings: tuple[str, ...] = ("asking", "planning"), **changes: Any) -> ContentItem:
    """A module of 20 credits."""
    body = {
        "format": 1,
        "slug": slug,
        "code": slug.upper(),
        "title": f"Module {slug}",
        "level": 7,
        "credits": 20,
        "hours": {"taught": 30, "directed": 40, "self": 60, "practice": 50, "assessment": 20},
        "summary": "From predicting to understanding [S44].",
        "outcomes": ["Construct a collaborative formulation", "Negotiate a six-part safety plan"],
        "readings": list(readings),
        "cases": [],
        "assignments": [],
        "review": REVIEW,
        "sources": SOURCES,
    }
    return ContentItem(ContentKind.MODULE, slug, {**body, **changes})


def programme(slug: str = "pgcert", *, modules: tuple[str, ...] = ("mhp703",)) -> ContentItem:
    """A programme with regulations."""
    body = {
        "format": 1,
        "slug": slug,
        "title": "Specialist Paramedic Practice",
        "award": "Postgraduate certificate",
        "level": 7,
        "credits": 20 * len(modules),
        "months": 12,
        "mode": "part-time",
        "starts": ["September"],
        "cohort_size": {"least": 4, "most": 12},
        "summary": "For experienced paramedics [S44].",
        "modules": list(modules),
        "portfolio": {
            "title": "Practice portfolio",
            "credits": 0,
            "hours": 225,
            "summary": "Hours.",
            "sources": ["S44"],
        },
        "threads": ["Law and capacity", "Equity [S44]"],
        "regulations": {
            "pass_mark": 50,
            "component_minimum": 40,
            "attempts": 2,
            "resit_cap": 50,
            "deferral_capped": False,
            "extension_days": 14,
            "feedback_working_days": {"least": 15, "most": 20},
            "statements": [{"text": "The pass mark is 50.", "sources": ["S44"]}],
        },
        "review": REVIEW,
        "sources": SOURCES,
    }
    return ContentItem(ContentKind.PROGRAMME, slug, body)


def questions(
    slug: str = "mhp703-knowledge-check", *, module: str = "mhp703", keys: tuple[str, ...] = ("one", "two", "three")
) -> ContentItem:
    """A knowledge check; the best option of each question is `ask`."""
    options = [
        {"key": "ask", "text": "Ask her directly", "best": True, "because": "Asking helps."},
        {"key": "wait", "text": "Wait for it now", "because": "It may not come."},
        {"key": "leave", "text": "Leave the scene", "because": "Nobody is safer."},
        {"key": "tell", "text": "Tell her sister", "because": "She has not agreed."},
    ]
    asked = [
        {"key": key, "stem": f"She waits, {key}. What do you do?", "options": options, "source": ["S44"]}
        for key in keys
    ]
    body = {
        "format": 1,
        "slug": slug,
        "module": module,
        "title": "Knowledge check",
        "minutes": 20,
        "questions": asked,
        "sources": SOURCES,
        "review": REVIEW,
    }
    return ContentItem(ContentKind.QUESTIONS, slug, body)


def content_with_questions(*keys: str) -> list[ContentItem]:
    """A programme of one module with one reading and a knowledge check."""
    asked = questions(keys=keys) if keys else questions()
    return [programme(), module(readings=("asking",), knowledge_check=asked.slug), reading("asking"), asked]


def assignment(slug: str, *, module: str = "mhp703") -> ContentItem:
    """An assignment with one criterion of two levels."""
    levels = [
        {"points": 0, "label": "Not met", "descriptor": "A label is the conclusion."},
        {"points": 100, "label": "Outstanding", "descriptor": "The reader understands why now."},
    ]
    body = {
        "format": 1,
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "module": module,
        "brief": "Write the formulation for one person [S44].",
        "word_limit": 500,
        "pass_mark": 50,
        "rubric": {
            "criteria": [{"key": "why-now", "title": "Why now", "weight": 100, "must_pass": True, "levels": levels}]
        },
        "sources": SOURCES,
        "review": REVIEW,
    }
    return ContentItem(ContentKind.ASSIGNMENT, slug, body)


def requirement_set(slug: str = "joint-response-car", *, title: str = "Joint response car") -> ContentItem:
    """A requirement set without requirements."""
    return ContentItem(ContentKind.REQUIREMENT_SET, slug, {"format": 1, "slug": slug, "title": title, "groups": []})


def small_content() -> list[ContentItem]:
    """A programme of one module with two readings."""
    return [programme(), module(), reading("asking"), reading("planning")]


def open_cohort(
    administrator_id: UUID,
    university_id: UUID,
    *,
    name: str = "September 2026",
    programme: str = "pgcert",
    starts_on: date = STARTS_ON,
    ends_on: date = ENDS_ON,
) -> UUID:
    """A cohort on a programme that is already taught; returns its id."""
    actor = viewer_for(administrator_id, Permission.ENROLMENT_MANAGE)
    return services.create_cohort(
        actor, name=name, programme=programme, university_id=university_id, starts_on=starts_on, ends_on=ends_on
    ).id


def enrol(
    administrator_id: UUID, cohort_id: UUID, trainee_id: UUID, *, percent: int = 100, from_on: date | None = None
) -> UUID:
    """Enrol a person; returns the enrolment's id."""
    actor = viewer_for(administrator_id, Permission.ENROLMENT_MANAGE)
    return services.enrol(actor, cohort_id, trainee_id=trainee_id, percent=percent, from_on=from_on).id
