"""Everything people read is written in Vietnamese and translated into English, and nothing else is."""

import polib
import pytest

from hcmc_ioc.management.commands import words

CATALOGUE = words.ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def entries():
    return polib.pofile(str(CATALOGUE))


def test_every_word_is_translated():
    missing = words.missing()
    assert not missing, "\n".join(f"{word!r} in {', '.join(sorted(places))}" for word, places in missing.items())


def test_a_word_without_translation_is_found(tmp_path, monkeypatch):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text('{{ _("Chữ chưa dịch") }}', encoding="utf-8")
    monkeypatch.setattr(words, "ROOT", tmp_path)
    assert words.missing() == {"Chữ chưa dịch": {"templates/x.html"}}


def test_the_catalogue_holds_nothing_that_no_page_says(entries):
    unused = {entry.msgid for entry in entries} - set(words.used())
    assert not unused, "\n".join(sorted(unused))
