"""One hydra per journal, one per account and client id: locks of the kernel, gone with the process that held them.

A lock file stays behind and means nothing by itself; it names the process that locked it last.
"""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from hydra.errors import StartError


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one process at a time may have, and the file that stands for it."""

    path: Path
    what: str


def journal_claim(journal: Path) -> Claim:
    """The right to write this journal; the lock lies beside it, whatever link leads there."""
    real = journal.resolve()
    return Claim(path=real.with_name(f"{real.name}.lock"), what=f"The journal {journal}")


def account_claim(directory: Path, *, account: str, client_id: int) -> Claim:
    """The right to trade this account under this client id; `directory` is the user's own, see `private_directory`."""
    return Claim(path=directory / f"{account}-{client_id}.lock", what=f"Account {account} with client id {client_id}")


def private_directory(path: Path) -> Path:
    """`path`, made if need be, that only this user may enter. Raises StartError when it is anybody else's."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = path.lstat()
    except OSError as error:
        raise StartError(f"The directory {path} for locks and sockets cannot be made: {error}.") from error
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise StartError(f"{path} must be a directory of user {os.getuid()} with mode 0700, because locks lie there.")
    return path


class Held:
    """Claims that this process holds until `release`, or the end of the with block, or its own end."""

    def __init__(self, locks: ExitStack) -> None:
        self._locks = locks

    def __enter__(self) -> Held:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let go of all of them, last first."""
        self._locks.close()


def hold(*claims: Claim) -> Held:
    """Take all of the claims or none, without waiting. Raises StartError that says what is held, and by whom."""
    with ExitStack() as locks:
        for claim in claims:
            locks.callback(_take(claim).release)
        return Held(locks.pop_all())


def _take(claim: Claim) -> FileLock:
    # timeout=0: filelock waits on a clock that may be frozen. Not thread-local: the holder's last thread lets go.
    lock = FileLock(claim.path, timeout=0, mode=0o600, thread_local=False)
    try:
        claim.path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        claim.path.write_text(f"process {os.getpid()}", encoding="utf-8")
    except Timeout:
        who = claim.path.read_text(encoding="utf-8") or "another process"
        raise StartError(f"{claim.what} is in use by {who} (lock {claim.path}).") from None
    except OSError as error:
        raise StartError(f"{claim.what} cannot be locked with {claim.path}: {error}.") from error
    return lock
