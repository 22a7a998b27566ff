"""One answer in two formats, chosen by the end of the address: what views give as lists and dicts, written as JSON or
as XML by the "Spark" convention of the standard (a list is an element that holds one kind of element)."""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import Http404
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer

ITEMS = {
    "services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute",
    "endpoints": "endpoint", "formats": "format",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml(name: str, value: Any) -> bytes:
    """The document whose root is called `name`."""
    root = Element(name)
    _fill(root, value)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8", xml_declaration=False)


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(SubElement(element, ITEMS[element.tag]), inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _NOT_XML.sub("", str(value))


class Xml(BaseRenderer):
    media_type, format, charset = "text/xml", "xml", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        given = renderer_context or {}
        return xml("errors" if given["response"].status_code >= 400 else given["view"].root, data)


class Json(JSONRenderer):
    charset = "utf-8"


class ByEnding(DefaultContentNegotiation):
    """The end of the address decides alone: no client of the standard is turned away for its Accept header."""

    def select_renderer(self, request, renderers, format_suffix=None):
        for renderer in renderers:
            if renderer.format == format_suffix:
                return renderer, renderer.media_type
        raise Http404
