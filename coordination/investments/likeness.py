"""What exists already: items alike by component, words, period and place. Symmetric: a is found from b if and only if b
is found from a, for the score knows no first and no second, and nothing cuts the list but the threshold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from coordination.models import Component, Item, MatchRule, WordGroup
from hcmc_ioc.lib import words
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.text import vn_norm

FIELDS = ("pk", "unit_id", "component_id", "component__group", "starts", "ends", "place", "folded_name",
          "folded_purpose")
NAME_WEIGHS = 0.85  # of the words; the rest is the purpose's
TELLING = 1.0  # weighs a word that says what an item is about
SHORT = 0.3  # what a single letter or digit tells
MISTYPED = 75  # from which likeness what differs is taken for the same, written wrongly
EVERYWHERE = frozenset({"", "toan thanh pho", "thanh pho"})
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Facts:
    """What is compared of an item."""

    pk: int
    unit_id: int
    component_id: int
    group: str
    starts: date
    ends: date
    place: str
    name: frozenset[str]  # words as `folded` leaves them
    purpose: frozenset[str]


@dataclass(frozen=True)
class Likeness:
    """How alike two items are, 0–1, and of what that is made."""

    words: float
    component: float
    period: float
    place: float
    score: float

    def why(self) -> list[str]:
        """In words that the author can answer."""
        same = _("cùng thành phần") if self.component == 1 else _("thành phần gần nhau")
        when = _("thời gian chồng nhau") if self.period == 1 else _("thời gian gần nhau")
        where = [_("cùng nơi sử dụng")] if self.place == 1 else []
        return [_("câu chữ giống %(share)s") % {"share": words.percent(self.words, 0)}, same, when, *where]


def told(score: float) -> str:
    return words.percent(score, 0)


def rule() -> MatchRule:
    """The city's row; the defaults where nobody loaded any."""
    return MatchRule.objects.first() or MatchRule()


@dataclass(frozen=True)
class Vocabulary:
    """Ways of calling, the longest first, with the word that stands for each; how much the words tell."""

    ways: tuple[tuple[str, str], ...]
    weights: tuple[tuple[str, float], ...]


@ttl_cache(seconds=60)
def vocabulary() -> Vocabulary:
    ways: dict[str, str] = {}
    weights: dict[str, float] = {}
    for group in WordGroup.objects.all():
        meaning = f"{group.code.replace('-', '')}_" if group.weight else ""  # no word of a text ends so
        ways |= {_bare(way): meaning for way in group.words.splitlines() if way.strip()}
        weights[meaning] = group.weight
    ordered = sorted(ways.items(), key=lambda pair: (-len(pair[0].split()), pair[0]))
    return Vocabulary(tuple(ordered), tuple(weights.items()))


def folded(text: str) -> str:
    """A text as it is compared: no marks, no punctuation, one word per meaning, each once, in order."""
    return _folded(text, vocabulary().ways)


@lru_cache(maxsize=4000)
def _folded(text: str, ways: tuple[tuple[str, str], ...]) -> str:
    known = _letters(ways)
    line = f" {' '.join(_mended(word, known) for word in _bare(text).split())} "
    for way, meaning in ways:
        if f" {way} " in line:
            line = line.replace(f" {way} ", f" {meaning} ")
    return " ".join(sorted(set(line.split())))


@lru_cache(maxsize=4)
def _letters(ways: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """The words of the vocabulary by the letters they are made of."""
    found: dict[str, list[str]] = {}
    for word in sorted({word for way, _meaning in ways for word in way.split()}):
        found.setdefault("".join(sorted(word)), []).append(word)
    return found


def _mended(word: str, known: dict[str, list[str]]) -> str:
    """A word in which two neighbouring letters changed places, as the vocabulary has it; any other as it is."""
    alike = known.get("".join(sorted(word)), [])
    return word if word in alike else next((one for one in alike if OSA.distance(word, one) == 1), word)


def _bare(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in vn_norm(text)).split())


def facts(item: Item) -> Facts:
    return Facts(item.pk or 0, item.unit_id, item.component_id, item.component.group, item.starts, item.ends,
                 vn_norm(item.place), frozenset(item.folded_name.split()), frozenset(item.folded_purpose.split()))


