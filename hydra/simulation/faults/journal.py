"""What the journal's disk and its file suffer: rows 32 and 34 of the catalogue. Nothing here forges an event."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

from hydra.simulation.disk import Disk, Refusal, RefusalOf, Trap, Trouble
from hydra.simulation.faults.actor_victims import traps_of
from hydra.simulation.faults.base import Arena, Fault, Kind, PowerLoss, Scope, Undo, lasting, within
from hydra.simulation.faults.trap_kinds import Slow

LOCKED = "database is locked"
FULL = "database or disk is full"
IO_ERROR = "disk I/O error"
READ_ONLY = "attempt to write a readonly database"

WRITING = ("BEGIN", "INSERT", "UPDATE", "CREATE", "COMMIT")
FAILING = ("BEGIN", "INSERT", "COMMIT", "ROLLBACK")
"""Where an input or output error can be. A rollback is only tried by a writer that finds itself fenced."""
LOSSES: tuple[PowerLoss, ...] = ("landing", "lost")
ONCE_MAX = 3
STATEMENTS_MAX = 300.0
TRAP_S = 60.0
"""How long a trap waits for its statement of the journal."""

Begin = Callable[[Arena, Fault, Random], Undo | None]
Draw = Callable[[Random, Scope], Fault]


def disk_of(arena: Arena) -> Disk | None:
    """The disk under the journal of this process; None, and it is said, if the world has none."""
    disk = arena.tools.get("disk")
    if isinstance(disk, Disk):
        return disk
    arena.missed("this world's journal lies on a disk that cannot be hurt")
    return None


def _on(arena: Arena, *troubles: Trouble) -> Undo | None:
    disk = disk_of(arena)
    if disk is None:
        return None
    for trouble in troubles:
        disk.begin(trouble)

    def undo() -> None:
        for trouble in troubles:
            disk.end(trouble)

    return undo


def set_at_disk(arena: Arena, trap: Trap) -> Undo | None:
    """Set it; one that is taken away unsprung has missed."""
    off, missed = _on(arena, trap), arena.missed
    if off is None:
        return None

    def undo() -> None:
        off()
        if not trap.has_sprung:
            missed("the journal wrote too little")

    return undo


# ---- the disk


def _locked(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    return _on(arena, Refusal(("BEGIN",), LOCKED))


def _full(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    return _on(arena, Refusal((fault.target,), FULL))


def _read_only(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    return _on(arena, Refusal(WRITING, READ_ONLY))


def _io_error(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    if fault.target == "ROLLBACK":
        fence(arena)
    return _on(arena, Refusal((fault.target,), IO_ERROR, times=int(fault.amount)))


def _intent_fails(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    trouble = RefusalOf("OrderIntended", IO_ERROR, times=int(fault.amount))
    off = _on(arena, trouble)
    if off is None:
        return None

    def undo() -> None:
        off()
        if not trouble.refused_n:
            arena.missed("no order was intended meanwhile")

    return undo


def _commit_unknown(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    return _on(arena, Refusal(("COMMIT",), IO_ERROR, times=int(fault.amount), is_done=True))


def _second_writer(arena: Arena, fault: Fault, chance: Random) -> None:
    fence(arena)


def _slow(arena: Arena, fault: Fault, chance: Random) -> Undo:
    """Seen from outside, a commit that takes long is a journal that does not read: what it says first is not late."""
    return traps_of(arena).add(Slow(pattern="journal", turn_s=fault.amount))


def journal_of(arena: Arena) -> Path:
    """The file of this process's journal."""
    return arena.desk.plans.around.journal_path


def fence(arena: Arena) -> None:
    """Take the journal over as another writer would, and leave it alone."""
    with closing(sqlite3.connect(journal_of(arena), timeout=0.0, isolation_level=None)) as other:
        try:
            other.execute("UPDATE writer SET epoch = epoch + 1")
        except sqlite3.OperationalError as error:
            arena.missed(f"another writer could not take the journal over: {error}")


# ---- the file, between two processes


def _deleted(arena: Arena, fault: Fault, chance: Random) -> None:
    _lose(arena, fault, "the journal's file was deleted", remove)


