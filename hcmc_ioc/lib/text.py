"""Vietnamese text: folding for search, cleaning of what people type, masking of phone numbers."""

import re
import unicodedata

# The letter đ does not decompose in Unicode, so it is folded by hand, as the SQL function's unaccent does.
_D = str.maketrans({"đ": "d", "Đ": "D"})
_CONTROLS = re.compile(  # and marks of direction, blanks without width, halves of characters
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_DIGIT = re.compile(r"\d")
_PHONE_LIKE = re.compile(r"(?<!\d)(?:\+?\d[\s.\-]?){8,14}\d(?!\d)")


def vn_norm(text: str) -> str:
    """Fold `text` for searching: no diacritics, lower case, single blanks. The SQL function `vn_norm` is its twin.

    Tone placement ("Hòa" / "Hoà") stops mattering because every mark is dropped.
    """
    bare = text
    if not text.isascii():
        bare = unicodedata.normalize("NFD", text.translate(_D))
        bare = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(bare.split()).lower()


def clean(text: str) -> str:
    """What a person typed, as it is stored: NFC, no control or invisible characters, Unix line ends, trimmed."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", text).strip()


def hide_phones(text: str) -> str:
    """`text` with everything that looks like a phone number blotted out; for titles, search and lists."""
    if len(_DIGIT.findall(text)) < 9:  # as most texts have, and counting is ten times faster
        return text
    return _PHONE_LIKE.sub("•••", text)


def headline(text: str, limit: int = 110) -> str:
    """The first sentence of `text` as a title of at most `limit` characters, cut at a word, without phone numbers."""
    line = " ".join(hide_phones(text).split())
    stop = re.search(r"[.!?](?:\s|$)", line)
    if stop and 12 <= stop.start() < limit:
        return line[: stop.start()]
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(",;:-") + "…"


def mask_phone(phone: str) -> str:
    """`+84909123456` → `09•• ••• 456`: enough to recognise one's own number, too little to call it."""
    digits = re.sub(r"\D", "", phone)
    if digits.startswith("84"):
        digits = "0" + digits[2:]
    return f"{digits[:2]}•• ••• {digits[-3:]}" if len(digits) >= 7 else "•••"


def mask_name(name: str) -> str:
    """`Nguyễn Văn An` → `N. V. An`: the given name with initials."""
    parts = name.split()
    return " ".join([f"{p[0]}." for p in parts[:-1]] + parts[-1:]) if parts else ""


def spoken_code(code: str) -> str:
    """A ticket's code in groups that can be read aloud: `PHA261100001234` → `PHA 2611 0000 1234`."""
    letters, digits = re.match(r"(\D*)(.*)", code).groups()  # type: ignore[union-attr] - it matches everything
    return " ".join(part for part in [letters, *re.findall(r"\d{1,4}", digits)] if part)