@dataclass(frozen=True)
class Scale:
    """What a comparison goes by: the city's rule, pairs of near components, what words tell."""

    rule: MatchRule
    near: frozenset[frozenset[int]]
    weights: dict[str, float]

    @classmethod
    def of_city(cls) -> "Scale":
        return cls(rule(), near(), dict(vocabulary().weights))

    def weight(self, word: str) -> float:
        return self.weights.get(word, 1.0 if len(word) > 1 else SHORT)

    def heavy(self, words_: Iterable[str]) -> float:
        return sum(map(self.weight, words_))

    def telling(self, words_: Iterable[str]) -> list[str]:
        """The words of a name by which it is found at all."""
        return [word for word in words_ if self.weight(word) >= TELLING]

    def have_something_in_common(self, a: Facts, b: Facts) -> bool:
        """A telling word, where either of them has one."""
        return bool(self.telling(a.name & b.name)) or not (self.telling(a.name) or self.telling(b.name))

    def alike(self, first: frozenset[str], second: frozenset[str]) -> float:
        """How much of what two texts tell is the same; what differs may be the same mistyped."""
        shared = first & second
        if not shared:
            return 0.0
        common = self.heavy(shared)
        here, there = first - second, second - first
        own, others = self.heavy(here), self.heavy(there)
        if not own + others:
            return 1.0
        if here and there:
            written = sorted((" ".join(sorted(here)), " ".join(sorted(there))))  # whoever asks
            common += min(own, others) * fuzz.ratio(*written, score_cutoff=MISTYPED) / 100
        return common / (common + max(own, others))

    def compare(self, a: Facts, b: Facts) -> Likeness:
        """How alike two items are: the same whoever asks."""
        chosen = self.rule
        if not self.have_something_in_common(a, b):
            return Likeness(0, 0, 0, 0, 0)
        said = NAME_WEIGHS * self.alike(a.name, b.name)
        if said < chosen.least_words - (1 - NAME_WEIGHS):
            return Likeness(said, 0, 0, 0, 0)
        said += (1 - NAME_WEIGHS) * self.alike(a.purpose, b.purpose)
        component = 1.0 if a.component_id == b.component_id else 0.5 if (
            a.group == b.group or frozenset((a.component_id, b.component_id)) in self.near) else 0.0
        apart = max((a.starts - b.ends).days, (b.starts - a.ends).days, 0)
        period = 1.0 if apart == 0 else 0.5 if apart <= chosen.months_apart * MONTH.days else 0.0
        place = 1.0 if a.place == b.place and a.place not in EVERYWHERE else 0.5 if (
            a.place in EVERYWHERE or b.place in EVERYWHERE) else 0.0
        weights = chosen.words + chosen.component + chosen.period + chosen.place
        whole = (chosen.words * said + chosen.component * component + chosen.period * period + chosen.place * place)
        return Likeness(said, component, period, place, whole / weights if weights and component and period else 0.0)


def near() -> frozenset[frozenset[int]]:
    """Pairs of components of different groups that are near all the same."""
    pairs = Component.near.through.objects.values_list("from_component_id", "to_component_id")
    return frozenset(frozenset(pair) for pair in pairs)


def candidates(item: Item, among: QuerySet[Item] | None = None) -> list[tuple[int, Likeness]]:
    """Every item that looks like this one, the likest first."""
    scale, asked = Scale.of_city(), facts(item)
    return like(asked, read(_possible(asked, scale, among)), scale)


def like(asked: Facts, others: Iterable[Facts], scale: Scale) -> list[tuple[int, Likeness]]:
    found, chosen = [], scale.rule
    for other in others:
        likeness = scale.compare(asked, other)
        if likeness.words >= chosen.least_words and likeness.score >= chosen.threshold and other.pk != asked.pk:
            found.append((other.pk, likeness))
    return sorted(found, key=lambda pair: (-pair[1].score, pair[0]))


def read(items: QuerySet[Item]) -> list[Facts]:
    return [Facts(pk, unit, component, group, starts, ends, vn_norm(place), frozenset(name.split()),
                  frozenset(purpose.split()))
            for pk, unit, component, group, starts, ends, place, name, purpose in items.order_by().values_list(
                *FIELDS).iterator()]


def _possible(asked: Facts, scale: Scale, among: QuerySet[Item] | None) -> QuerySet[Item]:
    """Those whose component and period could match at all."""
    others = {pk for pair in scale.near if asked.component_id in pair for pk in pair}
    reach = scale.rule.months_apart * MONTH
    items = (among if among is not None else Item.objects.exclude(state=Item.State.DRAFT)).filter(
        Q(component__group=asked.group) | Q(component__in=others),
        starts__lte=_within(asked.ends, reach), ends__gte=_within(asked.starts, -reach))
    if telling := scale.telling(asked.name):
        items = items.filter(reduce(or_, (Q(folded_name__contains=word) for word in telling)))
    return items.exclude(pk=asked.pk)


def _within(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta(0) else date.min


def refold() -> int:
    """Fold every item anew, after the vocabulary changed; returns how many differ."""
    vocabulary.clear()
    changed = []
    for item in Item.objects.all():
        name, purpose = folded(item.name)[:240], folded(item.purpose)
        if (name, purpose) != (item.folded_name, item.folded_purpose):
            item.folded_name, item.folded_purpose = name, purpose
            changed.append(item)
    Item.objects.bulk_update(changed, ["folded_name", "folded_purpose"], batch_size=500)
    return len(changed)
