"""Long answers, sent piece by piece."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async


async def each(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces for a `StreamingHttpResponse`: each is made in a thread, so that the loop serves others meanwhile."""
    while (piece := await sync_to_async(next)(pieces, None)) is not None:
        yield piece
