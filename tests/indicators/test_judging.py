"""Indicators judged over time: by which method, from when, without what; tried, saved with a reason, reckoned again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.actors import Actor
from districts import lunar
from indicators import answers, deliveries, judging, owed, pages
from indicators.arithmetic import Flag, Parts
from indicators.judging import Mark, Plan, saving, seasons
from indicators.models import Indicator, IndicatorVersion, JudgementMark, SavedJudgement
from indicators.topics import TAKER
from live import feed
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.indicators.test_sums import JOB

pytestmark = pytest.mark.django_db
PAGE = "/du-lieu/fires/danh-gia/"


def month(code):
    return owed.rule().parse("month", code)


def months(last, count):
    chain = [month(last)]
    while len(chain) < count:
        chain.insert(0, owed.rule().before(chain[0]))
    return chain


def brought(numbers, last="2026-09", code="fires", of="760", flags=None):
    """The unit's figures of the months up to the last."""
    chosen = Indicator.objects.get(code=code)
    pk, version = unit(of).pk, chosen.versions.first().pk
    given = [deliveries.Given(chosen.pk, pk, period.start, version, Parts(Decimal(number)),
                              flag=(flags or {}).get(period.code, Flag.FINAL))
             for period, number in zip(months(last, len(numbers)), numbers, strict=True)]
    deliveries.bring(deliveries.new(JOB, door="api"), given)
    feed.take_all(TAKER)
    return chosen


def steady(count, **odd):
    """Around 100, with what is odd at some places (`p5=900`)."""
    return [odd.get(f"p{place}", 100 + (place * 7) % 5) for place in range(count)]


def of(chosen, **more):
    return judging.of(chosen, unit("760"), **more)


def test_tet_moves_the_months_that_are_like_each_other(town):
    assert [lunar.new_year(year) for year in (2025, 2026)] == [date(2025, 1, 29), date(2026, 2, 17)]
    like = {code: seasons.year_before(month(code)).code for code in ("2026-01", "2026-02", "2026-03", "2025-01")}
    assert like == {"2026-01": "2025-02", "2026-02": "2025-01", "2026-03": "2025-03", "2025-01": "2024-02"}
    rule = owed.rule()
    assert seasons.year_before(rule.at("day", date(2026, 2, 19))).code == "2025-01-31", "the third day of Tết"
    assert seasons.year_before(rule.at("day", date(2026, 6, 1))).code == "2025-06-01"
    assert seasons.like(rule.at("day", date(2026, 2, 19))) is None, "a holiday is like no Thursday"
    assert seasons.like(rule.at("day", date(2026, 3, 5))) == "3"


def test_months_are_judged_without_their_season_and_not_before_two_years(town):
    chosen = brought(steady(23))
    assert (of(chosen).plan.method, of(chosen).judgement.why) == ("seasonal", "few")
    chosen = brought(steady(36, p35=400))
    found = of(chosen)
    assert [(one.key, one.rule) for one in found.judgement.signals if one.rule == "beyond"] == [("2026-09", "beyond")]
    assert of(chosen, until=month("2026-08")).judgement.signals == ()


def test_a_break_and_a_new_definition_stop_it_until_somebody_sets_it_anew(cast):
    chosen = brought(steady(36), flags={"2025-06": Flag.BREAK})
    xmr = Plan("xmr")
    assert of(chosen, plan=xmr).judgement.why == "break"
    anew = of(chosen, plan=Plan("xmr", (Mark("rebase", month("2025-06").start),)))
    assert anew.judgement.why is None and [one.first for one in anew.judgement.stretches] == ["2023-10", "2025-06"]
    version = chosen.versions.first()
    IndicatorVersion.objects.create(indicator=chosen, number=2, begins=date(2026, 8, 1), kind=version.kind,
                                    definition_vi="Khác")
    again = of(Indicator.objects.get(pk=chosen.pk), plan=anew.plan)
    assert again.judgement.why == "break" and again.judgement.limits[-3] and not again.judgement.limits[-2]


