"""One cell lived through: an order comes to its point, somebody dies, the venue acts, all comes back, the run ends in order.

The processes are whole ones at the gateway that outlives them; the network, the disk and the clock are those of a hunt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from hydra.messages.commands import SubmitSignal
from hydra.records import BookImage
from hydra.simulation.chaos.process import Process, Setting
from hydra.simulation.disk import Disk, installed
from hydra.simulation.faults.trap_kinds import Injected
from hydra.simulation.greetings import Door
from hydra.simulation.laws.records import Records
from hydra.simulation.recovery.cells import Cell
from hydra.simulation.recovery.comeback import Comeback
from hydra.simulation.recovery.counting import judged
from hydra.simulation.recovery.outcome import DramaFailed, Outcome
from hydra.simulation.recovery.points import SHOWN, is_shown, watch
from hydra.simulation.recovery.still_market import SIGNAL, begins_us, plan_of, signal_of
from hydra.simulation.recovery.venue import AWAITS_ORDER, Venue
from hydra.simulation.world import Schedule, venue_of
from hydra.supervisor.desk_status import Summary
from hydra.values import TradingState

FIRST_ORDER = f"{SIGNAL}.1.1"
SETTLES_S = 1.0
"""From the first comparison to the signal: quotes have come by then."""
TRAVEL_S = 0.05
"""From the gateway's door to its desk: so long an order or a cancel is sent and the venue has not acted on it.
It is shorter than a supervisor's pause before it starts an actor again, so that the venue acts before anybody is back."""
DOWN_S = 2.0
"""So long a line or a process stays away; a gateway that restarts a little longer."""
GATEWAY_DOWN_S = 3.0
ORDER_WITHIN_S = 3.0
LISTED_AFTER_S = 1.0
READY_WITHIN_S = 60.0
POINT_WITHIN_S = 60.0
LOOK_EVERY_S = 0.1
LOOK_CLOSELY_S = 0.01
BACK_WITHIN_S = 120.0
REST_WITHIN_S = 180.0


