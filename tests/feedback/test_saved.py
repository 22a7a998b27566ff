"""Lists under a name: whose they are, who sees what through them, their counts; the inbox's views are lists too."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from feedback.desk import lists
from feedback.listing import saved
from feedback.listing.filters import TicketFilter
from feedback.models import SavedView
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened
from tests.feedback.test_listing import crowd  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def keep(client, person, name, query="state=open", **more):
    return signed_in(client, person).post(reverse("saved_views"), {"name": name, "query": query} | more, follow=True)


def seen(client, person) -> str:
    return read(signed_in(client, person).get(reverse("saved_views")))


def test_a_list_is_kept_under_a_name_counted_and_forgotten(client, cast):
    opened()
    opened(title="Ngập nước nặng")
    answer = keep(client, cast.lan, "Ngập ở Quận 1", "q=ngập&sort=due&nonsense=1&unit=x")
    assert "Đã lưu mục “Ngập ở Quận 1”." in read(answer)
    view = SavedView.objects.get()
    assert view.query == "q=ng%E1%BA%ADp&sort=due"  # what could be read
    assert "Ngập ở Quận 1 1" in seen(client, cast.lan)
    assert client.get(f"{reverse('tickets')}?{view.query}").context["page"].sort == "due"
    client.post(reverse("saved_view_drop", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_own_views_are_for_oneself_and_those_of_a_unit_for_everybody_there(client, cast):
    keep(client, cast.lan, "Riêng của Lan")
    keep(client, cast.minh, "Chung của Quận 1", for_unit="on")
    assert "Riêng của Lan" in seen(client, cast.lan) and "Chung của Quận 1" in seen(client, cast.lan)
    assert "Riêng của Lan" not in seen(client, cast.minh) and "Chung của Quận 1" in seen(client, cast.minh)
    for stranger in (cast.khoa, cast.ha, cast.tu):
        assert "của" not in seen(client, stranger)


def test_only_who_may_share_keeps_and_drops_what_is_of_the_unit(client, cast):
    assert "Chỉ lãnh đạo và trưởng ca" in read(keep(client, cast.lan, "Chung", for_unit="on"))
    keep(client, cast.minh, "Chung", for_unit="on")
    view = SavedView.objects.get()
    for other in (cast.lan, cast.khoa, cast.ha):
        assert signed_in(client, other).post(reverse("saved_view_drop", args=[view.pk])).status_code == 404
    assert signed_in(client, cast.minh).post(reverse("saved_view_drop", args=[view.pk])).status_code == 302
    assert signed_in(client, cast.quan).get(reverse("saved_views")).status_code == 404


def test_a_view_shows_each_person_what_they_may_see(cast):
    opened()
    opened(area="778", lat=None, lon=None)
    SavedView.objects.create(owner=cast.ha, unit=unit("760"), name="Tất cả", query="state=open")
    SavedView.objects.create(owner=cast.ha, name="Tất cả", query="state=open")
    counts = {name: saved.shown(Actor.person(getattr(cast, name)), timezone.now())[0].count for name in ("lan", "ha")}
    assert counts == {"lan": 1, "ha": 2}


@pytest.mark.parametrize(("name", "said"), [
    ("  ", "Đặt tên cho mục."), ("x" * 61, "Tên dài nhất 60 ký tự."), ("Có rồi", "Đã có mục tên “Có rồi”."),
])
def test_a_name_that_does_not_do_is_explained(client, cast, name, said):
    keep(client, cast.lan, "Có rồi")
    assert said in read(keep(client, cast.lan, name))
    assert SavedView.objects.count() == 1


def test_nobody_keeps_more_views_than_one_finds_again(client, cast, monkeypatch):
    monkeypatch.setattr(saved, "MOST", 1)
    keep(client, cast.lan, "Một")
    assert "xóa bớt" in read(keep(client, cast.lan, "Hai"))


def test_a_count_stops_where_nobody_counts_on(cast, monkeypatch):
    monkeypatch.setattr(saved, "COUNTED", 2)
    for _ in range(3):
        opened()
    SavedView.objects.create(owner=cast.ha, name="Tất cả", query="")
    [shown] = saved.shown(Actor.person(cast.ha))
    assert (shown.count, shown.is_cut) == (None, False)
    [counted] = saved.shown(Actor.person(cast.ha), now=timezone.now())
    assert (counted.count, counted.is_cut) == (2, True)


@pytest.mark.parametrize("who", ["lan", "minh", "tu", "sau", "ha"])
def test_each_view_of_the_inbox_is_a_list_and_counts_it(crowd, cast, who):  # noqa: F811
    actor = Actor.person(getattr(cast, who))
    counts = lists.counts(actor, crowd)
    assert any(counts.values())
    for view in lists.views_for(actor):
        parts = TicketFilter(actor, view.asked(actor)).tickets(crowd)
        assert counts[view.name] == sum(part.count() for part in parts) == lists.tickets(view, actor, crowd).count()


@pytest.mark.parametrize("who", ["lan", "tu"])
def test_the_inbox_leads_to_the_same_tickets_in_the_list(crowd, client, cast, who):  # noqa: F811
    person = getattr(cast, who)
    signed_in(client, person)
    for view in lists.views_for(Actor.person(person)):
        page = client.get(reverse("inbox"), {"view": view.name, "urgency": "normal"}).context["page"]
        shown = {row.ticket.code for row in client.get(page.list_address).context["page"].shown}
        assert shown == {ticket.code for ticket in page.rows} or len(page.rows) == 50, view.name


@pytest.mark.parametrize(("who", "may"), [("lan", True), ("minh", True), ("tu", True), ("sau", True), ("ha", True),
                                          ("phuc", True), ("quan", False), ("nobody", False)])
def test_lists_files_and_views_are_for_those_who_see_tickets(client, cast, who, may):
    signed_in(client, getattr(cast, who))
    for address in (reverse("tickets"), reverse("tickets_file", args=["csv"]), reverse("tickets_file", args=["xlsx"]),
                    reverse("list_files"), reverse("saved_views")):
        assert client.get(address).status_code == (200 if may else 404), address
    for address in (reverse("list_files"), reverse("saved_views")):
        assert client.post(address, {"name": "x"}).status_code == (302 if may else 404), address


def test_a_leader_of_the_team_asks_for_one_persons_tickets(client, cast):
    mine, _other = opened(), opened()
    mine.assignee = cast.lan
    mine.save(update_fields=["assignee"])
    for query in ({"handler": "me"}, {"handler": str(cast.lan.pk)}):
        rows = signed_in(client, cast.lan).get(reverse("tickets"), query).context["page"].shown
        assert [row.ticket for row in rows] == [mine]
    page = signed_in(client, cast.khoa).get(reverse("tickets"), {"handler": str(cast.lan.pk)}).context["page"]
    assert "handler" in page.filter.errors  # who works elsewhere is nobody's business
