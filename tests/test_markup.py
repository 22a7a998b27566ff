"""`lib.markup.format_html` is Django's own, faster: for all that pages give it, letter by letter."""

from django.utils import html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from hcmc_ioc.lib import markup

VALUES = st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.text().map(mark_safe),
                   st.just(gettext_lazy("Quá hạn")))


@given(VALUES, VALUES)
def test_it_escapes_what_django_escapes(first, second):
    template = '<a title="{}">{}</a>'
    ours = markup.format_html(template, first, second)
    assert ours == html.format_html(template, first, second) and hasattr(ours, "__html__")


@given(st.lists(st.tuples(VALUES)))
def test_so_does_the_joined_one(rows):
    assert markup.format_html_join(", ", "<b>{}</b>", rows) == html.format_html_join(", ", "<b>{}</b>", rows)
