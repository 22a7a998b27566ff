"""A place in numbered changes, as clients keep it: opaque text, recognised when it is of another history."""

import base64
import binascii
from dataclasses import dataclass


class Unknown(Exception):
    """The cursor is older than what is kept, or of another history: everything must be read again."""


@dataclass(frozen=True)
class Cursor:
    """Behind the change with this number; `stamp` is chance, for after a restore the numbers come again."""

    number: int = 0
    stamp: int = 0

    def encoded(self) -> str:
        return base64.urlsafe_b64encode(f"{self.number}.{self.stamp}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """ValueError for what is none."""
        try:
            number, _dot, stamp = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(".")
            found = cls(int(number), int(stamp))
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise ValueError(text) from wrong
        if not 0 <= found.number < 2**63:
            raise ValueError(text)
        return found
