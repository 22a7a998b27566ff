"""Targets, sets and checks on pages of their own: previewed, kept with who and why, the past keeps what held for it."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from indicators import quality, upkeep
from indicators.arithmetic import Parts
from indicators.models import Check, Indicator, Issue, Owed, RuleChange, SetItem, Target, ValueSet
from indicators.upkeep_forms import CheckForm, TargetForm
from indicators.upkeep_views import ROOMS
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.indicators.test_plans import bring as bring_year
from tests.indicators.test_sharing import person
from tests.indicators.test_sums import bring, value

pytestmark = pytest.mark.django_db
FIRES = "fires"


@pytest.fixture
def phuc(client, cast):
    signed_in(client, cast.phuc)
    return client


def typed(room, row=None, **more):
    """What the form of a page says of a row, with changes."""
    form = ROOMS[room].form(None, row)
    said = {}
    for name in form.fields:
        value = form[name].value()
        if value is None or value is False:
            continue
        is_many = isinstance(value, list | tuple)
        said[name] = [getattr(one, "pk", one) for one in value] if is_many else getattr(value, "pk", value)
    return said | more


def sent(client, room, row=None, **more):
    """Previewed, then kept; the answer to the second."""
    address = reverse(f"{room}_one", args=[row.pk]) if row else reverse(f"{room}_new")
    given = typed(room, row, **more)
    page = client.post(address, given)
    assert "preview" in page.context, page.context["form"].errors
    return page.context["preview"], client.post(
        address, given | {"send": "1", "seal": page.context["seal"], "reason": "Theo công văn"})


def fires_of(months):
    """Fires of Quận 1 and Quận 7 from January 2026 on."""
    bring([value(FIRES, code, f"2026-{month:02}", Parts(Decimal(number)))
           for code in ("760", "778") for month, number in enumerate(months, 1)])
    return Indicator.objects.get(code=FIRES)


def test_a_changed_target_begins_at_a_border_and_ends_the_one_before(phuc, cast):
    fires = fires_of([5] * 9)
    Target.objects.filter(indicator=fires).delete()
    old = Target.objects.create(indicator=fires, form="at_most", value=9, begins=date(2026, 1, 1))
    address = reverse("targets_one", args=[old.pk])
    for begins, fault in (("2026-01-01", "sau ngày 01/01/2026"), ("2026-12-15", "01/12/2026 hoặc 01/01/2027")):
        assert fault in read(phuc.post(address, typed("targets", old, value="4", begins=begins)))
    shown, _answer = sent(phuc, "targets", old, value="4", begins="2026-12-01")
    (_period, was, now), *_rest = [row for row in shown.states if row[1]["ok"]]
    assert (was["ok"], now["danger"]) == (2, 2), "two districts stood at 5: below 9, above 4"
    old.refresh_from_db()
    new = Target.objects.get(indicator=fires, begins=date(2026, 12, 1))
    assert (old.value, old.ends, new.value, new.ends) == (9, date(2026, 11, 30), 4, None)
    kept = RuleChange.objects.get()
    assert (kept.target, kept.follows, kept.by, kept.reason) == (new, old.pk, cast.phuc, "Theo công văn")
    page = read(phuc.get(reverse("targets_one", args=[new.pk])))
    assert "Theo công văn" in page and "9 → 4" in page


def test_what_bends_nothing_changes_in_place(phuc):
    old = Target.objects.filter(begins__lte=date(2026, 6, 1)).first()
    _shown, answer = sent(phuc, "targets", old, basis="Nghị quyết mới")
    old.refresh_from_db()
    assert answer.status_code == 302 and old.basis == "Nghị quyết mới" and Target.objects.filter(
        indicator=old.indicator, unit=old.unit, ends=None).count() <= 1


def test_a_plan_is_tried_along_its_path(cast):
    revenue = bring_year("budget-revenue", 2026, [Decimal(10)] * 8)
    Target.objects.filter(indicator=revenue).delete()
    form = TargetForm({"indicator": revenue.pk, "form": "plan", "value": "100", "begins": "2027-01-01",
                       "path": ",".join(["0.05"] * 4 + ["0.9"] * 8)})
    assert form.is_valid(), form.errors
    states = {period.code: now for period, _was, now in upkeep.preview(form).states}
    assert states["2026-04"]["ok"] and states["2026-05"]["danger"]


def test_a_check_opens_what_its_preview_said(phuc, cast):
    fires = fires_of([5, 5, 50, 5, 80, 5])
    shown, answer = sent(phuc, "checks", code="fires-most", name_vi="Không quá 40 vụ", kind="range",
                         indicator=fires.pk, high="40", begins="2026-01-01", limit="5", tolerance="0")
    assert answer.status_code == 302 and (shown.failing, shown.tried) == (4, 12)
    assert not Issue.objects.filter(check_row__code="fires-most").exists(), "the background judges what there is"
    quality.again()
    assert sum(one.failures.count() for one in Issue.objects.filter(check_row__code="fires-most")) == shown.failing
    old = Check.objects.get(code="fires-most")
    sent(phuc, "checks", old, high="60", begins="2026-12-01")
    old.refresh_from_db()
    later = Check.objects.get(code="fires-most-2")
    assert (old.high, old.ends, later.high, later.begins) == (40, date(2026, 11, 30), 60, date(2026, 12, 1))
    assert [one.check_row for one in upkeep.history(later)] == [later, old]


def test_a_preview_leaves_nothing(cast):
    fires = fires_of([5, 50])
    before = [model.objects.count() for model in (Check, RuleChange, Issue)]
    form = CheckForm({"code": "x-1", "name_vi": "x", "kind": "range", "indicator": fires.pk, "high": "1",
                      "begins": "2026-01-01", "limit": "5", "tolerance": "0"})
    assert form.is_valid() and upkeep.preview(form).failing == 4
    assert [model.objects.count() for model in (Check, RuleChange, Issue)] == before


def test_a_set_says_who_would_owe_what_next(phuc):
    chosen = ValueSet.objects.get(code="monthly-district")
    free = Indicator.objects.create(
        code="bins", name_vi="Thùng rác", field=Indicator.objects.first().field, measure_vi="thùng", source="delivered")
    before = chosen.items.count()
    shown, answer = sent(phuc, "value_sets", chosen, owing_groups=["urban"], owing_units=[unit("783").pk],
                         adds=[free.pk], adds_from="2026-12-01")
    assert answer.status_code == 302 and shown.cells == (before, before + 1)
    assert "Củ Chi" not in " ".join(shown.leaving) and len(shown.leaving) == 4 and shown.owing == 18
    assert not shown.joining
    assert SetItem.objects.get(indicator=free).begins == date(2026, 12, 1) and chosen.items.count() == before + 1
    Owed.objects.create(value_set=chosen, unit=unit("760"), start="2026-09-01T00:00+07:00",
                        frozen_at="2026-10-10T00:00+07:00")
    page = phuc.post(reverse("value_sets_one", args=[chosen.pk]), typed("value_sets", chosen, due_days="9"))
    assert "danh sách được chốt" in read(page)


def test_only_an_analyst_keeps_them(cast):
    form = TargetForm(typed("targets", Target.objects.first()) | {"begins": "2027-01-01"})
    with pytest.raises(PermissionError):
        upkeep.keep(person("quan", cast), form, "x")
