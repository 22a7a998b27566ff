"""The list of everything: what it is narrowed by, its order and pages, who sees what, and the same rows as a file."""

import csv
import html
import io
import random
import re
import warnings
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from feedback import actions
from feedback.listing import pages
from feedback.listing.filters import LATE, MARKS, STATES, TicketFilter
from feedback.listing.order import Order, slices
from feedback.listing.pages import Listing
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import State
from tests.city import by, unit
from tests.dashboards.test_fold import churn, lived
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(town):
    lived(7, 120)
    churn(random.Random(3), 40)
    return timezone.now()


def listing(now, sort="", actor=None, **asked):
    return Listing(actor, TicketFilter(actor, asked), now, sort)


def ask(client, person, **get):
    return signed_in(client, person).get(reverse("tickets"), get)


def taken(client, form, **query) -> bytes:
    """The whole file; it is sent in pieces."""
    answer = client.get(reverse("tickets_file", args=[form]), query)
    with warnings.catch_warnings(action="ignore"):  # a test reads at once what a server sends bit by bit
        return b"".join(answer)


# --- what is asked for -------------------------------------------------------------------------------------------

BROKEN = """EXISTS (SELECT FROM feedback_promise p WHERE p.ticket_id = t.id AND kind = 'result' AND withdrawn_at IS NULL
            AND (met_at > p.due_at OR (met_at IS NULL AND p.paused_at IS NULL AND p.due_at <= %(now)s)))"""
SQL = {  # the same a second time, by hand
    "state": {"open": "is_open", "done": "NOT is_open", "to_forward": "is_open AND state IN ('new', 'returned')",
              "working": "is_open AND state IN ('accepted', 'in_progress')"},
    "late": {
        "overdue": "is_open AND paused_at IS NULL AND t.due_at <= %(now)s",
        "due_soon": "is_open AND paused_at IS NULL AND t.due_at > %(now)s AND t.due_at <= %(soon)s",
        "late_before": "is_open AND earlier_due_at <= %(now)s", "late": BROKEN,
        "kept": f"resolved_at IS NOT NULL AND NOT {BROKEN}",
    },
    "has": {
        "asked": "is_open AND (t.due_at > %(now)s OR t.paused_at IS NOT NULL) AND "
                 "EXISTS (SELECT FROM feedback_promise p WHERE p.ticket_id = t.id AND p.unit_id = t.unit_id AND "
                 "extension_asked_at IS NOT NULL AND extension_decided_at IS NULL AND met_at IS NULL AND "
                 "withdrawn_at IS NULL)",
        "to_reopen": "reopening_asked_at IS NOT NULL",
        "extended": "EXISTS (SELECT FROM feedback_promise p WHERE p.ticket_id = t.id AND kind = 'result' AND "
                    "withdrawn_at IS NULL AND extension_granted)",
        "reopened": "reopened_at IS NOT NULL", "rated": "rated_at IS NOT NULL", "merged": "merged_into_id IS NOT NULL",
        "self": "recorded_by_id = unit_id", "others": "recorded_by_id IS DISTINCT FROM unit_id",
    },
}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_count_is_what_one_statement_counts(crowd, data):
    pick = lambda choices: data.draw(st.sampled_from(["", "", *choices]))  # noqa: E731
    asked = {"state": pick(STATES), "late": pick(LATE), "has": pick(MARKS), "unit": pick([unit("760").pk]),
             "area": pick([unit("778").pk]), "urgency": pick(["normal"])}
    days = data.draw(st.integers(0, 70))
    day = (timezone.localtime(crowd) - timedelta(days=200 + days)).date()
    where = ["true"]
    for name, value in asked.items():
        if name in SQL and value:
            where.append(SQL[name].get(value, f"state = '{value}'"))
        elif value:
            where.append(f"{name}{'' if name == 'urgency' else '_id'} = '{value}'")
    if date := pick(["received", "due", "resolved"]):
        asked[f"{date}_from"] = day
        column = {"received": "occurred_at", "due": "due_at", "resolved": "resolved_at"}[date]
        where.append(f"t.{column} >= '{day} 00:00+07'")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM feedback_ticket t WHERE {' AND '.join(f'({w})' for w in where)}",
                       {"now": crowd, "soon": crowd + timedelta(hours=24)})
        expected = cursor.fetchone()[0]
    found = listing(crowd, **asked)
    assert found.count() == expected
    assert len(found.take(None, 1000)) == expected


