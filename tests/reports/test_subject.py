"""A report and a line of it as what a directive is about: as printed, for whoever reads it."""

import pytest
from django.http import Http404
from django.urls import reverse

from coordination.directives import subjects
from coordination.models import Directive
from districts.models import Unit
from tests.city import by, unit
from tests.feedback.pages import signed_in
from tests.reports.test_editions import cast, made, month  # noqa: F401 - fixtures


def test_a_report_and_a_line_of_it_are_subjects(cast, client):  # noqa: F811
    edition = made(released=True)
    places = [(block.code, t, r, line[0]) for block in edition.report.blocks for t, table in enumerate(block.tables)
              for r, line in enumerate(table.rows)]
    names = {one.name_vi: one for one in Unit.objects.in_force()}
    code, table, line, name = next(place for place in places if place[3] in names)
    whole = subjects.find(by(cast.ha), f"bao-cao:{edition.pk}")
    assert whole.kind == Directive.About.REPORT and whole.url.endswith("?ban=1") and not whole.lead
    asked = f"bao-cao:{edition.pk}:{code}.{table}.{line}"
    found = subjects.find(by(cast.ha), asked)
    assert name in found.words and found.lead == [names[name]] and name in found.more["line"]
    for wrong in ("bao-cao:9", f"bao-cao:{edition.pk}:x.0.0", f"bao-cao:{edition.pk}:{code}.99.0",
                  f"bao-cao:{edition.pk}:{code}.{table}.9999", f"bao-cao:{edition.pk}:{code}.-1.0", "bao-cao:",
                  f"bao-cao:{edition.pk}:{code}", f"bao-cao:{'9' * 30}"):
        with pytest.raises(Http404):
            subjects.find(by(cast.ha), wrong)
    with pytest.raises(Http404):
        subjects.find(by(cast.lan), f"bao-cao:{made(unit('778')).pk}")  # another unit's draft
    address = edition.get_absolute_url()
    assert asked.replace(":", "%3A") in signed_in(client, cast.ha).get(address).content.decode()
    assert asked.replace(":", "%3A") not in signed_in(client, cast.phuc).get(address).content.decode()
    assert signed_in(client, cast.ha).get(reverse("new_directive"), {"ve": asked}).status_code == 200

