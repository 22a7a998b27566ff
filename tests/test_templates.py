"""Templates obey the order of the apps, as imports do: nothing below knows what stands above."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
ORDER = ["hcmc_ioc", "districts", "accounts", "live", "feedback", "hooks", "dashboards"]  # each knows those before it
LIBRARIES = {file.stem: file.parts[-3] for file in ROOT.glob("*/templatetags/*.py")}
APART = ["feedback/console/", "feedback/desk/"]  # two rooms of one app that do not know each other


def app_of(name):
    """The app that a template belongs to; what lies at the top or belongs to Django's forms is the project's."""
    folder = name.partition("/")[0]
    return folder if folder in ORDER else "hcmc_ioc"


def wanted(text):
    """The libraries and the templates that a template asks for by name."""
    text = re.sub(r"{#.*?#}", "", text)
    loads = re.findall(r"{%\s*load\s+(.*?)\s*%}", text)
    libraries = {word for load in loads for word in load.rpartition(" from ")[2].split()}
    return libraries, set(re.findall(r"""{%\s*(?:include|extends)\s+["'](.*?)["']""", text))


def faults(name, text):
    height = ORDER.index(app_of(name))
    libraries, templates = wanted(text)
    for library in libraries & set(LIBRARIES):
        if ORDER.index(LIBRARIES[library]) > height:
            yield f"{name} loads {library} of {LIBRARIES[library]}"
    for other in templates:
        if ORDER.index(app_of(other)) > height:
            yield f"{name} includes {other}"
        if any(name.startswith(here) and other.startswith(there) for here in APART for there in APART if here != there):
            yield f"{name} includes {other} of another room"


def test_templates_look_only_downwards():
    files = sorted(TEMPLATES.rglob("*.html"))
    assert files
    found = [f for file in files for f in faults(file.relative_to(TEMPLATES).as_posix(), file.read_text())]
    assert not found, "\n".join(found)


def test_every_include_names_its_template():
    """What is chosen at run time could not be held to the order."""
    computed = [
        f"{file.relative_to(TEMPLATES)}: {tag}"
        for file in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"""{%\s*(?:include|extends)\s+[^"'\s][^%]*%}""", file.read_text())
    ]
    assert not computed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feedback/desk/x.html", "{% load i18n figures %}"),
        ("feedback/desk/x.html", "{% load figure_name from figures %}"),
        ("feedback/desk/x.html", '{% include "dashboards/_tile.html" with a=b %}'),
        ("feedback/desk/x.html", '{% include "feedback/console/caller.html" %}'),
        ("feedback/console/x.html", "{% extends 'feedback/desk/ticket.html' %}"),
        ("accounts/x.html", "{% load live %}"),
        ("_x.html", "{% load tickets %}"),
    ],
)
def test_looking_upwards_is_seen(name, text):
    assert list(faults(name, text))
