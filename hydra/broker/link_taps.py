"""The taps into ib_async: its own decoder hands every raw message to us, none of its own order states is kept.

ib_async's Wrapper drops executions of unknown orders, orphan statuses and corrections, and shows live orders as Cancelled
(ib-gateway-behaviour 4.9, 5.1). Here a subclass, which is ib_async's extension point, only translates and hands on.
So nothing of ib_async grows either: its dicts of trades, fills and results stay empty however long a session lives.
An exception in here would be swallowed by ib_async's decoder; it is noticed as a message that handed on nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from ib_async import IB, BarData, CommissionReport, Contract, ContractDetails, Execution, Order, OrderState
from ib_async.client import Client
from ib_async.decoder import Decoder
from ib_async.wrapper import Wrapper

from hydra.broker import link_values as values
from hydra.broker import translation as t
from hydra.broker.news import (
    Ended,
    ErrorSeen,
    GatewayTimeTold,
    News,
    Part,
    QuoteKindSeen,
    StatusSeen,
    TickSeen,
    Unreadable,
    ValueSeen,
)
from hydra.broker.repeats import HEARTBEAT, Repeats, wording_of
from hydra.broker.snapshot import FIGURE_TAGS
from hydra.core.instants import from_us

HandOn = Callable[[News], None]

VITAL_MESSAGES = (3, 4, 5, 11, 53, 54, 55, 59, 61, 62, 101, 102)
"""orderStatus, errMsg, openOrder, execDetails, commissionReport, position, completedOrder and the end markers."""


class TapWrapper(Wrapper):
    """Every callback that matters to us, translated and handed on; the others do nothing."""

    def __init__(self, ib: IB, hand_on: HandOn) -> None:
        self.hand_on = hand_on
        self.next_valid_id = 0
        super().__init__(ib)

    def nextValidId(self, reqId: int) -> None:
        self.next_valid_id = reqId

    # Orders

    def openOrder(self, orderId: int, contract: Contract, order: Order, orderState: OrderState) -> None:
        self.hand_on(values.open_order(orderId, contract, order, orderState))

    def openOrderEnd(self) -> None:
        self.hand_on(Ended(part=Part.OPEN_ORDERS))

    def orderStatus(
        self,
        orderId: int,
        status: str,
        filled: float,
        remaining: float,
        avgFillPrice: float,
        permId: int,
        parentId: int,
        lastFillPrice: float,
        clientId: int,
        whyHeld: str,
        mktCapPrice: float = 0.0,
    ) -> None:
        self.hand_on(
            StatusSeen(
                broker_order_id=orderId,
                perm_id=t.whole(permId),
                client_id=clientId,
                status=status,
                filled=t.quantity(filled, f"filled of order {orderId}"),
                remaining=t.quantity(remaining, f"remaining of order {orderId}"),
                why_held=whyHeld,
            )
        )

    def completedOrder(self, contract: Contract, order: Order, orderState: OrderState) -> None:
        self.hand_on(values.completed_order(contract, order, orderState))

    def completedOrdersEnd(self) -> None:
        self.hand_on(Ended(part=Part.COMPLETED_ORDERS))

    def execDetails(self, reqId: int, contract: Contract, execution: Execution) -> None:
        self.hand_on(values.execution(reqId, contract, execution))

    def execDetailsEnd(self, reqId: int) -> None:
        self.hand_on(Ended(part=Part.EXECUTIONS, request_id=reqId))

    def commissionReport(self, commissionReport: CommissionReport) -> None:
        self.hand_on(values.commission(commissionReport))

    def error(self, reqId: int, errorCode: int, errorString: str, advancedOrderRejectJson: str) -> None:
        text = f"{errorString} {advancedOrderRejectJson}".strip()
        self.hand_on(ErrorSeen(target_id=reqId, code=errorCode, text=text))

    # Account

    def position(self, account: str, contract: Contract, posSize: float, avgCost: float) -> None:
        self.hand_on(values.position(account, contract, posSize, avgCost))

    def positionEnd(self) -> None:
        self.hand_on(Ended(part=Part.POSITIONS))

    def updateAccountValue(self, tag: str, val: str, currency: str, account: str) -> None:
        if tag in FIGURE_TAGS:
            self.hand_on(ValueSeen(account=account, tag=tag, currency=currency, amount=t.number(val)))

    def accountDownloadEnd(self, _account: str) -> None:
        self.hand_on(Ended(part=Part.VALUES))

    def updatePortfolio(self, *_args: Any) -> None:
        """Positions come by `position`; marks are the monitor's."""

    # Contracts, bars, quotes, time

    def contractDetails(self, reqId: int, contractDetails: ContractDetails) -> None:
        self.hand_on(values.contract(reqId, contractDetails))

    def contractDetailsEnd(self, reqId: int) -> None:
        self.hand_on(Ended(part=Part.CONTRACT, request_id=reqId))

    def historicalData(self, reqId: int, bar: BarData) -> None:
        self.hand_on(values.daily_bar(reqId, bar))

    def historicalDataEnd(self, reqId: int, _start: str, _end: str) -> None:
        self.hand_on(Ended(part=Part.BARS, request_id=reqId))

    def marketDataType(self, reqId: int, marketDataId: int) -> None:
        self.hand_on(QuoteKindSeen(request_id=reqId, kind=t.QUOTE_KINDS[marketDataId]))

    def priceSizeTick(self, reqId: int, tickType: int, price: float, size: float) -> None:
        tick = TickSeen(request_id=reqId, tick_type=tickType, price=t.price(price), size=t.number(size))
        self.hand_on(tick)

    def tickSize(self, reqId: int, tickType: int, size: float) -> None:
        self.hand_on(TickSeen(request_id=reqId, tick_type=tickType, price=None, size=t.number(size)))

    def tickGeneric(self, *_args: Any) -> None:
        """Nothing of ours depends on it."""

    def tickString(self, *_args: Any) -> None:
        """Nothing of ours depends on it."""

    def tickReqParams(self, *_args: Any) -> None:
        """The tick size comes with contract details."""

    def currentTime(self, time: int) -> None:
        self.hand_on(GatewayTimeTold(at=from_us(time * 1_000_000)))

    def tcpDataArrived(self) -> None:
        """ib_async would ask the machine for the time here, with every packet."""

    def tcpDataProcessed(self) -> None:
        """ib_async would walk a set of tickers here, in an order that differs between processes."""


