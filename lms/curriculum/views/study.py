"""Pages on which people study: programmes, modules and readings."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, today
from lms.core.content import Review
from lms.core.errors import NotFound
from lms.curriculum import queries, services
from lms.curriculum.forms import ReadForm
from lms.curriculum.queries import ModuleRow
from lms.curriculum.rules.questions import Standing
from lms.curriculum.rules.reading import link_sources, split_sections, without_sources
from lms.curriculum.rules.versions import ContentKind
from lms.curriculum.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.scripts import sent_by_script

AHEAD = timedelta(days=120)


@bp.get("/modules")
@requires(Permission.CURRICULUM_READ)
def list_modules() -> ResponseReturnValue:
    """Show a trainee the modules of their programme with their progress, and everybody else all programmes."""
    programmes = queries.list_programmes(viewer())
    return render_template(
        "curriculum/list_modules.html",
        programmes=programmes,
        standings=_standings([module for programme in programmes for module in programme.modules]),
        taught_days=queries.list_own_taught_days(viewer(), now() + AHEAD),
        today=today(),
        case_link=_case_link,
        plain=without_sources,
    )


@bp.get("/programmes/<string:slug>")
@requires(Permission.CURRICULUM_READ)
def show_programme(slug: str) -> ResponseReturnValue:
    """Show a programme: modules, hours, portfolio and regulations."""
    version, modules = queries.get_programme(viewer(), slug)
    return render_template(
        "curriculum/show_programme.html",
        programme=version.body,
        modules=[module.body for module in modules],
        review=review_of(version.body),
        cite=link_sources,
    )


@bp.get("/modules/<string:slug>")
@requires(Permission.CURRICULUM_READ)
def show_module(slug: str) -> ResponseReturnValue:
    """Show a module: outcomes, readings with progress, its knowledge check, cases and assignments."""
    module = queries.get_module(viewer(), slug)
    return render_template(
        "curriculum/show_module.html",
        module=module,
        standing=_standings([module]).get(module.slug),
        review=review_of(module.body),
        case_link=_case_link,
        cite=link_sources,
    )


@bp.get("/assignments/<string:slug>")
@requires(Permission.CURRICULUM_READ)
def show_assignment(slug: str) -> ResponseReturnValue:
    """Show what an assignment asks for and how it is marked."""
    version = queries.get_content(ContentKind.ASSIGNMENT, slug)
    module = queries.find_content(ContentKind.MODULE, version.body["module"])
    return render_template(
        "curriculum/show_assignment.html",
        assignment=version.body,
        module=module,
        review=review_of(version.body),
        cite=link_sources,
    )


@bp.get("/readings/<string:slug>")
@requires(Permission.CURRICULUM_READ)
def show_reading(slug: str) -> ResponseReturnValue:
    """Show a reading in sections, with its sources and the way to mark it as read."""
    page = queries.get_reading(viewer(), slug)
    opening, sections = split_sections(page.version.body["text"])
    return render_template(
        "curriculum/show_reading.html",
        page=page,
        reading=page.version.body,
        opening=link_sources(opening),
        sections=[(section, link_sources(section.text)) for section in sections],
        review=review_of(page.version.body),
        capabilities=queries.capability_titles(),
        form=ReadForm(data={"version_id": str(page.version.id)}),
    )


@bp.post("/readings/<string:slug>/read")
@requires(Permission.CURRICULUM_READ)
def mark_reading(slug: str) -> ResponseReturnValue:
    """Remember that the viewer has read the reading to its end."""
    form = ReadForm()
    if not form.validate_on_submit():
        raise NotFound
    services.mark_reading(viewer(), slug, finished=True, **form.answers)
    flash("Marked as read")
    return redirect(url_for(".show_reading", slug=slug))


@bp.post("/readings/<string:slug>/progress")
@requires(Permission.CURRICULUM_READ)
def note_section(slug: str) -> ResponseReturnValue:
    """Remember the furthest section that came into view; sent by the page while somebody reads."""
    sent = sent_by_script()
    try:
        section, version_id = int(sent["section"]), UUID(str(sent["version"]))
    except (KeyError, ValueError):
        return {"error": "Send a section and a version"}, 400
    services.mark_reading(viewer(), slug, version_id=version_id, section=section)
    return "", 204


def review_of(body: dict[str, object]) -> dict[str, object]:
    """Review status and date as the page shows them."""
    review = Review.model_validate_strings(body["review"])
    return {"status": review.status, "by": review.by, "is_overdue": review.is_overdue(today())}


def _standings(modules: Iterable[ModuleRow]) -> dict[str, Standing]:
    """Where the viewer stands in the knowledge checks of modules, by the slug of the module."""
    named = {module.slug: slug for module in modules if (slug := module.body.get("knowledge_check"))}
    found = queries.list_standings(viewer(), named.values())
    return {module: found[slug] for module, slug in named.items() if slug in found}


def _case_link(slug: str) -> str | None:
    """The address of a case for those who play cases or review them."""
    if viewer().may(Permission.CASE_PLAY):
        return url_for("cases.show_case", slug=slug)
    return url_for("cases.start_preview", slug=slug) if viewer().may(Permission.CASE_REVIEW) else None
