"""The board: money by source, unit and component; overlaps found and settled; how owners and others rate, beside
facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from coordination.models import Baseline, Candidate, Component, Consultation, Funding, Item
from hcmc_ioc.lib import words
from hcmc_ioc.lib.words import Words

BILLION, MILLION = 1_000_000_000, 1_000_000
GAP = 25  # points between what is spent and what is done that are worth a word
COUNTED = (Item.State.PLANNED, Item.State.RUNNING, Item.State.ENDED)


def dong(amount: Decimal | int | float | None) -> str:
    """An amount as officials say it: 12,5 tỷ, 340 triệu."""
    if amount is None:
        return words.UNKNOWN
    if amount >= BILLION:
        return _("%(n)s tỷ đồng") % {"n": words.number(float(amount) / BILLION, 1)}
    if amount >= MILLION:
        return _("%(n)s triệu đồng") % {"n": words.number(float(amount) / MILLION, 1 if amount < 10 * MILLION else 0)}
    return _("%(n)s đồng") % {"n": words.number(float(amount))}


@dataclass(frozen=True)
class Sources:
    source: Funding.Source
    pledged: Decimal
    received: Decimal
    items: int


@dataclass(frozen=True)
class Judged:
    """An item as its owner and others rate it, beside what is known."""

    item: Item
    baselines: int
    today: date

    @property
    def quiet_days(self) -> int:
        return (self.today - self.item.updated_at.date()).days

    @property
    def differs(self) -> bool:
        own, other = self.item.owner_rating, self.item.independent_rating
        return bool(own and other and own != other)

    @property
    def is_ahead_of_work(self) -> bool:
        """Much more money is gone than work is done."""
        share = self.item.spent_share
        return share is not None and 100 * share - self.item.done_percent > GAP

@dataclass(frozen=True)
class Price:
    """What one of the same leased service costs a month, unit by unit."""

    item: Item
    one: float
    middle: float

    @property
    def above(self) -> float:
        return self.one / self.middle - 1 if self.middle else 0.0


@dataclass(frozen=True)
class Board:
    sources: list[Sources]
    groups: list[tuple[str, int, Decimal]]  # name, items, cost
    units: list[tuple[str, str, int, Decimal]]  # name, slug, items, cost
    cost: Decimal
    items: int
    overlaps: int
    settled: int
    savings: Decimal
    consultations: list[tuple[Words, int]]
    judged: list[Judged]
    prices: list[tuple[str, str, list[Price]]]


def of(items: QuerySet[Item], today: date) -> Board:
    """The board over these items, in as many queries however many there are."""
    counted = items.filter(state__in=COUNTED)
    whole = counted.aggregate(cost=Sum("cost"), n=Count("pk"))
    overlaps = Candidate.objects.filter(item__isnull=False, consultation__item__in=items)
    found = overlaps.aggregate(n=Count("pk"), settled=Count("pk", filter=~Q(answer="")),
                               savings=Sum("saving"))
    states = dict(Consultation.objects.filter(item__in=items).order_by().values_list("state").annotate(n=Count("pk")))
    return Board(
        sources=_sources(counted), groups=_groups(counted), units=_units(counted), cost=whole["cost"] or Decimal(0),
        items=whole["n"], overlaps=found["n"], settled=found["settled"], savings=found["savings"] or Decimal(0),
        consultations=[(state.label, states.get(state, 0)) for state in Consultation.State],
        judged=judged(counted, today), prices=prices(counted))


def _sources(counted: QuerySet[Item]) -> list[Sources]:
    rows = Funding.objects.filter(item__in=counted).order_by().values("source").annotate(
        pledged=Sum("pledged"), received=Sum("received"), items=Count("item", distinct=True))
    by = {row["source"]: row for row in rows}
    return [Sources(one, by[one]["pledged"], by[one]["received"], by[one]["items"])
            for one in Funding.Source if one in by]


def _groups(counted: QuerySet[Item]) -> list[tuple[str, int, Decimal]]:
    rows = counted.order_by().values_list("component__group").annotate(n=Count("pk"), cost=Sum("cost"))
    return sorted(((str(Component.Group(group).label), n, cost) for group, n, cost in rows), key=lambda row: -row[2])


def _units(counted: QuerySet[Item]) -> list[tuple[str, str, int, Decimal]]:
    rows = counted.order_by().values_list("unit__name_vi", "unit__slug").annotate(n=Count("pk"), cost=Sum("cost"))
    return sorted(rows, key=lambda row: -row[3])


def judged(counted: QuerySet[Item], today: date) -> list[Judged]:
    """Items whose ratings differ or whose facts speak against them, the worst first."""
    again = dict(Baseline.objects.filter(item__in=counted, number__gt=1).order_by().values_list("item").annotate(
        n=Count("pk")))
    rated = counted.filter(Q(pk__in=list(again)) | ~Q(owner_rating="") | ~Q(independent_rating="") | Q(spent__gt=0))
    found = [Judged(item, again.get(item.pk, 0), today) for item in rated.select_related("unit")]
    odd = [one for one in found if one.differs or one.is_ahead_of_work or one.baselines]
    return sorted(odd, key=lambda one: (-one.differs, -one.is_ahead_of_work, -one.baselines, -one.quiet_days))


def prices(counted: QuerySet[Item]) -> list[tuple[str, str, list[Price]]]:
    """The same leased service of several units: component, measure, prices of one, the dearest first."""
    leased: dict[tuple[str, str], list[Item]] = {}
    for item in counted.filter(monthly_price__isnull=False, service_quantity__gt=0).select_related("unit", "component"):
        leased.setdefault((item.component.name, item.service_measure), []).append(item)
    return [(name, measure, _compared(items)) for (name, measure), items in sorted(leased.items()) if len(items) > 1]


def _compared(items: Sequence[Item]) -> list[Price]:
    ones = [(item, item.price_of_one or 0.0) for item in items]
    middle = median(one for _item, one in ones)
    return sorted((Price(item, one, middle) for item, one in ones), key=lambda row: -row.one)
