"""Which category a report is about, guessed from its words, with the words that say so. Pure over the rows."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hcmc_ioc.lib.text import vn_norm

_NOT_WORDS = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Suggestion:
    category: object  # the Category row
    words: tuple[str, ...]  # those of its keywords that occur, the most telling first
    score: float


def suggest(text: str, categories: Iterable, limit: int = 3) -> list[Suggestion]:
    """The likeliest of `categories` (those in use, of the second level) for `text`, best first.

    A keyword counts more the longer it is and the fewer categories share it. One-syllable keywords must carry their
    own diacritics where the text has any: "câu" is no "cầu".
    """
    known = [(category, keywords_of(category)) for category in categories if category.parent_id and category.is_active]
    shared = Counter(vn_norm(word) for _category, words in known for word in words)
    folded, exact = _spaced(vn_norm(text)), _spaced(unicodedata.normalize("NFC", text).lower())
    has_marks = not text.isascii()
    suggestions = []
    for category, words in known:
        hits = []
        for word in words:
            bare = vn_norm(word)
            single = " " not in bare
            if _spaced(word.lower()) in exact if single and has_marks else _spaced(bare) in folded:
                hits.append((len(bare.split()) ** 1.5 / shared[bare], word))
        if hits:
            hits.sort(reverse=True)
            suggestions.append(Suggestion(category, tuple(word for _w, word in hits[:3]), sum(w for w, _word in hits)))
    return sorted(suggestions, key=lambda s: (-s.score, s.category.position))[:limit]


def keywords_of(category) -> list[str]:
    """Its keywords and the parts of its name, each once."""
    words = f"{category.keywords},{category.name_vi}".split(",")
    return list(dict.fromkeys(word.strip().lower() for word in words if word.strip()))


def _spaced(text: str) -> str:
    return f" {_NOT_WORDS.sub(' ', text).strip()} "
