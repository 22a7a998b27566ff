"""Units beside their like: bands that chance does not explain, ranks as ranges, nobody given the average, and the
unit's own words."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from districts.models import Unit
from indicators import deliveries, owed
from indicators.arithmetic import Flag, Parts
from indicators.judging import peers, saving
from indicators.models import Indicator, Reply
from indicators.topics import TAKER
from live import feed
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.indicators.test_sums import JOB

pytestmark = pytest.mark.django_db
PAGE, CODE, MONTH = "/xep-hang/", "dossiers-on-time", "2026-10"
ASKED = {"chi-so": CODE, "ky": MONTH}


def period():
    return owed.rule().parse("month", MONTH)


def urban():
    return list(Unit.objects.in_force().filter(kind__in=("urban_district", "municipality")))


def brought(shares, code=CODE):
    """(met, of) of each unit, or a flag in their stead."""
    chosen = Indicator.objects.get(code=code)
    version = chosen.versions.first().pk
    given = [
        deliveries.Given(chosen.pk, pk, period().start, version, Parts(None, *map(Decimal, what)))
        if isinstance(what, tuple) else
        deliveries.Given(chosen.pk, pk, period().start, version, Parts(), flag=what, note="Không có bộ phận này")
        for pk, what in shares.items()]
    deliveries.bring(deliveries.new(JOB, door="api"), given)
    feed.take_all(TAKER)
    return chosen


@pytest.fixture
def month(cast):
    """Sixteen districts near 95 %, Quận 1 at 60 %, Quận 7 with few dossiers, Quận 3 without the service."""
    shares = {one.pk: (940 + place, 1000) for place, one in enumerate(urban())}
    shares |= {unit("760").pk: (600, 1000), unit("778").pk: (3, 10), unit("770").pk: Flag.CANNOT_EXIST}
    return brought(shares)


def test_bands_are_what_chance_does_not_explain(month):
    (group,) = peers.of(month, period()).groups
    bands = {place.unit.code: place.band for place in group.places}
    assert (bands.pop("760"), bands.pop("778")) == ("worse", "unknown") and set(bands.values()) == {"usual"}
    assert [place.unit.code for place in group.places][-2:] == ["760", "778"], "the usual ones by name before"
    quan_1 = group.at(unit("760").pk)
    assert quan_1.rank == (15, 15) and quan_1.like is not None
    usual = group.places[3]
    assert (usual.rank, usual.said_rank, quan_1.said_rank) == ((1, 14), None, (15, 15)), "none of the usual is first"
    assert [(one.code, why) for one, why in group.left_out] == [("770", "not-applicable")], "not given the average"
    Indicator.objects.filter(pk=month.pk).update(polarity="down")
    (group,) = peers.of(Indicator.objects.get(pk=month.pk), period()).groups
    assert (group.at(unit("760").pk).band, group.at(unit("760").pk).rank) == ("better", (1, 1)), "little is good"
    Indicator.objects.filter(pk=month.pk).update(polarity="none")
    (group,) = peers.of(Indicator.objects.get(pk=month.pk), period()).groups
    assert group.at(unit("760").pk).band == "low" and group.at(unit("760").pk).rank is None, "no good side, no rank"


def test_the_page_says_it_all(client, cast, month):
    signed_in(client, cast.ha)
    page = read(client.get(PAGE, ASKED))
    assert "Thấp hơn rõ" in page and "φ =" in page and "Không xếp: Quận 3 (không áp dụng)." in page
    assert "Đơn vị tương tự làm tốt hơn" in page and "15 Quận 1" not in page
    assert page.rindex("Trong khoảng thường Thủ Đức") < page.rindex("Thấp hơn rõ Quận 1")
    assert "khoảng Wilson" in read(client.get(PAGE, ASKED | {"goc": "1"}))
    for bad in ({"chi-so": "magic"}, ASKED | {"ky": "hôm qua"}):
        assert client.get(PAGE, bad).status_code == 404


def test_who_does_better_is_named_with_whom_to_ask(client, cast, month):
    (group,) = peers.of(month, period()).groups
    better = group.at(unit("760").pk).like
    Unit.objects.filter(pk=better.pk).update(phone="028 3829 7052")
    signed_in(client, cast.lan)
    assert f"làm tốt hơn: {better.short_name} (028 3829 7052)" in read(client.get(PAGE, ASKED))


def test_a_restricted_indicator_is_compared_for_nobody_who_may_not_see_it(client, cast, month):
    Indicator.objects.filter(code=CODE).update(access="own", owner=unit("778"))
    signed_in(client, cast.lan)
    assert client.get(PAGE, ASKED).status_code == 404
    assert "Tỷ lệ hồ sơ giải quyết đúng hạn" not in read(client.get(f"{PAGE}quan-1/"))


def test_the_units_own_words_stand_beside_its_row(client, cast, month):
    signed_in(client, cast.minh)
    assert client.post(f"{PAGE}y-kien/", ASKED | {"words": "Trụ sở sửa chữa cả tháng"}).status_code == 302
    client.post(f"{PAGE}y-kien/", ASKED | {"words": "Đã mở lại từ ngày 05"})
    signed_in(client, cast.khoa)
    page = read(client.get(PAGE, ASKED))
    assert "“Đã mở lại từ ngày 05” Lê Văn Minh" in page and "(1 ý kiến trước)" in page
    assert client.post(f"{PAGE}y-kien/", ASKED | {"words": "Khác"}).status_code == 404, "staff does not reply"
    assert Reply.objects.count() == 2 and set(Reply.objects.values_list("unit__code", flat=True)) == {"760"}
    with pytest.raises(PermissionError):
        saving.reply(Actor.person(cast.minh), month, unit("778"), period(), "Thay Quận 7")


def test_a_unit_beside_its_like_in_as_many_queries_whatever_there_is(client, cast, month):
    signed_in(client, cast.ha)
    page = read(client.get(f"{PAGE}quan-1/"))
    assert "60,0" in page and "Thấp hơn rõ" in page and "Hạng 15 trên 15" in page
    usual = peers.of(month, period()).groups[0].places[3].unit
    assert "Hạng" not in read(client.get(f"{PAGE}{usual.slug}/")), "what is not put in order has no rank"
    counts = []
    for more in ("dossiers-online", None):
        client.get(f"{PAGE}quan-1/")  # however long ago that was: what is kept for seconds is there again
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}quan-1/")
        counts.append(len(queries))
        if more:
            brought({one.pk: (800, 1000) for one in urban()}, code=more)
    assert counts[1] <= counts[0] + 2, counts
    assert client.get(f"{PAGE}khong-co/").status_code == 404


def test_what_is_no_proportion_has_no_bands(client, cast):
    chosen = Indicator.objects.get(code="fires")
    given = [deliveries.Given(chosen.pk, one.pk, period().start, chosen.versions.first().pk, Parts(Decimal(5)))
             for one in urban()]
    deliveries.bring(deliveries.new(JOB, door="api"), given)
    feed.take_all(TAKER)
    (group,) = peers.of(chosen, period()).groups
    assert {place.band for place in group.places} == {None} and group.funnel is None
    signed_in(client, cast.ha)
    page = read(client.get(PAGE, {"chi-so": "fires", "ky": MONTH}))
    assert "không phải tỷ lệ" in page and "Trong khoảng thường" not in page
