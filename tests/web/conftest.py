from uuid import UUID

import pytest
from flask import Blueprint
from flask_wtf.csrf import CSRFProtect
from jinja2 import FileSystemBytecodeCache

from lms.config import ROOT
from lms.policy import Role, Viewer
from lms.web import access
from lms.web.access import SignedIn
from lms.web.jinja import App, NavigationLink, configure_jinja

SOMEBODY = Viewer(
    id=UUID(int=1), name="Ann Other", roles=frozenset({Role.ASSESSOR, Role.SUPERVISOR}), acting=Role.ASSESSOR
)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Where templates are kept compiled, so that each is compiled once."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def kit(compiled):
    """An app with the layouts and the form kit, and nothing below them."""
    app = App("kit", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "lms" / "static"))
    app.config.update(SECRET_KEY="k" * 32, SERVICE_NAME="Thameside Ambulance Service", DEMO=True, TESTING=True)
    configure_jinja(
        app,
        navigation=lambda: [
            NavigationLink("Home", "/", current=True),
            NavigationLink("Requests", "/requests", count=3),
        ],
    )
    app.jinja_env.bytecode_cache = compiled
    CSRFProtect(app)
    identity = Blueprint("identity", __name__)
    for name in ("sign_in", "sign_out", "switch_role", "show_account", "who_may_see"):
        identity.add_url_rule(f"/{name.replace('_', '-')}", name, lambda: "", methods=["GET", "POST"])
    app.register_blueprint(identity)
    return app


@pytest.fixture
def page(kit):
    """A request of nobody in particular, in which templates and forms may be rendered."""
    with kit.test_request_context("/"):
        yield kit


@pytest.fixture
def signed_in_page(kit, monkeypatch):
    monkeypatch.setattr(access, "_loader", [lambda token: SignedIn(SOMEBODY, UUID(int=2))])
    with kit.test_request_context("/") as context:
        context.session["token"] = "any"
        yield kit