_CONVERSIONS: Mapping[type, Callable[[Any], object]] = {
    int: int,
    float: float,
    bool: lambda text: bool(int(text)),
}


@cache  # bounded: one entry for each class of messages that ib_async has
def _numbers_of(kind: type) -> tuple[tuple[str, Callable[[Any], object], object], ...]:
    """The fields of a class that ib_async turns into numbers: those whose default is one."""
    return tuple(
        (field.name, _CONVERSIONS[type(field.default)], field.default)
        for field in fields(kind)
        if type(field.default) in _CONVERSIONS
    )


class HandedOn:
    """How many news were handed on, and the latest of them."""

    def __init__(self, hear: HandOn) -> None:
        self._hear = hear
        self.n = 0
        self.latest: News = Ended(part=Part.GATEWAY_TIME)

    def hand_on(self, news: News) -> None:
        self.n += 1
        self.latest = news
        self._hear(news)


class TapDecoder(Decoder):
    """ib_async logs a message that it cannot read, and goes on. For a message that matters we must know.

    A row that a listing repeats word for word is not read again.
    """

    def __init__(self, wrapper: TapWrapper, handed_on: HandedOn) -> None:
        super().__init__(wrapper, 0)
        self._handed_on = handed_on
        self._repeats = Repeats()

    def parse(self, obj: object) -> None:
        """As ib_async's own, which looks the fields of the class up again for each message that it reads."""
        values = vars(obj)
        for name, convert, default in _numbers_of(type(obj)):  # type: ignore[arg-type]  # a class is hashable
            text = values[name]
            if text is not default:
                values[name] = convert(text) if text else default

    def interpret(self, texts: Sequence[str]) -> None:
        wording = wording_of(texts)
        meant = None if wording is None else self._repeats.meaning(wording)
        if meant is not None:
            self._handed_on.hand_on(meant)
            return
        if texts and texts[0] == HEARTBEAT:
            self._repeats.heartbeat()
        before = self._handed_on.n
        super().interpret(texts)  # type: ignore[no-untyped-call]
        if self._handed_on.n > before and wording is not None:
            self._repeats.remember(wording, self._handed_on.latest)
        elif self._handed_on.n == before and texts and texts[0].isdecimal() and int(texts[0]) in VITAL_MESSAGES:
            self._handed_on.hand_on(Unreadable(message_id=int(texts[0]), text=" ".join(texts)))


class TappedIB(IB):
    """An IB object, one per socket, with our taps in place of its own wrapper, and its own throttle switched off."""

    def __init__(self, hand_on: HandOn) -> None:
        super().__init__()
        handed_on = HandedOn(hand_on)
        self.wrapper: TapWrapper = TapWrapper(self, handed_on.hand_on)
        self.client = Client(self.wrapper)  # type: ignore[no-untyped-call]
        self.client.MaxRequests = 0
        self.client.MinClientVersion = OLDEST_SERVER
        self.client.decoder = TapDecoder(self.wrapper, handed_on)


OLDEST_SERVER = 174
"""From this server version on, times carry their zone (ib-wire-protocol 1)."""
