"""Rows of the API: a client of Quận 1 with its token, as another system asks."""

import hashlib
import json
from itertools import cycle
from secrets import token_urlsafe
from uuid import uuid4

from bench import databases
from bench.browser import Answer, Caller
from feedback.journal import Cursor

SCOPES = "tickets:read tickets:write figures:read"
CHANGED = 500
REPORT = {"body": "Hàng quán lấn chiếm vỉa hè trước số 12.", "category": "trat-tu-lan-chiem", "area": "760",
          "address": "12 Lê Lợi", "reporter": {"phone": "0950001234"}}

_CLIENT = """
    INSERT INTO accounts_client (name, unit_id, client_id, secret_digest, scopes, contact, made_at)
    VALUES ('bench', %s, %s, '', %s, '', now()) RETURNING id
"""
_GRANT = """
    INSERT INTO accounts_clienttoken (client_id, digest, scopes, made_at, expires_at)
    VALUES (%s, %s, %s, now(), now() + interval '1 day')
"""
_JOURNAL = """
    INSERT INTO feedback_journalentry (number, ticket_id, version, unit_after_id, area_after_id, stamp, at)
    SELECT coalesce((SELECT max(number) FROM feedback_journalentry), 0) + row_number() OVER (ORDER BY id), id, version,
           unit_id, area_id, 7, now()
    FROM (SELECT * FROM feedback_ticket ORDER BY id DESC LIMIT %s) AS newest
"""


def token(database: str, unit: int, scopes: str = SCOPES) -> str:
    """Of a new client of the unit with this id."""
    made = token_urlsafe(32)
    with databases.connect(database).cursor() as cursor:
        cursor.execute(_CLIENT, [unit, f"bench-{uuid4().hex[:12]}", scopes])
        client = cursor.fetchone()[0]
        cursor.execute(_GRANT, [client, hashlib.sha256(made.encode()).hexdigest(), scopes])
    return made


class Client:
    """What is asked of the API again and again. `unit` is the id of Quận 1, `codes` some of its tickets."""

    def __init__(self, address: str, database: str, unit: int, codes: list[str]):
        self.caller, self.codes = Caller(address, token(database, unit)), cycle(codes)
        with databases.connect(database).cursor() as cursor:
            cursor.execute(_JOURNAL, [CHANGED])
            cursor.execute("SELECT number, stamp FROM feedback_journalentry ORDER BY number DESC OFFSET %s LIMIT 1",
                           [CHANGED - 1])
            self.since = Cursor(*cursor.fetchone()).encoded()

    def listed(self) -> Answer:
        query = "unit=760&is_open=false&category=trat-tu&sort=-due"
        return self.caller.get(f"/api/v1/tickets/?{query}")

    def read(self) -> Answer:
        return self.caller.get(f"/api/v1/tickets/{next(self.codes)}/")

    def changes(self) -> Answer:
        return self.caller.get(f"/api/v1/changes/?since={self.since}")

    def opened(self) -> Answer:
        return self.caller.post_json("/api/v1/tickets/", json.dumps(REPORT))

    def moved(self) -> Answer:
        return self.caller.post_json(f"/api/v1/tickets/{next(self.codes)}/moves/note/", '{"note": "Đã xem."}')
