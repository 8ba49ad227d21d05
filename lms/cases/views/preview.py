"""Pages on which educators try out a case. Nothing is recorded: the address holds the whole preview."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cases import queries
from lms.cases.forms import AnswerForm, PreviewForm, StepForm, answer_form
from lms.cases.queries import TaughtCase, VersionRow
from lms.cases.rules.answers import Step
from lms.cases.rules.decisions import SCORED, GoOn
from lms.cases.rules.engine import Mode, names
from lms.cases.rules.format import Case, fill
from lms.cases.rules.preview import OUT_OF_DATE, Preview, code_to, first_patient, preview, sample, with_step
from lms.cases.views.blueprint import bp
from lms.cases.views.debrief import debrief_context
from lms.cases.views.play import drawing, scene_context
from lms.core.clock import today
from lms.core.errors import NotFound, RuleViolation
from lms.core.words import day
from lms.policy import Permission
from lms.web.access import requires
from lms.web.forms import NHSForm, SelectChoice, form_page

REVIEW = Permission.CASE_REVIEW
SEEDS = 10_000
IN_THE_ADDRESS = {"csrf": False}


# --- From where, as whom, of which day ---


@bp.get("/case-reviews/<string:slug>/preview")
@requires(REVIEW)
def start_preview(slug: str) -> ResponseReturnValue:
    """Ask from where, as whom, in which manner and of which day to try out a case."""
    asked = "sent" in request.args
    form = PreviewForm(request.args if asked else None, meta=IN_THE_ADDRESS, data=_suggested(request.args))
    versions, taught = _offer(slug, form)
    if asked and form.validate():
        try:
            return redirect(_first_address(slug, form, taught))
        except RuleViolation as problem:
            form.reject(problem)
    return _start(form, versions)


def _suggested(sent: Mapping[str, str]) -> dict[str, Any]:
    """What the form starts from: a scene named by the map, or what a preview was begun with."""
    try:
        on = date.fromisoformat(sent.get("on", ""))
    except ValueError:
        on = today()
    mode = Mode.named(sent.get("mode"), Mode.PRACTICE)
    return {"at": sent.get("at"), "variant": sent.get("variant"), "mode": mode, "on": min(on, today())}


def _offer(slug: str, form: PreviewForm) -> tuple[list[VersionRow], TaughtCase | None]:
    """Offer the scenes and patients the case had on the day that was entered, or else those it had last.

    Raises NotFound if there never was such a case.
    """
    versions = queries.list_case_versions(slug)
    if not versions:
        raise NotFound
    on: date | None = form.on.data
    taught = queries.find_case_on(slug, on) if on is not None and on <= today() else None
    case = taught.case if taught else queries.case_of(versions[0].id)
    form.at.choices = [SelectChoice(key, _scene_name(case, key)) for key in case.course]
    form.variant.choices = [SelectChoice(each.key, each.placeholders.get("name", each.key)) for each in case.variants]
    if form.at.data not in case.scenes:
        form.at.data = case.start
    if form.variant.data not in {each.key for each in case.variants}:
        form.variant.data, _ = first_patient(case, form.at.data)
    return versions, taught


def _scene_name(case: Case, key: str) -> str:
    scene = case.scenes[key]
    return fill(f"{scene.clock}, {scene.title}" if scene.clock else scene.title, names(case, sample(case)))


def _first_address(slug: str, form: PreviewForm, taught: TaughtCase | None) -> str:
    """Where the preview begins.

    Raises RuleViolation if the case was not taught on the day, or the patient never comes to the scene.
    """
    on = form.on.data or today()
    if on > today():
        raise RuleViolation("The day lies in the future: nobody knows how the case will be then.", "on")
    if taught is None:
        raise RuleViolation(f"The case was not taught on {day(on)}.", "on")
    code = code_to(taught.case, form.at.data, form.variant.data)
    return _address(slug, taught, on, code=code, variant=form.variant.data, mode=form.mode.data)


def _address(slug: str, taught: TaughtCase, on: date, *, code: str, variant: str, mode: Mode) -> str:
    """Where a preview begins that some steps of one patient lead to."""
    return url_for(
        ".show_preview",
        slug=slug,
        steps=code,
        given=len(code.split(".")) if code else 0,
        variant=variant,
        mode=mode.value,
        on=on.isoformat(),
        seed=secrets.randbelow(SEEDS),
        version=taught.version,
    )


@bp.get("/case-reviews/<string:slug>/preview/from/<string:scene>")
@requires(REVIEW)
def begin_preview(slug: str, scene: str) -> ResponseReturnValue:
    """Begin a preview in a scene, in practice, as the first patient who comes there."""
    taught = queries.find_case_on(slug, today())
    if taught is None or scene not in taught.case.scenes:
        raise NotFound
    variant, code = first_patient(taught.case, scene)
    return redirect(_address(slug, taught, today(), code=code, variant=variant, mode=Mode.PRACTICE))


def _start(form: PreviewForm, versions: list[VersionRow]) -> ResponseReturnValue:
    return form_page("cases/start_preview.html", form, case=queries.case_of(versions[0].id), versions=versions)


# --- Scene by scene ---


@bp.get("/case-reviews/<string:slug>/preview/scene")
@requires(REVIEW)
def show_preview(slug: str) -> ResponseReturnValue:
    """Show the scene a preview is at, or take one more step of it and go on to its address."""
    try:
        found, about = _replayed(slug)
    except RuleViolation as problem:
        return _begin_again(slug, problem)
    if found.state.ended or "sent" not in request.args:
        return _scene(found, about, _form(found))
    if "hint" in request.args:
        return _go_on(found, about, _form(found), Step(found.state.scene, hint=True))
    form = _form(found, sent=True)
    if not isinstance(form, AnswerForm):
        return _go_on(found, about, form, Step(found.state.scene))
    if not form.validate():
        return _scene(found, about, form)
    return _go_on(found, about, form, Step.stored(found.state.scene, form.choice, form.confidence.data))


@bp.get("/case-reviews/<string:slug>/preview/debrief")
@requires(REVIEW)
def show_preview_debrief(slug: str) -> ResponseReturnValue:
    """The debrief of a preview that has ended."""
    try:
        found, about = _replayed(slug)
    except RuleViolation as problem:
        return _begin_again(slug, problem)
    if not found.state.ended:
        return redirect(url_for(".show_preview", slug=slug, **about["address"]))
    graded = found.mode is Mode.GRADED
    return form_page("cases/show_preview_debrief.html", NHSForm(), **debrief_context(found, graded=graded), **about)


@bp.get("/case-reviews/<string:slug>/preview/images/<string:key>")
@requires(REVIEW)
def show_preview_image(slug: str, key: str) -> ResponseReturnValue:
    """A drawing of a case as it was taught on a day."""
    taught = _taught(slug)
    image = taught and taught.case.images.get(key)
    if not image:
        raise NotFound
    return drawing(image.svg)


def _taught(slug: str) -> TaughtCase | None:
    """The case on the day the address names; None if that is no day on which it was taught."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return None
    return queries.find_case_on(slug, on) if on <= today() else None


