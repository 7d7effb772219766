"""The money: equity identity whatever is traded, commissions as IBKR's price list says."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.account import (
    Account,
    Trade,
    account_values,
    apply_trade,
    order_commission,
    summary_values,
)
from hydra.gateway.records import Position

START = Decimal(1_000_000)
AAPL, IBM = (265598, "AAPL"), (8314, "IBM")

TRADES = st.builds(
    lambda what, quantity, price, fee: Trade(
        con_id=what[0], symbol=what[1], quantity=Decimal(quantity), price=price, commission=fee
    ),
    st.sampled_from([AAPL, IBM]),
    st.integers(-300, 300).filter(bool),
    st.decimals(1, 900, places=2),
    st.decimals(0, 20, places=4),
)


def new_account() -> Account:
    return Account("DU1", start_cash=START, cash=START, realized=Decimal(0), positions=[])


def trade(quantity: int, price: str, fee: str = "1") -> Trade:
    return Trade(con_id=1, symbol="X", quantity=Decimal(quantity), price=Decimal(price), commission=Decimal(fee))


@settings(deadline=None, max_examples=60)
@given(st.lists(TRADES, max_size=12), st.decimals(1, 900, places=2))
def test_cash_and_positions_at_their_price_are_the_equity(trades: list[Trade], price: Decimal) -> None:
    account = new_account()
    for each in trades:
        account.trade(each)
    prices = {"AAPL": price, "IBM": price}
    spent = sum((each.quantity * each.price + each.commission for each in trades), Decimal(0))
    held = sum((each.quantity for each in trades), Decimal(0))
    assert START - spent == account.cash
    assert START - spent + held * price == account.worth(prices).net_liquidation


@settings(deadline=None, max_examples=60)
@given(st.lists(TRADES, max_size=12), st.decimals(1, 900, places=2), st.integers(0, 12))
def test_start_cash_plus_realized_and_unrealized_is_the_equity_across_days(
    trades: list[Trade], price: Decimal, midnight: int
) -> None:
    account = new_account()
    for number, each in enumerate(trades):
        if number == midnight:
            account.begin_day()
        account.trade(each)
    worth = account.worth({"AAPL": price, "IBM": price})
    assert worth.net_liquidation == START + account.realized + worth.realized_today + worth.unrealized


@settings(deadline=None, max_examples=60)
@given(st.lists(TRADES, max_size=12))
def test_a_flat_position_costs_nothing(trades: list[Trade]) -> None:
    account = new_account()
    for each in trades:
        account.trade(each)
    for position in account.positions.values():
        assert (position.quantity == 0) <= (position.cost == 0)


@pytest.mark.parametrize(
    ("held", "cost", "traded", "after", "realized"),
    [
        pytest.param(0, "0", trade(100, "50"), (100, "5001"), None, id="an opening buy costs its commission"),
        pytest.param(0, "0", trade(-100, "50"), (-100, "-4999"), None, id="an opening short brings less"),
        pytest.param(100, "5001", trade(100, "60"), (200, "11002"), None, id="adding averages"),
        pytest.param(100, "5000", trade(-40, "60", "0"), (60, "3000"), "400", id="a part realizes its part"),
        pytest.param(100, "5000", trade(-100, "60"), (0, "0"), "999", id="closing pays its commission"),
        pytest.param(100, "5000", trade(-150, "60", "3"), (-50, "-2999"), "998", id="a flip splits the fee"),
        pytest.param(-100, "-5000", trade(100, "40", "0"), (0, "0"), "1000", id="a short gains when it falls"),
        pytest.param(-100, "-5000", trade(150, "40", "0"), (50, "2000"), "1000", id="a short flips to long"),
    ],
)
def test_a_trade_moves_the_position_and_its_cost(
    held: int, cost: str, traded: Trade, after: tuple[int, str], realized: str | None
) -> None:
    before = Position(con_id=1, symbol="X", quantity=Decimal(held), cost=Decimal(cost))
    moved, locked_in = apply_trade(before, traded)
    assert (Decimal(after[0]), Decimal(after[1])) == (moved.quantity, moved.cost)
    assert (None if realized is None else Decimal(realized)) == locked_in


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [
        pytest.param(1000, "50", "5", id="half a cent a share"),
        pytest.param(10, "50", "1", id="at least a dollar"),
        pytest.param(10, "5", "0.5", id="at most one per cent of the value"),
        pytest.param(200, "0.25", "0.5", id="the cap wins over the rate"),
    ],
)
def test_commission_is_ibkrs_fixed_tier(quantity: int, price: str, expected: str) -> None:
    assert Decimal(expected) == order_commission(Decimal(quantity), quantity * Decimal(price))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 500), st.decimals(1, 900, places=2)), min_size=1, max_size=6))
def test_every_fill_of_an_order_adds_to_its_commission(fills: list[tuple[int, Decimal]]) -> None:
    quantity, value, charged = Decimal(0), Decimal(0), Decimal(0)
    for size, price in fills:
        quantity, value = quantity + size, value + size * price
        assert order_commission(quantity, value) >= charged
        charged = order_commission(quantity, value)


def test_margin_is_a_quarter_of_what_is_held_long_and_short() -> None:
    account = new_account()
    account.trade(trade(1000, "100", "0"))
    account.trade(Trade(con_id=2, symbol="Y", quantity=Decimal(-500), price=Decimal(100), commission=Decimal(0)))
    worth = account.worth({"X": Decimal(100), "Y": Decimal(100)})
    assert (Decimal(37_500), Decimal(962_500)) == (worth.margin, worth.available)
    tags = {row.tag: row.value for row in summary_values(worth)}
    assert "3850000.00" == tags["BuyingPower"]
    assert "0.962500" == tags["Cushion"]
    assert "150000.00" == tags["GrossPositionValue"]


def test_account_values_begin_with_the_account_and_know_base_and_usd() -> None:
    rows = account_values("DU1", new_account().worth({}))
    assert [("AccountCode", "DU1", ""), ("AccountReady", "true", "")] == [
        (row.tag, row.value, row.currency) for row in rows[:2]
    ]
    cash = [(row.currency, row.value) for row in rows if row.tag == "CashBalance"]
    assert [("BASE", "1000000.00"), ("USD", "1000000.00")] == cash
