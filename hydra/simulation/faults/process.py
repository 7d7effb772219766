"""The end of the whole process, at any instant and of any kind: rows 33, 36 and 37 of the catalogue.

What had been committed is all that the next process finds; what had been written to the socket lands or is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from hydra.broker.dialling import link_plan
from hydra.broker.link import Link, LinkPlan
from hydra.broker.listings import LinkLost
from hydra.simulation.disk import Trap
from hydra.simulation.faults.base import Arena, Fault, Kind, PowerLoss, Scope, Undo, lasting, within
from hydra.simulation.faults.journal import STATEMENTS_MAX, TRAP_S, files_of, journal_of, set_at_disk
from hydra.simulation.laws.records import head_of
from hydra.simulation.write_ahead_log import tear
from hydra.supervisor.picture import book_of

AGAIN_S = 2.0
SIDES = ("before landing", "before lost", "after landing", "after lost")
LOSSES = ("landing", "lost")
ORDERS = ("leave orders", "cancel orders")


def loss_of(fault: Fault) -> PowerLoss:
    """Whether the target says that written bytes still land."""
    return "landing" if fault.target.endswith("landing") else "lost"


def _kill(arena: Arena, fault: Fault, chance: Random) -> None:
    arena.kill_process("kill -9", loss_of(fault))


def _kill_at_journal(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    side = "after" if fault.target.startswith("after") else "before"
    reason = f"kill -9 {side} statement {fault.amount:g} of the journal"
    return set_at_disk(
        arena,
        Trap(int(fault.amount), lambda: arena.kill_process(reason, loss_of(fault)), is_after=side == "after"),
    )


def _torn_tail(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    """The commit that is under way is torn, so nobody has been told of it."""
    name = journal_of(arena).name

    def damage(directory: Path) -> None:
        _, log = files_of(directory / name)
        if head_of(directory / name).seq <= book_of(arena.world.published()).seq:
            arena.note("the commit had written nothing that was not told before")
        else:
            arena.note("the journal's last transaction is torn" if tear(log, chance) else "the journal's log cannot be torn")

    def spring() -> None:
        arena.tools.setdefault("damage", []).append(damage)
        arena.kill_process("power cut in the middle of a commit", loss_of(fault))

    return set_at_disk(arena, Trap(int(fault.amount), spring, is_after=True, counts=lambda one: one.verb == "COMMIT"))


def _power_loss_with_gateway(arena: Arena, fault: Fault, chance: Random) -> None:
    arena.tools["gateway_dies"] = True
    arena.kill_process("power cut, and the gateway's process died too", loss_of(fault))


# ---- told to stop


def _stop_of(arena: Arena) -> Callable[[bool], None] | None:
    stop: Callable[[bool], None] | None = arena.tools.get("stop")
    if stop is None:
        arena.missed("nobody in this world can stop a process in order")
    return stop


def _sigterm(arena: Arena, fault: Fault, chance: Random) -> None:
    stop = _stop_of(arena)
    if stop is not None:
        stop(fault.target == ORDERS[0])


def _second_sigterm(arena: Arena, fault: Fault, chance: Random) -> None:
    stop = _stop_of(arena)
    if stop is not None:
        arena.later(fault.amount, lambda: arena.kill_process("the second SIGTERM", "landing"))
        stop(fault.target == ORDERS[0])


# ---- somebody else on our account


def _second_supervisor(arena: Arena, fault: Fault, chance: Random) -> Undo:
    """Another process under our client id: it is turned away while ours is connected, and holds the id when it gets it."""
    plan = link_plan(arena.desk.plans.config.broker)
    task = keep_task(arena, _intrude(arena, plan), "second supervisor")

    def undo() -> None:
        task.cancel()

    return undo


def keep_task(arena: Arena, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """A task that lives as long as the process, or until it is cancelled: the loop itself would let the garbage collector
    end it."""
    task = arena.world.loop.create_task(work, name=name)
    arena.tools.setdefault("tasks", []).append(task)
    return task


async def _intrude(arena: Arena, plan: LinkPlan) -> None:
    while True:
        link = Link(plan)
        try:
            await link.connect()
            arena.note(f"a second supervisor has client id {plan.client_id}")
            while link.is_open:
                await link.next_batch()
        except LinkLost as lost:
            arena.note(f"a second supervisor was turned away: {lost}")
        finally:
            link.close("the second supervisor goes away")
        await asyncio.sleep(AGAIN_S)


# ---- what chance draws


def _at_random(kind: str, targets: tuple[str, ...]) -> Callable[[Random, Scope], Fault]:
    return lambda chance, scope: Fault(kind=kind, at_s=within(chance, scope), target=chance.choice(targets))


def _trapped(kind: str, targets: tuple[str, ...], most: float) -> Callable[[Random, Scope], Fault]:
    def draw(chance: Random, scope: Scope) -> Fault:
        at_s = within(chance, scope)
        amount = float(round(lasting(chance, 1.0, most)))
        return Fault(kind=kind, at_s=at_s, for_s=TRAP_S, target=chance.choice(targets), amount=amount)

    return draw


def _draw_second_sigterm(chance: Random, scope: Scope) -> Fault:
    at_s = within(chance, scope)
    after_s = round(0.0002 * 5000.0 ** chance.random(), 6)  # an orderly end takes milliseconds when nothing is wrong
    return Fault(kind="process.second_sigterm", at_s=at_s, target=chance.choice(ORDERS), amount=after_s)


def _draw_second_supervisor(chance: Random, scope: Scope) -> Fault:
    at_s = within(chance, scope)
    return Fault(kind="process.second_supervisor", at_s=at_s, for_s=lasting(chance, 1.0, 300.0))


def _kind(
    name: str,
    row: int,
    sentence: str,
    begin: Callable[[Arena, Fault, Random], Undo | None],
    draw: Callable[[Random, Scope], Fault],
) -> Kind:
    return Kind(name=name, suffers="process", rows=(row,), sentence=sentence, draw=draw, begin=begin)


KINDS: tuple[Kind, ...] = (
    _kind("process.kill", 33, "kill -9 at a random instant", _kill, _at_random("process.kill", LOSSES)),
    _kind(
        "process.kill_at_journal",
        33,
        "kill -9 before or after the journal's `amount`-th statement from now; what was not committed is lost",
        _kill_at_journal,
        _trapped("process.kill_at_journal", SIDES, STATEMENTS_MAX),
    ),
    _kind(
        "process.torn_tail",
        33,
        "power is cut in the middle of the journal's `amount`-th commit from now: its log is torn at a random byte",
        _torn_tail,
        _trapped("process.torn_tail", LOSSES, 100.0),
    ),
    _kind(
        "process.power_loss_with_gateway",
        33,
        "the gateway's process dies with ours and comes back from its store",
        _power_loss_with_gateway,
        _at_random("process.power_loss_with_gateway", LOSSES),
    ),
    _kind(
        "process.sigterm",
        36,
        "the process is told to stop and the next one begins",
        _sigterm,
        _at_random("process.sigterm", ORDERS),
    ),
    _kind(
        "process.second_sigterm",
        36,
        "the process is told to stop, and `amount` seconds later killed while it does",
        _second_sigterm,
        _draw_second_sigterm,
    ),
    _kind(
        "process.second_supervisor",
        37,
        "another process tries to connect under our client id, and stays when it can",
        _second_supervisor,
        _draw_second_supervisor,
    ),
)
