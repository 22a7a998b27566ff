"""Searching the list: words with and without diacritics, codes and their ends, phones for those who may, scope."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import querysets
from feedback.listing import pages
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
AN = {"name": "Nguyễn Văn An", "phone": "+84901234567"}


def ask(client, person, q):
    return signed_in(client, person).get(reverse("tickets"), {"q": q})


def ask_privately(client, person, q, **more):
    return signed_in(client, person).post(reverse("tickets"), {"q": q} | more, follow=True)


def codes(answer) -> list[str]:
    return [row.ticket.code for row in answer.context["page"].shown]


@pytest.mark.parametrize("q", ["lấn chiếm vỉa hè", "lan chiem via he", "LẤN chiếm VIA", "lấn chiế", "vỉa hè Lê Lợi",
                               "  via   he  ", "vỉa-hè, lê lợi!"])
def test_words_are_found_with_or_without_diacritics(client, cast, q):
    wanted = opened()
    opened(body="Cây ngã giữa đường Pasteur", address="3 Pasteur")
    assert codes(ask(client, cast.tu, q)) == [wanted.code]


def test_newest_first(client, cast):
    now = timezone.now()
    found = [opened(at=now - timedelta(days=days)).code for days in (3, 1, 40, 400)]
    assert codes(ask(client, cast.tu, "via he")) == [found[1], found[0], found[2], found[3]]


def test_the_index_is_asked_only_for_what_the_newest_tickets_do_not_fill(client, cast, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 1)
    monkeypatch.setattr(querysets, "LOOKED_THROUGH", 2)
    now = timezone.now()
    old = opened(at=now - timedelta(days=300), body="Vỉa hè đọng nước")
    new = [opened(at=now - timedelta(days=days)).code for days in (1, 2)]
    with CaptureQueriesContext(connection) as queries:
        assert codes(ask(client, cast.tu, "via he")) == new[:1]
    assert not any("search @@" in q["sql"] for q in queries)
    for person in (cast.tu, cast.lan):
        assert codes(ask(client, person, "via he dong nuoc")) == [old.code]


def test_where_the_newest_hold_a_part_of_it_the_next_ones_are_looked_through_too(client, cast, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 1)
    monkeypatch.setattr(querysets, "LOOKED_THROUGH", 2)
    now = timezone.now()
    found = [opened(at=now - timedelta(days=days)).code for days in (1, 4)]
    for days in (2, 3, 30):
        opened(at=now - timedelta(days=days), body="Cây ngã giữa đường", address="3 Pasteur")
    with CaptureQueriesContext(connection) as queries:
        answer = ask(client, cast.tu, "via he")
    assert codes(answer) == found[:1] and answer.context["page"].next
    assert not any("search @@" in q["sql"] for q in queries)


@pytest.mark.parametrize(("rare", "asked"), [(5, "'dong'::tsquery"), (1, "'dong & nu:*'::tsquery")])
def test_the_index_is_not_asked_for_beginnings_where_the_words_before_are_rare(client, cast, monkeypatch, rare, asked):
    monkeypatch.setattr(querysets, "LOOKED_THROUGH", 3)
    monkeypatch.setattr(querysets, "RARE", rare)
    now = timezone.now()
    wanted = [opened(at=now - timedelta(days=days), body="Vỉa hè đọng nước").code for days in (1, 300)]
    for days in (2, 3, 4, 301):
        opened(at=now - timedelta(days=days), body="Vỉa hè đọng bùn")
    with CaptureQueriesContext(connection) as queries:
        assert codes(ask(client, cast.tu, "đọng nư")) == wanted
    assert [q["sql"] for q in queries if f"search @@ {asked}" in q["sql"]]


def test_staff_find_their_own_tickets_and_those_they_coordinate(client, cast):
    mine, shared = opened(), opened(area="778")
    shared.coordinating.add(unit("760"))
    opened(area="778")
    assert set(codes(ask(client, cast.lan, "via he"))) == {mine.code, shared.code}


def test_a_code_is_found_whole_spoken_or_by_its_end(client, cast):
    ticket = opened()
    old = opened(at=timezone.now() - timedelta(days=500))
    number = ticket.code[7:].lstrip("0")
    for q in (ticket.code, ticket.code.lower(), f"{ticket.code[:3]} {ticket.code[3:7]} {ticket.code[7:]}",
              number.zfill(4), ticket.code[3:]):
        assert ticket.code in codes(ask(client, cast.tu, q)), q
        assert ticket.code in codes(ask_privately(client, cast.tu, q)), q
    assert codes(ask(client, cast.tu, old.code[7:])) == [old.code]
    assert codes(ask(client, cast.tu, "PHA999900000001")) == []


def test_four_digits_that_are_no_code_are_words(client, cast):
    ticket = opened(body="Cống ở 1975 Phạm Thế Hiển bị nghẹt")
    assert codes(ask(client, cast.lan, "1975")) == [ticket.code]


def test_a_phone_is_found_whole_or_by_its_last_four_and_never_stands_in_an_address(client, cast):
    ticket = opened(reporter=AN)
    opened(reporter={"phone": "+84900000000"})
    for q in ("0901234567", "+84 90 123 45 67", "0901.234.567"):
        answer = ask_privately(client, cast.tu, q, state="open")
        assert codes(answer) == [ticket.code], q
        assert "state=open" in answer.request["QUERY_STRING"] and "4567" not in answer.request["QUERY_STRING"]
        assert "09•• ••• 567" in read(answer)
    offered = ask(client, cast.tu, "4567")
    assert "bốn số cuối 4567" in read(offered)
    answer = ask_privately(client, cast.tu, "", tail="4567")
    assert codes(answer) == [ticket.code] and "•••• 4567" in read(answer)
    assert ask_privately(client, cast.tu, "vỉa hè").request["QUERY_STRING"] == "q=v%E1%BB%89a+h%C3%A8"


def test_a_number_that_nobody_called_from_is_said(client, cast):
    opened(reporter=AN)
    answer = ask_privately(client, cast.tu, "0909 999 999")
    assert codes(answer) == [] and "chưa từng gọi" in read(answer)


@pytest.mark.parametrize("who", ["lan", "minh", "ha", "phuc"])
def test_phones_are_only_searched_by_the_hotline(client, cast, who):
    opened(reporter=AN)
    caller = ask_privately(client, cast.tu, "0901234567").request["QUERY_STRING"]
    person = getattr(cast, who)
    assert signed_in(client, person).post(reverse("tickets"), {"q": "0901234567"}).status_code == 404
    page = client.get(f"{reverse('tickets')}?{caller}").context["page"]
    assert page.filter.given == {} and "điện thoại" not in read(ask(client, person, "4567"))


def test_a_ticket_without_a_phone_is_no_answer_to_a_bad_number(client, cast):
    opened(reporter={"name": "An"})
    assert codes(ask_privately(client, cast.tu, "0000 0000")) == []
    assert codes(ask(client, cast.tu, "")) != [] and codes(ask_privately(client, cast.tu, "", tail="")) != []


def test_only_what_one_may_see_is_found(client, cast):
    own, foreign = opened(), opened(area="778", lat=None, lon=None)
    assert codes(ask(client, cast.lan, "via he")) == [own.code]
    assert codes(ask(client, cast.khoa, "via he")) == [foreign.code]
    assert codes(ask(client, cast.lan, foreign.code)) == []
    assert set(codes(ask(client, cast.phuc, "via he"))) == {own.code, foreign.code}
    assert ask(client, cast.quan, "via he").status_code == 404


@pytest.mark.parametrize("q", ["", "   ", "!!!", "'; DROP TABLE", "a & b | !c", "\x00", "🌳", "x" * 5000, "1" * 40,
                               "PHA", "()", "từ: *"])
def test_any_text_is_answered(client, cast, q):
    opened()
    assert ask(client, cast.tu, q).status_code == 200
    assert ask_privately(client, cast.tu, q).status_code == 200


def test_nothing_found_says_so(client, cast):
    assert "Không có phản ánh nào khớp" in read(ask(client, cast.tu, "không hề có"))


def test_the_old_address_of_the_search_leads_to_the_list(client, cast):
    ticket = opened()
    assert codes(signed_in(client, cast.tu).get(reverse("search"), {"q": "via he"}, follow=True)) == [ticket.code]
