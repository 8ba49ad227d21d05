"""From errors to pages. No page shows a stack trace."""

import logging

from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from lms.core.errors import (
    AlreadyDone,
    ContentError,
    DifferentRequest,
    DomainError,
    NotFound,
    NotReady,
    RuleViolation,
    Stale,
)
from lms.web import once

log = logging.getLogger(__name__)
PAGES = {400: "400", 403: "403", 404: "404", 405: "404", 409: "409", 413: "413", 422: "422", 429: "429"}


def register_errors(app: Flask) -> None:
    """Answer each kind of error with its page."""
    app.register_error_handler(AlreadyDone, lambda error: once.repeat())
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(StaleDataError, lambda error: _page(409, "Somebody else saved this at the same moment."))
    app.register_error_handler(
        IntegrityError, lambda error: _page(409, "Somebody else recorded the same thing at the same moment.")
    )
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _any_error)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, NotReady):
        return _page(200 if request.method in ("GET", "HEAD") else 409, error.message, "not-ready")
    if isinstance(error, NotFound):
        return _page(404, error.message)
    if isinstance(error, Stale | DifferentRequest):
        return _page(409, error.message)
    if isinstance(error, RuleViolation):
        return _page(422, error.message)
    if isinstance(error, ContentError):
        log.error("content is wrong: %s", error.message)
        return _page(500, "")
    return _page(400, error.message)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error
    message = (error.description or "") if error.code in (400, 429) else ""
    answer = make_response(_page(error.code or 500, message))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _database_error(error: OperationalError) -> ResponseReturnValue:
    log.exception("the database did not answer: %s %s", request.method, request.endpoint)
    return _page(503, "")


def _any_error(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error: %s %s", request.method, request.endpoint)
    return _page(500, "")


def _page(code: int, message: str, name: str = "") -> ResponseReturnValue:
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return {"error": message or "Something went wrong"}, code
    name = name or PAGES.get(code, "500")
    return render_template(f"errors/{name}.html", message=message), code
