"""Whether hydra has come back from a death, seen from outside: who lives, who still waits for a synchronisation, the book.

It hears what is told and changes nothing.
"""

from __future__ import annotations

from hydra.messages.sync import Reconcile, Reconciled
from hydra.records import BookImage
from hydra.runtime.envelope import Envelope
from hydra.runtime.listening import Listener
from hydra.runtime.virtual import VirtualWorld
from hydra.simulation.faults.actor_victims import STATIC
from hydra.simulation.recovery.cells import Victim
from hydra.values import TradingState

OPENS_A_SESSION: tuple[Victim, ...] = ("broker", "link", "process")


class _Syncs(Listener):
    """Who has asked and was not answered."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}

    def sent(self, now_us: int, to: str, envelope: Envelope) -> None:
        match envelope.message:
            case Reconcile(who=who, sync_n=sync_n):
                self.asked[who] = sync_n
            case Reconciled(sync_n=sync_n) if self.asked.get(to) == sync_n:
                del self.asked[to]


class Comeback:
    """`whole_since_s` is since when all has been well again without a break, seconds of the drama; None while it is not."""

    def __init__(self, world: VirtualWorld) -> None:
        self.whole_since_s: float | None = None
        self._state: TradingState | None = None
        self._victim: Victim = "process"
        self._incarnation = 0
        self._session = 0
        self._compared = 0
        self.follow(world)

    def follow(self, world: VirtualWorld) -> None:
        """From now on it is about this process."""
        self._world = world
        self._syncs = _Syncs()
        world.listen(self._syncs)

    def expect(self, victim: Victim, book: BookImage, *, parent_ref: str) -> None:
        """This one dies now; a child that dies works this parent."""
        self._victim = victim
        self._incarnation = self._incarnation_of(f"router/{parent_ref}" if victim == "child" else victim)
        self._session = book.session
        self._compared = book.tally.reconciliations

    def look(self, book: BookImage, now_s: float) -> None:
        """How it stands at this instant of the drama."""
        if self.lacks(book):
            self.whole_since_s = self._state = None
        elif self._state is not book.trading.state:
            self.whole_since_s, self._state = now_s, book.trading.state

    def is_whole(self, book: BookImage) -> bool:
        return not self.lacks(book)

    def lacks(self, book: BookImage) -> str:
        """What is still missing, in a sentence; empty when nothing is."""
        down = [name for name in STATIC if not self._incarnation_of(name)]
        if down:
            return f"{', '.join(down)} are not up"
        if self._victim in STATIC and self._incarnation_of(self._victim) <= self._incarnation:
            return f"{self._victim} has not been started again"
        alone = [record.parent.parent_ref for record in book.parents if not self._is_worked(record.parent.parent_ref)]
        if alone:
            return f"nobody works {', '.join(alone)}"
        waiting = [name for name in self._syncs.asked if self._incarnation_of(name)]
        if waiting:
            return f"{', '.join(waiting)} are not synchronised"
        if not book.session_live or (self._victim in OPENS_A_SESSION and book.session <= self._session):
            return "no session is live"
        last = book.last_reconciliation
        if last is None or last.session != book.session:
            return "the books were not compared in this session"
        trading = book.trading
        is_paused = trading.state is TradingState.PAUSED and bool(book.differences)
        return "" if trading.state is TradingState.ACTIVE or is_paused else f"trading is {trading.state}: {trading.reason}"

    def is_at_rest(self, book: BookImage) -> bool:
        """Well again, every signal ended, no order open, and compared twice since the death, the last time without a symbol
        that was too busy to judge: nothing is still to come out."""
        last = book.last_reconciliation
        compared = book.tally.reconciliations >= self._compared + 2 and last is not None and not last.unverified
        over = not book.signals and not book.parents and all(order.state.is_final for order in book.orders)
        return self.is_whole(book) and compared and over

    def _is_worked(self, parent_ref: str) -> bool:
        """Whether a child works this parent: if the child is who died, one that was born after."""
        born = self._incarnation_of(f"router/{parent_ref}")
        return born > (self._incarnation if self._victim == "child" else 0)

    def _incarnation_of(self, name: str) -> int:
        """0 while nobody of this name runs."""
        rows = self._world.actors()
        return next((row.incarnation for row in rows if row.name == name and row.state == "running"), 0)
