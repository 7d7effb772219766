"""Laws of positions: whatever the fills, quantity, profit and cash tell one story."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.positions import cash_change, flat, refolded, unrealized, with_fill
from hydra.records import ExecutionRecord, PositionRecord
from hydra.values import ZERO, Side
from tests.core.books import AAPL, NOW, D, later

MULTIPLIERS = st.sampled_from([D(1), D(100)])


def traded(quantity: int, price: str = "100", cost: str | None = "1", n: int = 0) -> ExecutionRecord:
    """A fill of so many, negative for a sell."""
    return ExecutionRecord(
        exec_root=f"e{n}",
        revision=1,
        order_ref="s1.1.1",
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY if quantity > 0 else Side.SELL,
        quantity=D(abs(quantity)),
        price=D(price),
        commission=None if cost is None else D(cost),
        at=later(n),
    )


def after(*quantities: int) -> PositionRecord:
    fills = tuple(traded(quantity, str(100 + n), n=n) for n, quantity in enumerate(quantities))
    return refolded(flat(AAPL, "AAPL", D(1)), fills)


FILLS = st.lists(
    st.tuples(st.integers(-50, 50).filter(bool), st.integers(9_000, 11_000), st.sampled_from([None, "0.35", "1"])),
    max_size=12,
).map(lambda rows: tuple(traded(q, str(D(p) / 100), cost, n) for n, (q, p, cost) in enumerate(rows)))


@given(fills=FILLS, multiplier=MULTIPLIERS)
@settings(deadline=None, max_examples=60)
def test_the_quantity_is_the_sum_of_signed_fills(fills: tuple[ExecutionRecord, ...], multiplier: Decimal) -> None:
    position = refolded(flat(AAPL, "AAPL", multiplier), fills)
    assert sum((fill.side.sign * fill.quantity for fill in fills), ZERO) == position.quantity


@given(fills=FILLS, multiplier=MULTIPLIERS, mark=st.integers(9_000, 11_000).map(lambda cents: D(cents) / 100))
@settings(deadline=None, max_examples=60)
def test_profit_is_what_was_paid_and_what_is_held(
    fills: tuple[ExecutionRecord, ...], multiplier: Decimal, mark: Decimal
) -> None:
    position = refolded(flat(AAPL, "AAPL", multiplier), fills)
    cash = sum((cash_change(fill, multiplier) for fill in fills), ZERO)
    profit = position.realized + unrealized(position, mark) - position.commissions
    assert abs(cash + position.quantity * mark * multiplier - profit) < D("1e-15")


@given(fills=FILLS)
@settings(deadline=None, max_examples=40)
def test_an_episode_is_open_exactly_while_something_is_held(fills: tuple[ExecutionRecord, ...]) -> None:
    position = refolded(flat(AAPL, "AAPL", D(1)), fills)
    assert (position.quantity != 0) == (position.episode != "") == (position.opened_at is not None)
    assert position.average_price == 0 or position.quantity != 0


def test_adding_averages_the_price() -> None:
    position = after(10, 30)
    assert (D(40), D("100.75")) == (position.quantity, position.average_price)


def test_closing_a_part_keeps_the_average_and_takes_the_profit() -> None:
    position = after(10, -4)
    assert (D(6), D(100), D(4)) == (position.quantity, position.average_price, position.realized)


def test_crossing_zero_begins_a_new_episode_at_the_price_of_the_crossing() -> None:
    position = after(10, -15)
    assert (D(-5), D(101), D(10)) == (position.quantity, position.average_price, position.realized)
    assert ("AAPL#2", later(1)) == (position.episode, position.opened_at)


def test_a_flat_position_remembers_its_profit_and_how_many_episodes_it_had() -> None:
    position = after(10, -10)
    assert ("", 1, D(10), D(2)) == (position.episode, position.episode_n, position.realized, position.commissions)
    assert ("AAPL#2", NOW) == (with_fill(position, traded(5)).episode, NOW)


def test_an_execution_corrected_to_nothing_opens_nothing() -> None:
    nothing = replace(traded(1), quantity=ZERO)
    assert "" == with_fill(flat(AAPL, "AAPL", D(1)), nothing).episode
    assert D(10) == with_fill(after(10), nothing).quantity
