"""Pages on which educators see how their cohorts played, and what a case looks like from above."""

from functools import partial
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.cases import queries
from lms.cases.rules.decisions import Grade
from lms.cases.rules.drawing import draw_map
from lms.cases.rules.engine import names
from lms.cases.rules.format import Case, fill
from lms.cases.rules.map import case_map, kind_words
from lms.cases.rules.preview import sample
from lms.cases.views.blueprint import bp
from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.clock import today
from lms.core.errors import NotFound
from lms.policy import Permission
from lms.web.access import requires, viewer

REVIEW = Permission.CASE_REVIEW


@bp.get("/case-reviews")
@requires(REVIEW)
def list_reviews() -> ResponseReturnValue:
    """All cases, each with its preview, its map and the viewer's cohorts."""
    return render_template("cases/list_reviews.html", cases=queries.list_reviews(viewer()))


@bp.get("/case-reviews/<string:slug>/cohorts/<uuid:cohort_id>")
@requires(REVIEW)
def show_cohort(slug: str, cohort_id: UUID) -> ResponseReturnValue:
    """How a cohort played a case: what was chosen in each scene, and who has finished."""
    review = queries.get_review(viewer(), slug, cohort_id, _version())
    return render_template(
        "cases/show_cohort.html",
        review=review,
        case=review.case,
        tally=review.tally,
        told=_teller(review.case),
        patient=_patient(review.case),
        grades=tuple(Grade),
        fewest=FEWEST_PEOPLE,
        kind_words=kind_words,
    )


def _version() -> UUID | None:
    """The version asked for; none for the current one. Raises NotFound if what was sent names no version."""
    sent = request.args.get("version")
    try:
        return UUID(sent) if sent else None
    except ValueError as error:
        raise NotFound from error


def _teller(case: Case) -> partial[str]:
    """Fills the names of the first patient into a text."""
    return partial(fill, names=names(case, sample(case)))


def _patient(case: Case) -> str:
    """As whom the texts are told where nobody plays."""
    return names(case, sample(case)).get("name", "the first patient")


@bp.get("/case-reviews/<string:slug>/map")
@requires(REVIEW)
def show_map(slug: str) -> ResponseReturnValue:
    """The scenes of a case as a drawing, and the same in words."""
    taught = queries.find_case_on(slug, today())
    if taught is None:
        raise NotFound
    found, told = case_map(taught.case), _teller(taught.case)
    return render_template(
        "cases/show_map.html",
        slug=slug,
        case=taught.case,
        found=found,
        drawing=draw_map(found, told),
        title=f"Map of {taught.case.title}",
        style="",
        told=told,
        patient=_patient(taught.case),
    )
