"""The life of editions over a real month of 1022: made once, remarked, released, frozen, corrected by a new one."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import openpyxl
import pypdfium2
import pytest
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from accounts.actors import Actor
from dashboards.figures import fold, instants
from dashboards.models import UnitDay
from districts.models import Unit
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from indicators import demanded, owed
from indicators.models import DemandedReport, Notice
from reports import access, blocks, editions, making, naming
from reports.asked import Run
from reports.models import Edition, EditionFile, ReportType
from reports.report import Block
from tests import city
from tests.city import unit
from tests.dashboards.test_fold import NOW, lived
from tests.feedback.pages import read, signed_in

PERIOD = owed.rule().at("month_25", NOW - timedelta(days=31))  # noon of 25 April until noon of 25 May
AFTER = PERIOD.end + timedelta(hours=1)


@pytest.fixture(scope="module")
def month(django_db_setup, django_db_blocker):
    """Two months of 1022, and the people who read of them."""
    outer = transaction.atomic()
    outer._from_testcase = True
    with django_db_blocker.unblock(), outer:
        city.load()
        lived(5, 150)
        fold.fold_all()
        yield city.make_cast()
        transaction.set_rollback(True)


@pytest.fixture
def cast(month, db):
    return month


def kind(code="hotline-month"):
    return ReportType.objects.get(code=code)


def made(place=None, *, released=False, code="hotline-month", period=PERIOD, now=AFTER):
    run = Run(kind(code), period, period.end)
    return editions.make(run, place or Unit.objects.city(), now, released=released)


def words_of(edition):
    content = bytes(edition.files.get(kind="pdf").content)
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def test_page_paper_workbook_and_figures_say_the_same(cast, client):
    edition = made(released=True)
    counted = instants.figures([rulebook().city_id], PERIOD.start, PERIOD.end, AFTER)[rulebook().city_id]
    table = edition.report.block("hotline").tables[0]
    printed = {row[0]: row[1] for row in table.rows}
    assert printed["Tiếp nhận"].value == counted.received > 50
    assert printed["Đang mở"].value == counted.open and printed["Quá hạn"].value == counted.overdue
    page = read(signed_in(client, cast.ha).get(edition.get_absolute_url()))
    paper = words_of(edition)
    book = openpyxl.load_workbook(io.BytesIO(bytes(edition.files.get(kind="xlsx").content)))
    data = {tuple(row[1:4]): row[4] for row in book["Dữ liệu"].values}
    measures = {row[5] for row in list(book["Dữ liệu"].values)[1:]}
    assert measures == {"phản ánh", "lượt đánh giá", "ngày làm việc", "%"}, "each figure has its unit of measure"
    for name, figure in printed.items():
        if figure.value is not None:
            assert data[table.title, name, "Kỳ này"] == figure.value
        assert f"{name} {figure}" in page
    flat = paper.replace("\r\n", " ").replace("\n", " ")
    assert f"Tiếp nhận {printed['Tiếp nhận']}" in flat and "Độc lập - Tự do - Hạnh phúc" in flat
    assert edition.digest in flat.replace(" ", "")
    assert "từ 12 giờ ngày 25/04/2026 đến 12 giờ ngày 25/05/2026" in flat
    assert editions.faults(edition) == []


def test_the_paper_is_a_letter_with_its_wide_tables_behind_the_signature(cast):
    content = bytes(made(released=True).files.get(kind="pdf").content)
    pages = list(pypdfium2.PdfDocument(content))
    words = [page.get_textpage().get_text_range() for page in pages]
    annexes = [place for place, text in enumerate(words) if "Phụ lục I" in text and "Kèm theo" in text]
    signed = next(place for place, text in enumerate(words) if "GIÁM ĐỐC" in text)
    across = [page.get_width() > page.get_height() for page in pages]
    assert signed < annexes[0] and across[annexes[0]] and not any(across[:signed + 1])
    assert "Chi tiết tại Phụ lục I kèm theo" in " ".join(words[:signed + 1])
    assert "II." in words[0], "the first page goes on after its first part"


def test_of_a_year_the_same_is_not_said_twice(cast):
    year = Run(kind("year"), owed.rule().at("year_15", PERIOD.start), AFTER)
    said = blocks.BLOCKS["hotline"](editions_asked(year)).tables[0].columns
    assert said == ["Chỉ số", "Kỳ này", "Cùng kỳ năm trước"]
    assert "kỳ trước" not in " ".join(blocks.BLOCKS["summary"](editions_asked(year)).sentences)
    month = Run(kind(), PERIOD, AFTER)
    assert "Kỳ trước" in blocks.BLOCKS["hotline"](editions_asked(month)).tables[0].columns


@pytest.mark.parametrize("code", sorted(blocks.BLOCKS))
def test_a_part_that_is_empty_fails_the_report_and_nobody_is_sent_it(cast, monkeypatch, code):
    type_ = next(one for one in ReportType.objects.all() if code in one.blocks)
    monkeypatch.setitem(blocks.BLOCKS, code, lambda asked: Block(code, "Phần trống"))
    monkeypatch.setattr(Run, "has_figures", True)
    period = owed.rule().at(type_.period_kind, PERIOD.start)
    edition = made(released=True, code=type_.code, period=period)
    assert (edition.state, edition.data) == (Edition.State.FAILED, None) and not edition.files.exists()
    assert "trống mà không có lý do" in edition.problem
    assert list(Notice.objects.values_list("user", "code")) == [(cast.phuc.pk, "report_failed")]
    assert not access.readable(Actor.person(cast.ha)).exists()


def test_a_period_of_which_nothing_is_known_is_no_report(cast):
    edition = made(period=owed.rule().at("month_25", datetime(1995, 3, 3, tzinfo=rulebook().zone)), released=True)
    assert (edition.state, edition.problem) == (Edition.State.FAILED, "không có số liệu nào trong kỳ")


def test_what_could_not_be_made_is_tried_again(cast, monkeypatch):
    working = blocks.BLOCKS["units"]
    monkeypatch.setitem(blocks.BLOCKS, "units", lambda asked: 1 / 0)
    failed = made()
    assert "ZeroDivisionError" in failed.problem
    Notice.objects.update(read_at=AFTER)
    assert made(now=AFTER + timedelta(minutes=40)).state == Edition.State.FAILED
    assert not Notice.objects.filter(read_at=None).exists()  # told once
    monkeypatch.setitem(blocks.BLOCKS, "units", working)
    assert made(now=AFTER + timedelta(minutes=45)).state == Edition.State.FAILED
    again = made(now=AFTER + timedelta(hours=2))
    assert (again.pk, again.state, again.problem) == (failed.pk, Edition.State.DRAFT, "")


def test_a_unit_remarks_before_the_release_and_the_city_prints_it(cast, client):
    quan_1, whole = made(unit("760")), made()
    assert quan_1.state == Edition.State.DRAFT and quan_1.remarks_until > AFTER
    assert Notice.objects.get(user=cast.minh).code == "report_draft"
    at = reverse("remark_edition", args=["hotline-month", quan_1.unit.slug, quan_1.period])
    assert signed_in(client, cast.lan).post(at, {"text": "x"}).status_code == 404
    assert signed_in(client, cast.khoa).get(quan_1.get_absolute_url()).status_code == 404
    assert signed_in(client, cast.minh).post(at, {"text": ""}).status_code == 422
    assert client.post(at, {"text": "=Ngập do triều cường, đã bơm."}).status_code == 302
    assert making.release_due(AFTER) == 0
    assert making.release_due(quan_1.remarks_until) == 2
    for edition in (quan_1, whole):
        edition.refresh_from_db()
        assert edition.is_released
        assert edition.report.block("remarks").tables[0].rows[0][:2] == ["Quận 1", "=Ngập do triều cường, đã bơm."]
        assert "Ngập do triều cường" in words_of(edition)
    book = openpyxl.load_workbook(io.BytesIO(bytes(quan_1.files.get(kind="xlsx").content)))
    assert book["Ý kiến của đơn vị"]["B3"].data_type == "s"
    later = editions.remark(Actor.person(cast.minh), quan_1, "Đã khắc phục.", quan_1.released_at + timedelta(days=1))
    assert "sau khi phát hành" in read(client.get(quan_1.get_absolute_url())) and later.unit == quan_1.unit
    assert editions.faults(quan_1) == []


def test_a_corrected_figure_is_noted_and_printed_by_a_new_edition_alone(cast, client):
    edition = made(released=True)
    before = bytes(edition.files.get(kind="pdf").content)
    run = Run(edition.type, PERIOD, AFTER)
    editions.look_again(edition, run, AFTER)
    edition.refresh_from_db()
    assert edition.revised == []
    analyst = Actor.person(cast.phuc)
    at = reverse("renew_edition", args=["hotline-month", edition.unit.slug, edition.period])
    with pytest.raises(editions.Refused):
        editions.renew(analyst, edition, "Không có gì để sửa", AFTER)
    change_the_past()
    making.look_again(AFTER)
    edition.refresh_from_db()
    assert "Số liệu Tổng đài 1022: Tiếp nhận, Kỳ này" in [place for place, *_rest in edition.revised]
    assert Notice.objects.filter(user=cast.phuc, code="report_revised").count() == 1
    page = read(signed_in(client, cast.ha).get(reverse("reports")))
    assert "số liệu đã sửa sau khi phát hành" in page
    assert client.post(at, {"reason": "Đính chính số liệu"}).status_code == 404
    assert signed_in(client, cast.phuc).post(at, {"reason": "ngắn"}).status_code == 422
    assert client.post(at, {"reason": "Đính chính phản ánh ghi nhầm ngày."}).status_code == 302
    new = Edition.objects.get(number=2)
    assert new.changes and new.made_by == cast.phuc
    whole = reverse("edition_changes", args=["hotline-month", edition.unit.slug, edition.period, 2])
    Edition.objects.filter(pk=new.pk).update(changes=[[f"Dòng {n}", "", str(n)] for n in range(75)])
    page = read(client.get(new.get_absolute_url()))
    assert "Dòng 59" in page and "Dòng 60" not in page and "Còn 15 dòng nữa" in page
    assert all(f"Dòng {n}" in read(client.get(whole)) for n in range(75))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{whole}?tep=xlsx").streaming_content)))
    assert len(list(book["Khác bản trước"].values)) == 76
    assert signed_in(client, cast.tu).get(whole).status_code == 404
    signed_in(client, cast.phuc)
    # The hash before it differs at every run, and with it where the line ends.
    assert "lý do phát hành lại: Đính chính" in " ".join(words_of(new).split())
    assert bytes(EditionFile.objects.get(edition=edition, kind="pdf").content) == before
    edition.refresh_from_db()
    assert edition.revised == [] and editions.faults(edition) == editions.faults(new) == []
    assert "Đã có bản mới hơn" in read(client.get(f"{edition.get_absolute_url()}?ban=1"))
    assert client.get(f"{edition.get_absolute_url()}?ban=3").status_code == 404


def change_the_past():
    """A report of the middle of the month was of the month after: the ticket, and the days that were counted of it."""
    middle = PERIOD.start + timedelta(days=15)
    ticket = Ticket.objects.filter(occurred_at__gte=middle, occurred_at__lt=PERIOD.end - timedelta(days=2)).first()
    right = PERIOD.end + timedelta(days=2)
    for moment, more in ((ticket.occurred_at, -1), (right, 1)):
        day = moment.astimezone(rulebook().zone).date()
        counted = UnitDay.objects.filter(unit__in=[ticket.unit_id, rulebook().city_id], day=day)
        counted.update(received=F("received") + more)
    Ticket.objects.filter(pk=ticket.pk).update(occurred_at=right)


def test_who_tampers_with_an_edition_is_found(cast):
    edition = made(released=True)
    data = replace(edition.report, blocks=edition.report.blocks[1:]).to_json()
    Edition.objects.filter(pk=edition.pk).update(data=data)
    edition.refresh_from_db()
    assert editions.faults(edition)[0] == "data: not what was released"
    EditionFile.objects.filter(edition=edition, kind="pdf").update(content=b"%PDF-1.7 forged")
    assert "pdf: not what was released" in editions.faults(edition)


def test_what_was_missed_is_made_up_with_the_figures_of_the_cut_off(cast):
    day = kind("day")
    ReportType.objects.exclude(pk=day.pk).delete()
    ReportType.objects.filter(pk=day.pk).update(begins=datetime(2026, 6, 1).date())  # noqa: DTZ001
    late = NOW - timedelta(days=1)
    made_ = making.make_due(late)
    assert made_ == making.BACK and making.make_due(late) == 0
    first = Edition.objects.order_by("start").first()
    assert first.is_released and first.cut_off == first.end + timedelta(hours=7) and first.made_at == late
    now = Run(day, naming.period_of(first), first.cut_off)
    assert first.report.block("hotline") == blocks.BLOCKS["hotline"](editions_asked(now))


def editions_asked(run):
    from reports.asked import Asked
    return Asked(run, Unit.objects.city())


@pytest.mark.parametrize(("who", "sees"), [
    ("ha", 3), ("phuc", 3), ("sau", 3), ("minh", 2), ("lan", 2), ("khoa", 1), ("tu", 0), ("quan", 0), ("nobody", 0)])
def test_who_reads_what(cast, client, who, sees):
    for place in (unit("760"), unit("769"), None):
        made(place, released=True)
    person = getattr(cast, who)
    assert access.readable(Actor.person(person)).count() == sees
    answer = signed_in(client, person).get(reverse("reports"))
    assert answer.status_code == (200 if sees else 404)
    for edition in Edition.objects.all():
        can = access.readable(Actor.person(person)).filter(pk=edition.pk).exists()
        at = [edition.type.code, edition.unit.slug, edition.period, 1, "pdf"]
        assert client.get(edition.get_absolute_url()).status_code == (200 if can else 404)
        assert client.get(reverse("edition_file", args=at)).status_code == (200 if can else 404)
    opened = Edition.objects.filter(openings__user=person).count()
    assert opened == sees


def test_a_demanded_report_that_is_written_says_so(cast):
    report = DemandedReport.objects.filter(lines__indicator__source="1022").first()
    kind().replaces.add(report)
    entry = demanded.entries([report.code])[0]
    line = next(line for line in entry.lines if line.indicator and line.indicator.source == "1022")
    assert [one.name for one in entry.written_in(line)] == [kind().name]
    others = [one for one in entry.lines if one.indicator is None]
    assert all(not entry.written_in(one) for one in others) and entry.is_written is (not others)


def test_list_pages_cost_the_same_for_many_editions(cast, client, django_assert_max_num_queries):
    for place in (unit("760"), unit("769"), unit("778"), None):
        made(place, released=True)
    signed_in(client, cast.ha)
    with django_assert_max_num_queries(14):
        assert client.get(f"{reverse('reports')}?don_vi=").status_code == 200
