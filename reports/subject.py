"""A report, or one line of it, as what a directive is about: as it was printed, whatever is printed later."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination.directives.subjects import Subject
from coordination.models import Directive
from districts.models import Unit
from reports import access, naming
from reports.models import Edition
from reports.report import Cell, Report

KIND = "bao-cao"


def find(actor: Actor, text: str) -> Subject | None:
    """`bao-cao:<edition>`, or with `:<block>.<table>.<row>` one line; for whoever reads the edition."""
    number, _colon, place = text.partition(":")
    if not number.isdecimal() or len(number) > 15:
        return None
    edition = access.readable(actor).select_related("type", "unit").filter(pk=int(number), data__isnull=False).first()
    if edition is None:
        return None
    said = {"type": edition.type.name, "period": naming.name(naming.period_of(edition)), "unit": edition.unit.name}
    url = f"{edition.get_absolute_url()}?ban={edition.number}"
    if not place:
        return _subject(edition, _("%(type)s, %(period)s, %(unit)s") % said, url, "")
    block, row = _line(edition.report, place)
    if row is None:
        return None
    said |= {"line": row[0], "figures": "; ".join(str(cell) for cell in row[1:])}
    words = _("%(type)s, %(period)s, %(unit)s: dòng “%(line)s”") % said
    return _subject(edition, words, f"{url}#part-{block}", f"{row[0]}: {said['figures']}", str(row[0]))


def _line(report: Report, place: str) -> tuple[str, Sequence[Cell] | None]:
    """The block and the row that `<block>.<table>.<row>` names."""
    code, _dot, rest = place.partition(".")
    table, _dot, row = rest.partition(".")
    block = report.block(code)
    if block is None or not (table.isdecimal() and row.isdecimal()) or max(len(table), len(row)) > 6:
        return "", None
    tables = block.tables[int(table):int(table) + 1]
    return code, next(iter(tables[0].rows[int(row):int(row) + 1]), None) if tables else None


def _subject(edition: Edition, words: str, url: str, line: str, name: str = "") -> Subject:
    lead = _named(name) or ([] if edition.unit.kind == Unit.Kind.CITY else [edition.unit])
    return Subject(Directive.About.REPORT, words, url, more={"edition": edition.pk, "line": line}, lead=lead,
                   title=_("Xử lý nội dung báo cáo: %(what)s") % {"what": name or words})


def _named(name: str) -> list[Unit]:
    """The unit that a line is of, where it is one's."""
    return [unit for unit in Unit.objects.in_force() if name and name in (unit.name_vi, unit.short_name)][:1]
