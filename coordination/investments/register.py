"""The register's only writer: items drafted, confirmed with their first baseline, planned anew, reported on,
stopped."""

from datetime import date

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import changes
from coordination.investments import access, likeness
from coordination.models import Baseline, Change, Funding, Item

FREE = ("name", "purpose", "component", "place", "yearly_cost", "supplier", "links", "monthly_price",
        "service_quantity", "service_measure")
PLANNED = ("cost", "starts", "ends")  # of what is confirmed a new baseline alone changes these
REPORTED = ("state", "spent", "done_percent", "owner_rating", "owner_remark")
JUDGED = ("independent_rating", "independent_remark")
OPEN = (Item.State.PLANNED, Item.State.RUNNING)


def visible(actor: Actor) -> QuerySet[Item]:
    """The items that this person may see; nothing for a stranger."""
    if not access.may_read(actor):
        return Item.objects.none()
    shown = ~Q(state=Item.State.DRAFT)
    if access.may_judge(actor):
        shown = Q()
    elif actor.scope is not None:
        shown |= Q(unit__in=actor.scope)
    return Item.objects.filter(shown).select_related("unit", "component")


def fold(item: Item) -> None:
    """What is compared follows from the words."""
    item.folded_name, item.folded_purpose = likeness.folded(item.name)[:240], likeness.folded(item.purpose)


@transaction.atomic
def keep(actor: Actor, item: Item) -> Item:
    """Write an item as a form changed it: a draft as a whole, of a confirmed one what needs no new baseline."""
    kept = Item.objects.select_for_update().filter(pk=item.pk).first() if item.pk else None
    _allowed(access.may_edit(actor, kept) if kept else access.may_draft(actor, item.unit_id))
    if kept is None:
        item.state = Item.State.DRAFT
    elif kept.is_kept and any(getattr(kept, name) != getattr(item, name) for name in PLANNED):
        raise PermissionError("what is confirmed is planned anew")
    before = changes.state(kept, FREE + PLANNED)
    item.updated_at = timezone.now()
    fold(item)
    item.save()
    _note(actor, item, _("Sửa hạng mục") if kept else _("Thêm hạng mục"), before, FREE + PLANNED)
    return item


@transaction.atomic
def confirm(actor: Actor, item: Item) -> Item:
    """A draft becomes an item of the register; what it is to be is kept for ever."""
    item = _locked(actor, item)
    if item.state != Item.State.DRAFT:
        return item
    before = changes.state(item, ["state"])
    item.state, item.updated_at = Item.State.PLANNED, timezone.now()
    item.save()
    _baseline(actor, item, 1, "")
    _note(actor, item, _("Xác nhận hạng mục"), before, ["state"])
    return item


@transaction.atomic
def plan_anew(actor: Actor, item: Item, given: dict, reason: str) -> Baseline:
    """Other costs or dates: a baseline beside the first, with its reason."""
    item = _locked(actor, item)
    if item.state not in OPEN or not reason.strip():
        raise PermissionError("only an open item is planned anew, with a reason")
    before = changes.state(item, PLANNED)
    for name in PLANNED:
        setattr(item, name, given[name])
    item.updated_at = timezone.now()
    item.save()
    last = item.baselines.aggregate(last=Max("number"))["last"] or 0
    made = _baseline(actor, item, last + 1, reason)
    _note(actor, item, _("Lập lại mốc gốc"), before, PLANNED, reason)
    return made


@transaction.atomic
def report(actor: Actor, item: Item, given: dict) -> Item:
    """How far the item is and how its owner sees it, whom nobody else speaks for."""
    _allowed(access.leads(actor, item.unit_id))
    item = _locked(actor, item)
    if not item.is_kept or item.state == Item.State.LEFT:
        raise PermissionError("nothing is reported of this item")
    return _set(actor, item, {name: given[name] for name in REPORTED}, _("Cập nhật tiến độ"))


@transaction.atomic
def judge(actor: Actor, item: Item, given: dict) -> Item:
    """How somebody else than its owner sees it."""
    _allowed(access.may_judge(actor))
    item = Item.objects.select_for_update().get(pk=item.pk)
    before = changes.state(item, JUDGED)
    for name in JUDGED:
        setattr(item, name, given[name])
    item.save()  # its owner said nothing new: `updated_at` stays
    _note(actor, item, _("Đánh giá độc lập"), before, JUDGED)
    return item


@transaction.atomic
def leave(actor: Actor, item: Item, reason: str, on: date) -> Item:
    """The item is given up: it stays listed, with its reason."""
    item = _locked(actor, item)
    if item.state not in OPEN or not reason.strip():
        raise PermissionError("only an open item is left, with a reason")
    return _set(actor, item, {"state": Item.State.LEFT, "left_reason": reason, "left_on": on}, _("Dừng hạng mục"))


@transaction.atomic
def fund(actor: Actor, item: Item, funding: Funding) -> Funding:
    """Where money comes from, or how much of it came."""
    item = _locked(actor, item)
    fields = ("source", "giver", "pledged", "received", "conflict")
    before = changes.state(Funding.objects.filter(pk=funding.pk).first(), fields)
    funding.item = item
    funding.save()
    changes.note(actor, Change.About.INVESTMENT, item.pk, item.unit_id, _("Nguồn vốn"), before=before,
                 after=changes.state(funding, fields))
    Item.objects.filter(pk=item.pk).update(updated_at=timezone.now())
    return funding


def _locked(actor: Actor, item: Item) -> Item:
    _allowed(access.may_keep(actor, item.unit_id))
    return Item.objects.select_for_update().get(pk=item.pk)


def _set(actor: Actor, item: Item, given: dict, what: str) -> Item:
    before = changes.state(item, given)
    for name, value in given.items():
        setattr(item, name, value)
    item.updated_at = timezone.now()
    item.save()
    _note(actor, item, what, before, given)
    return item


def _baseline(actor: Actor, item: Item, number: int, reason: str) -> Baseline:
    return Baseline.objects.create(
        item=item, number=number, scope=item.purpose, cost=item.cost, starts=item.starts, ends=item.ends,
        reason=reason, user=actor.user, at=timezone.now())


def _note(actor: Actor, item: Item, what: str, before: dict, fields, reason: str = "") -> None:
    changes.note(actor, Change.About.INVESTMENT, item.pk, item.unit_id, what, before=before,
                 after=changes.state(item, fields), reason=reason)


def _allowed(allowed: bool) -> None:
    if not allowed:
        raise PermissionError("not a keeper of this item")
