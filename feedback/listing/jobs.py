"""Lists that take long to write: ordered by a person, written one after another in the background, kept for a day.

The file lies in the database in pieces: several web servers and the worker share nothing else, and a piece is all that
anybody holds in memory. It belongs to the role in which it was ordered; under another one nobody sees it.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import IO

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from feedback import access
from feedback.listing import columns, files
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Listing, sort_in
from feedback.models import FilePiece, ListFile
from hcmc_ioc.lib import pulse

logger = logging.getLogger(__name__)
KEPT = timedelta(hours=24)
LONGEST = 500_000  # rows; a sheet ends at a million, and nobody reads that
AT_ONCE, IN_ALL = 3, 20  # files that one person may wait for, and have: they take room in the database
TRIES = 3
PIECE = 1 << 20  # bytes
LOCK = "list files"


def order(actor: Actor, query: str, shown: str) -> ListFile:
    """Have the list of that address written; ValidationError says in words why not."""
    listing = listing_of(actor, query)
    total = listing.count()
    if total > LONGEST:
        raise ValidationError(_("Danh sách quá dài cho một bảng tính: hãy lọc bớt, hoặc tải về dạng CSV."))
    membership = actor.user.membership
    if ListFile.objects.filter(membership=membership, finished_at=None).count() >= AT_ONCE:
        raise ValidationError(_("Đang lập %(n)s tệp cho bạn: hãy chờ xong rồi lập tiếp.") % {"n": AT_ONCE})
    if ListFile.objects.filter(membership=membership).count() >= IN_ALL:
        raise ValidationError(_("Đã lập %(n)s tệp trong 24 giờ qua: hãy dùng các tệp đã có.") % {"n": IN_ALL})
    file = ListFile.objects.create(membership=membership, query=listing.query, columns=shown, total=total)
    transaction.on_commit(_wake, robust=True)
    return file


def _wake() -> None:
    """Ask the background to begin; without a broker it begins within the minute."""
    if pulse.valkey.away:
        return
    try:
        current_app.send_task("feedback.tasks.write_files", retry=False, ignore_result=True)
    except Exception as exc:  # noqa: BLE001 - the order is kept
        logger.warning("background not woken (%s): the next sweep writes the file", exc)


def listing_of(actor: Actor, query: str) -> Listing:
    get = QueryDict(query[:2000])
    return Listing(actor, TicketFilter(actor, get), timezone.now(), sort_in(get))


def files_of(actor: Actor) -> list[ListFile]:
    """The newest first."""
    return list(ListFile.objects.filter(membership=actor.user.membership))


def ready(actor: Actor) -> int:
    """How many files wait to be fetched for the first time."""
    done = ListFile.objects.filter(membership=actor.user.membership, finished_at__isnull=False, has_failed=False)
    return done.filter(fetched_at=None).count()


def pieces(file: ListFile) -> Iterator[bytes]:
    for pk in list(file.pieces.values_list("pk", flat=True)):
        yield bytes(FilePiece.objects.values_list("content", flat=True).get(pk=pk))


def write_all() -> None:
    """Write what was ordered, the oldest first. Only one process does it at a time; what was left by one that was
    killed is written again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            return
    try:
        while (file := ListFile.objects.filter(finished_at=None).order_by("pk").first()) is not None:
            _write(file)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])


def _write(file: ListFile) -> None:
    file.begun += 1
    file.done = 0
    file.save(update_fields=["begun", "done"])
    user = file.membership.user
    actor = Actor.person(user)
    if file.begun > TRIES or not user.is_active or user.membership != file.membership or not access.may(actor, "view"):
        return _end(file, has_failed=True)
    listing = listing_of(actor, file.query)

    def told(done: int) -> None:
        ListFile.objects.filter(pk=file.pk).update(done=done)

    try:
        with files.xlsx(listing, columns.in_files(columns.chosen(file.columns)), str(user), told) as book:
            _keep(file, book)
    except DatabaseError:
        raise  # an outage: the next sweep tries again
    except Exception:
        logger.exception("list file %s could not be written", file.pk)
        _end(file, has_failed=True)


def _keep(file: ListFile, book: IO[bytes]) -> None:
    with transaction.atomic():
        while content := book.read(PIECE):
            FilePiece.objects.create(file=file, content=content)
            file.size += len(content)
        _end(file)


def _end(file: ListFile, *, has_failed: bool = False) -> None:
    file.finished_at, file.has_failed = timezone.now(), has_failed
    file.save(update_fields=["finished_at", "has_failed", "size"])


def forget() -> None:
    """Files that are older than a day."""
    ListFile.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
