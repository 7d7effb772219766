"""A BrokerActor in both worlds, alone with a bookkeeper in the journal's place and a real gateway on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hydra.config import BrokerConfig, CalendarConfig, Config
from hydra.gateway.gateway import Gateway, Output, Send
from hydra.gateway.server import GatewayServer, Listening
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore
from hydra.messages.commands import AcceptSession, FetchSnapshot, QuoteChanged, WorkDue
from hydra.messages.decisions import AlertRaised
from hydra.messages.facts import BrokerNoticed, LinkChanged, SessionClosed, SessionOpened
from hydra.messages.sync import BrokerSnapshot
from hydra.runtime.actor import Actor, Context
from hydra.runtime.clock import MarketClock
from hydra.runtime.message import Lifecycle, Message
from hydra.runtime.spec import ChildSpec, Strategy, SupervisorSpec
from hydra.runtime.threads import ThreadWorld
from hydra.runtime.virtual import VirtualWorld
from hydra.runtime.world import World
from hydra.simulation.network import MemoryNetwork
from hydra.supervisor.broker import BrokerActor, BrokerStatus
from hydra.supervisor.plans import Plans, Surroundings, plans_of
from hydra.values import Intent, LinkState
from tests.broker.cases import intent
from tests.broker.wires import market

MessageT = TypeVar("MessageT")
WITHHOLDABLE = {"accountDownloadEnd": b"54", "execDetailsEnd": b"55"}


class Bookkeeper(Actor):
    """Numbers sockets and asks for listings as the journal does, and remembers every fact. `numbering` off: it is silent."""

    def __init__(self, context: Context, *, numbering: bool) -> None:
        super().__init__(context)
        self.numbering = numbering
        self.heard: tuple[Message, ...] = ()
        self.session = 0
        self.request_n = 0

    def receive(self, message: Message) -> None:
        match message:
            case Lifecycle():
                return
            case WorkDue():
                self._ask()
                return
            case SessionOpened(link_token=token) if self.numbering:
                self.session += 1
                self.context.tell("broker", AcceptSession(link_token=token, session=self.session))
                self._ask()
            case BrokerNoticed(code=1101 | 1102):
                self._ask()
            case BrokerSnapshot(missing=missing) if missing:
                self.context.after(0.5, WorkDue(what="ask again"))
        self.heard = (*self.heard, message)
        self.context.publish(self.heard)

    def _ask(self) -> None:
        self.request_n += 1
        self.context.tell("broker", FetchSnapshot(request_n=self.request_n))


class QuoteEar(Actor):
    """Hears quotes."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.heard: tuple[QuoteChanged, ...] = ()

    def receive(self, message: Message) -> None:
        assert isinstance(message, QuoteChanged)
        self.heard = (*self.heard, message)
        self.context.publish(self.heard)


class TalkingGateway(Gateway):
    """Our gateway, which also says what a test tells it to, and keeps back the messages named in `withheld`."""

    withheld: tuple[str, ...] = ()

    def drain(self) -> list[Output]:
        return [self._without_withheld(output) if isinstance(output, Send) else output for output in super().drain()]

    def _without_withheld(self, output: Send) -> Send:
        """Frames are whole here: cut by length, drop by message id."""
        kept, data = b"", output.data
        while data:
            length = 4 + int.from_bytes(data[:4], "big")
            message_id = data[4:length].split(b"\0")[0]
            if message_id not in [WITHHOLDABLE[name] for name in self.withheld]:
                kept += data[:length]
            data = data[length:]
        return Send(output.conn_id, kept)

    def say(self, code: int, text: str, target_id: int = -1) -> None:
        for session in self._floor.clients():
            session.error(target_id, code, text)


