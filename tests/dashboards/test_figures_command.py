"""`manage.py figures`: odd questions get an answer in words."""

import json

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("words", "said"), [
    (["--from", "2026-13-01"], "'2026-13-01' is no day like"),
    (["--to", "yesterday"], "'yesterday' is no day like"),
    (["--from", "2026-02-02", "--to", "2026-02-01"], "ends on or after its start"),
    (["--to", "0001-01-02"], "out of range"),
    (["--from", "1800-01-01", "--to", "1800-01-31"], "between 1900 and 2200"),
    (["--unit", "nowhere"], "no unit has the code 'nowhere'"),
    (["--unit", ""], "no unit has the code ''"),
])
def test_an_odd_question_is_refused_in_words(town, words, said):
    with pytest.raises(CommandError, match=said):
        call_command("figures", "--json", *words)


def test_one_unit_and_a_period_to_come(town, capsys):
    call_command("figures", "--json", "--unit", "760", "--from", "2100-01-01", "--to", "2100-01-31")
    answer = json.loads(capsys.readouterr().out)
    assert [(unit["code"], unit["received"]) for unit in answer["units"]] == [("760", 0)]
