"""Puts the parts together: one function makes the application."""

import gc
import logging
from pathlib import Path

import structlog
from flask import Flask, current_app
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from lms import cli, demo
from lms.audit.models import use_reader
from lms.audit.services import find_receipt, note_location
from lms.cases.views import bp as cases
from lms.competencies.queries import assessment_corrections, count_signed, describe_assessment
from lms.competencies.views import bp as competencies
from lms.competencies.views import note_refused_form
from lms.config import ROOT, Settings
from lms.core.db import db, init_db
from lms.core.migrations import current_revision, newest_revision
from lms.curriculum.queries import content_digest
from lms.curriculum.services.enrolments import use_pause_notice
from lms.curriculum.services.taught_days import use_day_notice
from lms.curriculum.views import bp as curriculum
from lms.curriculum.views.cohorts import use_booked_in
from lms.grading.views import bp as grading
from lms.home.views import bp as home
from lms.home.views import in_question, navigation, question_url
from lms.identity.queries import address_of
from lms.identity.services.endings import use_ends
from lms.identity.services.passkeys import use_site
from lms.identity.views import bp as identity
from lms.identity.views.session import load_session
from lms.interop.views import bp as interop
from lms.notifications.services import use_address_book
from lms.placements.queries import count_signed_hours, describe_hours
from lms.placements.queries.pauses import list_booked_in
from lms.placements.services.leaving import end_bookings, tell_of_pause, tell_of_taught_day
from lms.placements.views import bp as placements
from lms.placements.views.approvals import note_refused_hours
from lms.placements.views.bookings import use_proposals
from lms.readiness.queries.proposals import find_proposal
from lms.readiness.views import bp as readiness
from lms.signing.queries import use_corrections, was_used_up
from lms.signing.rules import Purpose
from lms.signing.views import bp as signing
from lms.signing.views.guests import use_count
from lms.signing.views.receipts import load_form, use_description
from lms.web import access, after, errors, health, once, security
from lms.web.jinja import App, configure_jinja
from lms.web.limits import Limiter

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application from settings, or from the environment."""
    settings = settings or Settings.from_env()
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    app = App("lms", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "lms" / "static"))
    app.config.update(settings.to_flask())
    _configure_logs(app)
    init_db(app)
    with app.app_context():
        often = app.config.get("PUBLIC_POSTS_PER_MINUTE", security.PUBLIC_POSTS_PER_MINUTE)
        app.extensions["limiter"] = Limiter(db.engine, often)
    configure_jinja(app, navigation=navigation)
    app.jinja_env.globals.update(in_question=in_question, question_url=question_url)
    _connect(app)
    if settings.demo:
        with app.app_context():
            demo.refuse_real_people()
    for blueprint in (
        health.bp,
        home,
        identity,
        curriculum,
        cases,
        placements,
        grading,
        competencies,
        readiness,
        signing,
        interop,
    ):
        app.register_blueprint(blueprint)
    access.open_to_all(app, "static")
    cli.register(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _connect(app: Flask) -> None:
    """Hooks, in the order in which they run."""
    security.register_security(app)
    app.before_request(access.enforce)
    csrf.init_app(app)
    app.before_request(once.recognise)
    app.after_request(once.remember)
    app.after_request(after.attach)
    errors.register_errors(app)
    access.use_session_loader(load_session)
    access.use_form_loader(load_form, was_used_up, "competencies.thank")
    access.use_refusal_note(note_refused_form, note_refused_hours)
    use_description(Purpose.ASSESSMENT, describe_assessment)
    use_description(Purpose.HOURS, describe_hours)
    use_count(Purpose.ASSESSMENT, count_signed)
    use_count(Purpose.HOURS, count_signed_hours)
    use_corrections(assessment_corrections())
    use_proposals(find_proposal)
    use_ends(end_bookings)
    use_pause_notice(tell_of_pause)
    use_day_notice(tell_of_taught_day)
    use_booked_in(list_booked_in)
    once.use_receipts(find_receipt, note_location)
    use_address_book(address_of)
    use_reader(access.known)
    use_site(_site)
    health.use_health_check("database", _database_answers)
    health.use_health_check("migrations", _migrations_are_current)
    health.use_health_check("content", _content_is_loaded)


def _site() -> tuple[str, str]:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.service_name, settings.base_url


def _database_answers() -> tuple[bool, str]:
    db.session.connection()
    return True, db.engine.dialect.name


def _migrations_are_current() -> tuple[bool, str]:
    here, newest = current_revision(), newest_revision()
    return here == newest, "current" if here == newest else f"at {here}, needs {newest}"


def _content_is_loaded() -> tuple[bool, str]:
    digest = content_digest()
    return bool(digest), digest or "none"


def _configure_logs(app: Flask) -> None:
    """One JSON line per event, to standard error. Bodies and secrets in paths never reach them."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def calm_collector() -> None:
    """Let the garbage collector look seldom: a board of many trainees makes values by the ten thousand at once."""
    gc.freeze()  # What is loaded by now lives as long as the process.
    gc.set_threshold(50_000, 20, 100)


def wsgi(settings: Settings | None = None) -> WhiteNoise:
    """The application as a WSGI server runs it, with static files in front."""
    app = create_app(settings)
    calm_collector()
    static = Path(str(app.static_folder))
    return WhiteNoise(
        app,
        root=static,
        prefix="/static/",
        allow_all_origins=False,
        max_age=31536000,
        add_headers_function=security.protect_file,
    )
