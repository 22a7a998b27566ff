"""What the product stands on is known: each package with its licence, and faults where somebody could be asked."""

import json
import subprocess
from types import SimpleNamespace

import pytest

from docs import dependencies


def test_the_list_of_licences_is_of_today_and_whole():
    assert dependencies.page() == dependencies.PAGE.read_text(encoding="utf-8")
    assert "not said" not in dependencies.page()


@pytest.mark.parametrize(
    ("answer", "known", "unknown"),
    [
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}], ["a 1: CVE-1"], ""),
        ([{"name": "a", "version": "1", "vulns": []}], [], ""),
        ([{"name": "a", "skip_reason": "x"}], [], "could not be asked"),
        ([{"name": "a", "skip_reason": "x"}, {"name": "b", "version": "1", "vulns": []}], [], "could be learnt of a"),
        (None, [], "could not be asked"),
    ],
)
def test_what_is_not_known_is_said(monkeypatch, answer, known, unknown):
    """The one who is asked lives on the internet, where tests do not go: its answers are played."""
    said = "no network" if answer is None else json.dumps({"dependencies": answer})
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_more: SimpleNamespace(stdout=said))
    found, why = dependencies.faults()
    assert found == known and unknown in why and bool(why) == bool(unknown)
