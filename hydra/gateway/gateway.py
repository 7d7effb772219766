"""The simulated IB Gateway: bytes of API clients in, bytes out, on a market clock that is handed in.

It opens no socket and reads no clock. `drain` commits the store before it returns anything, so that whatever
a client hears is already durable.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hydra.gateway.announce import announce
from hydra.gateway.books import Books
from hydra.gateway.calendar import next_session, session_at
from hydra.gateway.desk import Desk
from hydra.gateway.fault_kinds import FAULTS
from hydra.gateway.faults import GatewayFault, Troubles
from hydra.gateway.floor import Floor
from hydra.gateway.framing import Frame, FramingError, Hello
from hydra.gateway.instants import SECOND_US, exchange_day
from hydra.gateway.ledger import ledger_of
from hydra.gateway.market import Market
from hydra.gateway.pacing import Pacing
from hydra.gateway.refusals import invalid
from hydra.gateway.requests import ORDER_ACTIONS, answer
from hydra.gateway.session import Session
from hydra.gateway.session_account import tell_portfolio, wants_account_news
from hydra.gateway.session_quotes import push_quotes
from hydra.gateway.session_start import greet, start_api
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import Store
from hydra.gateway.tape import open_head, resume_us
from hydra.gateway.wire import ClientMessage, WireError, decode_client

ACCOUNT_REFRESH_US = 180 * SECOND_US


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for one connection, to be written at once."""

    conn_id: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The gateway ends this connection, after what it sent before."""

    conn_id: int


Output = Send | Close


@dataclass(frozen=True, slots=True, kw_only=True)
class _Underway:
    """An order action on its way through the network."""

    due_us: int
    session: Session
    message: ClientMessage


class Gateway:
    """One gateway with its clients. Every instant is market time in microseconds and never runs backwards.

    On a store that was used before, the tape goes on where it was: `market_us` is that instant.
    Raises ValueError when the store belongs to another account or seed, or the market has no prices there.
    """

    def __init__(self, config: GatewayConfig, store: Store, market: Market) -> None:
        head = open_head(store, config, market)
        open_session = session_at(head.market_us)
        desk = Desk(Books(head, store), market, is_open=open_session is not None)
        self._store = store
        troubles = Troubles(config.seed, FAULTS)
        self._floor = Floor(config=config, market=market, desk=desk, now_us=head.market_us, troubles=troubles)
        self._pacing: dict[int, Pacing] = {}
        self._underway: deque[_Underway] = deque()
        self._refreshed_us = head.market_us
        self._boundary_us = _boundary_after(head.market_us)
        self._connections = 0

    def reopen(self) -> None:
        """As if the process had died and another one had opened the store: sessions, what was on its way and what was not
        committed are gone. The market and its troubles go on.
        """
        floor, now_us = self._floor, self._floor.now_us
        for conn_id in tuple(floor.sessions):
            self._forget(conn_id)
        self._underway.clear()
        halted = floor.desk.exchange.halted
        floor.desk = Desk(Books(open_head(self._store, floor.config, floor.market), self._store), floor.market,
                          is_open=floor.desk.exchange.is_open)  # fmt: skip
        floor.desk.exchange.halted = halted
        self._move_to(now_us)

    @property
    def floor(self) -> Floor:
        """Its trading floor, for whoever plays the venue's part in a simulation. Drain after touching it."""
        return self._floor

    @property
    def market_us(self) -> int:
        """How far the tape has played."""
        return self._floor.now_us

    def resumes_us(self, speed: float) -> int:
        """Where a server of this speed lets the tape go on, see tape.py."""
        return resume_us(self.market_us, self._floor.market, speed)

    @property
    def client_ids(self) -> list[int]:
        """The API clients that are connected, in order of connection."""
        return [session.client_id for session in self._floor.clients() if session.client_id is not None]

    def connect(self, now_us: int) -> int:
        """A client has connected; returns the id of its connection."""
        self.advance(now_us)
        self._connections += 1
        config = self._floor.config
        self._floor.sessions[self._connections] = Session(self._connections, self._floor.withholds)
        # The window is one second of the client's real time.
        window_us = int(SECOND_US * config.speed)
        self._pacing[self._connections] = Pacing(messages_max=config.messages_per_s_max, window_us=window_us)
        return self._connections

    def disconnect(self, conn_id: int, now_us: int) -> None:
        """The client is gone; its orders stay. Unknown connections were closed by the gateway before."""
        self.advance(now_us)
        self._forget(conn_id)

    def receive(self, conn_id: int, data: bytes, now_us: int) -> None:
        """Bytes of a client, cut anywhere. Bytes that are no frames end the connection."""
        self.advance(now_us)
        session = self._floor.sessions.get(conn_id)
        if session is None:
            return
        try:
            frames = session.reader.feed(data)
        except FramingError as error:
            frames = error.frames
            self._take_frames(session, frames)
            session.close()
        else:
            self._take_frames(session, frames)

    def _take_frames(self, session: Session, frames: list[Frame]) -> None:
        for frame in frames:
            if session.is_closing:
                return
            if isinstance(frame, Hello):
                greet(self._floor, session, frame)
            elif self._is_paced(session):
                self._read(session, frame)

    def _is_paced(self, session: Session) -> bool:
        pacing, now_us = self._pacing[session.conn_id], self._floor.now_us
        if pacing.admits(now_us):
            return True
        text = pacing.violation(now_us)
        if text is not None:
            session.error(-1, 100, text)
        strikes_max = self._floor.config.pacing_strikes_max
        if strikes_max is not None and pacing.violations >= strikes_max:
            session.close()
        return False

    def _read(self, session: Session, fields: tuple[str, ...]) -> None:
        try:
            message = decode_client(fields, session.version)
        except WireError as error:
            request_id = -1 if error.request_id is None else error.request_id
            session.error(request_id, 320, f"Error reading request. {error}")
            return
        if (message.name == "startApi") == (session.client_id is not None):
            session.refuse(-1, invalid(f"{message.name} came out of turn."))
        elif message.name == "startApi":
            if not self._floor.takes(session, message.name, message.values):
                start_api(self._floor, session, message.values)
        elif message.name in ORDER_ACTIONS and self._floor.config.ack_delay_us:
            due_us = self._floor.now_us + self._floor.config.ack_delay_us
            self._underway.append(_Underway(due_us=due_us, session=session, message=message))
        else:
            answer(self._floor, session, message.name, message.values)

    def advance(self, now_us: int) -> None:
        """Play the tape up to this instant: quotes, matching, session open and close, expiry, in order of
        time.
        """
        while (due_us := min((self._boundary_us, *self._dues()))) <= now_us:
            self._step(due_us)
        self._move_to(max(now_us, self._floor.now_us))

    def next_due_us(self) -> int | None:
        """When the gateway has something to do next; None while nobody waits for anything."""
        return min(self._dues(), default=None)

    def _dues(self) -> Iterator[int]:
        if self._underway:
            yield self._underway[0].due_us
        if self._floor.agenda.next_us is not None:
            yield self._floor.agenda.next_us
        if self._floor.desk.exchange.working:
            yield self._boundary_us
        quote_us = self._quote_due_us()
        if quote_us is not None:
            yield quote_us
        if self._wants_refresh():
            yield max(self._refreshed_us + ACCOUNT_REFRESH_US, self._floor.now_us)

    def _quote_due_us(self) -> int | None:
        """When the next quote matters to a working order or a subscriber."""
        is_wanted = self._floor.desk.exchange.working or any(
            session.subscriptions.tickers for session in self._floor.clients()
        )
        return self._floor.market.next_quote_us(None, self._floor.now_us) if is_wanted else None

    def _wants_refresh(self) -> bool:
        desk = self._floor.desk
        is_moving = desk.exchange.is_open and bool(desk.books.account.held_symbols)
        return is_moving and any(wants_account_news(session) for session in self._floor.clients())

    def _step(self, due_us: int) -> None:
        """What is due at this instant, in this order: open or close, quotes, orders that arrive, what faults do,
        the account.
        """
        has_quote = self._quote_due_us() == due_us
        self._move_to(due_us)
        floor = self._floor
        if due_us == self._boundary_us:
            self._cross_boundary()
        if has_quote:
            announce(floor, floor.desk.match(due_us))
            push_quotes(floor)
        while self._underway and self._underway[0].due_us <= due_us:
            arrived = self._underway.popleft()
            answer(floor, arrived.session, arrived.message.name, arrived.message.values)
        floor.agenda.play(due_us)
        if due_us >= self._refreshed_us + ACCOUNT_REFRESH_US:
            self._refreshed_us = due_us
            tell_portfolio(floor)

    def _move_to(self, now_us: int) -> None:
        self._floor.now_us = now_us
        if exchange_day(now_us).isoformat() != self._floor.desk.books.day:
            self._floor.desk.books.begin_day(now_us)

    def _cross_boundary(self) -> None:
        floor, at_us = self._floor, self._boundary_us
        is_open = floor.desk.exchange.is_open
        announce(floor, floor.desk.close_session(at_us) if is_open else floor.desk.open_session(at_us))
        self._boundary_us = _boundary_after(at_us)
        push_quotes(floor)

    def drain(self) -> list[Output]:
        """Commit, then return what is to be written, in order of connection."""
        outputs: list[Output] = []
        for session in list(self._floor.sessions.values()):
            data = session.take()
            if data:
                outputs.append(Send(session.conn_id, data))
            if session.is_closing:
                outputs.append(Close(session.conn_id))
                self._forget(session.conn_id)
        self._commit()
        return outputs

    def inject(self, fault: GatewayFault) -> bool:
        """Begin a fault, at its instant or now if that is past; a lasting one ends by itself. Whether it found anything to
        hurt. Drain afterwards. Raises ValueError when there is no such kind or target.
        """
        self.advance(max(fault.at_us, self._floor.now_us))
        return self._begin(fault)

    def expect(self, fault: GatewayFault) -> None:
        """Begin a fault when its instant comes. Raises ValueError when there is no such kind or target."""
        self._floor.troubles.spec_of(fault)
        self._floor.agenda.at(fault.at_us, lambda: self._begin(fault))

    def struck_n(self, fault: GatewayFault) -> int:
        """How many messages a lasting fault has dealt with, until now or its end; 1 for an instant that found a victim."""
        return self._floor.troubles.struck_n.get(fault, 0)

    def lift(self, fault: GatewayFault) -> None:
        """End a fault now, before its time; one that is not on is no matter. Drain afterwards."""
        self._floor.troubles.end(self._floor, fault)

    def calm(self) -> None:
        """End every fault that is on, whoever began it. Drain afterwards."""
        for fault in self._floor.troubles.on:
            self.lift(fault)

    def _begin(self, fault: GatewayFault) -> bool:
        floor = self._floor
        if floor.troubles.spec_of(fault).lasts and fault.for_us:
            floor.agenda.at(fault.at_us + fault.for_us, lambda: floor.troubles.end(floor, fault))
        return floor.troubles.begin(floor, fault)

    def ledger(self) -> dict[str, Any]:
        """The truth as one JSON-able object, see ledger.py."""
        self._commit()
        return ledger_of(self._store)

    def _commit(self) -> None:
        self._store.save(self._floor.desk.books.head(self._floor.now_us))
        self._store.commit()

    def _forget(self, conn_id: int) -> None:
        session = self._floor.sessions.pop(conn_id, None)
        if session is not None and session.client_id is not None:
            self._floor.left_us[session.client_id] = self._floor.now_us
        self._pacing.pop(conn_id, None)


def _boundary_after(us: int) -> int:
    """When the session that is open at this instant closes, or else when the next one opens."""
    session = session_at(us)
    return session.close_us if session is not None else next_session(us).open_us
