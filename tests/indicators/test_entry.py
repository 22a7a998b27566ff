"""A clerk's sheet: cells that save themselves, two at once, approval by differences, sums that follow."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from indicators import answers, deliveries, entry, owed, receipts, totals, uses
from indicators.models import Indicator, Keeper, Revision, Subscription, Total, Value, ValueSet
from indicators.topics import TAKER
from live import feed
from tests.city import unit, worker
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def monthly(cast):
    return ValueSet.objects.get(code="monthly-district")


@pytest.fixture
def october(monthly):
    return owed.rule().at("month", OCTOBER)


def indicator(code):
    return Indicator.objects.get(code=code)


def change(code, number="", *, numerator="", denominator="", **more):
    texts = {"number": number} if number else {"numerator": numerator, "denominator": denominator}
    return entry.Change(indicator(code).pk, texts, **more)


def keyed(person, monthly, october, *changes, code="760"):
    return entry.save(Actor.person(person), monthly, unit(code), october, changes)


def cell(monthly, october, code, unit_code="760"):
    return next(one for one in entry.sheet(monthly, unit(unit_code), october).cells if one.indicator.code == code)


def test_what_is_owed_and_what_is_left(cast, monthly, october):
    found = entry.sheet(monthly, unit("760"), october)
    assert found.left == len(found.cells) >= 18 and not found.is_complete
    share = change("dossiers-on-time", numerator="95", denominator="100")
    keyed(cast.lan, monthly, october, change("fires", "2"), share)
    assert entry.sheet(monthly, unit("760"), october).left == found.left - 2
    assert cell(monthly, october, "dossiers-on-time").number == 95


def test_a_working_is_kept_and_zero_is_a_value(cast, monthly, october):
    keyed(cast.lan, monthly, october, change("fires", "1+0+2"), change("crimes-recorded", "0"))
    assert (cell(monthly, october, "fires").number, cell(monthly, october, "fires").working) == (3, "1+0+2")
    assert cell(monthly, october, "crimes-recorded").is_there


@pytest.mark.parametrize(("given", "part"), [
    ({"number": "hai"}, "number"), ({"number": "-1"}, "number"), ({"number": ""}, "number"),
])
def test_what_is_wrong_is_said_at_its_place(cast, monthly, october, given, part):
    with pytest.raises(entry.Refused) as refused:
        keyed(cast.lan, monthly, october, entry.Change(indicator("fires").pk, given))
    assert list(refused.value.faults) == [part] and not Value.objects.exists()


def test_all_cells_of_a_paste_or_none(cast, monthly, october):
    with pytest.raises(entry.Refused):
        keyed(cast.lan, monthly, october, change("fires", "2"), change("crimes-recorded", "x"))
    assert not Value.objects.exists() and not Revision.objects.exists()


def test_a_gap_needs_its_reason_and_is_an_answer(cast, monthly, october):
    with pytest.raises(entry.Refused):
        keyed(cast.lan, monthly, october, change("fires", flag="missing"))
    keyed(cast.lan, monthly, october, change("fires", flag="missing", note="Chờ công an phường"))
    assert cell(monthly, october, "fires").is_answered and not cell(monthly, october, "fires").is_there


def test_a_reason_sent_in_time_makes_no_late_number_timely(cast, monthly, october):
    keyed(cast.lan, monthly, october, change("fires", flag="missing", note="Chờ"))
    first = Value.objects.get().first_at
    keyed(cast.lan, monthly, october, change("fires", "2"))
    assert Value.objects.get().first_at > first
    after = Value.objects.get().first_at
    keyed(cast.lan, monthly, october, change("fires", "3"))
    assert Value.objects.get().first_at == after, "a correction does not make it late"


def test_the_second_of_two_is_told_and_loses_nothing(cast, monthly, october):
    keyed(cast.lan, monthly, october, change("fires", "2", revision=0))
    with pytest.raises(entry.Conflict) as conflict:
        keyed(cast.minh, monthly, october, change("fires", "9", revision=0))
    assert conflict.value.cell.number == 2 and conflict.value.cell.saved_by == str(cast.lan)
    keyed(cast.minh, monthly, october, change("fires", "9", revision=1))
    assert [row.number for row in deliveries.history(indicator("fires").pk, unit("760").pk, october.start)] == [9, 2]


def test_the_same_again_is_no_revision(cast, monthly, october):
    assert keyed(cast.lan, monthly, october, change("fires", "2")).new == 1
    again = keyed(cast.lan, monthly, october, change("fires", "2"))
    assert (again.new, again.changed, again.same) == (0, 0, 1) and Revision.objects.count() == 1


def test_the_leader_approves_what_they_saw(cast, monthly, october):
    keyed(cast.lan, monthly, october, change("fires", "2"), change("crimes-recorded", "7"))
    seen = {one.indicator.pk: one.revision for one in entry.sheet(monthly, unit("760"), october).to_approve}
    keyed(cast.lan, monthly, october, change("fires", "3"))
    assert entry.approve(Actor.person(cast.minh), monthly, unit("760"), october, seen) == 1
    flags = [cell(monthly, october, code).flag for code in ("fires", "crimes-recorded")]
    assert flags == ["preliminary", "final"]
    with pytest.raises(PermissionError):
        entry.approve(Actor.person(cast.lan), monthly, unit("760"), october, seen)


def test_only_the_keeper_keys_once_there_is_one(cast, monthly, october):
    other = worker("hoa", "unit_staff", "760")
    Keeper.objects.create(value_set=monthly, unit=unit("760"), user=cast.lan, substitute=other)
    assert entry.may_key(Actor.person(other), monthly, unit("760"))
    third = worker("tam", "unit_staff", "760")
    with pytest.raises(PermissionError):
        keyed(third, monthly, october, change("fires", "2"))


@pytest.mark.parametrize("name", ["khoa", "tu", "ha", "phuc", "quan"])
def test_nobody_keys_for_another_unit(cast, monthly, october, name):
    with pytest.raises(PermissionError):
        keyed(getattr(cast, name), monthly, october, change("fires", "2"))


# --- The city's figure


def owed_units(monthly, october):
    return owed.owing(monthly, [october])[october.start]


def deliver(monthly, october, code, numbers):
    """Values of many units at once, as their districts bring them."""
    one = indicator(code)
    version = one.versions.get(number=1)
    given = [deliveries.Given(one.pk, pk, october.start, version.pk, number if isinstance(number, answers.Parts)
             else answers.Parts(Decimal(number))) for pk, number in numbers.items()]
    deliveries.bring(deliveries.new(Actor.system("demo"), door="api"), given)
    feed.take_all(TAKER)


def test_the_city_is_the_sum_and_says_of_how_many(monthly, october):
    units = sorted(owed_units(monthly, october))
    assert len(units) == 22
    deliver(monthly, october, "fires", dict.fromkeys(units[:18], 3))
    total = Total.objects.get()
    assert (total.why, total.delivered, total.owed) == ("below-coverage", 18, 22) and total.value is None
    deliver(monthly, october, "fires", dict.fromkeys(units[18:21], 3))
    total = Total.objects.get()
    assert (total.value, total.units, total.why) == (63, 21, "") and not totals.differences()


def test_a_share_of_the_city_is_of_its_parts(monthly, october):
    units = sorted(owed_units(monthly, october))
    parts = {pk: answers.Parts(None, Decimal(place), Decimal(100 + place)) for place, pk in enumerate(units)}
    deliver(monthly, october, "dossiers-on-time", parts)
    whole, part = sum(one.denominator for one in parts.values()), sum(one.numerator for one in parts.values())
    assert Total.objects.get().value == (Decimal(100) * part / whole).quantize(Decimal("1e-12"))


def test_what_the_last_period_weighed_counts_for_coverage(monthly, october):
    units = sorted(owed_units(monthly, october))
    september = owed.rule().before(october)
    heavy = {pk: answers.Parts(None, Decimal(1), Decimal(10_000 if pk == units[0] else 10)) for pk in units}
    deliver(monthly, september, "dossiers-on-time", heavy)
    deliver(monthly, october, "dossiers-on-time", {pk: heavy[pk] for pk in units[1:]})
    assert Total.objects.get(start=october.start).why == "below-coverage", "21 of 22 units, and a fiftieth of the work"


def test_a_sum_that_somebody_changed_is_named_and_rebuilt(monthly, october):
    deliver(monthly, october, "fires", dict.fromkeys(owed_units(monthly, october), 3))
    Total.objects.update(number=7)
    assert totals.differences()
    totals.rebuild()
    assert not totals.differences() and Total.objects.get().number == 66


def test_revise_and_revert_leaves_the_value_and_two_revisions(cast, monthly, october):
    for number in ("2", "5", "2"):
        keyed(cast.lan, monthly, october, change("fires", number))
    feed.take_all(TAKER)
    assert Revision.objects.count() == 3 and Value.objects.get().number == 2


def test_as_of_a_day_reads_what_was_known_then(cast, monthly, october):
    from django.utils import timezone

    keyed(cast.lan, monthly, october, change("fires", "2"))
    between = timezone.now()
    keyed(cast.lan, monthly, october, change("fires", "5"))
    pk = unit("760").pk
    then, now = (answers.answer(indicator("fires"), [october], as_of=as_of)[0].units[pk].value
                 for as_of in (between, None))
    assert (then, now) == (2, 5)


def test_a_frozen_list_stays_and_has_addenda(monthly, october):
    from django.utils import timezone

    now = timezone.now()
    assert owed.freeze(monthly, october, now) == 22 == len(owed_units(monthly, october))
    assert owed.freeze(monthly, october, now) == 0
    monthly.owing_groups = ["urban"]
    monthly.save()
    assert len(owed_units(monthly, october)) == 22, "frozen"
    with pytest.raises(ValueError, match="reason"):
        owed.add(monthly, october, unit("SYT"), now, reason=" ")
    owed.add(monthly, october, unit("SYT"), now, reason="Lập thêm biểu")
    assert len(owed_units(monthly, october)) == 23


# --- Pages


def address(name, monthly, code="760"):
    return reverse(name, args=[monthly.code, unit(code).slug, "2026-10"])


def post(client, monthly, *cells, code="760"):
    sent = json.dumps({"cells": cells})
    return client.post(address("save_cells", monthly, code), sent, content_type="application/json")


def test_a_clerk_fills_a_month_with_mistakes_and_is_told(client, cast, monthly):
    signed_in(client, cast.lan)
    assert "Biểu tháng" in read(client.get(reverse("owed")))
    assert "còn" in read(client.get(address("sheet", monthly)))
    fires = indicator("fires").pk
    wrong = post(client, monthly, {"indicator": fires, "revision": 0, "texts": {"number": "1.28"}})
    assert wrong.status_code == 422 and "dấu phẩy" in wrong.json()["faults"]["number"]
    saved = post(client, monthly, {"indicator": fires, "revision": 0, "texts": {"number": "1+1"}})
    told = saved.json()["cells"][0]
    assert (told["texts"]["number"], told["working"], told["revision"]) == ("2", "1+1", 1) and "lần 1" in told["said"]
    assert post(client, monthly, {"indicator": fires, "revision": 0, "texts": {"number": "7"}}).status_code == 409


@pytest.mark.parametrize("body", [
    b"", b"[]", b"{}", b'{"cells": [1]}', b'{"cells": []}', b'{"cells": [{"indicator": "x"}]}'])
def test_what_cannot_be_read_is_refused(client, cast, monthly, body):
    signed_in(client, cast.lan)
    answer = client.post(address("save_cells", monthly), body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["khoa", "nobody"])
def test_a_sheet_of_another_unit_is_not_there(client, cast, monthly, name):
    signed_in(client, getattr(cast, name))
    assert client.get(address("sheet", monthly)).status_code == 404
    assert post(client, monthly, {"indicator": 1, "texts": {"number": "1"}}).status_code == 404


def test_the_leader_approves_on_the_page(client, cast, monthly, october):
    keyed(cast.lan, monthly, october, change("fires", "2"))
    signed_in(client, cast.minh)
    page = client.get(address("sheet", monthly))
    assert "chờ lãnh đạo đơn vị duyệt" in read(page)
    client.post(address("sheet", monthly), {f"r-{indicator('fires').pk}": 1})
    assert cell(monthly, october, "fires").flag == "final"


def test_the_catalogue_and_an_indicator_are_read_by_every_unit(client, cast, monthly, october):
    deliver(monthly, october, "fires", dict.fromkeys(owed_units(monthly, october), 3))
    signed_in(client, cast.khoa)
    assert "66" in read(client.get(reverse("data")))
    page = read(client.get(reverse("indicator", args=["fires"])))
    assert "22/22 đơn vị" in page and "Quận 1" in page and "tháng 10/2026" in page
    assert client.get(reverse("indicator", args=["fires"]) + "?tep=xlsx")["Content-Type"].endswith("sheet")


def test_a_restricted_indicator_shows_its_meaning_and_not_its_figures(client, cast, monthly, october):
    deliver(monthly, october, "crimes-recorded", dict.fromkeys(owed_units(monthly, october), 41))
    signed_in(client, cast.khoa)
    page = read(client.get(reverse("indicator", args=["crimes-recorded"])))
    assert "902" not in page and "Định nghĩa" in page and "đồng ý" in page
    signed_in(client, cast.ha)
    assert "902" in read(client.get(reverse("indicator", args=["crimes-recorded"])))


@pytest.mark.parametrize(("code", "period"), [("monthly-economy", "2026-10"), ("monthly-district", "2999-01")])
def test_what_the_unit_does_not_owe_is_not_there(client, cast, code, period):
    signed_in(client, cast.lan)
    place = reverse("sheet", args=[code, unit("760").slug, period])
    assert client.get(place).status_code == 404
    assert client.post(f"{place}o/", "{}", content_type="application/json").status_code == 404


def test_who_takes_calls_sees_no_restricted_figures(client, cast, monthly, october):
    deliver(monthly, october, "crimes-recorded", dict.fromkeys(owed_units(monthly, october), 41))
    signed_in(client, cast.tu)
    assert "902" not in read(client.get(reverse("indicator", args=["crimes-recorded"])))


# --- Who uses a cell, and the receipt


def filled(monthly, october, code, number):
    """All cells of a unit's sheet: `number` fires, everything else a reason."""
    person = Actor.system("demo")
    for one in entry.sheet(monthly, unit(code), october).cells:
        fires = one.indicator.code == "fires"
        given = {} if fires else {"flag": "missing", "note": "Chờ"}
        entry.save(person, monthly, unit(code), october, [change(one.indicator.code, number if fires else "", **given)])


