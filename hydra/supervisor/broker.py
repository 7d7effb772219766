"""The BrokerActor: owns the link to the gateway, one socket after another. It decides nothing about trading.

It writes only what the journal committed for the very socket it holds (PROTOCOL section 1), and tells what it hears.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hydra.broker.codes import IB_LOST, IB_RESTORED, IB_RESTORED_DATA_LOST, PACING_VIOLATION
from hydra.broker.conversation import Conversation, ConversationNeeds
from hydra.broker.dialling import Dialler, DiallerNeeds
from hydra.broker.duties import ALARM, LOOK_UP, LOUDER_ALARM, SILENCE, Duties
from hydra.broker.link import Link, Welcome
from hydra.broker.news import ErrorSeen, SocketLost, Unreadable
from hydra.broker.safety import AccountRefused
from hydra.broker.session import BrokerSession
from hydra.broker.stamps import Unnumbered
from hydra.broker.status import BrokerStatus
from hydra.broker.symbols import Symbols
from hydra.broker.writing import KeptCancels, OrderWriter, WriterNeeds, objection
from hydra.core.link_state import LinkNews, after, closed
from hydra.messages import commands as c
from hydra.messages.base import Event
from hydra.messages.facts import LinkChanged, SessionClosed
from hydra.runtime.actor import Context, LoopActor, StopReason
from hydra.runtime.message import Message
from hydra.supervisor.plans import Plans
from hydra.values import Intent, LinkState

__all__ = ["BrokerActor", "BrokerStatus"]

TOKENS_PER_INCARNATION = 1_000_000
HEEDED = (ErrorSeen, Unreadable)
"""News that may mean something for the link itself; most are quotes and rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """Everything that lives exactly as long as one socket."""

    link: Link
    session: BrokerSession
    talk: Conversation
    writer: OrderWriter
    tasks: list[asyncio.Task[None]]


