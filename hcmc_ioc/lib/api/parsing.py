"""JSON as callers send it."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    """JSON; nested a thousand deep it is a mistake of the caller's, not of ours."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except (RecursionError, UnicodeDecodeError):
            raise ParseError(_("JSON không đọc được.")) from None
