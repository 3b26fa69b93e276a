"""``make image-rehearsal``: an installation from nothing, in real containers, as ``docs/operating.en.md`` describes it.

The boxes of that page that are marked ``sh rehearsed`` are run as they stand there, in a copy of this checkout and
under a name of its own: no real installation is touched. Between them it is looked at from outside, by the proxy.
Needs docker or podman with Docker Compose. From the environment: ``COMPOSE`` (words; default: what is found),
``BUILD`` (a command of yours that makes ``GRANTFLOW_IMAGE``, where compose cannot), and every word of
``.env.example``; ``KEEP=1`` leaves the installation standing.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

from grantflow.config import ROOT
from tests.proxied import HOST, Visitor, slow

PROJECT = "grantflow-rehearsal"
BOX = re.compile(r"^```sh rehearsed\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORTS = {"LISTEN_ON": "127.0.0.1", "HTTPS_PORT": "18443", "HTTP_PORT": "18080", "MAIL_PORT": "18025"}
IMAGES = ("GRANTFLOW_IMAGE", "PYTHON_IMAGE", "NODE_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE", "PROXY_IMAGE", "MAIL_IMAGE")
#: Seconds: a hung part is seen after 60 and started again by the engine.
AGAIN_WITHIN = 180.0
#: Seconds that a page may take while others send a byte a second.
PROMISED = 0.1
FOUND = (["docker", "compose"], ["docker-compose"], ["podman", "compose"])
UNPROVEN = """\
What this does not prove: that the certificate of your house is right, that mail leaves it, that a monitor calls
anybody; a machine that dies, a disk that fills, many people at once; the images of another day. No fund was imported:
the letters are those of the demo's projects, loaded into this installation by the demo's own command. Nobody signed in
with a second factor, and no browser was used."""


class Failed(Exception):
    """A step that did not do what it should, in a line."""


class Rehearsal:
    """One installation in ``folder``; ``steps`` in the order of the page."""

    def __init__(self, folder: Path, compose: list[str]) -> None:
        self.folder, self.compose = folder, compose
        self.env = {**os.environ, **PORTS, "COMPOSE_PROJECT_NAME": PROJECT, "GRANTFLOW_ORIGIN": f"https://{HOST}"}
        self.env["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        page = (ROOT / "docs" / "operating.en.md").read_text(encoding="utf-8")
        self.boxes = BOX.findall(page)
        self.port = int(PORTS["HTTPS_PORT"])

    def steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        settings, certificate, start, administrators, backup, restore, renew, work = self.boxes
        yield "a copy of this checkout", self.copy
        yield "page: settings and passwords", lambda: self.shell(settings)
        yield "page: certificate", lambda: self.shell(certificate)
        if os.environ.get("BUILD"):
            yield "the image, by a command of yours", lambda: self.shell(os.environ["BUILD"])
        yield "page: start, and what the doctor says", lambda: self.shell(start)
        yield "page: first administrators of the three partners", lambda: self.shell(administrators)
        yield "their invitations arrive and open behind the proxy", self.invitations
        yield "twenty slow senders, and a page for everybody else", self.slow_senders
        yield "two web containers, one of them taken away again", self.scaled
        yield "a folder that is not the store is refused", self.other_store
        yield "the demo's projects are decided, the letters printed", self.letters
        yield "an applicant fetches a letter through the proxy", self.fetched
        yield "a frozen worker ends and comes back, the others stay well", self.frozen
        yield "page: backup", lambda: self.shell(backup)
        yield "page: restored into a second database and compared", lambda: self.shell(restore)
        yield "page: certificate renewed", lambda: self.shell(renew)
        yield "page: work listed and started again", lambda: self.shell(work)
        yield "the trail holds, the doctor finds nothing", self.well

    # --- plumbing ------------------------------------------------------------------------------------

    def copy(self) -> None:
        """What git knows of, and what it would: a checkout with changes is rehearsed with them."""
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                target = self.folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        # The page says ``docker compose``: whatever that is here.
        script = self.folder / "bin" / "docker"
        script.parent.mkdir()
        built = os.environ.get("BUILD")
        script.write_text(
            "#!/bin/sh\n"
            "shift\n"
            + (
                'for word in "$@"; do shift; [ "$word" = --build ] && word=--no-build; set -- "$@" "$word"; done\n'
                * bool(built)
            )
            + f'exec {shlex.join(self.compose)} "$@"\n'
        )
        script.chmod(0o755)

    def shell(self, commands: str) -> str:
        """Run them in the copy, ended by the first that fails; what they say."""
        # An input that says nothing and stays open: at the end of theirs, some engines let go of a container that runs.
        silent, kept = os.pipe()
        try:
            done = subprocess.run(
                ["sh", "-eu", "-c", commands],
                cwd=self.folder,
                env=self.env,
                stdin=silent,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            os.close(silent)
            os.close(kept)
        if done.returncode:
            raise Failed(f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def inside(self, service: str, *words: str) -> str:
        return self.shell(shlex.join(["docker", "compose", "exec", "-T", service, *words]))

    def visitor(self) -> Visitor:
        return Visitor(self.port, CookieJar())

    def until(self, seconds: float, what: str, well: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        while not well():
            if time.monotonic() > end:
                raise Failed(f"still not after {seconds:.0f} s: {what}")
            time.sleep(2)

    # --- what is looked at between the boxes of the page -----------------------------------------------

    def invitations(self) -> str:
        links: set[str] = set()

        def arrived() -> bool:
            links.update(self.visitor().mailed(int(PORTS["MAIL_PORT"]), rf"https://{HOST}(/invitation/\S+)"))
            return len(links) == 3

        self.until(120, "three invitations", arrived)
        for link in links:
            if (answer := self.visitor().get(link)).status != 200:
                raise Failed(f"an invitation answers {answer.status}")
        return "three"

    def slow_senders(self) -> str:
        calm = [self.visitor().get("/").seconds for _ in range(10)]
        with slow(self.port, 20):
            time.sleep(3)
            busy = [self.visitor().get("/").seconds for _ in range(20)]
        told = f"slowest page {max(busy) * 1000:.0f} ms, without them {max(calm) * 1000:.0f} ms"
        if max(busy) > max(PROMISED, 2 * max(calm)):
            raise Failed(told)
        return told

    def scaled(self) -> str:
        self.shell("docker compose up --detach --no-deps --no-recreate --wait --scale web=2 web")
        two = self.shell("docker compose ps --quiet web").split()
        time.sleep(6)  # the proxy asks where they are every five seconds
        before = [self.visitor().get("/").status for _ in range(20)]
        self.shell("docker compose up --detach --no-deps --no-recreate --scale web=1 web")
        after = [self.visitor().get("/").status for _ in range(20)]
        if len(two) != 2 or set(before + after) != {200}:
            raise Failed(f"{len(two)} containers, answers {before} {after}")
        return "40 pages, every one answered"

    def other_store(self) -> str:
        words = ["docker", "compose", "exec", "-T", "-e", "GRANTFLOW_DATA_DIR=/tmp", "web", "grantflow"]
        try:
            self.shell(shlex.join([*words, "serve", "--only", "letters"]))
        except Failed as refused:
            if "this folder is not the store" in str(refused):
                return "refused in a line"
            raise
        raise Failed("it started")

    def letters(self) -> str:
        demo = ["-e", "GRANTFLOW_ENV=demo", "-e", "GRANTFLOW_ORIGIN=http://127.0.0.1:8000"]
        self.shell(shlex.join(["docker", "compose", "exec", "-T", *demo, "web", "grantflow", "demo", "load"]))
        ask = "SELECT count(*) FILTER (WHERE digest IS NULL) || ' ' || count(*) FROM letter"
        counted = ""

        def printed() -> bool:
            nonlocal counted
            counted = self.inside("postgres", "psql", "--username=grantflow", "-Atc", ask).strip()
            return counted.startswith("0 ") and counted != "0 0"

        self.until(300, "letters printed", printed)
        return f"{counted.split()[1]} letters"

    def fetched(self) -> str:
        password = self.inside("web", "cat", "/data/demo-password").strip()
        accounts = self.inside("web", "cat", "/data/demo-accounts.json")
        for email in re.findall(r'"email": "([^"]+)"', accounts)[::-1]:
            visitor = self.visitor()
            if visitor.sign_in(email, password) and (content := visitor.first_letter()):
                return f"{len(content)} bytes of PDF, by {email}"
        raise Failed("no applicant found a letter")

    def frozen(self) -> str:
        freeze = (
            "import os, pathlib, signal\n"
            "for one in pathlib.Path('/proc').glob('[0-9]*'):\n"
            "    if b'celery' in (one / 'cmdline').read_bytes().split(b'\\0'): os.kill(int(one.name), signal.SIGSTOP)\n"
        )
        born = ["python", "-c", "import os; print(os.stat('/proc/1').st_ctime)"]
        first, began = self.inside("letters", *born), time.monotonic()
        self.inside("letters", "python", "-c", freeze)

        def back() -> bool:
            for other in ("web", "worker", "beat"):
                self.inside(other, "grantflow", "alive")
            try:
                return self.inside("letters", *born) != first
            except Failed:  # while it is being started again
                return False

        self.until(AGAIN_WITHIN, "the frozen part was started again", back)
        took = time.monotonic() - began
        self.shell("docker compose up --detach --no-deps --no-recreate --wait letters")
        return f"after {took:.0f} s"

    def well(self) -> str:
        self.inside("web", "grantflow", "doctor")
        return self.inside("web", "grantflow", "audit", "verify").strip()


def found() -> list[str]:
    if words := os.environ.get("COMPOSE"):
        return shlex.split(words)
    for words in FOUND:
        try:
            if subprocess.run([*words, "version"], capture_output=True, check=False).returncode == 0:
                return list(words)
        except OSError:
            continue
    raise Failed("neither docker nor podman with Docker Compose is here: install one, or say COMPOSE='words'")


def main() -> int:
    try:
        compose = found()
    except Failed as error:
        print(f"grantflow: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT}-") as name:
        rehearsal = Rehearsal(Path(name), compose)
        ran: list[str] = []
        try:
            for what, step in rehearsal.steps():
                began = time.monotonic()
                told = step()
                said = told if isinstance(told, str) and told.count("\n") == 0 else ""
                ran.append(what)
                print(f"ok   {time.monotonic() - began:6.1f} s  {what}{': ' if said else ''}{said}", flush=True)
        except Failed as error:
            print(f"FAILED          {what}: {error}", flush=True)
            return 1
        finally:
            if (rehearsal.folder / "bin").exists():
                images = rehearsal.shell("docker compose config --images || true").split()
                if os.environ.get("KEEP") != "1":
                    rehearsal.shell("docker compose down --volumes --timeout 20 || true")
        print(f"\n{len(ran)} steps ran, with {', '.join(sorted(set(images)))}.")
        own = [f"{key}={os.environ[key]}" for key in IMAGES if os.environ.get(key)]
        if own:
            print(f"Images of yours stood in for those of docker-compose.yml: {' '.join(own)}")
        print(UNPROVEN)
    return 0
