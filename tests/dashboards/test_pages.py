"""Pages of figures: who sees which, the list behind each number, costs, wrong addresses, a city whose data ended."""

import re
from datetime import date, timedelta
from random import Random

import pytest
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dashboards.figures import definitions, fold, registry, series
from dashboards.figures.periods import Period
from districts.models import Unit
from feedback import actions
from feedback.models import Ticket
from hcmc_ioc.lib import caching
from live import devices, fragments
from live.models import TopicVersion
from tests.city import SYSTEM, intake, unit

pytestmark = pytest.mark.django_db


def opened(**changes):
    at = changes.pop("at", None) or timezone.now()
    return actions.open_ticket(actor=SYSTEM, at=at, intake=intake(occurred_at=at, **changes))


def slug(code):
    return unit(code).slug


PAGES = {
    "overview": lambda: reverse("overview"),
    "own unit": lambda: reverse("unit_screen", args=[slug("760")]),
    "other unit": lambda: reverse("unit_screen", args=[slug("778")]),
    "city list": lambda: reverse("figure_list", args=[Unit.objects.city().slug, "received"]),
    "own list": lambda: reverse("figure_list", args=[slug("760"), "overdue"]),
    "other list": lambda: reverse("figure_list", args=[slug("778"), "received"]),
    "screens": lambda: reverse("screens"),
}
EVERYTHING = set(PAGES) - {"screens"}
SEEN = {
    "lan": {"own unit", "own list"}, "minh": {"own unit", "own list"}, "khoa": {"other unit", "other list"},
    "tu": EVERYTHING, "sau": EVERYTHING | {"screens"}, "ha": EVERYTHING, "phuc": EVERYTHING, "quan": {"screens"},
    "nobody": set(),
}


@pytest.mark.parametrize("who", SEEN)
def test_everybody_sees_their_own_screens_and_404_elsewhere(who, cast, client):
    opened()
    client.force_login(getattr(cast, who))
    for name, address in PAGES.items():
        assert client.get(address(), follow=True).status_code == (200 if name in SEEN[who] else 404), name


def test_the_sign_of_what_is_rough_is_explained(cast, client):
    actions.resolve(actor=SYSTEM, ticket_id=opened().pk, reply="Xong")
    fold.fold_all()
    for person, name in ((cast.ha, "overview"), (cast.lan, "own unit")):
        client.force_login(person)
        page = client.get(PAGES[name]()).content.decode()
        assert '<abbr title="gần đúng, sai số 5%">≈</abbr>' in page and "Dấu ≈: con số gần đúng, sai số 5%." in page
    client.post(reverse("set_language"), {"language": "en"})
    assert '<abbr title="approximate, within 5%">≈</abbr>' in client.get(PAGES["own unit"]()).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_strangers_are_sent_to_sign_in(name, town, client):
    answer = client.get(PAGES[name]())
    assert answer.status_code == 302 and reverse("sign_in") in answer.url


def test_home_is_the_page_one_works_on(cast, client):
    wanted = {
        "lan": reverse("inbox"), "minh": reverse("unit_screen", args=[slug("760")]), "tu": reverse("intake"),
        "sau": reverse("overview"), "ha": reverse("overview"), "phuc": reverse("overview"),
    }
    for who, address in wanted.items():
        client.force_login(getattr(cast, who))
        assert client.get("/").url == address, who


@pytest.mark.parametrize("name", registry.LISTS)
def test_a_list_shows_exactly_what_its_figure_counted(name, cast, client):
    at = timezone.now() - timedelta(days=20)
    late, kept, waiting, rejected, again = (opened(at=at + timedelta(hours=n)) for n in range(5))
    actions.resolve(actor=SYSTEM, ticket_id=kept.pk, reply="Xong", at=at + timedelta(days=1))
    actions.rate(actor=SYSTEM, ticket_id=kept.pk, score=5)
    actions.reject(actor=SYSTEM, ticket_id=rejected.pk, reply="Không thuộc phạm vi")
    actions.resolve(actor=SYSTEM, ticket_id=again.pk, reply="Xong", at=at + timedelta(days=1))
    actions.reopen(actor=SYSTEM, ticket_id=again.pk, asked_by="citizen", note="Chưa xong")
    opened(area_id=None)
    fold.fold_all()
    client.force_login(cast.ha)
    for scope in (Unit.objects.city(), unit("760")):
        address = client.get(reverse("figure_list", args=[scope.slug, name]), {"ky": "30"}).url
        count = int(client.get(f"{address}&part=count").content)
        assert client.get(address).content.decode().count("<tr data-row") == count
        period = Period.last(30, timezone.localdate())
        figures = definitions.figures([scope.pk], period, timezone.now(), areas=True)[scope.pk]
        assert registry.FIGURES[name].value(figures) == count
    assert late.pk and waiting.pk


