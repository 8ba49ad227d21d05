"""A real server in a process group of its own, and browsers without JavaScript that talk to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from lms.core.ids import new_id

ROOT = Path(__file__).resolve().parents[2]
FORM = "application/x-www-form-urlencoded"
SECRET = "x" * 40
GONE = (OSError, HTTPException)


def service_environment(database_url: str, instance: Path) -> dict[str, str]:
    """What a process of the service is told by its environment."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return kept | {
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url,
        "LMS_INSTANCE_DIR": str(instance),
        "SECURE_COOKIES": "0",
        "SECOND_FACTOR": "0",
    }


class Server:
    """The service as it runs in production: gunicorn with two workers of four threads.

    The application is loaded once, before the workers part; it opens no database until it is asked for something.
    """

    def __init__(self, database_url: str, instance: Path, site: str = "wsgi:app") -> None:
        self.database_url = database_url
        self.instance = instance
        self.site = site
        self.patience = 60.0  # Seconds to wait for an answer.
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers that it is well."""
        environment = service_environment(self.database_url, self.instance)
        command = [
            *(
                sys.executable,
                "-m",
                "gunicorn",
                "--no-control-socket",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--workers",
                "2",
            ),
            *("--threads", "4", "--log-level", "warning", "--preload", self.site),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.instance / "server.log"

    def kill(self) -> None:
        """End the whole process group at once, without a chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the server to stop, and see to it that it does."""
        if self.process is not None:
            self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        except ProcessLookupError:
            self.process.wait()
        self.process = None

    def _wait(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.send(Request("GET", "/healthz")).status == 200:
                    return
            except GONE:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def send(self, request: "Request") -> "Answer":
        """Send one request on a connection of its own; raises one of GONE when nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            headers = {"Connection": "close", **({"Cookie": request.cookie} if request.cookie else {})}
            if request.method == "POST":
                headers["Content-Type"] = FORM
            connection.request(request.method, request.path, request.body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
            return Answer(answer.status, answer.getheader("Location") or "", text, tuple(cookies))
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes over the wire, so that exactly the same can be sent again."""

    method: str
    path: str
    cookie: str = ""
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str
    cookies: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether a form was carried out: the answer leads on, and not to the sign-in page."""
        return self.status in (302, 303) and "/sign-in" not in self.location


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes and what it sends before anything is entered."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", "")))
            self.inside = True
        elif self.inside and "name" in given:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.found[-1], given["name"]
        if given.get("type") in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", ""))
            if "checked" in given:
                form.fields[name] = given.get("value", "")
        elif tag != "button":
            form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def forms_of(text: str) -> list[Form]:
    """The forms of a page."""
    parser = _Forms()
    parser.feed(text)
    return parser.found


class Browser:
    """One person at one device: keeps cookies, opens pages, fills forms."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """The header that names this session."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._kept(self.server.send(Request("GET", path, self.cookie)))

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self._kept(self.server.send(Request("POST", path, self.cookie, urlencode(fields))))

    def _kept(self, answer: Answer) -> Answer:
        for line in answer.cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer

    def form(self, path: str, action: str = "") -> Form:
        """The form with this action on a page; without one, the form that is sent to the page itself."""
        answer = self.get(path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.location}"
        return next(form for form in forms_of(answer.text) if form.action == action)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in with a password, as everybody does."""
        form = self.form("/sign-in")
        answer = self.post("/sign-in", {**form.fields, "email": email, "password": password})
        assert answer.is_done, f"{email} cannot sign in: {answer.status} {answer.location}"

    def filled(self, path: str, fields: dict[str, str]) -> Request:
        """A form with a request id of its own, ready to be sent as often as one likes."""
        return Request("POST", path, self.cookie, urlencode({**fields, "request_id": str(new_id())}))
