"""Servers as the machine shows them: who listens on a socket, whether a process lives, waking one that was stopped."""

import os
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path

ANSWER_SECONDS = 5  # a server that listens and says nothing for so long stands still


def listening(address):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(address))
        except OSError:
            return False
        return True


def listener(address):
    """The process that listens there, by what the kernel knows (the file beside it may name a later one)."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_SECONDS)
        try:
            client.connect(str(address))
            if not hasattr(socket, "SO_PEERCRED"):  # not Linux
                return read_pid(address.with_suffix(".pid"))
            return struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        except OSError:
            return None


def children(pid):
    """The processes that this one started, as far as the machine tells."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.parent.name))
    return found


def wake(pid):
    """Let a stopped server and its children go on, so that they hear what they were told."""
    for one in [pid, *children(pid)]:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGCONT)


def read_pid(path):
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
