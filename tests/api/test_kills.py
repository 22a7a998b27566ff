"""Delta reads through kill -9 of everything: web server, background, database, Valkey and the reading system, while
others write. Nothing that was acknowledged is lost, and the reader's store becomes equal to the API's."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress

import pytest
import requests

from hcmc_ioc.local.embedded import Services
from tests import processes
from tests.api.test_sync import SCRIPT
from tests.patience import wait_for

pytestmark = pytest.mark.processes
DATABASE, WRITERS = "killed", 3
PROGRAMS = ("web1", "worker", "beat")
VICTIMS = (("PostgreSQL",), ("web1",), ("worker", "reader"), ("PostgreSQL", "worker"), ("Valkey", "beat"),
           ("PostgreSQL", "Valkey", "reader", *PROGRAMS))


class Everything:
    """A city with servers of its own, each part of which is killed and started again."""

    def __init__(self, folder):
        self.services, self.folder = Services(folder / "var"), folder
        self.services.start(DATABASE)
        surroundings = {"DATABASE_URL": self.services.database_url(DATABASE), "REDIS_URL": self.services.redis_url}
        self.environment = processes.environment(DATABASE, **surroundings)
        self.manage("setup_city")
        self.port = processes.free_port()
        self.site = processes.Site(f"http://127.0.0.1:{self.port}", folder)
        told = json.loads(self.manage("create_client", "Quận 1", "--unit", "760", "--scopes",
                                      "tickets:read tickets:write", "--json"))
        self.client, self.store = (told["client_id"], told["client_secret"]), folder / "store.sqlite"

    def manage(self, *words) -> str:
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=processes.ROOT, env=self.environment,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, names) -> None:
        if {"PostgreSQL", "Valkey"} & set(names):
            self.services.start()
        for name in names:
            if name in PROGRAMS:
                self.site.start(name, processes.command_of(name, self.port), self.environment)
            elif name == "reader":
                command = [sys.executable, str(SCRIPT), self.site.address, *self.client, str(self.store)]
                self.site.start("reader", command, self.environment)

    def kill(self, names) -> None:
        for name in names:
            if name in ("PostgreSQL", "Valkey"):
                file = ".s.PGSQL.5432.lock" if name == "PostgreSQL" else "valkey.pid"
                os.kill(int((self.services.run / file).read_text().split()[0]), signal.SIGKILL)
            else:
                os.killpg(self.site.running[name].pid, signal.SIGKILL)
        for name in set(names) & set(self.site.running):
            self.site.running[name].wait()

    def end(self) -> None:
        self.site.stop()
        self.services.stop()
        self.services.erase()


class Writer:
    """Records reports and moves them, each sent again until it is answered; `acknowledged`: code → version."""

    def __init__(self, city: Everything, number: int):
        self.city, self.number, self.chance = city, number, random.Random(number)
        self.acknowledged, self.seen, self.token, self.sent = {}, set(), "", 0

    def run(self, ended: threading.Event) -> None:
        while not ended.is_set():
            self.sent += 1
            if len(self.acknowledged) < 3 or self.chance.random() < 0.3:
                report = {"body": f"Ổ gà {self.sent}", "category": "trat-tu-lan-chiem", "area": "760",
                          "address": "Lê Lợi"}
                self.send("tickets/", report)
            else:
                code = self.chance.choice(sorted(self.acknowledged))
                self.send(f"tickets/{code}/moves/note/", {"note": f"Ghi chú {self.sent}"})

    def send(self, path: str, body: dict) -> None:
        answer = self.ask("POST", path, json=body, key=f"{self.number}-{self.sent}")
        assert answer.ok, answer.text
        self.acknowledged[answer.json()["code"]] = answer.json()["version"]

    def ask(self, method: str, path: str, key: str = "", **more) -> requests.Response:
        while True:
            headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
            with suppress(requests.RequestException):
                address = path if "://" in path else f"{self.city.site.address}/api/v1/{path}"
                answer = requests.request(method, address, headers=headers, timeout=20, **more)
                self.seen.add(answer.status_code)
                if answer.status_code == 401:
                    self.sign_in()
                elif answer.status_code < 500:
                    return answer
            time.sleep(0.1)

    def sign_in(self) -> None:
        given = dict(zip(("client_id", "client_secret"), self.city.client, strict=True))
        with suppress(requests.RequestException):
            answer = requests.post(f"{self.city.site.address}/api/v1/token/", timeout=20,
                                   data=given | {"grant_type": "client_credentials"})
            self.token = answer.json().get("access_token", "")

    def everything(self) -> dict[str, int]:
        """All tickets as the list has them."""
        found, address = {}, "tickets/?limit=200"
        while address:
            page = self.ask("GET", address).json()
            found |= {row["code"]: row["version"] for row in page["results"]}
            address = page["next"]
        return found


@pytest.fixture
def city(tmp_path_factory):
    made = Everything(tmp_path_factory.mktemp("killed"))
    try:
        made.start([*PROGRAMS, "reader"])
        made.site.wait_until_ready()
        yield made
    finally:
        made.end()


def stored(city: Everything) -> dict[str, int]:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(city.store)) as store:
        return dict(store.execute("SELECT code, version FROM tickets"))
    return {}


def test_a_store_stays_equal_through_kill_9_of_everything(city):
    writers, ended, chance = [Writer(city, number) for number in range(WRITERS)], threading.Event(), random.Random(9)
    threads = [threading.Thread(target=writer.run, args=[ended]) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        for names in VICTIMS:
            sent = sum(writer.sent for writer in writers)
            wait_for(lambda: sum(writer.sent for writer in writers) > sent + 5)  # noqa: B023 - it ends in this turn
            time.sleep(chance.uniform(0, 0.5))  # somewhere in the work
            city.kill(names)
            city.start(names)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    ours = writers[0].everything()
    acknowledged = {code: version for writer in writers for code, version in writer.acknowledged.items()}
    assert set(ours) == set(acknowledged), "what was acknowledged is there, and each once"
    assert ours == acknowledged
    wait_for(lambda: stored(city) == ours, lambda: f"{stored(city)}\n{ours}\n{city.site.output()}")
    assert not {500, 502} & set.union(*(writer.seen for writer in writers)) and len(ours) > WRITERS * 3
    assert "Traceback" not in city.site.output()
