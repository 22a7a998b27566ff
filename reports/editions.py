"""The life of editions: made at the cut-off, open to remarks, released and frozen; corrected by a new one. The only
writer of editions, remarks and openings.

Whoever makes an edition holds its lock (of the database, until the transaction ends), so two workers make one, and
whoever is killed leaves nothing half-made. What cannot be made is told to the analysts and tried again.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from districts.calendar import Amount, AmountUnit, add_working_time
from districts.calendars import calendar_for
from districts.models import Unit
from hcmc_ioc.lib import sql
from reports import access, collecting, naming, telling
from reports.asked import Run
from reports.models import Edition, EditionFile, Opening, Remark, ReportType
from reports.paper import pdf
from reports.report import REMARKS, Block, Cell, Report, Table, changes, digest
from reports.workbook import xlsx

log = logging.getLogger(__name__)
State = Edition.State
WITHOUT_REPORT = frozenset({Unit.Kind.UNASSIGNED, Unit.Kind.NEIGHBOURHOOD})
TRY_AGAIN = timedelta(minutes=30)  # what could not be made


class Refused(ValueError):
    """What was asked for cannot be; the message says why, in the language in force."""


def scopes(run: Run, city: Unit) -> list[Unit]:
    """Who gets a report of this type: the units, and last the city, which says what they remarked."""
    units = [unit for unit in run.units if unit.kind not in WITHOUT_REPORT] if run.type.for_units else []
    return [*units, city]


def make(run: Run, unit: Unit, now: datetime, *, released: bool = False) -> Edition | None:
    """The first edition of this unit and period: there already, made now, or None where another process makes it.

    A draft waits for remarks, unless the type asks for none or it is `released` at once (a past that is made up).
    """
    with transaction.atomic():
        if not _locked("make", run.type.pk, unit.pk, run.period.start):
            return None
        first = Edition.objects.filter(type=run.type, unit=unit, start=run.period.start, number=1).first()
        if first and (first.state != State.FAILED or first.made_at > now - TRY_AGAIN):
            return first
        edition = first or Edition(type=run.type, unit=unit, start=run.period.start, end=run.period.end,
                                   period=run.period.code.replace("/", "-"), cut_off=run.as_of)
        edition.made_at, told = now, edition.problem
        report, edition.problem = _collected(run, unit)
        if report is None:
            edition.state, edition.data = State.FAILED, None
            edition.save()
            if edition.problem != told:  # once, not at every try
                telling.failed(edition)
            return edition
        edition.state, edition.data = State.DRAFT, report.to_json()
        edition.remarks_until = _remarks_until(run.type, now)
        edition.save()
        if released or edition.remarks_until is None:
            _freeze(edition, now)
        else:
            telling.waits_for_remarks(edition)
        return edition


def _collected(run: Run, unit: Unit) -> tuple[Report | None, str]:
    """The report, or why there is none."""
    try:
        if not run.has_figures:
            return None, "không có số liệu nào trong kỳ"
        with transaction.atomic():
            report = collecting.collect(run, unit)
    except Exception as exc:
        log.exception("the report %s of %s, %s cannot be made", run.type.code, unit.code, run.period)
        return None, f"lỗi khi lập báo cáo ({type(exc).__name__})"
    faults = report.faults(run.type.blocks)
    return (None, "; ".join(faults)) if faults else (report, "")


def _remarks_until(type_: ReportType, now: datetime) -> datetime | None:
    if not type_.remark_days:
        return None
    return add_working_time(now, Amount(type_.remark_days, AmountUnit.WORKING_DAYS), calendar_for()).due


def release(edition_id: int, now: datetime) -> Edition | None:
    """Freeze a draft whose term for remarks is over; None where another process does it or somebody did."""
    with transaction.atomic():
        locked = Edition.objects.select_for_update(skip_locked=True, of=("self",)).select_related("type", "unit")
        edition = locked.filter(pk=edition_id, state=State.DRAFT).first()
        if edition:
            _freeze(edition, now)
        return edition


def _freeze(edition: Edition, now: datetime) -> None:
    """Released as it stays for ever, or (where it cannot be printed) failed and told."""
    try:
        with transaction.atomic():
            _print(edition, now)
    except Exception as exc:
        log.exception("the report %s of %s, %s cannot be printed", edition.type.code, edition.unit.code, edition.period)
        edition.state, edition.problem = State.FAILED, f"lỗi khi in báo cáo ({type(exc).__name__})"
        edition.digest, edition.released_at = "", None
        edition.save()
        telling.failed(edition)
        return
    telling.released(edition)


def _print(edition: Edition, now: datetime) -> None:
    """With the remarks so far: data, hash and files."""
    report = edition.report
    if remarks := _remarks(edition):
        report = report.with_block(remarks)
    edition.data = report.to_json()
    edition.save()
    edition.refresh_from_db(fields=["data"])  # the hash is of what the database will give back
    edition.digest = digest(edition.data)
    edition.state, edition.released_at = State.RELEASED, now
    edition.save()
    EditionFile.objects.bulk_create(
        EditionFile(edition=edition, kind=kind, content=content, digest=hashlib.sha256(content).hexdigest())
        for kind, content in rendered(edition).items())


def rendered(edition: Edition) -> dict[str, bytes]:
    """The files of an edition, anew from what is kept: the same bytes as long as the libraries stay."""
    report, note = edition.report, _note(edition)
    return {
        EditionFile.Kind.PDF: pdf(report, note=note, stamp=edition.cut_off, day=edition.released_at or edition.made_at),
        EditionFile.Kind.XLSX: xlsx(report, note=note, stamp=edition.cut_off),
    }


def _note(edition: Edition) -> str:
    if not edition.digest:
        return "Bản dự thảo để đơn vị có ý kiến, chưa phát hành."
    said = [f"Bản phát hành số {edition.number}", f"mã kiểm tra số liệu (SHA-256): {edition.digest}"]
    return "; ".join([*said, f"lý do phát hành lại: {edition.reason}"] if edition.reason else said) + "."


def _remarks(edition: Edition) -> Block | None:
    """What the unit said so far; in the city's report what all of them said of their own."""
    period = {"edition__type": edition.type_id, "edition__start": edition.start}
    said = Remark.objects.filter(**period).select_related("unit").order_by("unit__sort_key", "at", "pk")
    if edition.unit.kind != Unit.Kind.CITY:
        said = said.filter(edition__unit=edition.unit_id)
    rows: list[list[Cell]] = [[one.unit.name_vi, one.text, f"{timezone.localtime(one.at):%d/%m/%Y}"] for one in said]
    if not rows:
        return None
    return Block(REMARKS, "Ý kiến của đơn vị", tables=[Table("Ý kiến của đơn vị", ["Đơn vị", "Ý kiến", "Ngày"], rows)])


