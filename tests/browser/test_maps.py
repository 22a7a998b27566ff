"""Maps speak the language of the page."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(("language", "words"), [("vi", ("Phóng to", "Thu nhỏ")), ("en", ("Zoom in", "Zoom out"))])
def test_a_map_is_labelled_in_the_language_of_the_page(open_page, language, words):
    page = open_page("tongdai")
    page.context.add_cookies([{"name": "ioc_language", "value": language, "url": open_page.site.address}])
    page.goto("/tiep-nhan/?new=1")
    buttons = page.locator(".leaflet-control-zoom a")
    expect(buttons).to_have_count(2)
    for button, word in zip(buttons.all(), words, strict=True):
        assert (button.get_attribute("title"), button.get_attribute("aria-label")) == (word, word)
    expect(page.locator(".leaflet-control-attribution")).to_have_count(0)
