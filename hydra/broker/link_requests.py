"""Everything we say on a link, one function per wire request. Each goes through the pacer in its lane; none decides."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from ib_async import ExecutionFilter

from hydra.broker.link import Link
from hydra.broker.link_values import ib_contract, ib_contract_of, ib_order, ib_stock
from hydra.broker.news import BarSeen, ContractSeen, GatewayTimeTold, Part, Row
from hydra.broker.pacing import SendLane
from hydra.values import Instrument, Intent, QuoteKind

KIND_NUMBERS = {QuoteKind.LIVE: 1, QuoteKind.FROZEN: 2, QuoteKind.DELAYED: 3, QuoteKind.DELAYED_FROZEN: 4}
LISTED = (Part.OPEN_ORDERS, Part.COMPLETED_ORDERS, Part.EXECUTIONS, Part.POSITIONS, Part.VALUES)
"""The order of a snapshot: an order moves only rightwards, so it may be seen twice but never missed (PROTOCOL 3)."""

RowT = TypeVar("RowT", bound=Row)


def write_order(link: Link, intent: Intent, account: str, instrument: Instrument | None) -> None:
    """Put an order on the wire now. Only for an action in the lane of orders."""
    contract = ib_contract_of(intent, instrument)
    link.client.placeOrder(intent.broker_order_id, contract, ib_order(intent, account))
    link.watch_leave(intent.want.order_ref, intent.broker_order_id)


def write_cancel(link: Link, broker_order_id: int) -> None:
    """Put a cancel on the wire now. Only for an action in the lane of cancels."""
    link.client.cancelOrder(broker_order_id)


def write_global_cancel(link: Link) -> None:
    """Put a global cancel on the wire now. Only for an action in its own lane."""
    link.client.reqGlobalCancel()


async def gateway_time(link: Link) -> datetime:
    """The gateway's clock, cut to whole seconds. A socket that does not answer this is mute."""
    rows = await link.request(Part.GATEWAY_TIME, link.client.reqCurrentTime)
    return _only(rows, GatewayTimeTold)[-1].at


async def contracts(link: Link, symbol: str) -> tuple[ContractSeen, ...]:
    """Contract details of a US stock; more than one row is ambiguous."""
    client, request_id = link.client, link.new_request_id()
    contract = ib_stock(symbol)
    rows = await link.request(Part.CONTRACT, lambda: client.reqContractDetails(request_id, contract), request_id)
    return _only(rows, ContractSeen)


async def daily_bars(link: Link, instrument: Instrument, days: int) -> tuple[BarSeen, ...]:
    """The last daily bars of regular hours, oldest first; today's, unfinished, is the last one in a session."""
    client, request_id = link.client, link.new_request_id()

    def send() -> None:
        client.reqHistoricalData(
            request_id, ib_contract(instrument), "", f"{days} D", "1 day", "TRADES", True, 1, False, []
        )

    return _only(await link.request(Part.BARS, send, request_id), BarSeen)


async def listing(link: Link, part: Part, account: str) -> tuple[Row, ...]:
    """One part of a snapshot; see LISTED."""
    client = link.client
    match part:
        case Part.OPEN_ORDERS:
            return await link.request(part, client.reqAllOpenOrders)
        case Part.COMPLETED_ORDERS:
            return await link.request(part, lambda: client.reqCompletedOrders(False))
        case Part.EXECUTIONS:
            request_id = link.new_request_id()
            return await link.request(part, lambda: client.reqExecutions(request_id, ExecutionFilter()), request_id)
        case Part.POSITIONS:
            return await link.request(part, client.reqPositions)
        case Part.VALUES:
            # A subscription that stands would only tell changes: end it, so that all values come again.
            link.put(SendLane.REQUEST, lambda: client.reqAccountUpdates(False, account))
            return await link.request(part, lambda: client.reqAccountUpdates(True, account))
        case _:
            raise ValueError(f"{part.value} is no part of a snapshot")


def choose_quotes(link: Link, kind: QuoteKind) -> None:
    """Which kind of market data later subscriptions may fall back to."""
    link.put(SendLane.REQUEST, lambda: link.client.reqMarketDataType(KIND_NUMBERS[kind]))


def watch_quotes(link: Link, instrument: Instrument) -> int:
    """Subscribe to the top of book; the answer is the request id of its ticks."""
    client, request_id = link.client, link.new_request_id()
    contract = ib_contract(instrument)
    link.put(SendLane.REQUEST, lambda: client.reqMktData(request_id, contract, "", False, False, []))
    return request_id


def _only(rows: tuple[Row, ...], kind: type[RowT]) -> tuple[RowT, ...]:
    return tuple(row for row in rows if isinstance(row, kind))