def test_what_is_saved_stays_and_is_reckoned_again_beside(cast):
    chosen, actor = brought(steady(30, p20=500)), Actor.person(cast.phuc)
    plan = Plan("xmr", (Mark("exclude", month("2025-12").start),))
    first = saving.save(actor, of(chosen, plan=plan), "Cháy chợ")
    assert (first.method, first.version, first.constants["factor"]) == ("xmr", 1, 2.66)
    found = of(chosen)
    assert found.plan.saved == first and [one.author for one in found.plan.marks] == [cast.phuc]
    assert found.judgement.values[20] is None and not found.judgement.signals
    later = found.plan.with_marks("xmr", [("exclude", month("2025-12").start), ("rebase", month("2025-06").start)])
    saving.save(Actor.person(cast.phuc), of(chosen, plan=later), "Địa bàn mới")
    reasons = dict(JudgementMark.objects.filter(judgement__gt=first).values_list("kind", "reason"))
    assert reasons == {"exclude": "Cháy chợ", "rebase": "Địa bàn mới"}, "a kept mark keeps its reason"
    assert SavedJudgement.objects.count() == 2 and judging.told(of(chosen)) == SavedJudgement.objects.first().found
    assert judging.of(chosen).plan.saved is None, "the city has its own"
    live = Indicator.objects.get(code="tickets-received")
    before = pages.change_of(live, 1)
    SavedJudgement.objects.create(
        indicator=live, method="xmr", version=1, constants={}, until=month("2026-09").start, found={}, reason="x",
        author=cast.phuc, at=timezone.now())
    assert pages.change_of(live, 1) != before, "a page that is kept drawn is drawn anew"


def test_what_is_counted_live_is_judged_from_its_first_whole_month_to_the_last_that_is_over(town, monkeypatch):
    rule, now = owed.rule(), timezone.now()
    runs = rule.at("month", now)

    def counted(_indicator, _version, periods):
        return [answers.Answer(one, answers.Cell(Decimal(40 + one.start.month % 3)), {}) for one in periods]

    monkeypatch.setitem(answers.sources, "1022", counted)
    monkeypatch.setitem(answers.begins, "1022", lambda: owed.first_day(rule.before(runs, 20)) + timedelta(days=9))
    found = judging.of(Indicator.objects.get(code="tickets-received"))
    assert found.newest == rule.before(runs) and len(found.periods) == 19, "no half months"


@pytest.mark.parametrize("name", ["lan", "minh", "ha", "tu", "quan"])
def test_only_the_analyst_saves(cast, name):
    chosen = brought(steady(30))
    with pytest.raises(PermissionError):
        saving.save(Actor.person(getattr(cast, name)), of(chosen), "Vì sao")
    with pytest.raises(ValueError, match="reason"):
        saving.save(Actor.person(cast.phuc), of(chosen), " ")


def test_the_page_shows_the_try_beside_what_counts_and_saves_it(client, cast):
    brought(steady(30, p20=777))
    signed_in(client, cast.phuc)
    asked = {"don-vi": "quan-1", "cach": "xmr", "bo": "2025-12"}
    page = read(client.get(PAGE, asked))
    assert "Thử, chưa lưu" in page and "Không tính tháng 12/2025" in page and "phiên bản 1" in page
    refused = client.post(f"{PAGE}?don-vi=quan-1&cach=xmr&bo=2025-12", {"reason": ""})
    assert refused.status_code == 302 and not SavedJudgement.objects.exists()
    client.post(f"{PAGE}?don-vi=quan-1&cach=xmr&bo=2025-12", {"reason": "Cháy chợ lớn"})
    signed_in(client, cast.lan)
    page = read(client.get(PAGE, {"don-vi": "quan-1"}))
    assert "Không tính tháng 12/2025: Cháy chợ lớn (Bùi Hồng Phúc" in page and "Lưu cách đánh giá" not in page
    assert "Tính lại hôm nay cho kết quả như lúc lưu" in page
    brought(steady(30, p20=777, p22=888))
    page = read(client.get(PAGE, {"don-vi": "quan-1"}))
    assert "Dấu hiệu lúc lưu: –; tính lại hôm nay: tháng" in page and "tháng 2/2026" in page
    for bad in ({"cach": "magic"}, {"bo": "hôm qua"}, {"don-vi": "khong-co"}):
        assert client.get(PAGE, bad).status_code == 404


def test_the_page_of_an_indicator_judges_and_says_what_was_saved_since(client, cast):
    Indicator.objects.filter(code="fires").update(coverage=0)  # one district is the city
    chosen = brought(steady(30, p29=9999))
    signed_in(client, cast.ha)
    page = read(client.get("/du-lieu/fires/"))
    assert "vượt giới hạn trên" in page and "biểu đồ XmR trên chênh lệch" in page
    saving.save(Actor.person(cast.phuc), judging.of(chosen, plan=Plan("xmr")), "Không theo mùa")
    assert "Không theo mùa" in read(client.get("/du-lieu/fires/")), "at once, though the page is kept"


def test_who_may_not_see_the_figures_sees_no_judgement(client, cast):
    Indicator.objects.filter(code="fires").update(access="own", owner=unit("778"))
    signed_in(client, cast.lan)
    assert client.get(PAGE).status_code == 404
