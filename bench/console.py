"""What the person waiting sees."""

import sys


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def bar(label: str, done: int, total: int) -> None:
    filled = 30 * done // max(total, 1)
    end = "\n" if done >= total else ""
    print(f"\r{label} [{'█' * filled}{'·' * (30 - filled)}] {done:,} of {total:,}{end}", end="", file=sys.stderr,
          flush=True)
