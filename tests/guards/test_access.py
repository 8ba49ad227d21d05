"""Access is declared on every view, enforced by one hook, and the same for every role as the policy says."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from lms import policy
from lms.policy import Permission, Role
from lms.web.access import FORM_ONLY, PUBLIC, SIGNED_IN
from tests.client import PageClient

SOMEBODY = UUID(int=7)
NAMES = {role: role.value.replace("-", "_") for role in Role}
SAFE = {"GET", "HEAD", "OPTIONS"}


def url_of(app: Flask, rule: Rule) -> str:
    values = {
        name: SOMEBODY if "uuid" in repr(converter).lower() else "x" for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def rules_of(app: Flask) -> Iterator[tuple[Rule, str, object]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, getattr(app.view_functions[rule.endpoint], "access", None)


def test_every_view_declares_who_may_use_it(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    assert not silent, f"Add @requires(Permission...), @signed_in or @public to: {silent}"


def test_public_views_are_few_and_known(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if getattr(view, "access", None) == PUBLIC}
    assert public == {
        "competencies.open_signing_link",
        "competencies.thank",
        "health.show_health",
        "home.stop_digest",
        "identity.accept_invitation",
        "identity.begin_assertion",
        "identity.forget_password",
        "identity.reset_password",
        "identity.sign_in",
        "identity.sign_in_as_example",
        "identity.who_may_see",
        "interop.download_calendar",
        "placements.open_approval_link",
        "placements.show_manifest",
        "placements.show_offline",
        "placements.show_service_worker",
        "signing.show_receipt",
        "static",
    }


def test_only_the_form_itself_is_open_to_a_device_that_was_handed_over(app: Flask) -> None:
    form_only = {name for name, view in app.view_functions.items() if getattr(view, "access", None) == FORM_ONLY}
    assert form_only == {
        "competencies.answer_as_patient",
        "competencies.decline_form",
        "competencies.sign_form",
        "placements.sign_hours",
    }


@pytest.fixture
def probed(app: Flask) -> Iterator[Flask]:
    """The app with every view replaced by one that answers "ok", so that only the hook decides."""
    kept = dict(app.view_functions)
    for name, view in kept.items():

        def probe(access: object = getattr(view, "access", None), **values: object) -> ResponseReturnValue:
            return "ok"

        probe.access = getattr(view, "access", None)  # type: ignore[attr-defined]
        app.view_functions[name] = probe
    yield app
    app.view_functions.update(kept)


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_exactly_what_the_policy_grants(
    probed: Flask, sign_in: Callable[[str], PageClient], role: Role
) -> None:
    client = sign_in(NAMES[role]).client
    wrong = []
    for rule, method, access in rules_of(probed):
        refused = client.open(url_of(probed, rule), method=method).status_code == 403
        allowed = not isinstance(access, Permission) or policy.allows([role], access)
        if refused is allowed:
            wrong.append(f"{method} {rule.rule}: {'refused' if refused else 'reached'}")
    assert not wrong, wrong


def test_nobody_signed_in_reaches_only_public_views(probed: Flask, client: PageClient) -> None:
    reached = {
        rule.endpoint
        for rule, method, access in rules_of(probed)
        if client.client.open(url_of(probed, rule), method=method).status_code == 200
    }
    public = {rule.endpoint for rule, _, access in rules_of(probed) if access == PUBLIC}
    assert reached == public


def test_a_view_that_declares_nothing_is_refused(app: Flask, sign_in: Callable[[str], PageClient]) -> None:
    kept = app.view_functions["curriculum.list_modules"]
    app.view_functions["curriculum.list_modules"] = lambda: "ok"
    try:
        assert sign_in("trainee").client.get("/modules").status_code == 403
    finally:
        app.view_functions["curriculum.list_modules"] = kept


def test_every_form_needs_the_token_of_its_session(app: Flask, sign_in: Callable[[str], PageClient]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answers = {
            (method, rule.rule): sign_in_client.open(url_of(app, rule), method=method).status_code
            for sign_in_client in [sign_in("trainee").client]
            for rule, method, access in rules_of(app)
            if method not in SAFE
            and access != FORM_ONLY  # Nobody who is signed in gets as far as its form.
            and (not isinstance(access, Permission) or policy.allows([Role.TRAINEE], access))
        }
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answers
    assert set(answers.values()) == {400}, answers


def test_declarations_name_permissions_that_somebody_has() -> None:
    granted = {permission for permissions in policy.GRANTS.values() for permission in permissions}
    assert granted == set(Permission)


def test_every_permission_guards_a_view(app: Flask) -> None:
    declared = {getattr(view, "access", None) for view in app.view_functions.values()}
    unused = set(Permission) - declared
    scopes_only = {Permission.HOURS_READ, Permission.MODULE_OUTCOME_READ, Permission.CONCERN_RAISE}
    assert unused <= scopes_only | {Permission.ENROLMENT_READ}, f"no view declares {unused}"
    assert SIGNED_IN in declared
