"""`make run`: prepares the city, starts its processes, keeps them going, and stops them all together.

    python -m hcmc_ioc.local.run [start | stop | reset]

Environment: PORT (8000), HOST (127.0.0.1), IOC_VAR, IOC_CITY, IOC_UNITS, a file of units below the city, IOC_IMPORT, a
file of real tickets (or of values, where the city has numbers alone) that is imported in place of the demo.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from multiprocessing import Event
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.process import Popen, Process

from hcmc_ioc.errors import trouble_in_words
from hcmc_ioc.local.embedded import EmbeddedError

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 40


class RunError(Exception):
    """The site cannot be started or stopped; the message is one line for a person."""


# --- Processes that are started again when they end by themselves


class LastingProcess(Process):
    """One line of the Procfile; ends only when `stopping` is set."""

    stopping = Event()  # shared with the forked processes that hold the children
    orphaned = False  # the supervisor was killed and will never set `stopping`

    def run(self, events=None, ignore_signals=False):
        self._events = events
        if ignore_signals:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pause = 1
        while True:
            started = time.monotonic()
            self._once()
            if self.orphaned or self.stopping.is_set():
                break
            pause = 1 if time.monotonic() - started > 30 else min(pause * 2, 15)
            self._send_message(f"ended by itself (code {self._child.returncode}), starting again in {pause} s\n")
            if self.stopping.wait(pause):
                break
        self._send_message({"returncode": self._child.returncode}, type="stop")

    def _once(self):
        # honcho ignores our signals by SIG_IGN, which children would inherit
        self._child = Popen(self.cmd, env=self.env, cwd=self.cwd, preexec_fn=_listen_to_signals)
        threading.Thread(target=self._leave_nothing_behind, args=[self._child], daemon=True).start()
        self._send_message({"pid": self._child.pid}, type="start")
        if self.stopping.is_set():
            self._child.terminate()
        for line in iter(self._child.stdout.readline, b""):
            self._send_message(line)
        self._child.stdout.close()
        self._child.wait()

    def _leave_nothing_behind(self, child):
        """When our child ends, end what it started, which holds its port; end all when the supervisor was killed."""
        supervisor = os.getppid()
        while child.poll() is None:
            if os.getppid() != supervisor and not self.orphaned:
                self.orphaned = True
                self._events.cancel_join_thread()  # nobody reads what we say
                _signal_group(child, signal.SIGTERM)
            time.sleep(0.2)
        _signal_group(child, signal.SIGKILL)


def _signal_group(child, number):
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _listen_to_signals():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Supervisor(Manager):
    def __init__(self):
        super().__init__()
        self._process_ctor = LastingProcess
        self.threads = []

    def _start(self):
        """Fork the processes first: a fork while a thread opens a pipe would keep that pipe open for ever."""
        super()._start()
        for thread in self.threads:
            thread.start()

    def terminate(self):
        LastingProcess.stopping.set()
        super().terminate()

    def say(self, line):
        self._system_print(f"{line}\n")


# --- start


def start():
    host, port = os.environ.get("HOST", "127.0.0.1"), checked_port()
    check_free(host, port)
    database = settings.DATABASES["default"]["NAME"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `make stop` while we prepare is like Ctrl-C
    with run_lock():
        try:
            print(f"Data are kept in {settings.VAR}", flush=True)
            if settings.LOCAL:
                for name in settings.EMBEDDED.start(database):
                    print(f"{name} started", flush=True)
            prepare()
            return supervise(host, port, database)
        finally:
            if settings.LOCAL:
                settings.EMBEDDED.stop()
            print("Everything is stopped.", flush=True)


def checked_port():
    port = os.environ.get("PORT") or "8000"
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise RunError(f"PORT must be a number between 1 and 65535, not {port!r}")
    return int(port)


def check_free(host, port):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = "choose another, such as: make run PORT=8001"
            raise RunError(f"{host}:{port} cannot be used ({error.strerror}); {hint}") from None


def run_lock():
    """Held while the site runs from this IOC_VAR; the file names the process that holds it."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    file = (settings.VAR / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise RunError(
            f"the site already runs from {settings.VAR} (process {file.read().strip()}); "
            "`make stop` ends it, IOC_VAR=… starts a second one"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}")
    file.flush()
    return file


