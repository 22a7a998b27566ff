"""Indicators: the catalogue, figures of one, and values in bulk."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.response import Response

from accounts import keys
from hcmc_ioc.lib.api.problems import Problem, invalid
from hcmc_ioc.lib.api.views import Resource, require
from hcmc_ioc.lib.cursors import Cursor, Unknown
from indicators import access, answers, deliveries, following, owed, ranges, representation, sharing
from indicators.arithmetic import WITHOUT_NUMBER, Flag, Parts, faults
from indicators.lookup import Lookup
from indicators.models import Delivery, Indicator

MOST = 10_000  # values in one request
TOLD = 200  # faults in one answer
FIELDS = frozenset({"indicator", "unit", "period", "number", "numerator", "denominator", "flag", "note"})

FLAGS = frozenset(Flag.values)


class Indicators(Resource):
    def get(self, request) -> Response:
        """The catalogue; indicators that the caller may not see stand there with their meaning too."""
        require(access.may(self.actor, "view"), "indicators:read")
        rows = Indicator.objects.in_use().select_related("field", "owner").prefetch_related("versions")
        return Response({"results": [representation.indicator(row) for row in rows], "next": None})


class Values(Resource):
    def get(self, request, indicator: str) -> Response:
        """City and units (`units=1`) for the periods of `by` from `from` to `to`; `map`, `as_of` as in the command; or
        what changed `since` a cursor."""
        require(access.may(self.actor, "view"), "indicators:read")
        rows = Indicator.objects.prefetch_related("versions").select_related("set_item__value_set")
        chosen = get_object_or_404(rows, code=indicator)
        if not sharing.read(self.actor, chosen, sharing.Way.API):
            raise Problem(403, "restricted", _("Số liệu này chỉ xem được khi cơ quan chủ quản đồng ý."))
        given = request.query_params
        if "since" in given:
            return Response(_changed(chosen, given))
        cursor = following.end().encoded()  # before the figures are read: what comes meanwhile is told next time
        try:
            periods = ranges.periods(chosen, given.get("from"), given.get("to"), given.get("by"))
            found = answers.answer(chosen, periods, map_=given.get("map", "then"), as_of=_moment(given.get("as_of"))) \
                if periods else []
        except ValueError as exc:
            raise Problem(400, "bad_parameter", errors={"?from": [str(exc)]}) from None
        shown = [representation.answer(one, units=given.get("units") == "1") for one in found]
        version = answers.version_for(chosen, periods[-1]).number if periods else 1
        return Response({"code": chosen.code, "version": version, "periods": shown, "cursor": cursor, "more": False})


def _changed(chosen: Indicator, given: Any) -> dict:
    """The base periods that changed behind the cursor, as they stand now; 410 where everything must be read again."""
    if unfit := [name for name in ("from", "to", "by", "map", "as_of") if name in given]:
        raise Problem(400, "bad_parameter", errors={f"?{unfit[0]}": [_("Không dùng cùng với since.")]})
    if chosen.source != Indicator.Source.DELIVERED:
        raise Problem(400, "bad_parameter", errors={"?since": [_("Chỉ số này được tính ra: hãy đọc theo kỳ.")]})
    try:
        found = following.changed(chosen, Cursor.read(given["since"]))
    except ValueError:
        raise Problem(400, "bad_parameter", errors={"?since": [_("Không phải vị trí đã được cấp.")]}) from None
    except Unknown:
        message = _("Vị trí này không còn được giữ: hãy đọc lại toàn bộ số liệu.")
        raise Problem(410, "cursor_gone", message) from None
    told = answers.answer(chosen, found.periods) if found.periods else []
    version = answers.version_for(chosen, found.periods[-1]).number if found.periods else 1
    shown = [representation.answer(one, units=given.get("units") == "1") for one in told]
    return {"code": chosen.code, "version": version, "periods": shown, "cursor": found.cursor.encoded(),
            "more": found.more}


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, owed.rule().zone)


class Bulk(Resource):
    def post(self, request) -> Response:
        """New and changed values of the caller's units, all or none: `{"new", "changed", "same"}`."""
        require(access.may(self.actor, "key"), "values:write")
        actor = self.sending()
        rows = request.data.get("values") if isinstance(request.data, dict) else None
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST:
            raise invalid({"values": [_("Cần danh sách từ 1 đến %(n)s số liệu.") % {"n": MOST}]})
        given = _Read(actor).all(rows)
        try:
            return Response(_brought(actor, given))
        except keys.KeyReused as reused:
            raise Problem(409, "key_reused", _("Idempotency-Key này đã dùng cho một yêu cầu khác.")) from reused


