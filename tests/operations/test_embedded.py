import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grantflow.config import ROOT
from grantflow.platform import embedded
from grantflow.platform.embedded import Embedded, EmbeddedError, places, remains

FAST = {"fsync": "off"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="dropping to another account needs root")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "Größe und accès"
    yield folder
    embedded.remove(folder)


@pytest.fixture
def server(data_dir: Path) -> Iterator[Embedded]:
    started = Embedded(data_dir, options=FAST)
    yield started
    started.stop()


def asked(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def written(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")


def is_alive(pid: int) -> bool:
    return bool(remains.command_of(pid))


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


def test_data_outlive_a_restart(server: Embedded) -> None:
    written(server.start())
    server.stop()
    assert server.pid is None
    assert asked(server.start(), "SELECT n FROM kept") == 7


def test_starting_twice_gives_the_same_address(server: Embedded) -> None:
    assert server.start() == server.start()


def test_the_application_is_no_superuser_and_nothing_listens_on_the_network(server: Embedded) -> None:
    url = server.start()
    told = asked(
        url,
        "SELECT array[current_user::text, rolsuper::text, current_setting('listen_addresses'),"
        " current_setting('TimeZone'), pg_encoding_to_char(encoding), datcollate]"
        " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()",
    )
    assert told == ["grantflow", "false", "", "UTC", "UTF8", "C"]


def test_the_socket_is_private_and_its_path_short(server: Embedded) -> None:
    server.start()
    folder = server._socket_dir
    assert folder is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder / places.SOCKET)) <= places.LONGEST_SOCKET_PATH
    server.stop()
    assert not folder.exists()


def test_a_running_server_is_found_and_a_second_one_refused(server: Embedded, data_dir: Path) -> None:
    assert embedded.running(data_dir) is None
    url = server.start()
    assert embedded.running(data_dir) == url
    assert embedded.ensure(data_dir) == url
    with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}: stop that one first"):
        Embedded(data_dir).start()
    assert server.pid is not None, "the refused start must not touch the server that runs"


def test_a_start_after_kill_9(server: Embedded) -> None:
    written(server.start())
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert server._process is not None
    server._process.wait(30)
    server.stop()
    assert asked(server.start(), "SELECT n FROM kept") == 7


def test_a_pid_that_belongs_to_somebody_else_by_now(server: Embedded) -> None:
    server.start()
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        assert server._home is not None
        pid_file = server._home / "data" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{server._home / 'data'}\n1700000000\n5432\n/tmp/elsewhere\n\n\nready\n")
        assert asked(server.start(), "SELECT 1") == 1
        assert stranger.poll() is None, "a stranger is left alone"
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize(("version", "advice"), [("99", "update GrantFlow"), ("9", "dump them")])
def test_data_of_another_major_version(server: Embedded, data_dir: Path, version: str, advice: str) -> None:
    server.start()
    server.stop()
    assert server._home is not None
    (server._home / "data" / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(EmbeddedError, match=advice) as refused:
        Embedded(data_dir).start()
    assert f"written by PostgreSQL {version}," in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_setting_that_does_not_exist_is_told_in_one_line(data_dir: Path) -> None:
    with pytest.raises(EmbeddedError, match='unrecognized configuration parameter "no_such_thing"') as refused:
        Embedded(data_dir, options={"no_such_thing": "1"}, temporary=True).start()
    assert "\n" not in str(refused.value)
    assert places.known_home(data_dir) is None


def test_a_temporary_cluster_leaves_nothing(data_dir: Path) -> None:
    server = Embedded(data_dir, options=FAST, temporary=True)
    server.start()
    home = server._home
    assert home is not None
    server.stop()
    assert not home.exists()
    assert not (data_dir / "postgres.place").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_the_server_ends_with_the_process_that_started_it(data_dir: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from grantflow.platform.embedded import Embedded\n"
        "server = Embedded(Path(sys.argv[1]), options={'fsync': 'off'}); server.start()\n"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(data_dir)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert starter.stdout is not None
    with starter.stdout:
        pid = int(starter.stdout.readline())
        assert is_alive(pid)
        starter.kill()
        starter.wait()
    assert gone_within(pid, 10)


@as_root
def test_root_hands_over_and_loosens_nothing(tmp_path: Path) -> None:
    closed = tmp_path / "closed home"
    closed.mkdir(mode=0o700)
    before = {folder: folder.stat().st_mode for folder in (tmp_path, closed)}
    server = Embedded(closed / "var", options=FAST, temporary=True)
    try:
        server.start()
        assert server.pid is not None
        assert server._home is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        assert server._home.parent == places.SHELF
        assert (closed / "var" / "postgres.place").read_text().strip() == str(server._home)
        assert stat.S_IMODE((server._home / "data").stat().st_mode) == 0o700
        assert {folder: folder.stat().st_mode for folder in before} == before
    finally:
        server.stop()


@as_root
def test_root_keeps_the_data_beside_the_rest_where_the_account_can_reach_them() -> None:
    reachable = Path("/tmp") / f"grantflow-test-{os.getpid()}"  # noqa: S108 - its own folder in it
    reachable.mkdir(mode=0o755)
    server = Embedded(reachable / "var", options=FAST, temporary=True)
    try:
        server.start()
        assert server._home == reachable / "var" / "postgres"
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(reachable)], check=True)


@as_root
def test_another_user_of_the_machine_does_not_get_in(server: Embedded) -> None:
    server.start()
    assert server._socket_dir is not None
    address = str(server._socket_dir / places.SOCKET)
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        status = 2
        try:
            socket.socket(socket.AF_UNIX).connect(address)
        except PermissionError:
            status = 0
        os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
