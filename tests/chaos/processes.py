"""The processes of one data directory, found in /proc, and their ends: the faults that are injected from outside."""

from __future__ import annotations

import os
import select
import signal
from dataclasses import dataclass
from pathlib import Path

COOKIE = b"TUNER_ATTEMPT_UUID="


@dataclass(frozen=True)
class Kill:
    """A process that was killed: `dir` is the folder of its attempt."""

    victim: str  # daemon, shim or trainer
    dir: str
    how: str  # "signal", or the name of a failpoint


@dataclass(frozen=True)
class Found:
    pid: int
    victim: str
    dir: str


def _read(pid: str | int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _numbers() -> list[str]:
    return [name for name in os.listdir("/proc") if name.isdigit()]


def _identity_pid(folder: str) -> int | None:
    try:
        lines = Path(folder, "identity").read_text().splitlines()
    except OSError:
        return None
    return next((int(line[4:]) for line in lines if line.startswith("pid=")), None)


def _classify(pid: str, data: Path) -> Found | None:
    words = _read(pid, "cmdline").split(b"\0")
    prefix = f"{data}/studies/".encode()
    if len(words) > 1 and words[0].endswith(b"/tuner-shim") and words[1].startswith(prefix):
        # A trainer that is not executed yet looks like its shim, which is then on record.
        folder = words[1].decode()
        return Found(int(pid), "shim" if _identity_pid(folder) in (None, int(pid)) else "trainer", folder)
    if words[0].endswith(b"/mock_trainer"):
        folder = _folder_of_trainer(pid, data)
        return Found(int(pid), "trainer", folder) if folder else None
    return None


def _folder_of_trainer(pid: str, data: Path) -> str | None:
    """The attempt's folder is that of its shim, the trainer's parent."""
    status = _read(pid, "stat").rpartition(b")")[2].split()
    words = _read(status[1].decode(), "cmdline").split(b"\0") if len(status) > 1 else []
    if len(words) > 1 and words[1].startswith(f"{data}/studies/".encode()):
        return words[1].decode()
    return None


def find(data: Path, victim: str) -> list[Found]:
    found = [_classify(pid, data) for pid in _numbers()]
    return [f for f in found if f is not None and f.victim == victim]


def kill(found: Found, data: Path) -> bool:
    """Kills it if it is still what it was, and waits for its death."""
    try:
        descriptor = os.pidfd_open(found.pid)
    except OSError:
        return False
    try:
        if _classify(str(found.pid), data) != found:
            return False
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        select.select([descriptor], [], [], 10)
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


def with_cookie(uuids: set[str]) -> list[tuple[int, str]]:
    """The processes that carry the cookie of one of these attempts, zombies excepted."""
    found = []
    for pid in _numbers():
        for entry in _read(pid, "environ").split(b"\0"):
            uuid = entry[len(COOKIE) :].decode() if entry.startswith(COOKIE) else ""
            if uuid in uuids:
                found.append((int(pid), uuid))
    return found


def end_all(data: Path, uuids: set[str]) -> None:
    """After a failure: nothing that was found wrong goes on."""
    for victim in ("shim", "trainer"):
        for found in find(data, victim):
            kill(found, data)
    for pid, _ in with_cookie(uuids):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass


def with_sockets(data: Path) -> list[Found]:
    """The shims and trainers that inherited a socket: with the daemon's own they would keep its port."""
    found = []
    for process in (_classify(pid, data) for pid in _numbers()):
        if process is not None:
            try:
                links = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{process.pid}/fd")]
            except OSError:
                continue
            if any(link.startswith("socket:") for link in links):
                found.append(process)
    return found