def test_what_would_cost_too_much_is_counted_in_part_and_said_to_be_more(client, cast, monkeypatch):
    for _number in range(3):
        opened()
    now = timezone.now()
    assert listing(now).counted() == (3, False)
    monkeypatch.setattr(pages, "COUNTED", (2,))
    assert listing(now).counted() == (3, False)  # it costs next to nothing
    monkeypatch.setattr(pages, "AFFORDED", 0)
    assert listing(now).counted() == (2, True)
    assert read(ask(client, cast.tu, part="count")).strip() == "hơn 2"
    monkeypatch.setattr(pages, "COUNTED", (3,))
    assert listing(now).counted() == (3, False)
    assert read(ask(client, cast.tu, part="count")).strip() == "3"


@pytest.mark.parametrize("column", ["due_at", "resolved_at"])
@pytest.mark.parametrize("down", [True, False])
def test_tickets_without_a_date_are_read_in_the_order_of_an_index(cast, column, down):
    of_unit = Ticket.objects.filter(unit_id=unit("760").pk)
    [empty] = [rows for rows in slices(of_unit, Order(column, down), None) if "IS NULL" in str(rows.query)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    assert "Sort" not in empty[:51].explain()  # it would take all of them, however many years there are


def test_what_cannot_be_read_is_said_and_narrows_nothing(client, cast):
    opened()
    answer = ask(client, cast.tu, received_from="hôm qua", unit="x", late="nonsense", channel="999999999999999999999")
    words = read(answer)
    assert answer.status_code == 200 and "Ngày không đọc được" in words
    assert answer.content.decode().count("<tr data-row") == 1


def test_what_is_asked_for_stands_above_the_list_and_each_part_can_be_taken_away(client, cast):
    opened()
    answer = ask(client, cast.ha, unit=unit("760").pk, late="overdue", received_from="2026-11-01",
                 received_to="2026-11-30")
    words = read(answer)
    assert "Đơn vị xử lý: Quận 1" in words and "Thời hạn: Đang quá hạn" in words
    assert "Tiếp nhận: 01/11/2026 – 30/11/2026" in words
    assert f'href="?unit={unit("760").pk}&amp;late=overdue"' in answer.content.decode()


def test_words_with_or_without_diacritics_and_codes_find(client, cast):
    pit = opened(body="Ổ gà lớn trước số 5 Lê Duẩn, xe máy dễ ngã.")
    other = opened()
    for words in ("o ga lon", "Ổ gà", pit.code, pit.code.lower()[3:]):
        page = ask(client, cast.lan, q=words).content.decode()
        assert pit.code in page and other.code not in page, words


# --- order and pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["", "received", "-received", "due", "-due", "resolved", "-resolved"])
@pytest.mark.parametrize("who", ["ha", "lan"])
def test_pages_walk_through_every_row_once_and_back(crowd, cast, sort, who, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 7)
    actor = by(getattr(cast, who))
    narrowed, walked, get = TicketFilter(actor, {}), [], {"sort": sort}
    while True:
        page = pages.Page(actor, narrowed, crowd, get)
        walked.append([row.pk for row in page.found])
        if not page.next:
            break
        get = {"sort": sort, "after": page.next}
    everything = [pk for part in walked for pk in part]
    assert sorted(everything) == sorted(Ticket.objects.visible_to(actor).values_list("pk", flat=True))
    assert everything == [row.pk for row in Listing(actor, narrowed, crowd, sort).take(None, 1000)]
    for expected in reversed(walked[:-1]):
        page = pages.Page(actor, narrowed, crowd, {"sort": sort, "before": page.previous})
        assert [row.pk for row in page.found] == expected
    assert not page.previous


def test_from_ticket_to_ticket_within_the_list(client, cast):
    first, second, third = (opened(at=timezone.now() - timedelta(hours=n)) for n in (3, 2, 1))
    opened(area="778", lat=None, lon=None)
    page = ask(client, cast.ha, unit=unit("760").pk)
    address = re.search(rf'href="([^"]*{second.code}[^"]*)"', page.content.decode())[1]
    walk = client.get(html.unescape(address)).context["around"]
    assert third.code in walk.previous and first.code in walk.next and walk.back.endswith(f"?unit={unit('760').pk}")
    last = client.get(walk.next).context["around"]
    assert second.code in last.previous and not last.next
    assert client.get(reverse("ticket", args=[first.code]), {"list": "unit=x&sort=%00&after=["}).status_code == 200


def test_promises_are_rows_and_a_second_date_is_marked(client, cast):
    ticket = brought_to(State.REOPENED)
    later = timezone.now() + timedelta(days=60)
    found = listing(later, per="result", unit=unit("760").pk)
    assert [row.ticket_id for row in found.take(None, 9)] == [ticket.pk]  # the first one counts no more
    assert [row.round for row in found.rows(found.take(None, 9))] == [2]


def test_a_page_costs_the_same_for_one_row_and_for_many(client, cast):
    signed_in(client, cast.lan)

    def cost():
        client.get(reverse("tickets"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("tickets"))
        return len(queries)

    opened()
    few = cost()
    for _n in range(12):
        opened()
    assert cost() == few


# --- who sees what -----------------------------------------------------------------------------------------------


def test_everybody_lists_what_they_may_see(client, cast):
    own, shared, foreign = opened(), opened(category="dien-su-co"), opened(area="778", lat=None, lon=None)
    for person, expected in ((cast.lan, {own, shared}), (cast.khoa, {foreign}), (cast.ha, {own, shared, foreign}),
                             (cast.phuc, {own, shared, foreign})):
        page = ask(client, person).content.decode()
        assert {t for t in (own, shared, foreign) if t.code in page} == expected, person
    for person in (cast.quan, cast.nobody):
        assert ask(client, person).status_code == 404
        assert signed_in(client, person).get(reverse("tickets_file", args=["csv"])).status_code == 404
    assert foreign.code not in ask(client, cast.lan, unit=unit("778").pk).content.decode()


def test_what_lies_elsewhere_now_is_counted_but_not_opened(client, cast):
    ticket = opened(at=timezone.now() - timedelta(days=60))
    actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit("EVNHCMC").pk, note="x")
    Ticket.objects.filter(pk=ticket.pk).update(area=unit("778"))
    page = ask(client, cast.lan, per="result", late="late", unit=unit("760").pk).content.decode()
    assert page.count("<tr data-row") == 1 and reverse("ticket", args=[ticket.code]) not in page


def test_no_phone_stands_in_a_list_or_a_file(client, cast):
    Ticket.objects.filter(pk=opened().pk).update(address="77 Pasteur (gọi 0907 654 321)", title="Gọi 0907654321")
    signed_in(client, cast.lan)
    client.cookies["cot"] = "title.address"
    assert "654" not in client.get(reverse("tickets")).content.decode()
    assert "654" not in taken(client, "csv").decode()


# --- taking it away ----------------------------------------------------------------------------------------------


def test_a_file_holds_the_rows_of_the_list_in_its_order(crowd, client, cast, monkeypatch):
    monkeypatch.setattr("feedback.listing.files.STEP", 25)
    signed_in(client, cast.ha)
    query = {"state": "done", "sort": "resolved"}
    actor = Actor.person(cast.ha)
    rows = Listing(actor, TicketFilter(actor, query), crowd, "resolved").take(None, 1000)
    book = openpyxl.load_workbook(io.BytesIO(taken(client, "xlsx", **query)))
    about = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    assert about["Trạng thái"] == "Không còn mở" and about["Người lập"] == str(cast.ha)
    head, *lines = book.worksheets[1].iter_rows(values_only=True)
    assert [line[head.index("Mã")] for line in lines] == [ticket.code for ticket in rows]
    zone = rulebook().zone
    for line, ticket in zip(lines, rows, strict=True):
        assert line[head.index("Tiếp nhận")] == ticket.occurred_at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    text = taken(client, "csv", **query).decode("utf-8-sig")
    first, *others = csv.reader(io.StringIO(text))
    assert [line[first.index("Mã")] for line in others] == [ticket.code for ticket in rows]


@pytest.mark.parametrize("title", ["=1+1", "+84", "-x", "@SUM(A1)"])
def test_a_cell_that_could_be_a_formula_is_text(title, client, cast):
    ticket = opened()
    Ticket.objects.filter(pk=ticket.pk).update(title=title)
    signed_in(client, cast.lan)
    text = taken(client, "csv").decode("utf-8-sig")
    assert f"'{title}" in text
    book = openpyxl.load_workbook(io.BytesIO(taken(client, "xlsx")))
    cell = next(c for row in book.worksheets[1].iter_rows() for c in row if c.value == title)
    assert cell.data_type == "s"


def test_the_columns_that_were_chosen_are_kept(client, cast):
    opened()
    page = read(ask(client, cast.lan, col=["title", "address"]))
    assert "12 Lê Lợi, Quận 1" in page
    assert "12 Lê Lợi, Quận 1" in read(client.get(reverse("tickets")))
