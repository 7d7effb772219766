"""The model's world: who acts next, who dies where, how time passes. Every choice comes from one seed.

First a phase of faults, then one without: then everything must come to its end. `laws.py` judges on the way and at the end.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from hydra.core.effects import Later, Moment, Send
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages.sync import JournalUp, Recorded
from hydra.runtime.actor import Actor
from hydra.runtime.message import Lifecycle, Message
from hydra.supervisor.risk import RiskActor
from hydra.values import ChildKind, Intent, ParentOrder, Slice
from tests.core.books import D, later, parent, quote, signal
from tests.core.paper_journal import Page, Pages, PaperJournal, lifecycle
from tests.core.telling import qualified
from tests.model.broker import ModelBroker
from tests.model.gateway import Gateway, Socket
from tests.model.laws import LawBroken, check_arrival, check_end
from tests.model.mail import Letter, Mail
from tests.model.residents import BUILD, Crash, ModelClock, ModelContext
from tests.model.weather import Weather, weather

CHILD = "router/s1"
BATCH_MAX = 4
FAULTS_S = 45.0
FAULTS_STEPS_MAX = 1_500
CALM_S = 900.0
CALM_STEPS_MAX = 30_000
ENDS_S = 60.0
QUANTITY = 20


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


class ProcessDeath(BaseException):
    """Everybody dies here."""


class ModelJournal(PaperJournal):
    """The journal of one process, telling a town."""

    def __init__(self, town: Town, disk: Pages) -> None:
        self.town = town
        self.at_hand: list[Letter] = []
        self.again: list[Letter] = []
        super().__init__(disk, crashed_runs_max=1_000)

    def moment(self) -> Moment:
        return Moment(now=self.town.clock.now(), machine_s=self.town.clock.monotonic_s())

    def start(self) -> None:
        for point in self.starting():
            self.town.fate("journal", point)
        if self.incarnation > 1:
            for name in self.town.residents:
                self.town.post("journal", self.incarnation, name, JournalUp(incarnation=self.incarnation))
                self.town.fate("journal", "after JournalUp")

    def recorded(self, page: Page) -> None:
        recorded = Recorded(seq=page.seq, at=page.at, event=page.event)
        self.outbox.extend(Send(name, recorded) for name in self.town.residents)

    def leave(self, effect: Send | Later) -> None:
        if isinstance(effect, Send):
            self.town.post("journal", self.incarnation, effect.to, effect.message)
        else:
            super().leave(effect)

    def read(self, letters: list[Letter]) -> None:
        """One batch; its letters leave the mailbox when all of it is done."""
        self.at_hand = letters
        for point in self.turn([letter.message for letter in letters]):
            self.town.fate("journal", point)
        self.at_hand = []

    def die(self) -> None:
        self.again[:0] = [letter for letter in self.at_hand if not letter.is_timer]
        self.at_hand = []


class Resident:
    """An actor with its context; the name outlives it."""

    def __init__(self, town: Town, name: str, incarnation: int) -> None:
        self.context = ModelContext(town, name, incarnation)
        self.actor: Actor = BUILD[name](self.context)


class Town:
    def __init__(self, seed: int, *, journal: type[ModelJournal] = ModelJournal, broker: type[ModelBroker] = ModelBroker) -> None:
        self.rng = random.Random(f"{seed}/model")
        self.weather: Weather = weather(random.Random(f"{seed}/weather"))
        self.parent = small_parent(random.Random(f"{seed}/parent"))
        self.build_journal, self.build_broker = journal, broker
        self.clock = ModelClock()
        self.mail = Mail()
        self.disk = Pages()
        self.gateway = Gateway(
            random.Random(f"{seed}/gateway"), self._arrived, mutes=self.weather.mute, rejects=self.weather.reject
        )
        self.residents: dict[str, Resident] = {}
        self.incarnations: dict[str, int] = {}
        self.is_calm = False
        self.trace: list[str] = []
        self.steps = 0
        self.asked: dict[str, None] = {}
        self.journal: ModelJournal
        self.broker: ModelBroker

    # ---- one life

    def live(self) -> None:
        """Faults, then calm; raises LawBroken."""
        self._survive(self._begin_process)
        while self.clock.now_s < FAULTS_S and self.steps < FAULTS_STEPS_MAX:
            self._survive(self._step)
        self.note("faults are over")
        self.is_calm = True
        calm_until = max(self.clock.now_s, ENDS_S) + CALM_S
        first = self.steps
        while not self._is_at_rest():
            if self.clock.now_s > calm_until or self.steps - first > CALM_STEPS_MAX:
                raise LawBroken(f"it never comes to rest: {self._unrest()}")
            self._step()
        check_end(self.journal.book, self.disk, self.gateway)

    def _is_at_rest(self) -> bool:
        book = self.journal.book
        return "signal-end/s1" in self.disk.ids and not book.unproven() and not self._all_letters()

    def _unrest(self) -> str:
        book = self.journal.book
        orders = ", ".join(f"{order.order_ref} {order.state} {order.doubt}" for order in book.unproven())
        return f"parent {'open' if book.parents else 'over or never begun'}, unproven orders: {orders or 'none'}"

    def note(self, text: str) -> None:
        self.trace.append(f"{self.clock.now_s:8.3f} {text}")

    # ---- deaths

    def fate(self, name: str, point: str) -> None:
        """Whether somebody dies at this point."""
        if self.is_calm:
            return
        chance = self.rng.random()
        if chance < self.weather.process_crash:
            raise ProcessDeath(f"{name} {point}")
        if chance < self.weather.process_crash + self.weather.crash:
            raise Crash(f"{name} {point}")

    def _survive(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ProcessDeath as death:
            self.note(f"THE PROCESS DIES: {death}")
            self.mail.drop_all()
            self.residents.clear()
            self.incarnations.clear()
            self.asked.clear()
            self.gateway.lose()
            self._survive(self._begin_process)

    def _begin_process(self) -> None:
        self.journal = self._first_start()
        self._begin_broker()
        self._begin("risk")

    def _first_start(self) -> ModelJournal:
        """A journal that dies in its first start takes the process with it."""
        try:
            return self.build_journal(self, self.disk)
        except Crash as crash:
            raise ProcessDeath(str(crash)) from None

    def _begin_broker(self) -> None:
        n = self.incarnations["broker"] = self.incarnations.get("broker", 0) + 1
        self.mail.receiver_restarted("broker")
        self.broker = self.build_broker(n, lambda message: self._broker_tells(n, message))

    def _broker_tells(self, incarnation: int, message: Message) -> None:
        self.fate("broker", "before telling")
        self.post("broker", incarnation, "journal", message)
        self.fate("broker", "after telling")

    def _broker_dies(self, why: str) -> None:
        """Its socket dies with it; whether it can still say so is chance."""
        self.note(f"the broker dies: {why}")
        self.gateway.lose()
        tells: list[Message] = []
        self.broker.tell = tells.append
        self.broker.disconnected("the broker ended")
        if self.rng.random() < 0.5:
            for message in tells:
                self.post("broker", self.incarnations["broker"], "journal", message)
        self.post("runtime", 0, "journal", lifecycle("broker", "down", incarnation=self.incarnations["broker"]))
        self._begin_broker()

    def _begin(self, name: str) -> None:
        """A new incarnation, as often as it dies in its start."""
        while True:
            n = self.incarnations[name] = self.incarnations.get(name, 0) + 1
            self.mail.receiver_restarted(name)
            resident = self.residents[name] = Resident(self, name, n)
            try:
                resident.actor.on_start()
            except Crash as crash:
                self.note(f"{name} dies in its start: {crash}")
                continue
            return

    def _journal_dies(self, why: str) -> None:
        while True:
            self.note(f"the journal dies: {why}")
            self.journal.die()
            self.post("runtime", 0, "journal", lifecycle("journal", "down"))
            try:
                self.journal.start()
            except Crash as crash:
                why = str(crash)
                continue
            return

    # ---- letters

    def post(self, sender: str, incarnation: int, to: str, message: Message, *, is_timer: bool = False) -> None:
        if to in ("journal", "broker") or to in self.residents:
            self.mail.send(Letter(sender, incarnation, to, message, is_timer))

    def _all_letters(self) -> list[Letter]:
        return [letter for pair in self.mail.pairs for letter in self.mail.pairs[pair] if not is_market(letter)]

    def _readable(self) -> list[Letter]:
        """The letters that could be read next, one per pair."""
        found = []
        for pair in self.mail.pairs:
            if pair[1] == "journal" and self.journal.again:
                continue
            resident = self.residents.get(pair[1])
            letter = self.mail.next_of(pair, held=resident is not None and resident.context.held)
            if letter is not None:
                found.append(letter)
        return [*found, *self.journal.again[:1]]

    def _deliver(self, letter: Letter) -> None:
        if letter.to == "journal":
            self._deliver_to_journal(letter)
            return
        self.mail.take(letter)
        if self._is_dead(letter):
            return
        self.note(f"{letter.sender} -> {letter.to} {said(letter.message)}")
        try:
            self.fate(letter.to, "before reading")
            if letter.to == "broker":
                self.broker.receive(letter.message, self._us())
            else:
                self.residents[letter.to].actor.receive(letter.message)
            self.fate(letter.to, "after reading")
        except Crash as crash:
            self._dies(letter.to, str(crash))
        self._leave_town(letter.to)

    def _dies(self, name: str, why: str) -> None:
        if name == "broker":
            self._broker_dies(why)
        else:
            self.note(f"{name} dies: {why}")
            self._begin(name)

    def _leave_town(self, name: str) -> None:
        resident = self.residents.get(name)
        if resident is not None and resident.context.over:
            self.note(f"{name} has finished")
            del self.residents[name]
            self.mail.drop_to(name)

    def _deliver_to_journal(self, first: Letter) -> None:
        """A batch of some letters, or one alone that a crash left unsettled."""
        if self.journal.again:
            letters = [self.journal.again.pop(0)]
        else:
            letters = [first]
            self.mail.take(first)
            for _ in range(self.rng.randint(0, BATCH_MAX - 1)):
                more = [letter for letter in self._readable() if letter.to == "journal"]
                if not more:
                    break
                letters.append(self.rng.choice(more))
                self.mail.take(letters[-1])
        letters = [letter for letter in letters if not self._is_dead(letter)]
        self.note("journal reads " + ", ".join(f"{one.sender}: {said(one.message)}" for one in letters))
        try:
            self.journal.read(letters)
        except Crash as crash:
            self._journal_dies(str(crash))

    def _is_dead(self, letter: Letter) -> bool:
        """A command of an incarnation that was replaced since."""
        return letter.message.BOUND_TO_SENDER and self.incarnations.get(letter.sender, 0) > letter.incarnation

    # ---- what can happen next

    def _step(self) -> None:
        self.steps += 1
        self._bring_work()
        acts = self._acts()
        if not acts or (not self.is_calm and self.rng.random() < self.weather.busy):
            self._pass_time()
            return
        chance = 1.0 if self.is_calm else self.rng.random()
        if chance < self.weather.socket_loss:
            self.note("the socket is lost")
            self.gateway.lose()
            return
        self.rng.choice(acts)()

    def _acts(self) -> list[Callable[[], None]]:
        acts: list[Callable[[], None]] = [
            (lambda letter=letter: self._deliver(letter)) for letter in self._readable()  # type: ignore[misc]
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
        self._as_broker(lambda: self.broker.hear(news, self._us()))

    def _as_broker(self, act: Callable[[], None]) -> None:
        try:
            self.fate("broker", "before acting")
            act()
        except Crash as crash:
            self._broker_dies(str(crash))

    def _arrived(self, intent: Intent, socket: Socket) -> None:
        check_arrival(intent, socket, self.gateway, self.disk, QUANTITY)

    # ---- time and work

    def _us(self) -> int:
        return round(self.clock.now_s * 1e6)

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
            self._begin(CHILD)

    def _risk_can_judge(self) -> bool:
        risk = self.residents["risk"].actor
        return isinstance(risk, RiskActor) and risk.synced and bool(risk.quotes) and risk.book.day is not None

    def _once(self, what: str, sender: str, message: Message) -> None:
        if what not in self.asked:
            self.asked[what] = None
            incarnation = self.incarnations.get(sender, 0)
            self.mail.send(Letter(sender, incarnation, "journal", message))


def is_market(letter: Letter) -> bool:
    return isinstance(letter.message, c.QuoteChanged) or letter.is_timer


def said(message: object) -> str:
    """A message in a few words, for the trace."""
    match message:
        case Recorded(seq=seq, event=event):
            return f"Recorded {seq} {said(event)}"
        case Lifecycle(kind=kind, name=name):
            return f"{name} is {kind}"
    ref = getattr(message, "order_ref", "") or getattr(getattr(message, "want", None), "order_ref", "")
    ref = ref or getattr(getattr(getattr(message, "intent", None), "want", None), "order_ref", "")
    more = [getattr(message, name) for name in ("status", "state", "session", "sync_n", "request_n") if hasattr(message, name)]
    return " ".join([type(message).__name__, ref, *map(str, more)]).replace("  ", " ").strip()
