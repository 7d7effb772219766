"""One machine of the model: journal, broker, risk and child, their letters, and how they die.

A process that dies takes all of them with it; the journal's pages and the gateway stay.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from hydra.core.effects import Later, Moment, Send
from hydra.messages.sync import JournalUp, Recorded
from hydra.runtime.actor import Actor
from hydra.runtime.message import Message
from hydra.values import Intent
from tests.core.paper_journal import Page, Pages, PaperJournal, lifecycle
from tests.model.broker import ModelBroker
from tests.model.gateway import Gateway, Socket
from tests.model.laws import check_arrival
from tests.model.mail import Letter, Mail, said
from tests.model.residents import BUILD, Crash, ModelClock, ModelContext
from tests.model.weather import Weather

BATCH_MAX = 4
QUANTITY = 20


class ProcessDeath(BaseException):
    """Everybody dies here."""


class ModelJournal(PaperJournal):
    """The journal of one process."""

    def __init__(self, machine: Machine, disk: Pages) -> None:
        self.machine = machine
        self.at_hand: list[Letter] = []
        self.again: list[Letter] = []
        super().__init__(disk, crashed_runs_max=1_000)

    def moment(self) -> Moment:
        return Moment(now=self.machine.clock.now(), machine_s=self.machine.clock.monotonic_s())

    def start(self) -> None:
        for point in self.starting():
            self.machine.fate("journal", point)
        if self.incarnation > 1:
            for name in self.machine.residents:
                self.machine.post("journal", self.incarnation, name, JournalUp(incarnation=self.incarnation))
                self.machine.fate("journal", "after JournalUp")

    def recorded(self, page: Page) -> None:
        recorded = Recorded(seq=page.seq, at=page.at, event=page.event)
        self.outbox.extend(Send(name, recorded) for name in self.machine.residents)

    def leave(self, effect: Send | Later) -> None:
        if isinstance(effect, Send):
            self.machine.post("journal", self.incarnation, effect.to, effect.message)
        else:
            super().leave(effect)

    def read(self, letters: list[Letter]) -> None:
        """One batch; its letters leave the mailbox when all of it is done."""
        self.at_hand = letters
        for point in self.turn([letter.message for letter in letters]):
            self.machine.fate("journal", point)
        self.at_hand = []

    def die(self) -> None:
        self.again[:0] = [letter for letter in self.at_hand if not letter.is_timer]
        self.at_hand = []


class Resident:
    """An actor with its context; the name outlives it."""

    def __init__(self, machine: Machine, name: str, incarnation: int) -> None:
        self.context = ModelContext(machine, name, incarnation)
        self.actor: Actor = BUILD[name](self.context)


class Machine:
    """`is_calm`: nobody dies any more. `trace` is what happened, in words."""

    def __init__(
        self, seed: int, weather: Weather, *, journal: type[ModelJournal], broker: type[ModelBroker]
    ) -> None:
        self.rng = random.Random(f"{seed}/model")
        self.weather = weather
        self.build_journal, self.build_broker = journal, broker
        self.clock = ModelClock()
        self.mail = Mail()
        self.disk = Pages()
        chance = random.Random(f"{seed}/gateway")
        self.gateway = Gateway(chance, self._arrived, mutes=weather.mute, rejects=weather.reject)
        self.residents: dict[str, Resident] = {}
        self.incarnations: dict[str, int] = {}
        self.asked: dict[str, None] = {}
        self.is_calm = False
        self.trace: list[str] = []
        self.journal: ModelJournal
        self.broker: ModelBroker

    def note(self, text: str) -> None:
        self.trace.append(f"{self.clock.now_s:8.3f} {text}")

    def now_us(self) -> int:
        return round(self.clock.now_s * 1e6)

    def _arrived(self, intent: Intent, socket: Socket) -> None:
        check_arrival(intent, socket, self.gateway, self.disk, QUANTITY)

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

    def survive(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ProcessDeath as death:
            self.note(f"THE PROCESS DIES: {death}")
            self.mail.drop_all()
            self.residents.clear()
            self.incarnations.clear()
            self.asked.clear()
            self.gateway.lose()
            self.survive(self.begin_process)

    def begin_process(self) -> None:
        self.journal = self._first_start()
        self._begin_broker()
        self.begin("risk")

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

    def broker_dies(self, why: str) -> None:
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

    def begin(self, name: str) -> None:
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

    def readable(self) -> list[Letter]:
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

    def deliver(self, letter: Letter) -> None:
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
                self.broker.receive(letter.message, self.now_us())
            else:
                self.residents[letter.to].actor.receive(letter.message)
            self.fate(letter.to, "after reading")
        except Crash as crash:
            self._dies(letter.to, str(crash))
        self._leave_town(letter.to)

    def _dies(self, name: str, why: str) -> None:
        if name == "broker":
            self.broker_dies(why)
        else:
            self.note(f"{name} dies: {why}")
            self.begin(name)

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
                more = [letter for letter in self.readable() if letter.to == "journal"]
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
