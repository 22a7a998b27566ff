"""What every page stands on: readable colours, small files, known icons, words in both languages, honest wording."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import brotli
import polib
import pytest
from django import forms
from django.template import engines
from django.urls import reverse
from django.utils import timezone, translation

from hcmc_ioc.lib import pills, words
from hcmc_ioc.management.commands.words import in_djangos, in_python, in_template

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()

# --- Colours


def palette(theme):
    """Token → (r, g, b) of the theme."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
    both = {name: (light, dark) for name, light, dark in pairs}
    both |= {name: (one, one) for name, one in re.findall(r"--([\w-]+): (#\w{6});", TOKENS)}
    return {name: colours[theme == "dark"] for name, colours in both.items()}


def contrast(first, second):
    """The ratio of WCAG 2."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


BACKGROUNDS = ("bg", "surface", "surface2")
TONES = ("ok", "warn", "danger", "info", "neutral")
TEXT = [(text, ground) for text in ("text", "text2", "text3", *TONES) for ground in BACKGROUNDS]
TEXT += [(tone, f"{tone}-tint") for tone in TONES]
TEXT += [("text", f"{tone}-tint") for tone in TONES] + [("text2", "warn-tint"), ("primary", "surface")]
TEXT += [("on-primary", "primary"), ("on-primary", "primary-hover"), ("on-critical", "critical"), ("bg", "text")]
GRAPHICS = [("border-strong", "surface"), ("focus", "bg"), ("focus", "surface")]
GRAPHICS += [(f"{tone}-fill", "surface") for tone in TONES] + [(f"c{k}", "surface") for k in range(1, 7)]
ON_CLASSES = [(f"on-{kind}{k}", f"{kind}{k}") for kind in "qd" for k in range(1, 6)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("pairs", "least"), [(TEXT, 4.5), (GRAPHICS, 3.0), (ON_CLASSES, 4.1)], ids=["text", "graphics", "labels"]
)
def test_every_pair_of_colours_can_be_read(theme, pairs, least):
    colours = palette(theme)
    weak = {(a, b): round(contrast(colours[a], colours[b]), 2) for a, b in pairs}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < least}


def test_the_measure_of_contrast_is_right():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


# --- Files


def test_styles_and_scripts_stay_small():
    dist = ROOT / "static" / "dist"
    assert len(brotli.compress((dist / "app.css").read_bytes())) <= 12_000
    assert len(brotli.compress((dist / "wall.css").read_bytes())) <= 6_000
    assert len(brotli.compress((dist / "app.js").read_bytes())) <= 11_500  # of which idiomorph 3,500
    assert len(gzip.compress((dist / "map.js").read_bytes(), 9)) <= 4_000


def test_nothing_built_asks_another_host():
    for file in (ROOT / "static" / "dist").glob("*.*"):
        hosts = set(re.findall(r"(?:https?:)?//([\w.-]+\.[a-z]{2,})", file.read_text()))
        assert hosts <= {"www.w3.org"}, file.name


def test_every_icon_that_is_named_is_in_the_sprite():
    names = set(re.findall(r'id="([\w-]+)"', (ROOT / "static" / "dist" / "icons.svg").read_text()))
    used = {icon for _tone, icon in pills.STATES.values()} | {icon for _tone, icon in pills.URGENCIES.values()}
    used |= set(pills.SHAPES.values())
    for file in TEMPLATES:
        used |= set(re.findall(r"""\bicon\(\s*["']([\w-]+)["']""", file.read_text()))
        used |= set(re.findall(r"""symbol=["']([\w-]+)["']""", file.read_text()))
    for file in (file for app in ROOT.glob("*/apps.py") for file in app.parent.rglob("*.py")):
        used |= set(re.findall(r"""\bicon(?:\(|=)["']([\w-]+)["']""", file.read_text()))
    assert len(used) > 60 and used <= names, used - names


def test_fonts_hold_every_vietnamese_letter():
    css = (ROOT / "static" / "css" / "base.css").read_text()
    ranges = [tuple(int(x, 16) for x in (a, b or a)) for a, b in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", css)]
    marked = "ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
    for letter in marked + marked.upper() + "₫–•…“”":
        assert any(low <= ord(letter) <= high for low, high in ranges), letter


# --- Templates


class Attributes(HTMLParser):
    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attrs):
        names = {name for name, _value in attrs}
        self.bad += [f"{tag} {name}" for name in names if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "style" or (tag == "script" and "src" not in names and dict(attrs).get("type") != "application/json"):
            self.bad.append(tag)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT / "templates")))
