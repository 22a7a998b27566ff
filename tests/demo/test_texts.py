"""The demo's words: every category can speak, in whole sentences, with nothing left open."""

import unicodedata
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from demo import people, texts
from demo.places import somewhere
from demo.rhythm import tables
from districts.models import Unit
from feedback.models import Category
from hcmc_ioc.lib.phones import parse_phone

KINDS = texts.kinds()
AT = datetime(2026, 10, 27, 9, 40, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
LISTS = ("reports", "consequences", "requests", "answers", "questions", "progress")


def test_every_category_has_words_and_every_word_a_category(town):
    leaves = Category.objects.filter(children=None).values_list("code", "parent__code")
    assert {(kind.code, kind.field) for kind in KINDS.values()} == set(leaves)


def test_every_organisation_that_takes_returned_tickets_exists(town):
    codes = set(Unit.objects.in_force().values_list("code", flat=True))
    assert {kind.instead for kind in KINDS.values()} - {"area"} <= codes


def test_weights_are_percent_and_public_administration_leads():
    assert sum(kind.weight for kind in KINDS.values()) == pytest.approx(100)
    by_field = {}
    for kind in KINDS.values():
        by_field[kind.field] = by_field.get(kind.field, 0) + kind.weight
    assert sorted(by_field, key=by_field.get)[-2:] == ["ha-tang", "hanh-chinh"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_category_speaks_well(kind):
    assert len(kind.sentences["reports"]) >= 6
    assert kind.rhythm in tables()["hours"] and kind.rhythm in tables()["weekdays"]
    used = set()
    for name in LISTS:
        for sentence in kind.sentences[name]:
            assert sentence.names <= texts.GIVEN | kind.lists.keys(), f"{name}: {sentence}"
            used |= sentence.names
            last = sentence.parts[-1]
            assert isinstance(last, str) and last.endswith((".", "?")), f"{name}: {sentence}"
    assert kind.lists.keys() <= used, "a list that no sentence uses"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_reports_and_answers_come_out_whole(kind):
    rng = Random(kind.code)
    unit = Unit(code="769", name_vi="Thành phố Thủ Đức", short_name_vi="Thủ Đức", kind=Unit.Kind.MUNICIPALITY)
    for _try in range(40):
        slots = somewhere(unit, rng).slots | texts.moments(AT, rng)
        title, body = kind.report(slots, rng, spoken=rng.random() < 0.5, tide=rng.random() < 0.3)
        answer = kind.say("answers", {"handler": texts.handler(unit)} | texts.done(AT, rng), rng)
        assert len(title) <= 200
        for text in (title, body, answer):
            assert unicodedata.is_normalized("NFC", text)
            assert not set("{}") & set(text) and "  " not in text and ".." not in text
            assert text[0].isupper() or text[0].isdigit(), text


def test_general_words_need_only_what_they_are_given():
    for name, sentences in texts.general().items():
        for text in sentences:
            assert texts.Sentence.parse(text).names <= {"instead", "handler", "hour", "date"}, f"{name}: {text}"


def test_callers_are_well_formed_distinct_and_the_same_again():
    numbers = [people.phone(n) for n in range(50_000)]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("+8495") and parse_phone(number) == number for number in numbers[:200])
    assert people.person(7) == people.person(7) != people.person(8)
