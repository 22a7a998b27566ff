"""Personal data at rest: encrypted text (Fernet) and keyed digests to find it by.

Keys come from the environment (`IOC_FIELD_KEYS`, first one encrypts, all decrypt; `IOC_DIGEST_KEY`).
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The plain text; raises `ValueError` when no key of ours opens it (a key was lost)."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as exc:
        raise ValueError("none of IOC_FIELD_KEYS opens this value") from exc


def digest(text: str, purpose: str) -> str:
    """A keyed fingerprint (32 hex characters) for exact look-up; `purpose` keeps digests of different things apart."""
    if not text:
        return ""
    mac = hmac.new(settings.DIGEST_KEY.encode(), f"{purpose}:{text}".encode(), hashlib.sha256)
    return mac.hexdigest()[:32]


class EncryptedTextField(models.TextField):
    """A text column that holds Fernet tokens; Python sees the plain text. Never search or sort by it."""

    def get_prep_value(self, value):
        return encrypt(value) if value is not None else None

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value is not None else None
