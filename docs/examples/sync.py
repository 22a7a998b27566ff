"""Keeps the store of a district's own system equal to the city's, both ways, through kills of either side.

    python docs/examples/sync.py http://localhost:8000 CLIENT_ID CLIENT_SECRET store.sqlite

Standard library alone. What it read and how far it read are one transaction, so a kill repeats a page and nothing is
lost; what it sends has a key of its own, so sending it again does nothing twice. What goes out is a row in `outgoing`:

    INSERT INTO outgoing (id, path, body) VALUES ('my-7', '/tickets/', '{"body": "…", "category": "…", "area": "760"}')
    INSERT INTO outgoing (id, path, body) VALUES ('my-8', '/tickets/PHA…/moves/resolve/', '{"reply": "Đã vá xong."}')
"""

import json
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

STORE = """
    CREATE TABLE IF NOT EXISTS tickets (code TEXT PRIMARY KEY, version INTEGER, facts TEXT);
    CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT, reading TEXT, behind TEXT);
    CREATE TABLE IF NOT EXISTS outgoing (id TEXT PRIMARY KEY, path TEXT, body TEXT, status INTEGER, answer TEXT);
    INSERT OR IGNORE INTO place VALUES (1, NULL, NULL, NULL);
"""
PAUSE = 2  # seconds between two looks when nothing is new


class City:
    """The city's API with our token."""

    def __init__(self, address, client_id, secret):
        self.address, self.client_id, self.secret, self.token = address, client_id, secret, ""

    def ask(self, path, query=None, body=None, key=""):
        """(status, answer); waits where the city does not answer or asks us to wait."""
        while True:
            status, answer = self._ask(path, query, body, key)
            if status == 401:
                self._renew()
            elif status == 429 or status >= 500:
                time.sleep(PAUSE)
            else:
                return status, answer

    def _ask(self, path, query, body, key):
        url = f"{self.address}/api/v1{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._send(urllib.request.Request(url, body and body.encode(), headers))

    def _send(self, request):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")
        except (urllib.error.URLError, TimeoutError, ConnectionError, json.JSONDecodeError):
            return 503, {}

    def _renew(self):
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        data = urllib.parse.urlencode(form).encode()
        status, answer = self._send(urllib.request.Request(f"{self.address}/api/v1/token/", data))
        if status in (400, 401):
            sys.exit(f"the city refuses us: {answer.get('error')}")
        self.token = answer.get("access_token", "")


def keep(store, rows):
    """What came, by code; what left our reach goes."""
    for row in rows:
        if row.get("left"):
            store.execute("DELETE FROM tickets WHERE code = ?", [row["code"]])
        else:
            store.execute("INSERT OR REPLACE INTO tickets VALUES (?, ?, ?)",
                          [row["code"], row["version"], json.dumps(row, ensure_ascii=False)])


def read(store, city):
    """One page: of all tickets the first time, else of what changed. Whether there is more."""
    cursor, reading, behind = store.execute("SELECT cursor, reading, behind FROM place").fetchone()
    if cursor is None and reading is None:  # first the place, then everything, then what changed since the place
        _status, answer = city.ask("/changes/")
        with store:
            store.execute("DELETE FROM tickets")
            store.execute("UPDATE place SET reading = ?, behind = NULL", [answer["cursor"]])
        return True
    if cursor is None:
        _status, answer = city.ask("/tickets/", {"limit": 200} | ({"cursor": behind} if behind else {}))
        query = urllib.parse.urlsplit(answer["next"] or "").query
        with store:
            keep(store, answer["results"])
            if answer["next"]:
                store.execute("UPDATE place SET behind = ?", urllib.parse.parse_qs(query)["cursor"])
            else:
                store.execute("UPDATE place SET cursor = reading, reading = NULL, behind = NULL")
        return True
    status, answer = city.ask("/changes/", {"since": cursor, "limit": 200})
    with store:
        if status == 410:  # too old, or the city was restored from a backup
            store.execute("UPDATE place SET cursor = NULL, reading = NULL")
            return True
        keep(store, answer["results"])
        store.execute("UPDATE place SET cursor = ?", [answer["cursor"]])
    return answer["more"]


def send(store, city):
    """What waits to go out, in its order; what the city answered is kept beside it."""
    for name, path, body in store.execute("SELECT id, path, body FROM outgoing WHERE status IS NULL ORDER BY rowid"):
        if path == "/tickets/":
            body = json.dumps(json.loads(body) | {"source_id": name})
        status, answer = city.ask(path, body=body, key=f"sync-{name}")
        with store:
            store.execute("UPDATE outgoing SET status = ?, answer = ? WHERE id = ?",
                          [status, json.dumps(answer, ensure_ascii=False), name])


def main(address, client_id, secret, path, *options):
    store, city = sqlite3.connect(path), City(address, client_id, secret)
    store.executescript(STORE)
    while True:
        send(store, city)
        if not read(store, city):
            if "--once" in options:
                return
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
