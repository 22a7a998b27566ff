"""`lib.markup.format_html` is Django's own, faster, for what pages give it; a quotation mark may be spelt otherwise."""

import re

from django.forms.utils import flatatt
from django.utils import html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import example, given
from hypothesis import strategies as st

from hcmc_ioc.lib import markup

VALUES = st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.text().map(mark_safe),
                   st.just(gettext_lazy("Quá hạn")))


def spelt_alike(escaped):
    return escaped.replace("&#39;", "&#x27;").replace("&#34;", "&quot;")


@given(VALUES, VALUES)
@example("'", '"')
@example("<&>", None)
def test_it_escapes_what_django_escapes(first, second):
    template = '<a title="{}">{}</a>'
    ours = markup.format_html(template, first, second)
    assert spelt_alike(ours) == spelt_alike(html.format_html(template, first, second)) and hasattr(ours, "__html__")


@given(st.lists(st.tuples(VALUES)))
@example([("'",), ('"',), ("<&>",)])
def test_so_does_the_joined_one(rows):
    ours = markup.format_html_join(", ", "<b>{}</b>", rows)
    assert spelt_alike(ours) == spelt_alike(html.format_html_join(", ", "<b>{}</b>", rows))


@given(st.dictionaries(st.sampled_from(["id", "value", "required", "title"]), VALUES))
def test_attributes_are_those_that_django_writes(named):
    ours, theirs = (sorted(re.findall(r'[a-z]+(?:="[^"]*")?', spelt_alike(text), re.DOTALL))
                    for text in (markup.attributes(named), flatatt(named)))
    assert ours == theirs
