"""How the catalogue changes: previewed, put to the units, answered, adopted; the past stays as it was."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from indicators import answers, definitions, deliveries, entry, operands, owed, quality_board, representation
from indicators.answers import Parts
from indicators.definition_forms import Change
from indicators.models import Indicator, IndicatorVersion, Notice, Opinion, Proposal, SetItem
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.indicators.test_sharing import bring, month, person

pytestmark = pytest.mark.django_db
FIRES = "fires"
SOON = timedelta(days=10)


def facts(indicator=None, **more):
    """What the form says of an indicator as it is, with changes."""
    form = Change(indicator)
    said = {name: one[name].initial for one in (form.row, form.version) for name in one.fields}
    plain = {name: "" if value is None else str(getattr(value, "pk", value)) for name, value in said.items()}
    return {name: plain.get(name, "") for name in form.fields} | more


def changed(code, **more):
    indicator = Indicator.objects.get(code=code)
    change = Change(indicator, facts(indicator, **more))
    assert change.is_valid(), change.faults
    return change


def faults(indicator, **more):
    change = Change(indicator, facts(indicator, **more))
    assert not change.is_valid()
    return change.faults


def fires():
    return Indicator.objects.get(code=FIRES)


def new(**more):
    base = {"code": "bins", "name_vi": "Thùng rác công cộng", "field": str(fires().field_id), "measure_vi": "thùng",
            "definition_vi": "Số thùng rác công cộng.", "kind": "count", "source": "delivered", "begins": "2026-11-01"}
    return facts(None, **(base | more))


def put(cast, change, days=10):
    return definitions.propose(person("phuc", cast), change, "Theo đề nghị của Sở", timezone.localdate() + days * DAY)


DAY = timedelta(days=1)


def term_over(asked):
    Proposal.objects.filter(pk=asked.pk).update(until=timezone.localdate() - DAY)


# --- What is refused before anybody is asked


def test_a_definition_begins_at_a_border_after_the_last_figure(cast):
    bring(FIRES, 3, [unit("760").pk], period=month(10))
    said = faults(fires(), begins="2026-12-10", kind="stock")
    assert "01/12/2026" in said and "01/01/2027" in said
    said = faults(fires(), begins="2026-10-01", kind="stock")
    assert "2026-10" in said and "sớm nhất từ 01/11/2026" in said
    assert changed(FIRES, begins="2026-11-01", kind="stock").is_new_definition


def test_what_figures_were_made_with_does_not_change_under_them(cast):
    bring(FIRES, 3, [unit("760").pk])
    assert "Đã có số liệu" in faults(fires(), period_kind="quarter")
    assert "Đã có số liệu theo cách tính hiện nay" in faults(fires(), over_time="max"), "without a beginning of its own"


@pytest.mark.parametrize(("formula", "said"), [
    ("[fires] + ", "không đọc được"),
    ("[fires] + [nothing-there]", "Không có chỉ số mã “nothing-there”"),
    ("[doubled] * 2", "quay lại chính chỉ số này"),
    ("[fires] + [dossiers-on-time]", "Không cộng hay so được"),
    ("[fires] / [dossiers-on-time].d", ""),
    ("", "Hãy ghi công thức"),
])
def test_formulas_are_understood_before_they_are_kept(cast, formula, said):
    change = Change(None, new(code="doubled", source="formula", formula=formula))
    assert change.is_valid() == (not said)
    assert said in change.faults


def test_a_code_that_another_page_has_is_refused(client, cast):
    for code in ("dinh-nghia", "bo-du-lieu", "chat-luong"):
        change = Change(None, new(code=code, period_kind="month"))
        assert not change.is_valid() and "địa chỉ của một trang khác" in change.faults
    signed_in(client, cast.phuc)
    answer = client.post(reverse("new_data_set"), {"code": "moi"})
    assert "địa chỉ của một trang khác" in read(answer)


# --- What a change would do


def test_the_preview_shows_the_figures_as_they_would_be(cast):
    bring(FIRES, 3, period=month(9))
    was, now = definitions.preview(changed(FIRES, begins="2027-01-01", over_territory="max")).pairs[0]
    assert (was.city.value, now.city.value) == (66, 3)
    assert answers.answer(fires(), [month(9)])[0].city.value == 66, "nothing is kept"


def test_the_preview_names_what_rests_on_the_indicator(client, cast):
    signed_in(client, cast.phuc)
    given = facts(fires(), begins="2027-01-01", over_time="max")
    page = read(client.post(reverse("change_indicator", args=[FIRES]), given))
    assert "Cách cộng" in page and "Theo thời gian cộng lớn nhất" in page.replace("\n", " ")
    assert fires().set_item.value_set.name in page
    assert not Proposal.objects.exists()


def test_what_was_typed_after_the_preview_is_previewed_again(client, cast):
    signed_in(client, cast.phuc)
    given = facts(fires(), begins="2027-01-01", over_time="max")
    seal = client.post(reverse("change_indicator", args=[FIRES]), given).context["seal"]
    send = {"send": "1", "seal": seal, "reason": "Sửa", "until": str(timezone.localdate() + SOON)}
    client.post(reverse("change_indicator", args=[FIRES]), given | {"over_time": "min"} | send)
    assert not Proposal.objects.exists()
    client.post(reverse("change_indicator", args=[FIRES]), given | send)
    assert Proposal.objects.get().changes[-1][0] == "over_time"


# --- Its life


def test_units_are_told_say_what_they_think_and_are_answered(client, cast):
    asked = put(cast, changed(FIRES, begins="2027-01-01", over_time="max"))
    assert Notice.objects.filter(user=cast.minh, code="consulted").exists()
    signed_in(client, cast.minh)
    assert "Ý kiến của đơn vị bạn" in read(client.get(reverse("proposal", args=[asked.pk])))
    client.post(reverse("opine", args=[asked.pk]), {"agrees": "no"})
    assert not Opinion.objects.exists(), "an objection without words"
    client.post(reverse("opine", args=[asked.pk]), {"agrees": "no", "words": "Không so được với năm trước"})
    term_over(asked)
    signed_in(client, cast.phuc)
    client.post(reverse("decide", args=[asked.pk]), {"what": "adopt"})
    assert Proposal.objects.get().state == "open", "the objection has no answer"
    client.post(reverse("reply_to_opinion", args=[Opinion.objects.get().pk]), {"words": "Năm trước được giữ nguyên"})
    client.post(reverse("decide", args=[asked.pk]), {"what": "adopt", "words": "Thống nhất"})
    assert Proposal.objects.get().state == "adopted"
    assert fires().versions.get(number=2).over_time == "max"
    assert {"opinion_answered", "adopted"} <= set(Notice.objects.filter(user=cast.minh).values_list("code", flat=True))


def test_nobody_adopts_before_the_term_and_nobody_speaks_after_it(cast):
    asked = put(cast, changed(FIRES, begins="2027-01-01", over_time="max"))
    with pytest.raises(definitions.NotYet):
        definitions.adopt(person("phuc", cast), asked.pk, "")
    term_over(asked)
    with pytest.raises(LookupError):
        definitions.opine(person("minh", cast), asked.pk, agrees=True, words="")
    definitions.adopt(person("phuc", cast), asked.pk, "")
    with pytest.raises(LookupError):
        definitions.adopt(person("phuc", cast), asked.pk, "")
    assert fires().versions.count() == 2


def test_figures_that_came_meanwhile_forbid_it(cast):
    asked = put(cast, changed(FIRES, begins="2026-11-01", over_time="max"))
    term_over(asked)
    bring(FIRES, 3, [unit("760").pk], period=month(11))
    with pytest.raises(ValueError, match="sớm nhất từ 01/12/2026"):
        definitions.adopt(person("phuc", cast), asked.pk, "")
    assert Proposal.objects.get().state == "open" and fires().versions.count() == 1


def test_one_open_proposal_per_indicator(cast):
    put(cast, changed(FIRES, begins="2027-01-01", over_time="max"))
    with pytest.raises(definitions.AlreadyProposed):
        put(cast, changed(FIRES, begins="2027-02-01", over_time="min"))


def test_a_past_period_keeps_its_figures_to_the_byte(cast):
    bring(FIRES, 3, period=month(9))
    before = representation.answer(answers.answer(fires(), [month(9)])[0], units=True)
    asked = put(cast, changed(FIRES, begins="2026-12-01", factor="10", kind="stock", over_time="last"))
    term_over(asked)
    definitions.adopt(person("phuc", cast), asked.pk, "")
    assert representation.answer(answers.answer(fires(), [month(9)])[0], units=True) == before


def test_a_formula_keeps_its_past_too(cast):
    change = Change(None, new(code="doubled", source="formula", formula="[fires] * 2", begins="2020-01-01"))
    assert change.is_valid()
    term_over(asked := put(cast, change))
    definitions.adopt(person("phuc", cast), asked.pk, "")
    bring(FIRES, 3, period=month(9))
    bring(FIRES, 3, period=month(10))
    IndicatorVersion.objects.create(
        indicator=Indicator.objects.get(code="doubled"), number=2, begins=date(2026, 10, 1), definition_vi="Khác",
        kind="count", formula="[fires] * 3")
    found = answers.answer(Indicator.objects.get(code="doubled"), [month(9), month(10)])
    assert [one.city.value for one in found] == [132, 198]


def test_what_changes_no_definition_is_applied_at_once_and_kept(client, cast):
    signed_in(client, cast.phuc)
    given = facts(fires(), name_vi="Số vụ cháy, nổ")
    seal = client.post(reverse("change_indicator", args=[FIRES]), given).context["seal"]
    client.post(reverse("change_indicator", args=[FIRES]), given | {"send": "1", "seal": seal, "reason": "Tên đúng"})
    assert fires().name_vi == "Số vụ cháy, nổ" and fires().versions.count() == 1
    kept = Proposal.objects.get()
    assert kept.state == "adopted" and kept.changes == [["name_vi", "Vụ cháy", "Số vụ cháy, nổ"]]


@pytest.mark.parametrize("change", [
    {"polarity": "up"}, {"closed_on": "2026-12-31"}, {"coverage": "0.1"}, {"definition_vi": "Vụ cháy do điện."}])
def test_what_bends_a_figure_its_colour_or_its_meaning_is_put_to_the_units(cast, change):
    assert not changed(FIRES, name_vi="X").asks_units
    with pytest.raises(ValueError, match="put to the units"):
        definitions.propose(person("phuc", cast), changed(FIRES, **change), "Sửa", None)
    put(cast, changed(FIRES, **change))
    assert fires().polarity == "down" and fires().closed_on is None


# --- New indicators and sets


def test_a_new_indicator_is_owed_from_its_beginning_on(cast):
    value_set = fires().set_item.value_set
    before = entry.sheet(value_set, unit("760"), month(10)).size
    change = Change(None, new(value_set=str(value_set.pk), period_kind="month"))
    assert change.is_valid(), change.faults
    assert definitions.preview(change).owing == 22
    term_over(asked := put(cast, change))
    definitions.adopt(person("phuc", cast), asked.pk, "")
    sizes = [entry.sheet(value_set, unit("760"), month(number)).size for number in (10, 11)]
    assert sizes == [before, before + 1]
    made = Indicator.objects.get(code="bins")
    october, november = answers.answer(made, [month(10), month(11)])
    assert (october.city.owed, november.city.owed) == (0, 22)
    due = [one for one in quality_board.due_last(timezone.now()) if one.value_set == value_set]
    assert made.pk not in {one.pk for group in due for one in group.indicators if group.period.code == "2026-10"}


def test_a_closed_indicator_is_owed_no_longer(cast):
    value_set = fires().set_item.value_set
    Indicator.objects.filter(code=FIRES).update(closed_on=date(2026, 11, 1))
    sizes = [entry.sheet(value_set, unit("760"), month(number)).size for number in (10, 11)]
    assert sizes[0] == sizes[1] + 1


def test_a_unit_keeps_indicators_of_its_own(client, cast):
    signed_in(client, cast.minh)
    given = {"name_vi": "Hẻm được nâng cấp", "definition_vi": "Số hẻm nâng cấp xong.", "measure_vi": "hẻm",
             "field": fires().field_id, "decimals": 0, "polarity": "up", "period_kind": "month", "kind": "count",
             "access": "own"}
    client.post(reverse("own_indicator"), given)
    made = Indicator.objects.get(name_vi="Hẻm được nâng cấp")
    assert made.owner == unit("760") and made.access == "own" and made.city_value == "none"
    assert SetItem.objects.get(indicator=made).value_set.owing_units.get() == made.owner
    bring(made.code, 4, [made.owner_id], period=month(11))
    page = reverse("indicator", args=[made.code])
    assert [row.cell.value for row in client.get(page).context["rows"]] == [4]
    signed_in(client, cast.khoa)
    assert client.get(page).context["answer"] is None, "another unit does not see it"


# --- Rights


def test_only_analysts_define_and_only_units_speak(client, cast):
    asked = put(cast, changed(FIRES, begins="2027-01-01", over_time="max"))
    for name in ("minh", "lan", "tu"):
        signed_in(client, getattr(cast, name))
        for path in (reverse("new_indicator"), reverse("change_indicator", args=[FIRES])):
            assert client.get(path).status_code == 404
        assert client.post(reverse("decide", args=[asked.pk]), {"what": "withdraw", "words": "x"}).status_code == 404
    signed_in(client, cast.phuc)
    assert client.post(reverse("opine", args=[asked.pk]), {"agrees": "yes"}).status_code == 404
    assert client.get(reverse("own_indicator")).status_code == 404
    with pytest.raises(PermissionError):
        definitions.propose(Actor.person(cast.minh), changed(FIRES, name_vi="X"), "x", None)


# --- Formulas over operands with longer periods


def test_an_operand_with_a_longer_period_gives_its_latest_value(cast, client):
    yearly = Indicator.objects.create(
        code="people", name_vi="Dân số", field=fires().field, measure_vi="người", period_kind="year")
    version = IndicatorVersion.objects.create(
        indicator=yearly, number=1, begins=date(2000, 1, 1), definition_vi="Dân số", kind="stock", over_time="last")
    per_head = Indicator.objects.create(
        code="fires-per-head", name_vi="Cháy trên đầu người", field=fires().field, measure_vi="vụ", source="formula")
    IndicatorVersion.objects.create(indicator=per_head, number=1, begins=date(2000, 1, 1), definition_vi="Tỷ suất",
                                    kind="index", formula="[fires] / [people]", factor=100000)
    bring(FIRES, 3, period=month(9))
    rule = owed.rule()
    given = [deliveries.Given(yearly.pk, unit("760").pk, rule.at("year", date(2025, 1, 1)).start, version.pk,
                              Parts(Decimal(300_000)), "final")]
    deliveries.bring(deliveries.new(Actor.system("demo"), door="api"), given)
    cell = answers.answer(per_head, [month(9)])[0].units[unit("760").pk]
    assert cell.value == 1, "3 of 300,000, per 100,000"
    told = [(one.indicator.code, one.period.code, one.city.value) for one in operands.of(
        per_head.versions.get(), month(9))]
    assert told == [("fires", "2026-09", 66), ("people", "2025", 300_000)], "each with the period of its value"
    signed_in(client, cast.khoa)
    assert "(năm 2025)" in read(client.get(reverse("indicator", args=["fires-per-head"]) + "?ky=2026-09"))
    Indicator.objects.filter(code="people").update(access="restricted")
    assert [one.indicator.code for one in operands.of(per_head.versions.get(), month(9))] == ["fires"]
    with pytest.raises(ValueError):
        answers.answer(per_head, [rule.parse("week", "2026-W40")])
