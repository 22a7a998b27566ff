"""Search: words with and without diacritics, codes and their ends, phones for those who may, scope, windows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import querysets, search
from tests.city import by, unit
from tests.feedback.pages import read, rows_of, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
AN = {"name": "Nguyễn Văn An", "phone": "+84901234567"}


def ask(client, person, q):
    return signed_in(client, person).get(reverse("search"), {"q": q})


def ask_privately(client, person, q):
    return signed_in(client, person).post(reverse("search"), {"q": q})


@pytest.mark.parametrize("q", ["lấn chiếm vỉa hè", "lan chiem via he", "LẤN chiếm VIA", "lấn chiế", "vỉa hè Lê Lợi",
                               "  via   he  ", "vỉa-hè, lê lợi!"])
def test_words_are_found_with_or_without_diacritics(client, cast, q):
    wanted = opened()
    opened(body="Cây ngã giữa đường Pasteur", address="3 Pasteur")
    assert rows_of(ask(client, cast.tu, q)) == [wanted.code]


def test_newest_first(client, cast):
    now = timezone.now()
    codes = [opened(at=now - timedelta(days=days)).code for days in (3, 1, 40, 400)]
    assert rows_of(ask(client, cast.tu, "via he")) == [codes[1], codes[0], codes[2], codes[3]]


def test_the_index_is_asked_only_for_what_the_newest_tickets_do_not_fill(client, cast, monkeypatch):
    monkeypatch.setattr(search, "FOUND", 2)
    monkeypatch.setattr(querysets, "LOOKED_THROUGH", 2)
    now = timezone.now()
    old = opened(at=now - timedelta(days=300), body="Vỉa hè đọng nước")
    new = [opened(at=now - timedelta(days=days)).code for days in (1, 2)]
    with CaptureQueriesContext(connection) as queries:
        found = search.by_words(by(cast.tu), "via he")
    assert [t.code for t in found] == new
    assert not any("search @@" in q["sql"] for q in queries)
    assert "2 phản ánh mới nhất" in read(ask(client, cast.tu, "via he"))
    for person in (cast.tu, cast.lan):
        assert [t.code for t in search.by_words(by(person), "via he dong nuoc")] == [old.code]


def test_a_beginning_counts_only_where_no_whole_word_does(client, cast):
    whole, begun = opened(body="Cống nghẹt mùi ho"), opened(body="Cống nghẹt, nhà có hoa")
    assert rows_of(ask(client, cast.tu, "cong nghet ho")) == [whole.code]
    assert set(rows_of(ask(client, cast.tu, "cong ngh"))) == {whole.code, begun.code}


def test_staff_find_their_own_tickets_and_those_they_coordinate(client, cast):
    mine, shared = opened(), opened(area="778")
    shared.coordinating.add(unit("760"))
    opened(area="778")
    assert set(rows_of(ask(client, cast.lan, "via he"))) == {mine.code, shared.code}


def test_a_code_is_found_whole_spoken_or_by_its_end(client, cast):
    ticket = opened()
    old = opened(at=timezone.now() - timedelta(days=500))
    number = ticket.code[7:].lstrip("0")
    for q in (ticket.code, ticket.code.lower(), f"{ticket.code[:3]} {ticket.code[3:7]} {ticket.code[7:]}",
              number.zfill(4), ticket.code[3:]):
        assert ticket.code in rows_of(ask(client, cast.tu, q)), q
    assert rows_of(ask(client, cast.tu, old.code[7:]))[:1] == [old.code]
    assert rows_of(ask(client, cast.tu, "PHA999900000001")) == []


def test_a_phone_is_found_whole_or_by_its_last_four_and_never_stands_in_an_address(client, cast):
    ticket = opened(reporter=AN)
    opened(reporter={"phone": "+84900000000"})
    for q in ("0901234567", "+84 90 123 45 67", "0901.234.567", "4567"):
        answer = ask_privately(client, cast.tu, q)
        assert answer.status_code == 200 and rows_of(answer) == [ticket.code], q
    assert rows_of(ask(client, cast.tu, "0901234567")) == []
    assert ask_privately(client, cast.tu, "vỉa hè").url == f"{reverse('search')}?q=v%E1%BB%89a+h%C3%A8"


@pytest.mark.parametrize("who", ["lan", "minh", "ha", "phuc"])
def test_phones_are_only_searched_by_the_hotline(client, cast, who):
    opened(reporter=AN)
    answer = ask_privately(client, getattr(cast, who), "0901234567")
    assert answer.status_code == 200 and rows_of(answer) == []
    assert "số điện thoại" not in read(ask(client, getattr(cast, who), "x"))


def test_a_ticket_without_a_phone_is_no_answer_to_a_bad_number(client, cast):
    opened(reporter={"name": "An"})
    assert rows_of(ask_privately(client, cast.tu, "0000 0000")) == []
    assert search.by_phone(by(cast.tu), "") == search.by_phone(by(cast.tu), "abc") == []


def test_only_what_one_may_see_is_found(client, cast):
    own, foreign = opened(), opened(area="778", lat=None, lon=None)
    assert rows_of(ask(client, cast.lan, "via he")) == [own.code]
    assert rows_of(ask(client, cast.khoa, "via he")) == [foreign.code]
    assert rows_of(ask(client, cast.lan, foreign.code)) == []
    assert set(rows_of(ask(client, cast.phuc, "via he"))) == {own.code, foreign.code}
    assert ask(client, cast.quan, "via he").status_code == 404


@pytest.mark.parametrize("q", ["", "   ", "!!!", "'; DROP TABLE", "a & b | !c", "\x00", "🌳", "x" * 5000, "1" * 40,
                               "PHA", "()", "từ: *"])
def test_any_text_is_answered(client, cast, q):
    opened()
    assert ask(client, cast.tu, q).status_code == 200
    assert ask_privately(client, cast.tu, q).status_code in (200, 302)


def test_nothing_found_says_so(client, cast):
    assert "Không tìm thấy phản ánh nào" in read(ask(client, cast.tu, "không hề có"))


def test_twenty_one_rows_cost_what_one_costs(client, cast):
    def cost():
        ask(client, cast.lan, "via he")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("search"), {"q": "via he"})
        return len(queries)

    opened()
    one = cost()
    for _ in range(20):
        opened()
    assert cost() == one < 16
