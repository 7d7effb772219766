"""What is asked on one socket, by whom and when: the clock, the symbols, snapshots, heartbeats. No order passes here.

A request that is not answered in its time is unknown, never empty; a socket that does not tell the time is mute and is
closed. When the socket ends, every conversation on it ends silently: the link itself tells why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hydra.broker import link_requests as requests
from hydra.broker.fetching import Rows, list_everything, qualify
from hydra.broker.link import Link, Welcome
from hydra.broker.listings import LinkLost, NoAnswer
from hydra.broker.news import CommissionSeen, ExecutionSeen, Part
from hydra.broker.session import BrokerSession
from hydra.broker.snapshot import Listed, snapshot_of
from hydra.broker.symbols import Symbols
from hydra.broker.translation import clock_skew_s
from hydra.config import BrokerConfig
from hydra.core.sessions import trading_day
from hydra.messages.base import Event
from hydra.messages.facts import GatewayTimeSeen, InstrumentQualified, InstrumentUnknown, SessionOpened
from hydra.runtime.clock import Clock
from hydra.runtime.message import Message
from hydra.values import QuoteKind

MISSES_MAX = 3
"""After so many incomplete listings in a row the socket is given up: a new one starts clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationNeeds:
    """What the actor lends: its clock, a way to the journal (`record` numbers facts, `tell` is for what has its number),
    and where to report that a complete listing was told, that the gateway told its time, that a symbol should be looked
    up again later."""

    clock: Clock
    config: BrokerConfig
    symbols: Symbols
    record: Callable[[BrokerSession, Event], None]
    tell: Callable[[Message], None]
    listed: Callable[[BrokerSession], None]
    heard: Callable[[], None]
    look_up_again: Callable[[], None]


