"""One link is one socket: the unmodified ib_async client with our taps, our pacing and our deadlines. It decides nothing.

What it hears it tells in batches, in the order of the wire; what it is asked to send goes through the pacer. It never
reconnects (a new socket is a new Link) and never sends anything by itself beyond the handshake.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hydra.broker.codes import Effect, Target, effect_of
from hydra.broker.link_taps import TappedIB
from hydra.broker.listings import LinkLost, Listing, Listings, NoAnswer
from hydra.broker.news import ErrorSeen, News, OrderGone, Part, Row, SocketLost
from hydra.broker.pacing import Pacer, SendLane
from hydra.broker.session import REQUEST_IDS_FROM

Action = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlan:
    """Where to connect, as whom, and how long to wait. Durations in machine seconds."""

    host: str
    port: int
    client_id: int
    connect_timeout_s: float
    request_timeout_s: float
    messages_per_s_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What the gateway says of itself before anything was asked."""

    accounts: tuple[str, ...]
    server_version: int
    next_valid_id: int


class Link:
    """One attempt to connect and, when it succeeds, one socket until its end."""

    def __init__(self, plan: LinkPlan) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        ib: Any = TappedIB(self._hear)  # ib_async annotates little
        self.ib = ib
        self.client = ib.client
        self.client.conn.disconnected += self._lost
        self.client.conn.resume_writing = self._poke
        self.closed_because = ""
        self._gone: asyncio.Future[None] = self.loop.create_future()
        self._news: deque[News] = deque()
        self._listings = Listings()
        self._pacer: Pacer[Action] = Pacer(plan.messages_per_s_max)
        self._is_pumping = False
        self._leaving: deque[OrderGone] = deque()
        self._last_error: ErrorSeen | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether bytes written now have a socket to go to."""
        transport = self._transport
        return not self.closed_because and transport is not None and not transport.is_closing()

    @property
    def sent_n(self) -> int:
        """Messages sent since the handshake."""
        return self._pacer.sent_n

    async def connect(self) -> Welcome:
        """TCP and handshake within connect_timeout_s; raises LinkLost, and then no socket is left behind."""
        plan, client = self.plan, self.client
        self.ib.wrapper.clientId = plan.client_id
        dial = self.loop.create_task(client.connectAsync(plan.host, plan.port, plan.client_id, None))
        try:
            await asyncio.wait(
                (dial, self._gone), timeout=plan.connect_timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            is_mute = not dial.done() and not self._gone.done()
        finally:
            dial.cancel()
        if not dial.done():
            await asyncio.wait((dial,))  # its own clean-up closes the socket before the next attempt begins
        error = None if dial.cancelled() else dial.exception()
        if dial.cancelled() or error is not None or not self.is_open:
            reason = self._why_not(error, is_mute=is_mute)
            self.close(reason)
            raise LinkLost(reason) from error
        client.conn.transport.set_write_buffer_limits(high=0)  # so that resume_writing means: all bytes left
        client.updateReqId(REQUEST_IDS_FROM)
        return Welcome(
            accounts=tuple(client.getAccounts()),
            server_version=client.serverVersion(),
            next_valid_id=self.ib.wrapper.next_valid_id,
        )

    async def next_batch(self) -> tuple[News, ...]:
        """What was heard since the last time, at least one; its last batch ends with SocketLost."""
        while True:
            self._pump()
            self._see_bytes_leave()
            if self._news:
                # An error code that answered a request of ours is told to whoever asked.
                batch = tuple(news for news in self._news if not self._listings.take(news))
                self._news.clear()
                if batch:
                    return batch
                continue
            self._waiter = self.loop.create_future()
            await self._waiter

    def put(self, lane: SendLane, action: Action) -> None:
        """Run `action`, which sends at most one message, when its lane has its turn."""
        self._pacer.put(lane, action)
        self._pump()

    async def request(self, part: Part, send: Action, request_id: int = 0) -> tuple[Row, ...]:
        """Send a request and wait for its rows; raises NoAnswer, RequestRefused or LinkLost. Somebody must be
        taking batches meanwhile. The deadline runs from the moment the request was written."""
        if not self.is_open:
            raise LinkLost(self.closed_because or "the socket is closing")
        answer: asyncio.Future[tuple[Row, ...]] = self.loop.create_future()
        listing = self._listings.begin(part, request_id, answer)
        timers: list[asyncio.TimerHandle] = []

        def go() -> None:
            if not answer.done():
                send()
                listing.is_sent = True
                timers.append(self.loop.call_later(self.plan.request_timeout_s, self._give_up, listing))

        self.put(SendLane.REQUEST, go)
        try:
            return await answer
        finally:
            self._listings.give_up(listing)
            for timer in timers:
                timer.cancel()

    def new_request_id(self) -> int:
        """A request id that no order ever bears."""
        request_id: int = self.client.getReqId()
        return request_id

    def watch_leave(self, order_ref: str, broker_order_id: int) -> None:
        """An order was just written: tell OrderGone when the transport's buffer is empty."""
        self._leaving.append(OrderGone(order_ref=order_ref, broker_order_id=broker_order_id))
        self._poke()

    def close(self, reason: str) -> None:
        """End the socket now, whatever state it is in; what it still buffers is dropped."""
        if self.closed_because:
            return
        self.closed_because = reason
        if self._buffered_n:
            self.client.conn.transport.abort()
        self.client.disconnect()
        self._end()

    @property
    def _transport(self) -> asyncio.WriteTransport | None:
        transport: asyncio.WriteTransport | None = self.client.conn.transport
        return transport

    @property
    def _buffered_n(self) -> int:
        transport = self._transport
        return 0 if transport is None else transport.get_write_buffer_size()

    def _hear(self, news: News) -> None:
        """Called by the taps, in the middle of ib_async's decoding: only remember it."""
        if self.closed_because:
            return
        if isinstance(news, ErrorSeen) and effect_of(news.code, Target.NOTHING) is not Effect.NOTICE:
            self._last_error = news
        self._news.append(news)
        if len(self._news) == 1:  # who waits was told of the first
            self._poke()

    def _lost(self, message: str) -> None:
        if not self.closed_because:
            self.closed_because = message or "the gateway closed the connection"
            self._end()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._gone.done():
            self._gone.set_result(None)
        self._listings.fail_all(LinkLost(self.closed_because))
        self._news.append(SocketLost(reason=self.closed_because))
        self._poke()

    def _pump(self) -> None:
        """Send what may go. An action may put more: that waits for its turn in the same round."""
        if self._pacer.is_idle or self._is_pumping or not self.is_open:
            return
        self._is_pumping = True
        try:
            while actions := self._pacer.take(self._now_us()):
                for action in actions:
                    self._run(action)
        finally:
            self._is_pumping = False
        wait_us = self._pacer.wait_us(self._now_us())
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if wait_us is None else self.loop.call_later(wait_us / 1e6, self._poke)

    def _run(self, action: Action) -> None:
        """One that broke the connection ends the round: what the others would have sent was never written."""
        if self.is_open:
            action()

    def _see_bytes_leave(self) -> None:
        """A closing transport has thrown its buffer away: then an empty one proves nothing."""
        if self._leaving and self.is_open and not self._buffered_n:
            self._news.extend(self._leaving)
            self._leaving.clear()

    def _give_up(self, listing: Listing) -> None:
        self._listings.give_up(listing)
        if not listing.answer.done():
            text = f"{listing.part.value}: no answer within {self.plan.request_timeout_s:g} s"
            listing.answer.set_exception(NoAnswer(text))

    def _poke(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _now_us(self) -> int:
        return round(self.loop.time() * 1e6)

    def _why_not(self, error: BaseException | None, *, is_mute: bool) -> str:
        """The gateway's own word first: it says 326 and closes."""
        where = f"{self.plan.host}:{self.plan.port}"
        if self._last_error is not None:
            return f"{where}: {self._last_error.code} {self._last_error.text}"
        if is_mute:
            return f"{where}: no welcome within {self.plan.connect_timeout_s:g} s"
        return f"{where}: {error or self.closed_because}"