class Bench:
    """One world with the broker in it. `heard` is what the bookkeeper was told, in order."""

    def __init__(self, world: World, plans: Plans) -> None:
        self.world = world
        self.plans = plans

    def start(self, *, numbering: bool = True) -> None:
        plans = self.plans
        children = (
            ChildSpec(name="journal", build=lambda context: Bookkeeper(context, numbering=numbering), why="records"),
            ChildSpec(name="ear", build=QuoteEar, why="hears quotes"),
            ChildSpec(name="broker", build=lambda context: BrokerActor(context, plans), why="on trial"),
        )
        tree = SupervisorSpec(
            name="root", strategy=Strategy.ONE_FOR_ONE, intensity=9, children=children, why="a test"
        )
        self.world.start(tree)

    @property
    def heard(self) -> tuple[Message, ...]:
        return self.world.published().get("journal", ())  # type: ignore[return-value]

    @property
    def quotes(self) -> tuple[QuoteChanged, ...]:
        return self.world.published().get("ear", ())  # type: ignore[return-value]

    @property
    def status(self) -> BrokerStatus:
        status = self.world.published()["broker"]
        assert isinstance(status, BrokerStatus)
        return status

    def all(self, kind: type[MessageT]) -> list[MessageT]:
        return [message for message in self.heard if isinstance(message, kind)]

    def alerts(self) -> list[str]:
        return [alert.kind for alert in self.all(AlertRaised)]

    def tell(self, message: Message) -> None:
        self.world.tell("broker", message)

    def until(self, done: Callable[[], bool], *, limit_s: float = 10.0) -> None:
        assert self.world.run_until(done, limit_s=limit_s), f"not within {limit_s} s; heard {self.heard[-8:]}"

    def until_heard(self, kind: type[MessageT], n: int = 1, *, limit_s: float = 10.0) -> MessageT:
        self.until(lambda: len(self.all(kind)) >= n, limit_s=limit_s)
        return self.all(kind)[n - 1]

    def until_ready(self, session: int = 1, *, limit_s: float = 10.0) -> None:
        """Until the bookkeeper has heard that this session is ready, after everything that made it so."""
        self.until(lambda: self._is_ready(session), limit_s=limit_s)

    def _is_ready(self, session: int) -> bool:
        changes = [changed.state for changed in self.all(LinkChanged)]
        is_current = self.status.session == session and self.status.state is LinkState.READY
        return is_current and changes[-1:] == [LinkState.READY] and changes.count(LinkState.READY) >= session

    def until_failed(self) -> None:
        """Until the bookkeeper has heard that the link failed for good."""
        self.until(lambda: [changed.state for changed in self.all(LinkChanged)][-1:] == [LinkState.FAILED])

    def session(self) -> int:
        return self.status.session

    def intent(self, ref: str, order_id: int, **changes: Any) -> Intent:
        """An intent for the present session, valid for an hour of market time."""
        changes = {"session": self.session(), "now": self.world.clock.now()} | changes
        return intent(ref, order_id=order_id, **changes)

    def sessions_closed(self) -> list[str]:
        return [closed.reason for closed in self.all(SessionClosed)]


class VirtualBench(Bench):
    """In virtual time, with the wire in memory."""

    def __init__(self, config: Config, gateway: GatewayConfig) -> None:
        self.gateway = TalkingGateway(gateway, MemoryStore(), market())
        started_us = self.gateway.market_us
        world = VirtualWorld(
            seed=1,
            start_at=datetime.fromtimestamp(started_us / 1e6, UTC),
            on_fatal=_fail,
            on_escalation=_fail,
            lifecycle_listener="journal",
        )
        self.virtual = world
        self.network = MemoryNetwork(
            world.loop,
            self.gateway,
            now_us=lambda: started_us + world.loop.now_us(),
            rng=random.Random("1/network"),
        )
        world.loop.network = self.network
        super().__init__(world, bench_plans(config))

    def say(self, code: int, text: str, target_id: int = -1) -> None:
        """The gateway tells all its clients an error code, and the wire carries it."""
        self.gateway.say(code, text, target_id)
        self.network.settle()


def bench_plans(config: Config, environ: tuple[tuple[str, str], ...] = ()) -> Plans:
    around = Surroundings(
        journal_path=Path("unused"),
        artifacts_path=Path("unused"),
        pid=0,
        speed=1.0,
        write_line=lambda line: None,
        environ=environ,
    )
    plans = plans_of(config, around)
    return replace(plans, wiring=replace(plans.wiring, quotes=("ear",)))


def broker_config(**changes: Any) -> Config:
    """The built-in configuration with a maintenance window that is empty, and changes to [broker]."""
    quick = {"settle_quiet_s": 0.1, "request_timeout_s": 0.5, "connect_timeout_s": 2.0, "heartbeat_s": 5.0} | changes
    return Config(
        broker=BrokerConfig(**quick),
        calendar=CalendarConfig.model_validate({"maintenance_start": "00:00", "maintenance_end": "00:00"}),
    )


@contextlib.contextmanager
def virtual(config: Config | None = None, gateway: GatewayConfig | None = None) -> Iterator[VirtualBench]:
    """A bench in virtual time; the caller starts it."""
    bench = VirtualBench(config or broker_config(), gateway or GatewayConfig(speed=1.0))
    try:
        yield bench
    finally:
        bench.world.stop()


@contextlib.contextmanager
def threaded(gateway: GatewayConfig | None = None, **changes: Any) -> Iterator[Bench]:
    """A bench on real threads, with the gateway behind real TCP on a thread of its own."""
    with _served(gateway or GatewayConfig(speed=60.0)) as listening:
        config = broker_config(host=listening.host, port=listening.port, **changes)
        market_at = datetime.fromtimestamp(listening.market_us / 1e6, UTC)
        clock = MarketClock(market_at=market_at, speed=listening.speed)
        world = ThreadWorld(seed=1, clock=clock, on_fatal=_fail, on_escalation=_fail, lifecycle_listener="journal")
        bench = Bench(world, bench_plans(config))
        try:
            yield bench
        finally:
            world.stop()


@contextlib.contextmanager
def _served(config: GatewayConfig) -> Iterator[Listening]:
    loop = asyncio.new_event_loop()
    server = GatewayServer(Gateway(config, MemoryStore(), market()), speed=config.speed)
    thread = threading.Thread(target=loop.run_forever, name="gateway")
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.start("127.0.0.1", 0), loop).result(5)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def _fail(reason: str) -> None:
    raise AssertionError(reason)