def test_templates_keep_the_content_policy(file):
    reader = Attributes()
    reader.feed(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", file.read_text(), flags=re.S))
    assert not reader.bad


def told(html):
    """The markup without the spaces that only arrange its source."""
    return re.sub(r"> | (?=</)", lambda found: found.group().strip(), " ".join(str(html).split()))


def test_the_sign_in_page_is_whole(client, db):
    answer = client.get(reverse("sign_in"))
    page = told(answer.content.decode())
    assert '<html lang="vi"' in page
    assert '<label for="id_username">Tên đăng nhập</label>' in page
    assert "nonce-" in answer.headers["Content-Security-Policy"]
    client.cookies["ioc_language"] = "en"
    assert '<label for="id_username">User name</label>' in told(client.get(reverse("sign_in")).content.decode())


def test_an_unknown_page_says_what_to_do(client, db):
    answer = client.get("/khong-co/")
    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.content.decode()


class Sample(forms.Form):
    phone = forms.CharField(label="Điện thoại", help_text="Dạng nào cũng được")
    name = forms.CharField(label="Họ tên", required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_label_hint_and_error_to_its_input():
    page = told(Sample({"phone": ""}).as_div())
    assert '<label for="id_phone">Điện thoại</label>' in page
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in page
    assert 'id="id_phone_helptext"' in page and 'id="id_phone_error"' in page
    assert "Cần điền mục này." in page
    assert 'Họ tên <span class="optional">(không bắt buộc)</span>' in page
    assert page.count('name="hidden"') == 1


# --- Words and numbers


@pytest.mark.parametrize("file", sorted((ROOT / "locale").rglob("*.po")), ids=lambda file: file.parts[-3])
def test_translations_keep_their_places(file):
    def places(text):
        return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]|%%|{\w+}", text))

    catalogue = polib.pofile(str(file))
    assert catalogue
    for entry in catalogue:
        assert not entry.msgstr or places(entry.msgstr) == places(entry.msgid), entry.msgid
        for text in entry.msgstr_plural.values():  # "one report" need not say the number
            assert set(places(text)) <= set(places(entry.msgid)), entry.msgid
        assert entry.translated(), entry.msgid


def test_words_are_found_where_they_are_used():
    assert in_python('x = _("Mới")\ny = ngettext("a", "b", 2)\nz = f("no")') == {"Mới", "a", "b"}
    page = '{{ _("Một") }}{% trans %}{{ n }} dòng{% endtrans %}{{ x|default(_("Hai"), true) }}'
    assert in_template(page) == {"Một", "%(n)s dòng", "Hai"}
    of_admin = '{% load i18n %}{% translate "Một" %}{% blocktranslate %}{{ n }} dòng{% endblocktranslate %}'
    assert in_djangos(of_admin) == {"Một", "%(n)s dòng"}


@pytest.mark.parametrize(
    ("told", "vi", "en"),
    [
        (lambda: words.number(1284), "1.284", "1,284"),
        (lambda: words.number(-2.14, 1), "−2,1", "−2.1"),
        (lambda: words.number(None), "–", "–"),
        (lambda: words.percent(0.942), "94,2%", "94.2%"),
        (lambda: words.worktime(1008), "2,1 ngày làm việc", "2.1 working days"),
        (lambda: words.worktime(480), "1 ngày làm việc", "1 working day"),
        (lambda: words.worktime(90), "1,5 giờ làm việc", "1.5 working hours"),
        (lambda: words.worktime(5), "5 phút làm việc", "5 working minutes"),
        (lambda: words.duration(59), "59 giây", "59 seconds"),
        (lambda: words.duration(11_400), "3 giờ", "3 hours"),
        (lambda: words.duration(86_400), "1 ngày", "1 day"),
    ],
)
def test_numbers_read_as_an_office_writes_them(told, vi, en):
    assert told() == vi
    with translation.override("en"):
        assert told() == en


NOW = datetime(2026, 11, 23, 7, 32, tzinfo=UTC)  # 14:32 in the city


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (0, "hôm nay 14:32"),
        (14, "hôm nay 00:32"),
        (15, "hôm qua 23:32"),
        (-10, "ngày mai 00:32"),
        (48, "21/11/2026 14:32"),
    ],
)
def test_a_moment_is_told_by_the_city_s_days(ago, expected):
    assert words.moment(NOW - timedelta(hours=ago), NOW) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(hours=3, minutes=50), ("còn 3 giờ", "warn")),
        (timedelta(hours=24), ("còn 1 ngày", "warn")),
        (timedelta(hours=25), ("còn 1 ngày", "neutral")),
        (timedelta(seconds=-1), ("quá 1 giây", "danger")),
        (timedelta(days=-2, hours=-5), ("quá 2 ngày", "danger")),
    ],
)
def test_a_countdown_turns_at_24_hours_and_at_the_date(left, expected):
    assert words.countdown(NOW + left, NOW) == expected


def test_a_promise_says_in_words_whether_it_was_kept():
    due = timezone.now()
    assert "đúng hạn" in pills.countdown(due, met=due)
    assert "trễ hạn" in pills.countdown(due, met=due + timedelta(seconds=1))
    assert "tạm dừng" in pills.countdown(due - timedelta(days=3), paused=True)
    assert "không có hạn" in pills.countdown(None)
    assert "data-due" in pills.countdown(due)


def test_a_pill_has_shape_word_and_colour_and_escapes():
    drawn = pills.pill("warn", "<b>")
    assert 'class="pill warn"' in drawn and "#alert-triangle" in drawn and "&lt;b&gt;" in drawn


def test_query_changes_only_what_it_is_told(rf):
    page = engines["jinja2"].from_string("{{ with_query(page=2, q=None) }}")
    assert page.render({}, rf.get("/?q=a&unit=7&page=1")) == "?unit=7&amp;page=2"