def prepare():
    from hcmc_ioc.lib import metrics  # asks the settings where it may write

    metrics.begin_anew()
    manage("setup_city")
    if units := named_file("IOC_UNITS"):
        manage("load_units", units)
    if source := named_file("IOC_IMPORT"):
        what = "import_tickets" if "hotline" in settings.MODULES else "import_values"
        manage(what, source, "--mapping", settings.CITY_CODE)
    elif is_demo():
        manage("seed_demo")


def named_file(variable):
    """The file that a variable names, "" for none."""
    source = os.environ.get(variable, "")
    if source and not Path(source).is_file():
        raise RunError(f"{variable} names no file: {source}")
    return source


def is_demo():
    """Whether the city is filled with invented tickets: never a database that somebody brought along."""
    return settings.LOCAL and settings.CITY_CODE == "hcmc" and not os.environ.get("IOC_IMPORT")


def manage(*words):
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=False)
    if done.returncode:
        raise RunError(f"`manage.py {' '.join(words)}` failed (code {done.returncode}); what it said is above")


def supervise(host, port, database):
    supervisor = Supervisor()
    python_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    surroundings = os.environ | {"HOST": host, "PORT": str(port), "PATH": python_first, "PYTHONUNBUFFERED": "1"}
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        if name != "simulator" or is_demo():
            supervisor.add_process(name, command, env=surroundings, cwd=str(ROOT))
    address = f"http://{shown(host)}:{port}"
    supervisor.threads.append(threading.Thread(target=announce, args=[address], daemon=True))
    if settings.LOCAL:
        supervisor.threads.append(threading.Thread(target=keep_servers, args=[supervisor, database], daemon=True))
    supervisor.loop()
    for thread in supervisor.threads:
        thread.join(STOP_SECONDS)
    return 0 if supervisor.returncode in (130, 143) else supervisor.returncode


def shown(host):
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104  compared only


def announce(address):
    """Once the site answers, print its address and who may sign in."""
    accounts = subprocess.run(
        [sys.executable, "manage.py", "demo_accounts"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    ).stdout
    while not answers(f"{address}/readyz"):
        if LastingProcess.stopping.wait(0.2):
            return
    print(f"\n{accounts}\n  The site runs: {address}\n  Ctrl-C stops it.\n", flush=True)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  our own address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def keep_servers(supervisor, database):
    """Start PostgreSQL or Valkey again when it ended or stands still under us, and say so once."""
    said = ""
    while not LastingProcess.stopping.wait(2):
        try:
            for name in settings.EMBEDDED.start(database):
                supervisor.say(f"{name} had stopped; it is started again")
            trouble = ""
        except (EmbeddedError, psycopg2.OperationalError) as error:
            trouble = " ".join(str(error).split())
        if trouble != said:
            supervisor.say(trouble or "PostgreSQL answers again")
        said = trouble


# --- stop, reset


def stop():
    """Stop the site that runs from IOC_VAR, then the servers that single commands may have left."""
    lock = settings.VAR / "run.lock"
    try:
        run_lock().close()
    except RunError:
        with suppress(ProcessLookupError):  # killed; what it started is ending by itself
            os.kill(int(lock.read_text()), signal.SIGTERM)
        wait_for_end()
    for name in settings.EMBEDDED.stop():
        print(f"{name} stopped")


def wait_for_end():
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            run_lock().close()
            return
        except RunError:
            time.sleep(0.1)
    raise RunError(f"the site does not stop within {STOP_SECONDS} s")


def reset():
    """Stop everything and delete all data under IOC_VAR: databases of every city, secrets, logs, collected files."""
    from hcmc_ioc.lib import metrics  # asks the settings where it may write

    stop()
    settings.EMBEDDED.erase()
    metrics.begin_anew()
    for name in ("log", "metrics", "static", "media", "attachments"):
        shutil.rmtree(settings.VAR / name, ignore_errors=True)
    (settings.VAR / "secrets.env").unlink(missing_ok=True)
    print(f"The data in {settings.VAR} are deleted.")


def main(words):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")
    verbs = {"start": start, "stop": stop, "reset": reset}
    try:
        return verbs[words[0] if words else "start"]()
    except (RunError, EmbeddedError, ImproperlyConfigured) as error:
        return f"{error}"
    except OSError as error:
        if not (told := trouble_in_words(error)):
            raise
        return told
    except KeyboardInterrupt:
        return "stopped while starting"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
