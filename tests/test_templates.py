"""Templates obey the order of the apps, as imports do: nothing below knows what stands above."""

from pathlib import Path

import pytest
from django.template import engines
from jinja2 import nodes

from hcmc_ioc.jinja import libraries

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
PAGES = sorted(file for file in TEMPLATES.rglob("*.html") if "for_admin" not in file.parts)
# Each knows those before it.
ORDER = ["hcmc_ioc", "districts", "accounts", "live", "attachments", "feedback", "indicators", "hooks", "signals",
         "dashboards", "coordination", "reports", "notifications"]
GIVEN_BY = {name: app for app, library in libraries() for name in [*library.functions, *library.filters]}
APART = ["feedback/console/", "feedback/desk/"]  # two rooms of one app that do not know each other


def app_of(name):
    """The app that a template belongs to; what lies at the top or belongs to Django's forms is the project's."""
    folder = name.partition("/")[0]
    return folder if folder in ORDER else "hcmc_ioc"


def wanted(text):
    """The functions and filters, and the templates, that a template asks for by name."""
    tree = engines["jinja2"].env.parse(text)
    called = {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    filters = {each.name for each in tree.find_all(nodes.Filter)}
    others = {each.template for each in tree.find_all((nodes.Include, nodes.Extends))}
    return called | filters, others


def faults(name, text):
    height = ORDER.index(app_of(name))
    words, templates = wanted(text)
    for word in words & set(GIVEN_BY):
        if ORDER.index(GIVEN_BY[word]) > height:
            yield f"{name} uses {word} of {GIVEN_BY[word]}"
    for other in templates:
        if not isinstance(other, nodes.Const):
            yield f"{name} chooses a template at run time, which could not be held to the order"
        elif ORDER.index(app_of(other.value)) > height:
            yield f"{name} includes {other.value}"
        elif any(name.startswith(a) and other.value.startswith(b) for a in APART for b in APART if a != b):
            yield f"{name} includes {other.value} of another room"


def test_templates_look_only_downwards():
    assert PAGES
    found = [f for file in PAGES for f in faults(file.relative_to(TEMPLATES).as_posix(), file.read_text())]
    assert not found, "\n".join(found)


def test_no_two_libraries_give_the_same_word():
    """The second would silently take the place of the first."""
    words = [name for _app, library in libraries() for name in [*library.functions, *library.filters]]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feedback/desk/x.html", "{{ figure_url(scope, 'due', query) }}"),
        ("feedback/desk/x.html", "{{ 'due'|figure_name }}"),
        ("feedback/desk/x.html", '{% include "dashboards/_tile.html" %}'),
        ("feedback/desk/x.html", '{% include "feedback/console/caller.html" %}'),
        ("feedback/console/x.html", "{% extends 'feedback/desk/ticket.html' %}"),
        ("feedback/console/x.html", "{% include chosen %}"),
        ("accounts/x.html", "{{ topic_versions('city') }}"),
        ("_x.html", "{{ code|spoken_code }}"),
    ],
)
def test_looking_upwards_is_seen(name, text):
    assert list(faults(name, text))
