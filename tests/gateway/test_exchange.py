"""Matching: never through the limit, never more than is displayed, best limit first; and the life of an order."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.exchange import TRANSITIONS, Event, Exchange, OrderCancelled, OrderChanged, OrderTraded
from hydra.gateway.market import Quote
from hydra.gateway.records import Order, OrderStatus

NOON = 1_338_825_600_000_000


def quote(bid: str = "99", ask: str = "101", size: int = 100) -> Quote:
    sizes = Decimal(size)
    return Quote(
        bid=Decimal(bid),
        ask=Decimal(ask),
        bid_size=sizes,
        ask_size=sizes,
        last=Decimal(bid),
        last_size=Decimal(1),
        volume=Decimal(0),
    )


def order(number: int = 1, side: str = "BUY", quantity: int = 100, limit: str = "101", tif: str = "DAY") -> Order:
    return Order(
        perm_id=number,
        client_id=7,
        order_id=number,
        con_id=1,
        symbol="X",
        side=side,
        quantity=Decimal(quantity),
        limit_price=Decimal(limit),
        tif=tif,
        order_ref=f"ref-{number}",
        status=OrderStatus.PRE_SUBMITTED,
        placed_us=NOON,
    )


def open_exchange(shown: Quote | None = None) -> Exchange:
    exchange = Exchange([], is_open=True)
    if shown is not None:
        exchange.show("X", shown)
    return exchange


def fills(events: list[Event]) -> list[tuple[int, Decimal, Decimal]]:
    return [(each.order.perm_id, each.quantity, each.price) for each in events if isinstance(each, OrderTraded)]


def trail(events: list[Event]) -> list[OrderStatus]:
    return [each.order.status for each in events]


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from(["BUY", "SELL"]), st.integers(1, 300), st.decimals(95, 105, places=2)),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.tuples(st.decimals(95, 105, places=2), st.integers(0, 200)), max_size=6),
)
def test_no_order_trades_through_its_limit_nor_beyond_its_quantity_nor_more_than_is_shown(
    placed: list[tuple[str, int, Decimal]], shown: list[tuple[Decimal, int]]
) -> None:
    exchange = open_exchange()
    for number, (side, quantity, limit) in enumerate(placed, start=1):
        exchange.place(order(number, side, quantity, str(limit)), NOON)
    traded: dict[int, Decimal] = {}
    for bid, size in shown:
        at = quote(str(bid), str(bid + 1), size)
        exchange.show("X", at)
        taken = {"BUY": Decimal(0), "SELL": Decimal(0)}
        for event in exchange.match("X", NOON):
            assert isinstance(event, OrderTraded)
            is_buy = event.order.side == "BUY"
            assert event.price == (at.ask if is_buy else at.bid)
            assert event.price <= event.order.limit_price if is_buy else event.price >= event.order.limit_price
            traded[event.order.perm_id] = traded.get(event.order.perm_id, Decimal(0)) + event.quantity
            assert traded[event.order.perm_id] == event.order.filled <= event.order.quantity
            taken[event.order.side] += event.quantity
        assert max(taken.values()) <= size


def test_a_marketable_order_fills_at_the_touch_not_at_its_limit() -> None:
    events = open_exchange(quote()).place(order(limit="150"), NOON)
    assert [(1, Decimal(100), Decimal(101))] == fills(events)
    assert [OrderStatus.PRE_SUBMITTED, OrderStatus.SUBMITTED, OrderStatus.FILLED] == trail(events)


def test_a_sell_fills_at_the_bid_when_its_limit_is_reached() -> None:
    exchange = open_exchange(quote())
    assert [(1, Decimal(50), Decimal(99))] == fills(exchange.place(order(1, "SELL", 50, "99"), NOON))
    assert [] == fills(exchange.place(order(2, "SELL", 50, "99.01"), NOON))


def test_the_rest_of_a_partial_fill_waits_for_the_next_quote() -> None:
    exchange = open_exchange(quote(size=60))
    assert [(1, Decimal(60), Decimal(101))] == fills(exchange.place(order(), NOON))
    assert [] == exchange.match("X", NOON)
    exchange.show("X", quote(size=60))
    assert [] == exchange.match("X", NOON)
    exchange.show("X", quote(ask="100.5", size=60))
    last = exchange.match("X", NOON)
    assert [(1, Decimal(40), Decimal("100.5"))] == fills(last)
    assert [OrderStatus.FILLED] == trail(last)
    assert Decimal("100.8") == last[0].order.average_price
    assert {} == exchange.working


def test_the_better_limit_trades_first_then_the_older_order() -> None:
    exchange = open_exchange()
    for number, limit in ((1, "101"), (2, "102"), (3, "102")):
        exchange.place(order(number, quantity=50, limit=limit), NOON)
    exchange.show("X", quote(size=120))
    expected = [(number, Decimal(quantity), Decimal(101)) for number, quantity in ((2, 50), (3, 50), (1, 20))]
    assert expected == fills(exchange.match("X", NOON))


def test_a_changed_price_may_trade_at_once() -> None:
    exchange = open_exchange(quote())
    exchange.place(order(limit="100"), NOON)
    live = exchange.find(7, 1)
    assert live is not None
    events = exchange.amend(replace(live, limit_price=Decimal(101), quantity=Decimal(40)), NOON)
    assert [(1, Decimal(40), Decimal(101))] == fills(events)


def test_outside_the_session_an_order_is_held_until_the_open() -> None:
    exchange = Exchange([], is_open=False)
    assert [OrderStatus.PRE_SUBMITTED] == trail(exchange.place(order(), NOON))
    exchange.show("X", quote())
    assert [] == exchange.match("X", NOON)
    assert [OrderStatus.SUBMITTED] == trail(exchange.open_session())
    assert [(1, Decimal(100), Decimal(101))] == fills(exchange.match("X", NOON))


def test_at_the_close_day_orders_expire_and_others_are_held() -> None:
    exchange = open_exchange()
    exchange.place(order(1, limit="90"), NOON)
    exchange.place(order(2, limit="90", tif="GTC"), NOON)
    events = exchange.close_session(NOON)
    assert [OrderCancelled, OrderChanged] == [type(each) for each in events]
    assert [(1, "Cancelled", "Expired"), (2, "PreSubmitted", "")] == [
        (each.order.perm_id, each.order.status.value, each.order.end_reason) for each in events
    ]
    assert [2] == list(exchange.working)


def test_nothing_trades_on_the_quotes_of_an_earlier_session() -> None:
    exchange = open_exchange(quote())
    exchange.close_session(NOON)
    exchange.place(order(), NOON)
    exchange.open_session()
    assert [] == exchange.match("X", NOON)


def test_a_cancelled_order_keeps_what_it_filled() -> None:
    exchange = open_exchange(quote(size=30))
    exchange.place(order(), NOON)
    live = exchange.find(7, 1)
    assert live is not None
    ended = exchange.cancel(live, at_us=NOON, reason="Cancelled by Trader").order
    assert (Decimal(30), Decimal(70), OrderStatus.CANCELLED) == (ended.filled, ended.remaining, ended.status)
    assert exchange.find(7, 1) is None


@pytest.mark.parametrize("status", [OrderStatus.FILLED, OrderStatus.CANCELLED])
def test_an_ended_order_has_no_way_on(status: OrderStatus) -> None:
    assert [] == [row for row in TRANSITIONS if row[0] is status]