def test_each_cell_says_who_uses_it(client, cast, monthly, october, django_assert_max_num_queries):
    Subscription.objects.create(user=cast.ha, indicator=indicator("dossiers-on-time"), since=timezone.now())
    every = list(Indicator.objects.all())
    with django_assert_max_num_queries(3):
        found = uses.readers(every)
    assert found[indicator("dossiers-on-time").pk].subscribers == 1
    assert "Báo cáo tháng về kiểm soát thủ tục hành chính" in found[indicator("dossiers-on-time").pk].reports
    signed_in(client, cast.lan)
    page = read(client.get(reverse("sheet", args=[monthly.code, unit("760").slug, "2026-10"])))
    assert ", 1 người theo dõi" in page


def test_a_complete_sheet_stands_beside_its_peers(client, cast, monthly, october):
    for code, number in [("760", "9"), ("761", "2"), ("764", "4")]:
        filled(monthly, october, code, number)
    assert receipts.of(entry.sheet(monthly, unit("760"), october)) == [], "two peers are too few"
    filled(monthly, october, "765", "7")
    (one,) = receipts.of(entry.sheet(monthly, unit("760"), october))
    assert (one.cell.number, one.low, one.middle, one.high, one.count) == (9, 2, 4, 7, 3)
    signed_in(client, cast.lan)
    assert "Đã nhận đủ biểu" in read(client.get(reverse("sheet", args=[monthly.code, unit("760").slug, "2026-10"])))
    Indicator.objects.filter(code="fires").update(access="own")
    assert receipts.of(entry.sheet(monthly, unit("760"), october)) == [], "only open figures"
    deliveries.withdraw(Actor.system("demo"), Value.objects.get(unit=unit("760"), indicator=indicator("fires")), "x")
    assert "Đã nhận đủ biểu" not in read(client.get(reverse("sheet", args=[monthly.code, unit("760").slug, "2026-10"])))
