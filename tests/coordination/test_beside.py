"""An explanation stands beside its figure wherever the figure is shown, and the screens that show it are told."""

import pytest
from django.urls import reverse

from coordination.directives import actions, subjects
from indicators import totals
from live import topics as live_topics
from tests.city import by, unit
from tests.coordination.test_directives import draft, moved, row
from tests.feedback.pages import read, signed_in
from tests.indicators.test_league import brought, urban

pytestmark = pytest.mark.django_db
CODE = "dossiers-on-time"


@pytest.fixture
def explained(cast):
    """Quận 1 had to explain its share of dossiers on time, and did."""
    brought({one.pk: (80 if one.code == "760" else 90, 100) for one in urban()})
    asked = subjects.find(by(cast.ha), f"chi-so:{CODE}:{unit('760').slug}:2026-10")
    sent = actions.send(actor=by(cast.ha), draft=draft(kind="explanation", about=asked.kept()))
    moved(cast.minh, row(sent), "explain", cause="Máy chủ hỏng hai ngày")
    return sent


def test_beside_the_figure_on_every_page_that_shows_it(cast, client, explained):
    ha = signed_in(client, cast.ha)
    pages = [reverse("league") + f"?chi-so={CODE}&ky=2026-10", reverse("league_unit", args=[unit("760").slug]),
             reverse("unit_screen", args=[unit("760").slug]), reverse("indicator", args=[CODE]) + "?ky=2026-10"]
    for page in pages:
        assert "Máy chủ hỏng hai ngày" in read(ha.get(page)), page
    other = reverse("unit_screen", args=[unit("778").slug])
    assert "Máy chủ hỏng hai ngày" not in read(ha.get(other))


def test_open_screens_ask_again(cast, explained):
    names = [totals.TOPIC, totals.topic_of(unit("760"))]
    before = live_topics.versions(names)
    moved(cast.ha, row(explained), "confirm")
    after = live_topics.versions(names)
    assert all(after[name] > before[name] for name in names)


def test_a_directive_about_nothing_moves_no_screen_of_figures(cast):
    before = live_topics.versions([totals.TOPIC])
    actions.send(actor=by(cast.ha), draft=draft())
    assert live_topics.versions([totals.TOPIC]) == before
