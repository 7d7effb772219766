"""What a person does at a random instant, and what is wrong with how a person is told: rows 35 and 36 of the catalogue.

The verbs tell what the Desk tells, in its order; they do not wait for an answer, for in a loop nobody can.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from hydra.broker.link_direct import DirectTarget, cancel_everything
from hydra.errors import HydraError
from hydra.messages.commands import (
    CancelEverything,
    ChangeTrading,
    CommitOrder,
    FlattenAll,
    LatchHalt,
    ResolveDifference,
)
from hydra.simulation.faults.actor_victims import set_trap, traps_of
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo, lasting, within
from hydra.simulation.faults.process import keep_task
from hydra.simulation.faults.trap_kinds import Overtakes, Slow
from hydra.supervisor.alerts import AlertsActor
from hydra.supervisor.picture import book_of
from hydra.values import Resolution, TradingState

BY = "a person"
LOOK_EVERY_S = 0.05
ANSWER_WITHIN_S = 5.0
SINK_EVERY_S = 1.0
SETTLE_EVERY_S = 1.0
DIRECT_CLIENT_ID_OFFSET = 1000
DIRECT_GIVE_UP_S = 20.0
DIRECT_TIMEOUT_S = 4.0
FORCED = "force"
WITH_PROCESS = "with the process"
VICTIMS = ("journal", "broker", "risk", "router", "monitor", "exit", "alerts", "reporter")
VERBS = ("halt", "resume", "flatten", "reconcile", "kill-actor")

Begin = Callable[[Arena, Fault, Random], Undo | None]


# ---- verbs


def halt(arena: Arena, reason: str) -> None:
    """As Desk.halt: the broker first."""
    arena.world.tell("broker", LatchHalt(latched=True, reason=reason))
    arena.world.tell("broker", CancelEverything(reason=f"halt by {BY}: {reason}"))
    _change(arena, TradingState.HALTED, reason)


def resume(arena: Arena, reason: str, *, force: bool) -> None:
    """As Desk.resume."""
    _change(arena, TradingState.ACTIVE, reason, force=force)


def flatten(arena: Arena, reason: str) -> None:
    """As Desk.flatten: what closes is asked for once the halt is recorded, and never if that takes too long."""
    why = f"flatten: {reason}"
    halt(arena, why)
    ticket = f"flatten-{arena.world.loop.now_us()}"
    waits_until_s = arena.world.loop.time() + ANSWER_WITHIN_S

    def look() -> None:
        trading = book_of(arena.world.published()).trading
        if (trading.state, trading.reason) == (TradingState.HALTED, why):
            arena.world.tell("exit", FlattenAll(by=BY, reason=reason, reply_to=ticket))
        elif arena.world.loop.time() < waits_until_s:
            arena.later(LOOK_EVERY_S, look)

    arena.later(LOOK_EVERY_S, look)


def _change(arena: Arena, state: TradingState, reason: str, *, force: bool = False) -> None:
    arena.world.tell("journal", ChangeTrading(state=state, by=BY, reason=reason, force=force, reply_to=""))


def _resumes(arena: Arena) -> Undo:
    return lambda: resume(arena, "it is over", force=False)


def _halt(arena: Arena, fault: Fault, chance: Random) -> Undo:
    halt(arena, f"at {fault.at_s:g} s")
    return _resumes(arena)


def _halt_overtakes_permit(arena: Arena, fault: Fault, chance: Random) -> Undo:
    """An order that risk has let pass meets the halt in the journal's mailbox, and stands behind it."""
    act = partial(halt, arena, f"before an order is committed, at {fault.at_s:g} s or later")
    trap = Overtakes(to="journal", kind=CommitOrder, act=act)
    away = set_trap(arena, trap)

    def undo() -> None:
        away()
        if trap.is_sprung:
            resume(arena, "it is over", force=False)

    return undo


def _flatten(arena: Arena, fault: Fault, chance: Random) -> Undo:
    flatten(arena, f"at {fault.at_s:g} s")
    return _resumes(arena)


def _halt_in_flatten(arena: Arena, fault: Fault, chance: Random) -> Undo:
    flatten(arena, f"at {fault.at_s:g} s")
    arena.later(fault.amount, lambda: halt(arena, f"no flatten after {fault.amount:g} s"))
    return _resumes(arena)


def _resume(arena: Arena, fault: Fault, chance: Random) -> None:
    resume(arena, f"at {fault.at_s:g} s", force=fault.target == FORCED)


def _reconcile(arena: Arena, fault: Fault, chance: Random) -> None:
    arena.desk.reconcile(by=BY, reason=f"at {fault.at_s:g} s")


def _settle(arena: Arena, fault: Fault, chance: Random) -> None:
    """As Desk.resolve, of one difference; a person who waits for one looks every second for so long."""
    until_s = arena.world.loop.time() + fault.amount

    def look() -> None:
        items = [difference.item for difference in book_of(arena.world.published()).differences]
        if items:
            how, why = Resolution(fault.target), f"at {fault.at_s:g} s or later"
            wish = ResolveDifference(item=chance.choice(items), how=how, by=BY, reason=why, reply_to="")
            arena.world.tell("journal", wish)
        elif arena.world.loop.time() < until_s:
            arena.later(SETTLE_EVERY_S, look)
        else:
            arena.missed("no difference was open")

    look()


def _kill_actor(arena: Arena, fault: Fault, chance: Random) -> None:
    answer = arena.desk.kill_actor(fault.target, by=BY)
    if not answer.obeyed:
        arena.missed(answer.text)


def _verbs_storm(arena: Arena, fault: Fault, chance: Random) -> Undo:
    """The dice fall now, so that what happens meanwhile does not move them."""
    for n in range(int(fault.amount)):
        verb, victim = chance.choice(VERBS), chance.choice(VICTIMS)
        arena.later(round(chance.random(), 4), lambda n=n, verb=verb, victim=victim: _obey(arena, verb, victim, n))  # type: ignore[misc]
    return _resumes(arena)


