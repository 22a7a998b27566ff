"""Files on disk, under `IOC_VAR/attachments`, named by their key: written whole and settled before their row is, so
that no row is ever without its file; what a killed process left without a row is swept away after a day."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from attachments.models import Attachment
from attachments.safe import Safe

MOST = 60  # files of one owner
SPARED = 512 * 1024 * 1024  # bytes of the disk that are left to the database
ORPHANED = 24 * 3600  # seconds after which a file without a row is nobody's
PIECE = 256 * 1024


class Full(Exception):
    """The disk, or the owner, has no room for more; `words` are for who attaches."""

    @property
    def words(self) -> str:
        if str(self) == "owner":
            return _("Đã đủ %(n)s tệp; hãy gỡ bớt trước khi thêm.") % {"n": MOST}
        return _("Máy chủ sắp hết chỗ lưu tệp, chưa lưu tệp nào; hãy báo quản trị.")


def place(key: UUID, *, small: bool = False) -> Path:
    """Where the content lies."""
    return settings.ATTACHMENTS / key.hex[:2] / (key.hex + (".small" if small else ""))


def of(kind: str, pks: Iterable[int]) -> dict[int, list[Attachment]]:
    """By owner everything that was attached, what was taken away too, in order."""
    found: dict[int, list[Attachment]] = {}
    for row in Attachment.objects.filter(owner_kind=kind, owner_id__in=pks).select_related("user", "gone_by"):
        found.setdefault(row.owner_id, []).append(row)
    return found


def keep(kind: str, pk: int, actor: Actor, files: Iterable[Safe], at: datetime | None = None) -> list[Attachment]:
    """Attach them, all or none; a file that is there already is not attached again. Raises `Full`. Inside a
    transaction of the caller the rows come with it, and files whose rows never came are swept away."""
    files = list(files)
    if Attachment.objects.filter(owner_kind=kind, owner_id=pk, gone_at=None).count() + len(files) > MOST:
        raise Full("owner")
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            for file in files:
                if made := _keep_one(kind, pk, actor, file, at or timezone.now()):
                    kept.append(made)
    except BaseException:
        for one in kept:
            _drop(one.key)
        raise
    return kept


def _keep_one(kind: str, pk: int, actor: Actor, file: Safe, at: datetime) -> Attachment | None:
    key = uuid4()
    row = Attachment(key=key, owner_kind=kind, owner_id=pk, name=file.name, content_type=file.content_type,
                     size=len(file.content), sha256=file.sha256, source=file.source, has_small=bool(file.small),
                     actor_kind=actor.kind, user=actor.user, at=at)
    try:
        _write(place(key), file.content)
        if file.small:
            _write(place(key, small=True), file.small)
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same file, attached before or at this moment
        _drop(key)
        return None
    except BaseException:
        _drop(key)
        raise
    return row


def _write(path: Path, content: bytes) -> None:
    """Whole and on disk, or not there."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < SPARED + len(content):
            raise Full("disk")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Full("disk") from error


def _drop(key: UUID) -> None:
    for small in (False, True):
        with suppress(OSError):
            place(key, small=small).unlink(missing_ok=True)


@transaction.atomic
def take_away(attachment: Attachment, actor: Actor, reason: str, at: datetime | None = None) -> None:
    """Its content is gone when this is committed; that it was there, and why it is not, stays."""
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.gone_at is not None:
        return
    row.gone_at, row.gone_by, row.gone_reason = at or timezone.now(), actor.user, reason
    row.save(update_fields=["gone_at", "gone_by", "gone_reason"])
    transaction.on_commit(lambda: _drop(row.key))


def pieces(attachment: Attachment, *, small: bool = False) -> Iterator[bytes]:
    """The content, piece by piece; raises `FileNotFoundError` at once where it is not there."""
    file = place(attachment.key, small=small).open("rb")

    def read() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield piece

    return read()


def sweep(now: float | None = None) -> int:
    """Remove files without a row, older than a day, and those of rows that were taken away; returns how many. Nothing
    where no row is at all: that is a database which is still to be restored, not a city without files."""
    if not Attachment.objects.exists():
        return 0
    before, gone = (now or time.time()) - ORPHANED, 0
    for folder in sorted(settings.ATTACHMENTS.glob("??")):
        old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
        keys = {path: UUID(path.name.partition(".")[0]) for path in old if is_key(path.name.partition(".")[0])}
        known = set(Attachment.objects.filter(key__in=keys.values(), gone_at=None).values_list("key", flat=True))
        for path, key in keys.items():
            if key not in known:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def is_key(name: str) -> bool:
    """Whether a file could be named so."""
    return len(name) == 32 and all(one in "0123456789abcdef" for one in name)


def faulty(rows: Iterable[Attachment]) -> Iterator[tuple[Attachment, str]]:
    """Those whose content is "missing" or "changed"."""
    for row in rows:
        try:
            with place(row.key).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != row.sha256:
                    yield row, "changed"
        except OSError:
            yield row, "missing"