class Drama:
    """Build it in an empty working directory, play it once."""

    def __init__(self, cell: Cell, on_trace: Callable[[str], object] | None = None) -> None:
        self.cell = cell
        self.base = plan_of(cell)
        self._hear = on_trace
        self._disk = Disk()
        self._records = Records(self.base.config)
        self._gateway_side = venue_of(self.base, ack_delay_s=TRAVEL_S)
        self._gateway_side.gateway.advance(begins_us())
        self._gateway_side.gateway.drain()
        self.venue = Venue(self._gateway_side.gateway)
        self._processes_n = 0
        self._died_s: float | None = None
        self._wrong: list[str] = []
        self.process = self._next(Path("1"))
        self.comeback = Comeback(self.process.world)

    def play(self) -> Outcome:
        """All of it. Raises DramaFailed when the order never comes to its point, or the venue finds nothing to act on."""
        with installed(self._disk):
            self._begin()
            self._come_to_the_point()
            self._meanwhile()
            self._come_back()
            self._rest()
            summary = self._end()
        return self._outcome(summary)

    # ---- before

    def _next(self, directory: Path) -> Process:
        self._processes_n += 1
        directory.mkdir(parents=True, exist_ok=True)
        began_s = (self.venue.gateway.market_us - begins_us()) / 1e6
        process = Process(
            Setting(
                plan=replace(self.base, directory=directory),
                venue=self._gateway_side,
                disk=self._disk,
                began_s=began_s,
                schedule=Schedule(),
                heir=Path(str(self._processes_n + 1)),
                note=lambda now_s, text: self._say(f"{now_s:13.6f}  *** {text}"),
                on_trace=self._hear,
                on_jump=None,
                on_death=partial(self._records.detach, killed=True),
            )
        )
        self._records.attach(process.simulated)
        return process

    def _begin(self) -> None:
        self.process.start(())
        world = self.process.world
        if not world.run_until(lambda: _is_ready(self.process.book), limit_s=READY_WITHIN_S):
            raise DramaFailed(f"{self.cell}: the first process is not ready within {READY_WITHIN_S:g} s")
        world.run_for(SETTLES_S)
        watch(self.cell.point, self._disk, self.process.simulated.network, self._die)
        world.tell("journal", SubmitSignal(signal=signal_of(self.cell, world.clock.now())))

    def _come_to_the_point(self) -> None:
        if self.cell.point in SHOWN:
            self._until_shown()
            self._die()
        elif not self._run_until(lambda: self._died_s is not None, POINT_WITHIN_S):
            raise DramaFailed(f"{self.cell}: no order came to this point within {POINT_WITHIN_S:g} s")

    def _until_shown(self) -> None:
        if SHOWN[self.cell.point].fills_first:
            self._run_until(lambda: is_shown("acknowledged", self.process.book), POINT_WITHIN_S)
            self._play_tape()
            self.venue.trade(whole=SHOWN[self.cell.point].fills_first == "whole")
            self.process.simulated.network.settle()
        if not self._run_until(lambda: is_shown(self.cell.point, self.process.book), POINT_WITHIN_S):
            raise DramaFailed(f"{self.cell}: no order is {self.cell.point} in the book within {POINT_WITHIN_S:g} s")

    # ---- the death

    def _die(self) -> None:
        """Now. In the middle of its own statement the journal's actor dies of an exception, as it would."""
        self._died_s = self.process.now_s
        self._say(f"{self._died_s:13.6f}  *** {self.cell.point}: {self.cell.victim} dies")
        process, victim = self.process, self.cell.victim
        self.comeback.expect(victim, process.book, parent_ref=SIGNAL)
        match victim:
            case "process":
                process.kill("kill -9", "lost")
            case "link":
                process.simulated.network.cut(refusing="the line is dead")
            case "child":
                process.world.kill(f"router/{SIGNAL}", str(self.cell))
            case "journal" if "intent" in self.cell.point:
                raise Injected(str(self.cell))
            case _:
                process.world.kill(victim, str(self.cell))

    # ---- meanwhile

    def _meanwhile(self) -> None:
        if self.cell.action == "restart":
            self._restart_gateway()
        if self.cell.action in AWAITS_ORDER:
            self._await_order()
        if self.cell.action == "hide from listings":
            self._ask_for_listing()
        self._play_tape()
        if not self.venue.act(self.cell):
            raise DramaFailed(f"{self.cell}: the venue found nothing to do this to")
        self._say(f"{self._now_s:13.6f}  *** the venue: {self.cell.action}")
        self._settle()
        if self.process.died:
            self._replace_process()
        elif self.cell.victim == "link":
            self._pass(max(0.0, self._away_s - self._since_death_s))
            self.process.simulated.network.accept()

    @property
    def _away_s(self) -> float:
        return GATEWAY_DOWN_S if self.cell.action == "restart" else DOWN_S

    @property
    def _now_s(self) -> float:
        """Market seconds since the drama began; a dead process's clock stands."""
        if self.process.died:
            return (self.venue.gateway.market_us - begins_us()) / 1e6
        return self.process.now_s

    @property
    def _since_death_s(self) -> float:
        assert self._died_s is not None, "somebody has died"
        return self._now_s - self._died_s

    def _await_order(self) -> None:
        """The venue acts as soon as the order is at its desk."""
        if self.cell.point == "filled":
            return
        if self.process.died:
            self._pass(TRAVEL_S + LOOK_EVERY_S if self.venue.working is None else 0.0)
        else:
            self._run_until(lambda: self.venue.working is not None, ORDER_WITHIN_S)

    def _ask_for_listing(self) -> None:
        """While the venue hides the order the operator wants to see it; a dead process or line lists it when it is back."""
        process = self.process
        if not process.died:
            reconcile = partial(process.desk.reconcile, by="the operator", reason="where is it?")
            process.world.loop.call_later(LISTED_AFTER_S, reconcile)

    def _restart_gateway(self) -> None:
        """Its process ends with all it had not written down and what was on its way, and comes back on its store."""
        network = self.process.simulated.network
        if not self.process.died:
            lift = network.door.lay(Door(greeting="refuse"))
            network.reset_all(landing=False)
            self.process.world.loop.call_later(GATEWAY_DOWN_S, lift)
        self.venue.gateway.reopen()

    def _replace_process(self) -> None:
        """The service manager, when it has noticed."""
        process = self.process
        self._records.detach(killed=False)
        process.close()
        self.venue.gateway.advance(begins_us() + round(((self._died_s or 0.0) + self._away_s) * 1e6))
        self.venue.gateway.drain()
        self.process = self._next(process.setting.heir)
        self.comeback.follow(self.process.world)
        self.process.start(())

    # ---- after

    def _come_back(self) -> None:
        """Until all have synchronised and trading is permitted, or paused over a difference."""
        self._look_until(lambda: self.comeback.is_whole(self.process.book), BACK_WITHIN_S, LOOK_CLOSELY_S)

    def _rest(self) -> None:
        """Until the signal has ended, no order is open, and the books were compared since the venue acted."""
        self._look_until(lambda: self.comeback.is_at_rest(self.process.book), REST_WITHIN_S)
        trading = self.process.book.trading
        if self.comeback.whole_since_s is None:
            self._wrong.append(f"it did not come back: {self.comeback.lacks(self.process.book)}")
        if trading.state is TradingState.PAUSED and not self.process.book.differences:
            self._wrong.append(f"trading is PAUSED without a difference: {trading.reason}")

    def _look_until(self, done: Callable[[], bool], limit_s: float, every_s: float = LOOK_EVERY_S) -> None:
        end_s = self.process.now_s + limit_s
        while self.process.now_s < end_s:
            self.comeback.look(self.process.book, self.process.now_s)
            if done():
                return
            self._pass(every_s)
            if self.process.failed:
                self._wrong.append(f"the process cannot go on: {self.process.failed}")
                return

    def _end(self) -> Summary:
        """SIGTERM; what hydra itself could not explain is wrong, unless an open difference says it."""
        process = self.process
        said = {f"open difference: {difference.text}" for difference in process.book.differences}
        summary = process.desk.stop(leave_orders=False, reason="the drama is over")
        self._wrong.extend(f"unexplained: {text}" for text in summary.unexplained if text not in said)
        self._records.detach(killed=False)
        process.simulated.network.end()
        process.world.stop()
        return summary

    def _outcome(self, summary: Summary) -> Outcome:
        if not self.venue.has_struck:
            raise DramaFailed(f"{self.cell}: nothing came by for the venue to do this to")
        process, died_s = self.process, self._died_s or 0.0
        evidence = self._records.evidence()
        judgement = judged(evidence, self.venue.gateway.ledger())
        back_s = self.comeback.whole_since_s
        return Outcome(
            cell=self.cell,
            counts=judgement.counts,
            recovery_s=None if back_s is None else round(back_s - died_s, 3),
            trading=str(process.book.trading.state.value),
            orders=process.book.tally.orders,
            fills=process.book.tally.fills,
            reached_venue=any(
                order.order_ref == FIRST_ORDER and order.placed_us < begins_us() + round((died_s + DOWN_S) * 1e6)
                for order in evidence.truth.orders
            ),
            processes=self._processes_n,
            virtual_s=round(process.now_s, 3),
            digest=process.world.digest(),
            wrong=(*self._wrong, *judgement.sentences),
        )

    # ---- time

    def _run_until(self, done: Callable[[], bool], limit_s: float) -> bool:
        return self.process.world.run_until(lambda: bool(self.process.died) or done(), limit_s=limit_s)

    def _pass(self, seconds: float) -> None:
        if self.process.died:
            self.venue.gateway.advance(max(self.venue.gateway.market_us, self._market_us()) + round(seconds * 1e6))
            self.venue.gateway.drain()
        elif seconds > 0:
            self.process.world.run_for(seconds)

    def _play_tape(self) -> None:
        """The gateway stands at this instant; where nobody waits for anything it lags behind."""
        if self.process.died:
            self._pass(0.0)
        else:
            self.venue.gateway.advance(self.process.simulated.network.now_us())

    def _market_us(self) -> int:
        return begins_us() + round((self._died_s or 0.0) * 1e6)

    def _settle(self) -> None:
        if self.process.died:
            self.venue.gateway.drain()
        else:
            self.process.simulated.network.settle()

    def _say(self, line: str) -> None:
        if self._hear is not None:
            self._hear(line)


def _is_ready(book: BookImage) -> bool:
    return book.session_live and book.tally.reconciliations > 0 and book.day_equity > 0
