"""Vietnamese dictionary order as plain ASCII keys, for databases without an ICU collation.

Letters: a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y. Each syllable is compared by its
letters, then by its tone (ngang, huyền, hỏi, ngã, sắc, nặng); numbers by value ("Quận 2" before "Quận 10").
Store keys in a column with collation "C".
"""

import re
import unicodedata

_MARKED = {"ă": "a1", "â": "a2", "đ": "d1", "ê": "e1", "ô": "o1", "ơ": "o2", "ư": "u1"}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_WORD = re.compile(r"\d+|[^\W\d_]+")


def vietnamese_key(text: str) -> str:
    """An ASCII string; comparing two byte by byte compares the texts in Vietnamese order."""
    normal = unicodedata.normalize("NFC", text).lower()
    return " ".join(_word_key(word) for word in _WORD.findall(normal))


def _word_key(word: str) -> str:
    if word[0].isdigit():
        return word.lstrip("0").rjust(6, "0")
    letters, tone = [], "0"
    for char in word:
        marks = unicodedata.normalize("NFD", char)
        tone = next((_TONES[m] for m in marks if m in _TONES), tone)
        bare = unicodedata.normalize("NFC", "".join(m for m in marks if m not in _TONES))
        letters.append(_MARKED.get(bare) or marks[0] + "0")
    return "".join(letters) + " " + tone