class BrokerActor(LoopActor):
    """Thin: what a message means stands in hydra/broker, what state follows in core/link_state."""

    def __init__(self, context: Context, plans: Plans) -> None:
        super().__init__(context)
        config = self.config = plans.config.broker
        self.quote_hearers = plans.wiring.quotes
        names = (symbol for strategy in plans.config.strategies for symbol in strategy.symbols)
        self.symbols = Symbols(tuple(dict.fromkeys(names)))
        self.duties = Duties(context, plans.config, self.symbols)
        self.dialler = Dialler(
            config,
            dict(plans.around.environ),
            context.random("reconnect"),
            DiallerNeeds(dialled=self._dialled, failed=self._not_connected, serve=self._serve),
        )
        self.talk_needs = ConversationNeeds(
            clock=context.clock,
            config=config,
            symbols=self.symbols,
            record=self._record,
            tell=lambda message: context.tell("journal", message),
            listed=self._listed,
            heard=self._publish,
            look_up_again=self.duties.arm_look_up_again,
        )
        self.writer_needs = WriterNeeds(
            record=self._record, objection=self._objection, instrument=self.symbols.instrument
        )
        self.state, self.text = LinkState.DISCONNECTED, "not connected yet"
        self.since = context.clock.now()
        self.halted = ""
        self.kept = KeptCancels()
        self.socket: Socket | None = None
        self.unnumbered = Unnumbered()
        self.token = context.incarnation * TOKENS_PER_INCARNATION
        self.sent_n = self.pacing_violations_n = 0

    def on_start(self) -> None:
        self.duties.arm_alarm()
        self.duties.arm_look_up()
        self._publish()
        self.context.spawn(self._stay_connected(), name="connection")

    def on_stop(self, reason: StopReason) -> None:
        self.dialler.close(reason.text)
        self._end_socket(f"the broker actor ends: {reason.text}", planned=not reason.abnormal)

    def receive(self, message: Message) -> None:
        match message:
            case c.TransmitOrder(intent=intent):
                if self.socket is not None:
                    self.socket.writer.transmit(intent)
            case c.CancelOrder():
                self.kept.cancel(message, self._open_writer())
            case c.CancelEverything(reason=reason):
                self.kept.cancel_everything(reason, self._open_writer())
            case c.LatchHalt(latched=latched, reason=reason):
                self._latch(latched, reason)
            case c.AcceptSession(link_token=token, session=number):
                self._accept(token, number)
            case c.CloseSession(session=number, reason=reason):
                if self.socket is not None and self.socket.session.stamp.session == number:
                    self.socket.link.close(f"the journal ended it: {reason}")
            case c.FetchSnapshot(request_n=request_n):
                if self.socket is not None and self.socket.session.stamp.session:
                    self.context.spawn(self.socket.talk.snapshot(request_n), name="snapshot")
            case c.WorkDue(what=what):
                self._work(what)
            case _:
                raise TypeError(f"the broker does not understand {type(message).__name__}")

    # The connection

    async def _stay_connected(self) -> None:
        try:
            await self.dialler.stay_connected()
        except AccountRefused as refused:
            self._move(LinkNews.REFUSED, str(refused))

    def _dialled(self) -> None:
        where = f"{self.config.host}:{self.config.port}"
        self._move(LinkNews.DIALLED, f"connecting to {where} as client {self.config.client_id}")

    def _not_connected(self, reason: str) -> None:
        self._move(closed(in_maintenance=self.duties.is_maintenance()), reason)

    async def _serve(self, link: Link, welcome: Welcome, account: str) -> None:
        """One socket from its welcome to its end."""
        self.token += 1
        session = BrokerSession(token=self.token, client_id=self.config.client_id, account=account)
        talk = Conversation(link, session, self.talk_needs)
        writer = OrderWriter(link, session, self.writer_needs)
        socket = self.socket = Socket(link=link, session=session, talk=talk, writer=writer, tasks=[])
        self._move(LinkNews.OPENED, f"connected to account {account}, server version {welcome.server_version}")
        self.kept.pass_on(writer)
        socket.tasks.append(self.context.spawn(talk.settle_in(welcome), name="settle in"))
        socket.tasks.append(self.context.spawn(talk.beat(), name="heartbeat"))
        self.duties.arm_silence()
        try:
            await self._listen(socket)
        finally:
            self._end_socket(link.closed_because or "the connection task ended")

    def _end_socket(self, reason: str, *, planned: bool = False) -> None:
        """Whoever ends it: the socket is closed, waiting orders are refused, the journal hears of it. Once."""
        socket, self.socket = self.socket, None
        if socket is None:
            return
        socket.link.close(reason)
        socket.writer.refuse_queued("the session ended before it was written")
        for task in socket.tasks:
            task.cancel()
        self.sent_n += socket.link.sent_n
        in_maintenance = self.duties.is_maintenance()
        fact = SessionClosed(session=0, reason=reason, planned=planned or in_maintenance)
        self._record(socket.session, fact)
        if socket.session.is_announced:
            self.unnumbered.keep(socket.session.stamp)
        self._move(closed(in_maintenance=in_maintenance), reason)

    async def _listen(self, socket: Socket) -> None:
        """Tell what the link hears, in the order of the wire, until it ends."""
        clock, session = self.context.clock, socket.session
        while True:
            batch = await socket.link.next_batch()
            now_us = clock.monotonic_us()
            for news in batch:
                for fact in session.facts(news, now_us):
                    self._record(session, fact)
                if isinstance(news, HEEDED):
                    self._heed(socket, news)
            self._tell_quotes(session)
            if isinstance(batch[-1], SocketLost):
                return

    def _heed(self, socket: Socket, news: ErrorSeen | Unreadable) -> None:
        """What news means for the link itself."""
        match news:
            case Unreadable(message_id=message_id):
                socket.link.close(f"message {message_id} of the gateway could not be read")
            case ErrorSeen(code=code, text=text) if code in IB_LOST:
                self._move(LinkNews.IB_LOST, f"{code} {text}")
            case ErrorSeen(code=code, text=text) if code in IB_RESTORED:
                self._move(LinkNews.IB_RESTORED, f"{code} {text}")
                if code == IB_RESTORED_DATA_LOST:
                    socket.talk.watch_quotes_again()
            case ErrorSeen() if news.code == PACING_VIOLATION:
                self.pacing_violations_n += 1
                self._publish()

    def _tell_quotes(self, session: BrokerSession) -> None:
        quotes, notices = session.watch.quotes(self.context.clock.now())
        for quote in quotes:
            changed = c.QuoteChanged(quote=quote)
            for name in self.quote_hearers:
                self.context.tell(name, changed)
        for notice in notices:
            self._record(session, notice)

    # Commands

    def _accept(self, token: int, number: int) -> None:
        """The journal's number of a socket, of the present one or of one that ended before it was numbered."""
        socket = self.socket
        is_present = socket is not None and socket.session.stamp.token == token
        stamp = socket.session.stamp if socket is not None and is_present else self.unnumbered.pop(token)
        if stamp is not None:
            for fact in stamp.accept(number):
                self.context.tell("journal", fact)
            self._publish()

    def _open_writer(self) -> OrderWriter | None:
        return self.socket.writer if self.socket is not None and self.socket.link.is_open else None

    def _latch(self, latched: bool, reason: str) -> None:
        self.halted = (reason or "halted") if latched else ""
        if not latched:
            self.kept.drop_everything()
        elif self.socket is not None:
            self.socket.writer.refuse_queued(f"orders are latched off: {reason}")

    def _objection(self, intent: Intent) -> str:
        return objection(
            intent,
            now=self.context.clock.now(),
            halted=self.halted,
            link=self.state,
            is_maintenance=self.duties.is_maintenance(),
        )

    # By the clock

    def _work(self, what: str) -> None:
        if what in (ALARM, LOUDER_ALARM):
            alert = self.duties.alarm(what, f"it is {self.state}, {self.text}")
            if alert is not None:
                self.context.tell("journal", alert)
            return
        if what == LOOK_UP:
            self.duties.arm_look_up()
        socket = self.socket
        if socket is not None and what == SILENCE:
            limit_s = self.duties.quote_missing_s
            for notice in socket.session.watch.silent(self.context.clock.now(), limit_s):
                self._record(socket.session, notice)
        elif socket is not None:
            self.context.spawn(socket.talk.look_up(), name="look up")
            self.duties.arm_silence()

    # What the outside sees

    def _record(self, session: BrokerSession, fact: Event) -> None:
        for numbered in session.stamp.stamp(fact):
            self.context.tell("journal", numbered)

    def _listed(self, session: BrokerSession) -> None:
        if self.socket is not None and self.socket.session is session:
            self._move(LinkNews.LISTED, f"account {session.account}, session {session.stamp.session}")

    def _move(self, news: LinkNews, text: str) -> None:
        was, self.state = self.state, after(self.state, news)
        self.text = text
        if self.state is not was:
            self.since = self.context.clock.now()
            planned = self.duties.is_maintenance()
            self.context.tell("journal", LinkChanged(state=self.state, reason=text, planned=planned))
            self._turn_alarm(was)
        self._publish()

    def _turn_alarm(self, was: LinkState) -> None:
        if self.state is LinkState.READY:
            self.dialler.settled()
        if self.state in (LinkState.READY, LinkState.FAILED):
            self.duties.drop_alarm()
        elif was is LinkState.READY:
            self.duties.arm_alarm()

    def _publish(self) -> None:
        config, socket = self.config, self.socket
        self.context.publish(
            BrokerStatus(
                state=self.state,
                text=self.text,
                since=self.since,
                session=0 if socket is None else socket.session.stamp.session,
                account="" if socket is None else socket.session.account,
                host=config.host,
                port=config.port,
                client_id=config.client_id,
                heard_at=None if socket is None else socket.talk.heard_at,
                messages_sent_n=self.sent_n + (0 if socket is None else socket.link.sent_n),
                pacing_violations_n=self.pacing_violations_n,
            )
        )
