"""Every attached file in one TAR beside a backup, and back."""

import os
import shutil
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID

from attachments import storing

TABLE = "attachments_attachment"
LISTED = f"SELECT key, has_small FROM {TABLE} WHERE gone_at IS NULL ORDER BY id"  # in a backup's snapshot
Progress = Callable[[int, int, str], None]


def pack(target: Path, listed: Iterable[tuple[UUID, bool]], progress: Progress) -> dict:
    """Write the content of these files; returns how many there are, how many pieces that makes (small pictures too),
    and the keys of those that are missing on disk. Files never change, so a working city can be packed."""
    listed, pieces, missing = list(listed), 0, []
    with tarfile.open(fileobj=_private(target), mode="w") as tar:
        for done, (key, has_small) in enumerate(listed):
            progress(done, len(listed), "attachments")
            for small in (False, True) if has_small else (False,):
                try:
                    path = storing.place(key, small=small)
                    tar.add(path, arcname=path.name, recursive=False)
                    pieces += 1
                except FileNotFoundError:
                    missing.append(key.hex + (".small" if small else ""))
    return {"count": len(listed), "pieces": pieces, "missing": missing}


def _private(target: Path):
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def unpack(source: Path, pieces: int, progress: Progress) -> int:
    """Put every file of the TAR into its place; one that is there already stays. Returns how many the TAR held."""
    done = 0
    with tarfile.open(source) as tar:
        for member in tar:
            progress(done, pieces, "attachments")
            stem, _dot, small = member.name.partition(".")
            if not member.isfile() or not storing.is_key(stem) or small not in ("", "small"):
                raise ValueError(f"{member.name} is no attached file")
            _put(tar, member, storing.place(UUID(stem), small=bool(small)))
            done += 1
    return done


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = tar.extractfile(member)
    if path.exists() or content is None:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