def test_the_menu_opens_the_list_of_units_or_the_own_unit(cast, client):
    opened()
    fold.fold_all()
    client.force_login(cast.ha)
    page = client.get(reverse("units")).content.decode()
    assert slug("760") in page and slug("778") in page and "Kỳ trước" in page
    client.force_login(cast.lan)
    assert client.get(reverse("units")).url == reverse("unit_screen", args=[slug("760")])
    client.force_login(cast.quan)
    assert client.get(reverse("units")).status_code == 404


def test_each_field_of_each_unit_opens_what_it_counted(cast, client):
    """Fields on the overview and units × fields: what is late there is as long as the list behind it."""
    at = timezone.now() - timedelta(days=40)
    for area in ("760", "778"):
        for n in range(3):
            ticket = opened(at=at + timedelta(hours=n), area_id=unit(area).pk)
            if n:
                actions.resolve(actor=SYSTEM, ticket_id=ticket.pk, reply="Xong", at=at + timedelta(days=n * 4))
    fold.fold_all()
    client.force_login(cast.ha)
    period, today = Period.last(90, timezone.localdate()), timezone.localdate()
    counted = series.by_unit_and_field(period, today)
    assert counted
    for (unit_id, field), (due, met) in counted.items():
        for late, expected in (("late", due - met), ("kept", met)):
            whose = {} if unit_id == Unit.objects.city().pk else {"unit": unit_id}
            asked = whose | {"per": "result", "late": late, "category": field, "due_from": period.start,
                             "due_to": today - timedelta(days=1)}
            assert int(client.get(reverse("tickets"), asked | {"part": "count"}).content) == expected
    shown = client.get(reverse("matrix"), {"ky": "90"}).content.decode()
    assert "Chưa đủ lượt đến hạn" in shown and "Trật tự đô thị" not in shown
    [row] = series.by_field(Unit.objects.city().pk, period, today)
    assert (row.due, row.late) == (6, 2) and not row.enough
    took = Ticket.objects.filter(resolved_at__lt=at + timedelta(days=20)).values_list("handling_minutes", flat=True)
    assert row.median_minutes == sorted(took)[1]  # the lower one of the two in the middle
    [own] = series.by_field(unit("760").pk, period, today)
    assert own.median_minutes == min(took.filter(unit=unit("760")))
    for stranger in (cast.lan, cast.nobody):
        client.force_login(stranger)
        assert client.get(reverse("matrix")).status_code == 404


def test_a_page_costs_the_same_for_one_ticket_and_for_many(cast, client):
    client.force_login(cast.ha)
    addresses = [reverse("overview"), reverse("matrix"), reverse("units"),
                 reverse("unit_screen", args=[slug("760")]),
                 client.get(reverse("figure_list", args=[Unit.objects.city().slug, "received"])).url]

    def cost(address):
        TopicVersion.objects.update(version=timezone.now().timestamp())
        fragments.cache.clear()
        client.get(address)
        with CaptureQueriesContext(fold.connection) as queries:
            fragments.cache.clear()
            assert client.get(address).status_code == 200
        return len(queries)

    opened()
    fold.fold_all()
    few = [cost(a) for a in addresses]
    for n in range(21):
        opened(area_id=unit(["760", "778", "769"][n % 3]).pk)
    fold.fold_all()
    assert [cost(a) for a in addresses] == few


def test_many_screens_cost_one_rendering(cast, client):
    opened()
    fold.fold_all()
    client.force_login(cast.ha)
    client.get(reverse("overview"))
    with CaptureQueriesContext(fold.connection) as queries:
        client.get(reverse("overview"), {"ky": "30", "part": "1"})
    assert not [q for q in queries if "unitday" in q["sql"] and "sum" in q["sql"].lower()]


@pytest.mark.parametrize("asked", [
    {"tu": "2026-02-30"}, {"tu": "hôm qua", "den": "x"}, {"tu": "2026-05-02", "den": "2026-05-01"},
    {"tu": "1900-01-01", "den": "2026-01-01"}, {"tu": "9999-12-31", "den": "9999-12-31x"},
])
def test_an_unreadable_period_is_said_and_the_default_shown(asked, cast, client):
    client.force_login(cast.ha)
    page = client.get(reverse("overview"), asked).content.decode()
    assert "Khoảng thời gian không đọc được" in page


