"""Margin: the worst that working orders can still do, and who is turned away for it."""

from decimal import Decimal

import pytest

from hydra.gateway.margin import lack_of_margin, worst_gross
from hydra.gateway.records import Order, OrderStatus, Position

PRICES = {"X": Decimal(10)}


def order(side: str, quantity: int, filled: int = 0) -> Order:
    return Order(
        perm_id=1,
        client_id=7,
        order_id=1,
        con_id=1,
        symbol="X",
        side=side,
        quantity=Decimal(quantity),
        filled=Decimal(filled),
        limit_price=Decimal(10),
        tif="DAY",
        order_ref="",
        status=OrderStatus.SUBMITTED,
        placed_us=0,
    )


@pytest.mark.parametrize(
    ("held", "orders", "expected"),
    [
        pytest.param(0, [], 0, id="nothing"),
        pytest.param(-100, [], 1000, id="a short counts as much as a long"),
        pytest.param(0, [order("BUY", 50), order("BUY", 50)], 1000, id="all buys may fill"),
        pytest.param(0, [order("BUY", 100), order("SELL", 30)], 1000, id="the larger side counts"),
        pytest.param(100, [order("SELL", 100)], 1000, id="closing adds nothing"),
        pytest.param(100, [order("SELL", 300)], 2000, id="selling through zero is a short"),
        pytest.param(0, [order("BUY", 100, filled=60)], 400, id="only what is left counts"),
    ],
)
def test_the_worst_case_is_the_larger_of_all_buys_and_all_sells(held: int, orders: list[Order], expected: int) -> None:
    positions = {"X": Position(con_id=1, symbol="X", quantity=Decimal(held))}
    assert Decimal(expected) == worst_gross(positions, orders, PRICES)


@pytest.mark.parametrize(
    ("equity", "before", "after", "is_refused"),
    [
        pytest.param(100, 0, 400, False, id="up to four times the equity"),
        pytest.param(100, 0, 401, True, id="not more"),
        pytest.param(10, 400, 400, False, id="what adds nothing passes, however short the account is"),
        pytest.param(10, 400, 401, True, id="what adds does not"),
    ],
)
def test_an_order_needs_a_quarter_of_the_worst_case(equity: int, before: int, after: int, is_refused: bool) -> None:
    refusal = lack_of_margin(equity=Decimal(equity), gross_before=Decimal(before), gross_after=Decimal(after))
    assert is_refused == (refusal is not None)
    assert refusal is None or (201, True) == (refusal.code, f"[{equity}.00 USD]" in refusal.text)
