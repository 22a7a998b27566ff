"""A JSON document as rows of text, as `indicators.reading` gives those of files."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.reading import MOST_ROWS, CannotRead, Row

SHEET = "JSON"  # numbers in it have a decimal point, whatever files of the source have

LONGEST = 40  # digits of a number


def rows(body: bytes, at: str = "") -> Iterator[Row]:
    """The objects of the list at this path (names with dots between); raises `CannotRead`."""
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except UnicodeDecodeError as exc:
        raise CannotRead(_("JSON không ở mã UTF-8.")) from exc
    except (ValueError, RecursionError) as exc:
        raise CannotRead(_("JSON hỏng hoặc bị cắt giữa chừng: %(why)s") % {"why": str(exc)[:120]}) from exc
    for name in filter(None, at.split(".")):
        if not isinstance(found, dict) or name not in found:
            raise CannotRead(_("JSON không có danh sách ở “%(path)s”.") % {"path": at})
        found = found[name]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise CannotRead(_("JSON cần một danh sách các đối tượng."))
    if len(found) > MOST_ROWS:
        raise CannotRead(_("Tệp có hơn %(n)s dòng.") % {"n": f"{MOST_ROWS:,}".replace(",", ".")})
    names = dict.fromkeys(name for one in found for name in one)
    for number, one in enumerate(found, 1):
        yield Row(number, {name: _text(one.get(name)) for name in names}, SHEET)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < LONGEST else str(value)  # no number of ours: refused as it is
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)
    return str(value).strip()


def _no_number(name: str) -> None:
    raise ValueError(name)
