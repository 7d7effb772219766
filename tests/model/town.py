"""The model's world: who acts next, how time passes, what work there is. Every choice comes from one seed.

First a phase of faults, then one without: then everything must come to its end. `laws.py` judges on the way and at the end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.runtime.message import Message
from hydra.supervisor.risk import RiskActor
from hydra.values import ChildKind, ParentOrder, Slice, TradingState
from tests.core.books import D, later, parent, quote, signal
from tests.core.telling import qualified
from tests.model.broker import ModelBroker
from tests.model.gateway import Socket
from tests.model.laws import LawBroken, check_end
from tests.model.machine import QUANTITY, Machine, ModelJournal
from tests.model.mail import Letter, said
from tests.model.residents import Crash
from tests.model.weather import weather

CHILD = "router/s1"
FAULTS_S = 45.0
FAULTS_STEPS_MAX = 1_500
CALM_S = 900.0
CALM_STEPS_MAX = 30_000
ENDS_S = 60.0


def small_parent(rng: random.Random) -> ParentOrder:
    """Some slices, worked in three short steps of patience each."""
    n = rng.choice([1, 2, 3])
    whole, rest = divmod(QUANTITY, n)
    slices = tuple(
        Slice(slice_n=k + 1, quantity=D(whole + (rest if k == 0 else 0)), due_at=later(k * ENDS_S / 4)) for k in range(n)
    )
    plain = parent()
    waits = (6.0, 4.0, 3.0)
    return replace(
        plain,
        kind=ChildKind.TWAP,
        quantity=D(QUANTITY),
        slices=slices,
        steps=tuple(replace(step, wait_s=wait_s) for step, wait_s in zip(plain.steps, waits, strict=True)),
        ends_at=later(ENDS_S),
    )


class Town(Machine):
    """`harsher` replaces chances of the seed's weather."""

    def __init__(
        self,
        seed: int,
        *,
        journal: type[ModelJournal] = ModelJournal,
        broker: type[ModelBroker] = ModelBroker,
        harsher: Mapping[str, float] | None = None,
    ) -> None:
        chances = replace(weather(random.Random(f"{seed}/weather")), **(harsher or {}))
        super().__init__(seed, chances, journal=journal, broker=broker)
        self.parent = small_parent(random.Random(f"{seed}/parent"))
        self.steps = 0
        self.verbs = 0

    # ---- one life

    def live(self) -> None:
        """Faults, then calm; raises LawBroken."""
        self.survive(self.begin_process)
        while self.clock.now_s < FAULTS_S and self.steps < FAULTS_STEPS_MAX:
            self.survive(self._step)
        self.note("faults are over")
        self.is_calm = True
        self._operate(TradingState.ACTIVE)
        calm_until = max(self.clock.now_s, ENDS_S) + CALM_S
        first = self.steps
        while not self._is_at_rest():
            if self.clock.now_s > calm_until or self.steps - first > CALM_STEPS_MAX:
                raise LawBroken(f"it never comes to rest: {self._unrest()}")
            self._step()
        check_end(self.journal.book, self.disk, self.gateway)

    def _is_at_rest(self) -> bool:
        book = self.journal.book
        return "signal-end/s1" in self.disk.ids and not book.unproven() and not self._letters()

    def _unrest(self) -> str:
        book = self.journal.book
        orders = ", ".join(f"{order.order_ref} {order.state} {order.doubt}" for order in book.unproven())
        return f"parent {'open' if book.parents else 'over or never begun'}, unproven orders: {orders or 'none'}"

    def _letters(self) -> list[Letter]:
        """What is still under way; quotes and reminders go on for ever."""
        everything = [letter for waiting in self.mail.pairs.values() for letter in waiting]
        return [one for one in everything if not (one.is_timer or isinstance(one.message, c.QuoteChanged))]

    # ---- what can happen next

    def _step(self) -> None:
        self.steps += 1
        self._bring_work()
        acts = self._acts()
        if not acts or (not self.is_calm and self.rng.random() < self.weather.busy):
            self._pass_time()
            return
        if not self.is_calm and self.rng.random() < self.weather.socket_loss:
            self.note("the socket is lost")
            self.gateway.lose()
            return
        if not self.is_calm and self.rng.random() < self.weather.operator * (1 + 20 * self._is_permit_under_way()):
            self._operate(self.rng.choice([TradingState.ACTIVE, TradingState.PAUSED, TradingState.HALTED]))
        self.rng.choice(acts)()

    def _acts(self) -> list[Callable[[], None]]:
        acts: list[Callable[[], None]] = [
            (lambda letter=letter: self.deliver(letter)) for letter in self.readable()  # type: ignore[misc]
        ]
        socket = self.gateway.socket
        if socket is not None:
            acts += [act for is_due, act in self._socket_acts(socket) if is_due]
        if self.broker.wire is None and self.gateway.is_free:
            acts.append(self._connect)
        if any(ticket.is_live for ticket in self.gateway.tickets.values()) and self.rng.random() < self.weather.fill:
            acts.append(lambda: self.note(f"the market fills {self.gateway.fill(self.clock.now_s)}"))
        return acts

    def _socket_acts(self, socket: Socket) -> list[tuple[bool, Callable[[], None]]]:
        is_mine = self.broker.wire is not None and self.broker.wire.socket is socket
        return [
            (bool(socket.unsent) and is_mine, lambda: self._drain(socket)),
            (bool(socket.sent), lambda: self.note(f"the gateway reads {self.gateway.read(self.clock.now_s)}")),
            (bool(socket.back) and is_mine, lambda: self._hear(socket)),
            (not socket.is_open and not socket.back and is_mine, self._disconnect),
        ]

    def _connect(self) -> None:
        token = self.broker.next_token()
        self.note(f"the broker connects, socket {token}")
        self._as_broker(lambda: self.broker.connected(self.gateway.connect(token)))

    def _disconnect(self) -> None:
        self.note("the broker sees that its socket is lost")
        self.gateway.lose()
        self._as_broker(lambda: self.broker.disconnected("reset by peer"))

    def _drain(self, socket: Socket) -> None:
        n = self.rng.randint(1, len(socket.unsent))
        socket.sent += socket.unsent[:n]
        del socket.unsent[:n]
        self.note(f"{n} messages leave the transport's buffer")
        if not socket.unsent:
            self._as_broker(self.broker.drained)

    def _hear(self, socket: Socket) -> None:
        news = socket.back.pop(0)
        self.note(f"the broker hears {said(news)}")
        self._as_broker(lambda: self.broker.hear(news, self.now_us()))

    def _as_broker(self, act: Callable[[], None]) -> None:
        try:
            self.fate("broker", "before acting")
            act()
        except Crash as crash:
            self.broker_dies(str(crash))

    # ---- time and work

    def _pass_time(self) -> None:
        """A little, or to the next reminder; quotes go on."""
        dues = [timer.due_s for resident in self.residents.values() for timer in resident.context.timers]
        dues += [due_s - 1_000.0 for due_s, _ in self.journal.timers]
        step_s = self.rng.choice([0.01, 0.1, 0.5, 2.0]) if not self.is_calm else 1.0
        self.clock.now_s = min([self.clock.now_s + step_s, *(due for due in dues if due > self.clock.now_s)])
        for name, resident in self.residents.items():
            due = [timer for timer in resident.context.timers if timer.due_s <= self.clock.now_s]
            resident.context.timers = [timer for timer in resident.context.timers if timer not in due]
            for timer in due:
                if not timer.cancelled:
                    self.post(name, resident.context.incarnation, name, timer.message, is_timer=True)
            self.post("market", 0, name, c.QuoteChanged(quote=quote(at=self.clock.now())))
        now_s = self.clock.monotonic_s()
        for due_s, message in [timer for timer in self.journal.timers if timer[0] <= now_s]:
            self.journal.timers.remove((due_s, message))
            self.post("journal", self.journal.incarnation, "journal", message, is_timer=True)

    def _bring_work(self) -> None:
        """The gateway's contract, the one signal, its parent, its child: whatever is missing is brought once."""
        book = self.journal.book
        if book.session_live and "AAPL" not in book.instruments:
            self._once("instrument", "broker", qualified(book.session))
        if self._risk_can_judge() and "signal/s1" not in self.disk.ids:
            wanted = signal(quantity=D(QUANTITY), valid_until=later(100_000))
            self._once("signal", "operator", c.SubmitSignal(signal=wanted))
        record = book.signals.get("s1")
        if record is not None and record.admitted is not None and "parent/s1" not in self.disk.ids:
            self._once("parent", "router", d.ParentOpened(parent=self.parent))
        is_open = "parent/s1" in self.disk.ids and "parent-end/s1" not in self.disk.ids
        if is_open and CHILD not in self.residents:
            self.begin(CHILD)

    def _is_permit_under_way(self) -> bool:
        """A bad moment to change what may be traded."""
        return any(isinstance(letter.message, c.CommitOrder) for letter in self.mail.pairs.get(("risk", "journal"), ()))

    def _operate(self, state: TradingState) -> None:
        self.verbs += 1
        reply_to = f"ask-{self.verbs}"
        verb = c.ChangeTrading(state=state, by="ann", reason="drill", force=False, reply_to=reply_to)
        self.post("operator", 0, "journal", verb)

    def _risk_can_judge(self) -> bool:
        risk = self.residents["risk"].actor
        return isinstance(risk, RiskActor) and risk.synced and bool(risk.quotes) and risk.book.day is not None

    def _once(self, what: str, sender: str, message: Message) -> None:
        if what not in self.asked:
            self.asked[what] = None
            incarnation = self.incarnations.get(sender, 0)
            self.mail.send(Letter(sender, incarnation, "journal", message))