class Conversation:
    """All requests of one socket. Mutable; ends with it."""

    def __init__(self, link: Link, session: BrokerSession, needs: ConversationNeeds) -> None:
        self.link = link
        self.session = session
        self.needs = needs
        self.heard_at: datetime | None = None
        self._is_skewed = False
        self._wanted_n: int | None = None
        self._is_listing = False
        self._is_looking_up = False
        self._unknown_told: dict[str, None] = {}

    async def settle_in(self, welcome: Welcome) -> None:
        """The first words on a socket: the time, then the session is announced, then the symbols are looked up."""
        try:
            skew_s = await self._skew_s()
        except (LinkLost, NoAnswer) as silence:
            self.link.close(f"the gateway is mute: {silence}")
            return
        config = self.needs.config
        self.session.is_announced = True
        self.needs.tell(
            SessionOpened(
                session=0,
                link_token=self.session.stamp.token,
                account=self.session.account,
                client_id=config.client_id,
                server_version=welcome.server_version,
                next_valid_id=welcome.next_valid_id,
                clock_skew_s=skew_s,
            )
        )
        kind = QuoteKind.DELAYED if config.market_data == "delayed" else QuoteKind.LIVE
        requests.choose_quotes(self.link, kind)
        await self.look_up()

    async def beat(self) -> None:
        """Ask for the time for ever; no answer means a half-open socket (ib-gateway-behaviour 4.8)."""
        config = self.needs.config
        while True:
            is_open = self.needs.symbols.is_any_open(self.needs.clock.now())
            await asyncio.sleep(config.heartbeat_s if is_open else config.heartbeat_closed_s)
            try:
                await self._skew_s()
            except (LinkLost, NoAnswer) as silence:
                self.link.close(f"the gateway is mute: {silence}")
                return

    async def snapshot(self, request_n: int) -> None:
        """List everything and tell it. A request that comes meanwhile is answered by a listing of its own."""
        self._wanted_n = request_n
        if self._is_listing:
            return
        self._is_listing = True
        try:
            while self._wanted_n is not None:
                wanted_n, self._wanted_n = self._wanted_n, None
                await self._list(wanted_n)
        except LinkLost:
            return
        finally:
            self._is_listing = False

    async def look_up(self) -> None:
        """Qualify the symbols that were not looked up today and subscribe to the quotes of all."""
        if self._is_looking_up:
            return
        self._is_looking_up = True
        try:
            if not await self._look_up_all():
                self.needs.look_up_again()
        except LinkLost:
            return
        finally:
            self._is_looking_up = False

    def watch_quotes_again(self) -> None:
        """Subscriptions were lost (1101)."""
        for instrument, hours in self.session.watch.instruments():
            request_id = requests.watch_quotes(self.link, instrument)
            self.session.watch.begin(request_id, instrument, hours, self.needs.clock.now())

    async def _look_up_all(self) -> bool:
        """Whether every symbol is known now."""
        all_known = True
        for symbol in self.needs.symbols.names:
            today = trading_day(self.needs.clock.now())
            card = self.needs.symbols.of_today(symbol, today)
            if card is None:
                try:
                    found = await qualify(self.link, symbol, today)
                except NoAnswer:
                    all_known = False
                    continue
                if isinstance(found, InstrumentUnknown):
                    all_known = False
                    self._tell_unknown(found)
                    continue
                card = found
                self.needs.symbols.learn(card, today)
                self.needs.record(self.session, card)
            self._watch(card)
        return all_known

    def _watch(self, card: InstrumentQualified) -> None:
        if not self.session.watch.learn_hours(card.instrument.con_id, card.hours):
            request_id = requests.watch_quotes(self.link, card.instrument)
            self.session.watch.begin(request_id, card.instrument, card.hours, self.needs.clock.now())

    def _tell_unknown(self, unknown: InstrumentUnknown) -> None:
        if unknown.symbol not in self._unknown_told:
            self._unknown_told[unknown.symbol] = None
            self.needs.record(self.session, unknown)

    async def _skew_s(self) -> float:
        """The gateway's clock beside ours; told while it is off by too much, and once when it is right again."""
        clock, limit_s = self.needs.clock, self.needs.config.clock_skew_max_s
        asked_at = clock.now()
        gateway_at = await requests.gateway_time(self.link)
        self.heard_at = clock.now()
        skew_s = clock_skew_s(gateway_at, asked_at=asked_at, heard_at=self.heard_at)
        is_skewed = abs(skew_s) > limit_s
        if is_skewed or self._is_skewed:
            self.needs.record(self.session, GatewayTimeSeen(session=0, gateway_at=gateway_at, skew_s=skew_s))
        self._is_skewed = is_skewed
        self.needs.heard()
        return skew_s

    async def _list(self, request_n: int) -> None:
        clock, session = self.needs.clock, self.session
        requested_at = clock.now()
        quiet_since_us = clock.monotonic_us() - round(self.needs.config.settle_quiet_s * 1e6)
        disturbances_n = session.disturbances_n
        session.is_listing = True
        session.orders.begin_listing()
        try:
            rows = await list_everything(self.link, session.account)
        finally:
            session.is_listing = False
        missing = tuple(part.value for part in rows.missing)
        if session.is_cut_off or session.disturbances_n != disturbances_n:
            missing = (*missing, "connectivity between gateway and IB")
        snapshot = snapshot_of(
            Listed(
                session=session.stamp.session,
                request_n=request_n,
                requested_at=requested_at,
                account=session.account,
                parts=rows.parts,
                missing=missing,
                unsettled=session.activity.since(quiet_since_us),
            )
        )
        if missing:
            self.needs.tell(snapshot)
            self._salvage(rows)
            return
        session.listings_missed_n = 0
        costs = session.fills.listed(snapshot.executions, snapshot.commissions)
        self.needs.tell(snapshot)
        for cost in costs:
            self.needs.record(session, cost)
        self.needs.listed(session)

    def _salvage(self, rows: Rows) -> None:
        """An incomplete listing proves nothing, but an execution in it is a fact."""
        session = self.session
        session.listings_missed_n += bool(rows.missing)
        for row in rows.parts.get(Part.EXECUTIONS, ()):
            if isinstance(row, ExecutionSeen) and row.account in ("", session.account):
                for fact in session.fills.executed(row.execution, late=True):
                    self.needs.record(session, fact)
            elif isinstance(row, CommissionSeen):
                for fact in session.fills.cost(row.commission):
                    self.needs.record(session, fact)
        if session.listings_missed_n >= MISSES_MAX:
            missing = ", ".join(part.value for part in rows.missing)
            self.link.close(f"{session.listings_missed_n} listings in a row did not end: {missing}")
