"""Pages on which people study: programmes, modules and readings."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import today
from lms.core.content import Review
from lms.core.errors import NotFound
from lms.curriculum import queries, services
from lms.curriculum.forms import ReadForm
from lms.curriculum.rules.reading import link_sources, split_sections, without_sources
from lms.curriculum.rules.versions import ContentKind
from lms.curriculum.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/modules")
@requires(Permission.CURRICULUM_READ)
def list_modules() -> ResponseReturnValue:
    """Show a trainee the modules of their programme with their progress, and everybody else all programmes."""
    return render_template(
        "curriculum/list_modules.html",
        programmes=queries.list_programmes(viewer()),
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
        review=_review(version.body),
        cite=link_sources,
    )


@bp.get("/modules/<string:slug>")
@requires(Permission.CURRICULUM_READ)
def show_module(slug: str) -> ResponseReturnValue:
    """Show a module: outcomes, readings with progress, cases and assignments."""
    module = queries.get_module(viewer(), slug)
    return render_template(
        "curriculum/show_module.html",
        module=module,
        review=_review(module.body),
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
        review=_review(version.body),
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
        review=_review(page.version.body),
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
    sent = request.get_json(silent=True) or {}
    try:
        section, version_id = int(sent["section"]), UUID(sent["version"])
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return {"error": "Send a section and a version"}, 400
    services.mark_reading(viewer(), slug, version_id=version_id, section=section)
    return "", 204


def _review(body: dict[str, object]) -> dict[str, object]:
    """Review status and date as the page shows them."""
    review = Review.model_validate_strings(body["review"])
    return {"status": review.status, "by": review.by, "is_overdue": review.is_overdue(today())}


def _case_link(slug: str) -> str | None:
    """The address of a case, if the viewer may play cases."""
    if not viewer().may(Permission.CASE_PLAY):
        return None
    return url_for("cases.show_case", slug=slug)