def remark(actor: Actor, edition: Edition, text: str, now: datetime) -> Remark:
    """A sentence of the unit about its edition; PermissionError where the actor does not speak for it."""
    if actor.user is None or not access.may_remark(actor, edition):
        raise PermissionError("remark")
    return Remark.objects.create(edition=edition, user=actor.user, unit=edition.unit, text=text.strip(), at=now)


def renew(actor: Actor, old: Edition, reason: str, now: datetime) -> Edition:
    """A new edition with the figures of today and the list of what changed; the old one stays as it is."""
    if actor.user is None or not access.may(actor, "edit"):
        raise PermissionError("edit")
    with transaction.atomic():
        if not _locked("renew", old.type_id, old.unit_id, old.start):
            raise Refused(_("Bản mới đang được lập."))
        latest = Edition.objects.filter(type=old.type_id, unit=old.unit_id, start=old.start).latest("number")
        if latest.pk != old.pk or not old.is_released:
            raise Refused(_("Đã có bản mới hơn, hoặc bản này chưa phát hành."))
        run = Run(old.type, naming.period_of(old), now)
        report, problem = _collected(run, old.unit)
        if report is None:
            raise Refused(_("Không lập được: %(problem)s.") % {"problem": problem})
        found = changes(old.report, report)
        if not found:
            raise Refused(_("Không có số liệu nào in ra khác bản trước."))
        edition = Edition(
            type=old.type, unit=old.unit, start=old.start, end=old.end, period=old.period, number=old.number + 1,
            state=State.DRAFT, cut_off=now, data=report.to_json(), made_at=now, made_by=actor.user, reason=reason,
            changes=[[one.place, one.before, one.now] for one in found])
        edition.save()
        _freeze(edition, now)
        if not edition.is_released:
            raise Refused(_("Không lập được: %(problem)s.") % {"problem": edition.problem})
        Edition.objects.filter(pk=old.pk).update(revised=[], revised_at=None)
        return edition


def look_again(edition: Edition, run: Run, now: datetime) -> None:
    """Note what would be printed otherwise today; the analysts are told once of each."""
    report, _problem = _collected(run, edition.unit)
    if report is None:
        return
    found = [[one.place, one.before, one.now] for one in changes(edition.report, report)]
    if found == edition.revised:
        return
    Edition.objects.filter(pk=edition.pk).update(revised=found, revised_at=now if found else None)
    if found and not edition.revised:
        telling.revised(edition)


def opened(edition: Edition, actor: Actor, now: datetime) -> None:
    """That a person opened it."""
    if actor.user is not None:
        Opening.objects.bulk_create(
            [Opening(edition=edition, user=actor.user, first_at=now, last_at=now)], update_conflicts=True,
            unique_fields=["edition", "user"], update_fields=["last_at"])


def faults(edition: Edition) -> list[str]:
    """What is not as it was released: the data against their hash, the files against theirs and made anew."""
    found = [] if digest(edition.report.to_json()) == edition.digest else ["data: not what was released"]
    kept = {file.kind: file for file in edition.files.all()}
    found += [f"{kind}: missing" for kind in EditionFile.Kind.values if kind not in kept]
    for kind, content in rendered(edition).items():
        if kind in kept and hashlib.sha256(bytes(kept[kind].content)).hexdigest() != kept[kind].digest:
            found.append(f"{kind}: not what was released")
        elif kind in kept and content != bytes(kept[kind].content):
            found.append(f"{kind}: made anew it differs")
    return found


def _locked(what: str, *keys: object) -> bool:
    """Hold what these say until the transaction ends; False where somebody else does."""
    name = "/".join(["report", what, *map(str, keys)])
    return sql.rows("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])[0][0]


def waiting(now: datetime) -> Iterable[int]:
    """The drafts whose term is over, units' before the city's, which waits for all of them."""
    drafts = Edition.objects.filter(state=State.DRAFT)
    over = drafts.filter(remarks_until__lte=now)
    units = list(over.exclude(unit__kind=Unit.Kind.CITY).order_by("pk").values_list("pk", flat=True))
    yield from units
    for edition in over.filter(unit__kind=Unit.Kind.CITY):
        of_units = drafts.filter(type=edition.type_id, start=edition.start).exclude(unit__kind=Unit.Kind.CITY)
        if not of_units.exists():
            yield edition.pk