@transaction.atomic
def _brought(actor, given: list[deliveries.Given]) -> dict:
    """What became of the values; of a request sent again what it did first."""
    earlier = keys.claim(actor)
    if earlier is not None:
        return earlier
    outcome = deliveries.bring(deliveries.new(actor, door=Delivery.Door.API, unit_id=actor.own_unit_id), given)
    told = {"new": outcome.new, "changed": outcome.changed, "same": outcome.same}
    keys.keep(actor, told)
    return told


class _Read:
    """What was sent as values; every fault with its row and field."""

    def __init__(self, actor) -> None:
        self.actor, self.known = actor, Lookup()
        self.errors: dict[str, list[str]] = {}
        self.scope = None if actor.scope is None else set(actor.scope)

    def all(self, rows: list[Any]) -> list[deliveries.Given]:
        found, seen = [], set()
        for place, row in enumerate(rows):
            try:
                one = self._one(row)
            except _Fault as fault:
                self.errors[f"values/{place}{fault.field}"] = [str(fault)]
                continue
            key = one.indicator_id, one.unit_id, one.start
            if key in seen:
                self.errors[f"values/{place}"] = [_("Số liệu này đã có trong cùng yêu cầu.")]
            seen.add(key)
            found.append(one)
        if self.errors:
            raise invalid(dict(list(self.errors.items())[:TOLD]))
        return found

    def _one(self, row: Any) -> deliveries.Given:
        if not isinstance(row, dict):
            raise _Fault("", _("Cần một đối tượng."))
        if strange := sorted(row.keys() - FIELDS):
            raise _Fault(f"/{strange[0]}", _("Không có trường này."))
        with _At("/indicator"):
            indicator = self.known.indicator(_text(row, "indicator"))
        with _At("/period"):
            period = self.known.period(indicator.period_kind, _text(row, "period"))
        with _At("/unit"):
            unit = self.known.unit(_text(row, "unit"), period)
        if indicator.source != Indicator.Source.DELIVERED:
            raise _Fault("/indicator", _("Chỉ số này không nhận số liệu gửi đến."))
        if self.scope is not None and unit.pk not in self.scope:
            raise _Fault("/unit", _("Không có đơn vị này, hoặc bạn không được gửi thay."))
        if not self.known.owes(unit, indicator, period):
            raise _Fault("/unit", _("Đơn vị này không phải gửi chỉ số đó trong kỳ."))
        version = self.known.version(indicator, period.start)
        flag, note = row.get("flag") or Flag.FINAL, str(row.get("note") or "")[:500]
        if flag not in FLAGS:
            raise _Fault("/flag", _("Một trong: %(all)s.") % {"all": ", ".join(Flag.values)})
        parts = Parts(*(_number(row, name) for name in ("number", "numerator", "denominator")))
        self._check(version, parts, flag, note)
        if flag == Flag.FINAL and self._waits(indicator):  # no door leads around the unit's leader
            flag = Flag.PRELIMINARY
        return deliveries.Given(indicator.pk, unit.pk, period.start, version.pk, parts, flag, note)

    def _waits(self, indicator: Indicator) -> bool:
        return hasattr(indicator, "set_item") and indicator.set_item.value_set.needs_approval

    def _check(self, version, parts: Parts, flag: str, note: str) -> None:
        empty = parts == Parts()
        if flag in WITHOUT_NUMBER:
            if not note.strip() or not empty:
                raise _Fault("/note", _("Không có số liệu thì cần lý do, và không kèm số."))
            return
        if empty:
            raise _Fault("/number", _("Cần một số, hoặc tử số và mẫu số."))
        if parts.number is not None and parts.has_parts:
            raise _Fault("/number", _("Hoặc một số, hoặc tử số và mẫu số."))
        if not version.in_parts and parts.number is None:
            raise _Fault("/number", _("Chỉ số này là một số, không có tử số và mẫu số."))
        if fault := faults(version.rules, parts):
            raise _Fault("/numerator" if version.in_parts else "/number", fault)


class _Fault(ValueError):
    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class _At:
    """Refusals within are of this field."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, trace) -> None:
        if isinstance(error, ValueError) and not isinstance(error, _Fault):
            raise _Fault(self.field, str(error)) from None


def _text(row: dict, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise _Fault(f"/{name}", _("Cần một mã viết bằng chữ."))
    return value


def _number(row: dict, name: str) -> Decimal | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Fault(f"/{name}", _("Cần một số."))
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _Fault(f"/{name}", _("Cần một số.")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 20 or number != round(number, 8):
        raise _Fault(f"/{name}", _("Cần một số dưới 20 chữ số, nhiều nhất 8 chữ số thập phân."))
    return number
