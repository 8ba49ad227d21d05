"""Pages on which cohorts are opened and enrolments are changed."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.curriculum import queries, services
from lms.curriculum.forms import CohortForm, EndForm, EnrolForm, PauseForm, ReturnForm, WorkingShareForm
from lms.curriculum.rules.pace import Pause
from lms.curriculum.rules.versions import ContentKind
from lms.curriculum.views.blueprint import bp
from lms.identity.queries import get_trainee, list_organisations, may_towards
from lms.identity.rules import OrganisationKind
from lms.policy import Permission, Viewer
from lms.web.access import requires, viewer
from lms.web.forms import NHSForm, SelectChoice, form_page

READ, MANAGE = Permission.ENROLMENT_READ, Permission.ENROLMENT_MANAGE
BookedIn = Callable[[Viewer, UUID, Collection[Pause]], Sequence[object]]
_booked_in: list[BookedIn] = []


def use_booked_in(find: BookedIn) -> None:
    """Say how the slots are found that a trainee is booked in while paused, as far as the viewer may see them."""
    _booked_in[:] = [find]


@bp.get("/cohorts")
@requires(READ)
def list_cohorts() -> ResponseReturnValue:
    """List the cohorts the viewer may see."""
    return render_template(
        "curriculum/list_cohorts.html",
        cohorts=queries.list_cohorts(viewer()),
        may_manage=viewer().may(MANAGE),
        today=today(),
    )


@bp.get("/cohorts/<uuid:cohort_id>")
@requires(READ)
def show_cohort(cohort_id: UUID) -> ResponseReturnValue:
    """Show a cohort, its trainees and the requirement sets it is held to; to educators also its cases."""
    may_review = queries.may_towards_cohort(viewer(), cohort_id, Permission.CASE_REVIEW)
    cases = queries.current_titles(ContentKind.CASE) if may_review else {}
    return render_template(
        "curriculum/show_cohort.html",
        row=queries.get_cohort(viewer(), cohort_id),
        trainees=queries.list_cohort_trainees(viewer(), cohort_id),
        pinned=queries.list_pinned_sets(viewer(), cohort_id),
        taught_days=queries.list_taught_days(viewer(), cohort_id),
        may_teach=queries.may_towards_cohort(viewer(), cohort_id, Permission.TAUGHT_DAY_MANAGE),
        may_manage=queries.may_towards_cohort(viewer(), cohort_id, MANAGE),
        may_manage_accounts=viewer().may(Permission.ACCOUNT_MANAGE),
        cases=sorted((title, slug) for (_, slug), title in cases.items()),
        today=today(),
    )


@bp.route("/cohorts/new", methods=["GET", "POST"])
@requires(MANAGE)
def create_cohort() -> ResponseReturnValue:
    """Ask for a new cohort and open it."""
    form = CohortForm()
    titles = queries.current_titles(ContentKind.PROGRAMME)
    form.programme.choices = [SelectChoice(slug, title) for (_, slug), title in sorted(titles.items())]
    form.university_id.choices = [
        SelectChoice(str(one.id), one.name)
        for one in list_organisations()
        if one.organisation_kind is OrganisationKind.UNIVERSITY
    ]
    if form.validate_on_submit():
        try:
            cohort = services.create_cohort(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Cohort opened")
            return redirect(url_for(".show_cohort", cohort_id=cohort.id))
    return form_page("curriculum/create_cohort.html", form)


@bp.route("/cohorts/<uuid:cohort_id>/enrol", methods=["GET", "POST"])
@requires(MANAGE)
def enrol_person(cohort_id: UUID) -> ResponseReturnValue:
    """Ask who joins a cohort and enrol them."""
    row = queries.get_cohort(viewer(), cohort_id, MANAGE)
    form = EnrolForm(data={"from_on": row.cohort.starts_on, "percent": 100})
    if form.validate_on_submit():
        try:
            services.enrol_by_email(viewer(), cohort_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Person enrolled")
            return redirect(url_for(".show_cohort", cohort_id=cohort_id))
    return form_page("curriculum/enrol_person.html", form, row=row)


@bp.get("/trainees/<uuid:trainee_id>/enrolment")
@requires(READ)
def show_enrolment(trainee_id: UUID) -> ResponseReturnValue:
    """Show one trainee's enrolment: cohort, dates, working share and pauses, never a reason."""
    trainee, enrolment = get_trainee(viewer(), trainee_id, READ), queries.get_enrolment(viewer(), trainee_id)
    return render_template(
        "curriculum/show_enrolment.html",
        trainee=trainee,
        enrolment=enrolment,
        booked=[slot for find in _booked_in for slot in find(viewer(), trainee_id, enrolment.pauses)],
        may_decide=may_towards(viewer(), trainee_id, Permission.BOOKING_DECIDE),
        is_own=trainee_id == viewer().id,
        may_manage=may_towards(viewer(), trainee_id, MANAGE),
        today=today(),
    )


@bp.route("/trainees/<uuid:trainee_id>/working-share", methods=["GET", "POST"])
@requires(MANAGE)
def change_working_share(trainee_id: UUID) -> ResponseReturnValue:
    """Ask for another working share and record it."""
    return _change(
        "curriculum/change_working_share.html",
        trainee_id,
        WorkingShareForm(),
        services.change_working_share,
        "Working share recorded",
    )


@bp.route("/trainees/<uuid:trainee_id>/pause", methods=["GET", "POST"])
@requires(MANAGE)
def pause_enrolment(trainee_id: UUID) -> ResponseReturnValue:
    """Ask when a trainee is away and stop the clock."""
    return _change("curriculum/pause_enrolment.html", trainee_id, PauseForm(), services.pause, "Pause recorded")


@bp.route("/trainees/<uuid:trainee_id>/return", methods=["GET", "POST"])
@requires(MANAGE)
def resume_enrolment(trainee_id: UUID) -> ResponseReturnValue:
    """Ask for the first day back and let the clock run again."""
    return _change("curriculum/resume_enrolment.html", trainee_id, ReturnForm(), services.resume, "Return recorded")


@bp.route("/trainees/<uuid:trainee_id>/end-enrolment", methods=["GET", "POST"])
@requires(MANAGE)
def end_enrolment(trainee_id: UUID) -> ResponseReturnValue:
    """Ask how an enrolment ends and record it."""
    return _change(
        "curriculum/end_enrolment.html", trainee_id, EndForm(), services.end_enrolment, "End of the enrolment recorded"
    )


def _change(
    template: str, trainee_id: UUID, form: NHSForm, service: Callable[..., object], done: str
) -> ResponseReturnValue:
    """The one way an enrolment changes: show it, ask, carry out, go back to it."""
    trainee = get_trainee(viewer(), trainee_id, MANAGE)
    enrolment = queries.get_enrolment(viewer(), trainee_id, MANAGE)
    if form.validate_on_submit():
        try:
            service(viewer(), trainee_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(done)
            return redirect(url_for(".show_enrolment", trainee_id=trainee_id))
    return form_page(template, form, trainee=trainee, enrolment=enrolment, today=today())