def _older_copy(arena: Arena, fault: Fault, chance: Random) -> None:
    """The copy is taken now, and put back `amount` seconds later."""
    kept = {file.name: file.read_bytes() for file in files_of(journal_of(arena)) if file.exists()}

    def put_back(directory: Path) -> None:
        remove(directory)
        for name, content in kept.items():
            (directory / name).write_bytes(content)

    text = f"a copy of the journal, {fault.amount:g} s old, was put in its place"
    arena.later(fault.amount, lambda: _lose(arena, fault, text, put_back))


def _lose(arena: Arena, fault: Fault, text: str, damage: Callable[[Path], None]) -> None:
    arena.tools["journal_lost"] = text
    arena.tools.setdefault("damage", []).append(damage)
    arena.kill_process(text, "landing" if fault.target == "landing" else "lost")


def files_of(journal: Path) -> tuple[Path, ...]:
    """The database and the log beside it."""
    return journal, journal.with_name(f"{journal.name}-wal")


def remove(directory: Path) -> None:
    """No journal is left here."""
    for file in sorted(directory.glob("hydra.db*")):
        file.unlink()


# ---- what chance draws


def _drawn(
    kind: str,
    *,
    targets: tuple[str, ...] = ("",),
    amounts: tuple[float, float] | None = None,
    lasts_s: tuple[float, float] | None = None,
    is_count: bool = False,
) -> Draw:
    def draw(chance: Random, scope: Scope) -> Fault:
        amount = lasting(chance, *amounts) if amounts is not None else 0.0
        return Fault(
            kind=kind,
            at_s=within(chance, scope),
            for_s=lasting(chance, *lasts_s) if lasts_s is not None else 0.0,
            target=chance.choice(targets),
            amount=float(round(amount)) if is_count else amount,
        )

    return draw


def _kind(name: str, row: int, sentence: str, begin: Begin, draw: Draw) -> Kind:
    return Kind(name=name, suffers="journal", rows=(row,), sentence=sentence, draw=draw, begin=begin)


LASTS_S = (0.05, 120.0)
COUNT = (1.0, float(ONCE_MAX))

KINDS: tuple[Kind, ...] = (
    _kind(
        "journal.locked",
        32,
        "somebody else holds the journal's write lock: no transaction begins",
        _locked,
        _drawn("journal.locked", lasts_s=LASTS_S),
    ),
    _kind(
        "journal.full",
        32,
        "the disk is full: `target` (INSERT or COMMIT) fails",
        _full,
        _drawn("journal.full", targets=("INSERT", "COMMIT"), lasts_s=LASTS_S),
    ),
    _kind(
        "journal.io_error",
        32,
        "`amount` statements of the kind `target` fail with an input/output error; before a ROLLBACK the writer is fenced",
        _io_error,
        _drawn("journal.io_error", targets=FAILING, amounts=COUNT, lasts_s=(1.0, 60.0), is_count=True),
    ),
    _kind(
        "journal.commit_unknown",
        32,
        "`amount` commits are durable, but fail with an input/output error",
        _commit_unknown,
        _drawn("journal.commit_unknown", amounts=COUNT, lasts_s=(1.0, 60.0), is_count=True),
    ),
    _kind(
        "journal.intent_fails",
        32,
        "the commits of the next `amount` orders' intents fail with an input/output error",
        _intent_fails,
        _drawn("journal.intent_fails", amounts=COUNT, lasts_s=(5.0, 600.0), is_count=True),
    ),
    _kind(
        "journal.slow",
        32,
        "each commit takes `amount` seconds",
        _slow,
        _drawn("journal.slow", amounts=(0.01, 3.0), lasts_s=LASTS_S),
    ),
    _kind(
        "journal.read_only",
        34,
        "the file system takes no more writes",
        _read_only,
        _drawn("journal.read_only", lasts_s=LASTS_S),
    ),
    _kind(
        "journal.second_writer",
        37,
        "another writer takes the journal over and goes away: ours is fenced",
        _second_writer,
        _drawn("journal.second_writer"),
    ),
    _kind(
        "journal.deleted",
        34,
        "the process dies and the next one finds no journal",
        _deleted,
        _drawn("journal.deleted", targets=LOSSES),
    ),
    _kind(
        "journal.older_copy",
        34,
        "a copy of the journal is taken; `amount` seconds later the process dies, and the next one finds that copy",
        _older_copy,
        _drawn("journal.older_copy", targets=LOSSES, amounts=(1.0, 900.0)),
    ),
)