def _obey(arena: Arena, verb: str, victim: str, n: int) -> None:
    reason = f"verb {n} of a storm"
    match verb:
        case "halt":
            halt(arena, reason)
        case "resume":
            resume(arena, reason, force=False)
        case "flatten":
            flatten(arena, reason)
        case "reconcile":
            arena.desk.reconcile(by=BY, reason=reason)
        case _:
            arena.desk.kill_actor(victim, by=BY)


# ---- the kill switch that needs no hydra


def _halt_direct(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    keep_task(arena, _cancel_directly(arena), "halt --direct")
    if fault.target != WITH_PROCESS:
        return None
    halt(arena, f"direct, at {fault.at_s:g} s")
    return _resumes(arena)


async def _cancel_directly(arena: Arena) -> None:
    broker = arena.desk.plans.config.broker
    target = DirectTarget(
        host=broker.host,
        port=broker.port,
        client_id=broker.client_id + DIRECT_CLIENT_ID_OFFSET,
        account=broker.account,
        connect_timeout_s=DIRECT_TIMEOUT_S,
        listing_timeout_s=DIRECT_TIMEOUT_S,
        give_up_s=DIRECT_GIVE_UP_S,
    )
    try:
        done = await cancel_everything(target, {})
    except HydraError as error:
        arena.note(f"halt --direct failed: {error}")
    else:
        arena.note(f"halt --direct sent {done.cancels} global cancels, left: {done.left}")


# ---- how a person is told


def _sink_down(arena: Arena, fault: Fault, chance: Random) -> Undo:
    """Whichever incarnation speaks, until it is undone."""
    is_over = False
    sound = arena.desk.plans.around.write_line

    def look() -> None:
        alerts = _alerts(arena)
        if not is_over:
            if alerts is not None:
                alerts.write_line = _nobody_reads
            arena.later(SINK_EVERY_S, look)

    def undo() -> None:
        nonlocal is_over
        is_over = True
        alerts = _alerts(arena)
        if alerts is not None:
            alerts.write_line = sound

    if _alerts(arena) is None:
        arena.missed("nobody says alerts")
    look()
    return undo


def _sink_slow(arena: Arena, fault: Fault, chance: Random) -> Undo:
    return traps_of(arena).add(Slow(pattern="alerts", turn_s=fault.amount))


def _nobody_reads(line: str) -> None:
    raise BrokenPipeError(f"nobody reads: {line}")


def _alerts(arena: Arena) -> AlertsActor | None:
    life = arena.world.lives.get("alerts")
    actor = life.behaviour if life is not None else None
    return actor if isinstance(actor, AlertsActor) else None


# ---- what chance draws


def _kind(
    name: str,
    sentence: str,
    begin: Begin,
    *,
    row: int = 36,
    targets: tuple[str, ...] = ("",),
    amounts: tuple[float, float] | None = None,
    lasts_s: tuple[float, float] | None = None,
) -> Kind:
    def draw(chance: Random, scope: Scope) -> Fault:
        return Fault(
            kind=name,
            at_s=within(chance, scope),
            for_s=lasting(chance, *lasts_s) if lasts_s is not None else 0.0,
            target=chance.choice(targets),
            amount=lasting(chance, *amounts) if amounts is not None else 0.0,
        )

    return Kind(name=name, suffers="operator", rows=(row,), sentence=sentence, draw=draw, begin=begin)


HALTS_S = (0.5, 600.0)

KINDS: tuple[Kind, ...] = (
    _kind("operator.halt", "a person halts trading, and resumes it later", _halt, lasts_s=HALTS_S),
    _kind(
        "operator.halt_direct",
        "a connection of its own cancels everything, alone or while the process halts too",
        _halt_direct,
        targets=("alone", WITH_PROCESS),
        lasts_s=HALTS_S,
    ),
    _kind(
        "operator.halt_overtakes_permit",
        "a person halts at the very moment at which risk hands the journal an order that it has permitted",
        _halt_overtakes_permit,
        lasts_s=(30.0, 600.0),
    ),
    _kind("operator.flatten", "a person has every position closed, and resumes later", _flatten, lasts_s=HALTS_S),
    _kind(
        "operator.halt_in_flatten",
        "a person has every position closed, and halts that after `amount` seconds",
        _halt_in_flatten,
        amounts=(0.01, 60.0),
        lasts_s=HALTS_S,
    ),
    _kind(
        "operator.resume",
        "a person resumes trading, by force or not, whatever its state is",
        _resume,
        targets=("", "", FORCED),
    ),
    _kind("operator.reconcile", "a person asks for a comparison with the broker", _reconcile),
    _kind(
        "operator.settle_difference",
        "a person adopts, ignores or closes a difference that is open, or opens within `amount` seconds",
        _settle,
        targets=tuple(how.value for how in Resolution),
        amounts=(1.0, 1800.0),
    ),
    _kind("operator.kill_actor_verb", "a person kills an actor", _kill_actor, targets=VICTIMS),
    _kind(
        "operator.verbs_storm",
        "`amount` verbs of all kinds within a second",
        _verbs_storm,
        amounts=(2.0, 30.0),
        lasts_s=HALTS_S,
    ),
    _kind("operator.alert_sink_down", "who says alerts cannot say any", _sink_down, row=35, lasts_s=(1.0, 1800.0)),
    _kind(
        "operator.alert_sink_slow",
        "each alert takes `amount` seconds to say",
        _sink_slow,
        row=35,
        amounts=(0.1, 60.0),
        lasts_s=(1.0, 1800.0),
    ),
)