def test_pages_of_lists_never_fail_on_their_number(cast, client):
    opened()
    fold.fold_all()
    client.force_login(cast.ha)
    for place in ("0", "-1", "x", "W251bGws", "WyJ4IiwgMV0", "WzEsIDFd", "e30", "[" * 3000):
        assert client.get(reverse("tickets"), {"after": place, "before": place}).status_code == 200
    assert client.get(reverse("figure_list", args=[Unit.objects.city().slug, "nonsense"])).status_code == 404


def test_a_city_whose_data_ended_long_ago_shows_its_last_period_and_says_so(cast, client):
    opened(at=timezone.now() - timedelta(days=400))
    fold.fold_all()
    client.force_login(cast.ha)
    page = client.get(reverse("overview")).content.decode()
    day = timezone.localdate(Ticket.objects.get().occurred_at)
    assert f"Dữ liệu mới nhất là ngày {day:%d/%m/%Y}" in page


def test_an_empty_city_has_screens_that_say_what_will_come(cast, client):
    client.force_login(cast.ha)
    page = client.get(reverse("overview")).content.decode()
    assert "Phản ánh đầu tiên sẽ hiện ở đây" in page
    assert client.get(reverse("unit_screen", args=[slug("760")])).status_code == 200


def test_a_wall_shows_its_scenes_until_it_is_revoked(town, client):
    opened()
    fold.fold_all()
    screen = devices.register(name="Tường 1", unit=Unit.objects.city())
    assert client.get(reverse("wall")).status_code == 404
    client.cookies[devices.COOKIE] = devices.seal(screen)
    assert "Phản ánh 1022" in client.get(reverse("wall")).content.decode()
    for scene in ("today", "units"):
        assert client.get(reverse("wall"), {"part": scene}).status_code == 200
    assert client.get(reverse("wall"), {"part": "x"}).status_code == 404
    devices.revoke(screen)
    assert client.get(reverse("wall")).status_code == 404


def test_the_wall_shows_no_words_of_citizens(town, client):
    opened(body="Bà Nguyễn Thị Bí Mật ở hẻm 45 báo mất nắp cống", title="Bà Nguyễn Thị Bí Mật")
    fold.fold_all()
    for scope in (Unit.objects.city(), unit("760")):
        client.cookies[devices.COOKIE] = devices.seal(devices.register(name="Tường", unit=scope))
        assert "Bí Mật" not in client.get(reverse("wall")).content.decode()


def test_periods():
    period = Period.last(7, date(2026, 3, 3))
    assert (period.start, period.days) == (date(2026, 2, 25), 7)
    assert period.before() == Period(date(2026, 2, 18), date(2026, 2, 24))


@pytest.mark.parametrize("days", [1, 7])
def test_a_running_period_is_compared_with_the_one_before_up_to_the_same_time(town, days):
    now = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    same_time = now - timedelta(days=days)
    for at in (now - timedelta(hours=1), same_time - timedelta(hours=1), same_time - timedelta(minutes=1), same_time,
               same_time + timedelta(hours=5)):
        answered = opened(at=at, category="ha-tang-mat-duong")
        actions.resolve(actor=SYSTEM, ticket_id=answered.pk, reply="Xong", at=at + timedelta(minutes=30))
    fold.fold_all()
    period = Period.last(days, now.date())
    for scope in (Unit.objects.city(), Ticket.objects.first().unit):
        before = definitions.before([scope.pk], period, now)[scope.pk]
        assert (before.received, before.resolved) == (2, 1)
        over = definitions.before([scope.pk], period, now + timedelta(days=1))[scope.pk]
        assert (over.received, over.resolved) == (4, 4)


OF_THE_MOMENT = re.compile(r'datetime="[^"]*"|data-version="\d+"|\d\d:\d\d:\d\d')


def test_kept_pieces_show_what_drawing_everything_anew_shows(cast, client):
    """Pieces are kept by the values that they show: whatever happens, no old number stays on a page."""
    rng = Random(12)
    parts = [(cast.ha, "overview", "1"), (cast.lan, "own unit", "own"), (cast.lan, "own unit", "peers")]

    def pages():
        found = []
        for person, name, part in parts:
            client.force_login(person)
            TopicVersion.objects.update(version=F("version") + 1)
            found.append(OF_THE_MOMENT.sub("", client.get(PAGES[name](), {"part": part}).content.decode()))
        return found

    before = pages()
    for _round in range(6):
        ticket = opened(at=timezone.now() - timedelta(hours=rng.randrange(600)))
        if rng.random() < 0.6:
            actions.resolve(actor=SYSTEM, ticket_id=ticket.pk, reply="Xong")
        fold.fold_all()
        kept = pages()
        assert kept[0] != before[0]
        caching.draw_anew()
        before = pages()
        assert kept == before