def _replayed(slug: str) -> tuple[Preview, dict[str, Any]]:
    """The preview the address tells, and what each of its pages says about it.

    Raises RuleViolation if the address does not fit the case.
    """
    sent, taught = request.args, _taught(slug)
    if taught is None or taught.version != sent.get("version"):
        raise RuleViolation(OUT_OF_DATE)
    try:
        mode, seed, given = Mode(sent.get("mode", "")), int(sent.get("seed", "")), int(sent.get("given", ""))
    except ValueError as error:
        raise RuleViolation(OUT_OF_DATE) from error
    found = preview(
        taught.case,
        variant=sent.get("variant", ""),
        mode=mode,
        seed=seed % SEEDS,
        code=sent.get("steps", ""),
        given=given,
    )
    return found, _about(slug, found, taught)


def _begin_again(slug: str, problem: RuleViolation) -> ResponseReturnValue:
    """The first page once more, with the reason."""
    form = PreviewForm(None, meta=IN_THE_ADDRESS, data=_suggested(request.args))
    versions, _ = _offer(slug, form)
    form.reject(problem)
    return _start(form, versions)


def _about(slug: str, found: Preview, taught: TaughtCase) -> dict[str, Any]:
    """What every page of a preview says of it, and where its links lead."""
    address: dict[str, Any] = {
        "variant": found.draw.variant,
        "mode": found.mode.value,
        "on": request.args["on"],
        "seed": str(found.seed),
        "version": request.args["version"],
        "steps": found.code,
        "given": str(found.given),
    }
    before = {**address, "steps": found.code.rpartition(".")[0]}
    other = {key: address[key] for key in ("variant", "mode", "on")}
    return {
        "preview": found,
        "slug": slug,
        "address": address,
        "taught": taught,
        "on": date.fromisoformat(address["on"]),
        "again": url_for(".show_preview", slug=slug, **{**address, "steps": found.first_code}),
        "step_back": url_for(".show_preview", slug=slug, **before) if len(found.state.path) > found.given else None,
        "elsewhere": url_for(".start_preview", slug=slug, at=found.state.scene, **other),
    }


def _form(found: Preview, *, sent: bool = False) -> StepForm | None:
    """The form of the scene, without the keys that only a recorded step needs; None where nothing is asked."""
    decision = found.scene.decision
    if isinstance(decision, SCORED):
        form: StepForm = answer_form(found.state.scene, found.scene, found.draw, found.told)
    elif isinstance(decision, GoOn):
        form = StepForm()
    else:
        return None
    for name in ("csrf_token", "request_id"):
        if name in form:
            del form[name]
    if sent:
        form.process(request.args)
    form.seq.data = len(found.state.path)
    return form


def _go_on(found: Preview, about: dict[str, Any], form: StepForm | None, step: Step) -> ResponseReturnValue:
    try:
        code = with_step(found, step)
    except RuleViolation as problem:
        shown = form or StepForm(None, meta=IN_THE_ADDRESS)
        shown.reject(problem)
        return _scene(found, about, shown)
    return redirect(url_for(".show_preview", slug=about["slug"], **{**about["address"], "steps": code}))


def _scene(found: Preview, about: dict[str, Any], form: StepForm | None) -> ResponseReturnValue:
    image, decision = found.scene.image, found.scene.decision
    image_url = image and url_for(".show_preview_image", slug=about["slug"], key=image, on=request.args["on"])
    context = {
        **scene_context(found, practice=found.mode is Mode.PRACTICE, image_url=image_url),
        **about,
        "asks": decision is not None and decision.kind != "write",
    }
    if form is None:
        return render_template("cases/show_preview.html", **context)
    return form_page("cases/show_preview.html", form, **context)
