"""The money: what a fill does to cash and positions, and what the account is worth. Pure; it never asks for a
price.

The laws: cash + sum(quantity * price) = net liquidation, and start cash + realized + unrealized = net
liquidation, exactly. Margin is a deliberately simple Reg-T-like rule: 25 % of gross notional, initial and
maintenance alike (four times leverage).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from hydra.gateway.records import ZERO, Position

MARGIN_RATE = Decimal("0.25")
COMMISSION_PER_SHARE = Decimal("0.005")
COMMISSION_MIN = Decimal("1.00")
COMMISSION_SHARE_MAX = Decimal("0.01")
_EXACT = Decimal("0.00000001")


def order_commission(quantity: Decimal, value: Decimal) -> Decimal:
    """USD for an order that has traded `quantity` shares worth `value`: IBKR's fixed tier, never above 1 % of
    the value.

    It grows with every fill, so the commission of one execution is the difference of two calls, never
    negative.
    """
    cost = min(max(COMMISSION_PER_SHARE * quantity, COMMISSION_MIN), COMMISSION_SHARE_MAX * value)
    return cost.quantize(_EXACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A fill as the account sees it: a signed quantity (buys positive) at a price, with its commission."""

    con_id: int
    symbol: str
    quantity: Decimal
    price: Decimal
    commission: Decimal


def apply_trade(position: Position, trade: Trade) -> tuple[Position, Decimal | None]:
    """The position after the trade, and the P&L it locked in (None when it only opened or added).

    A trade across zero is a closing part and an opening part, and each bears its part of the commission.
    """
    closed = _closed_size(position.quantity, trade.quantity)
    size = abs(trade.quantity)
    fee_of_close = (trade.commission * closed / size).quantize(_EXACT, ROUND_HALF_EVEN)
    sign = 1 if trade.quantity > 0 else -1
    cost_removed = _cost_of(position, closed)
    realized = -sign * closed * trade.price - fee_of_close - cost_removed if closed else ZERO
    opened_cost = sign * (size - closed) * trade.price + trade.commission - fee_of_close
    after = replace(
        position,
        quantity=position.quantity + trade.quantity,
        cost=position.cost - cost_removed + opened_cost,
        realized=position.realized + realized,
    )
    return after, realized if closed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What trades have made of nothing."""

    position: Position
    cash: Decimal


def position_of(trades: Iterable[Trade]) -> Position | None:
    """The position that these trades of one symbol have made, in order; None when it is flat."""
    known = list(trades)
    position = _made_by(known).position
    return replace(position, con_id=known[0].con_id, symbol=known[0].symbol) if position.quantity else None


def _made_by(trades: Iterable[Trade]) -> _Made:
    made = _Made(position=Position(con_id=0, symbol=""), cash=ZERO)
    for trade in trades:
        cash = made.cash - trade.quantity * trade.price - trade.commission
        position = apply_trade(made.position, trade)[0] if trade.quantity else made.position
        made = _Made(position=position, cash=cash)
    return made


def _closed_size(held: Decimal, traded: Decimal) -> Decimal:
    return min(abs(held), abs(traded)) if held * traded < 0 else ZERO


def _cost_of(position: Position, size: Decimal) -> Decimal:
    """The cost of `size` shares of the position; of all of them, exactly all of it, so that a flat position
    costs nothing.
    """
    if size == abs(position.quantity):
        return position.cost
    return (position.cost * size / abs(position.quantity)).quantize(_EXACT, ROUND_HALF_EVEN)


class Account:
    """Cash and positions by symbol, moved by trades. `realized` is the P&L of earlier days."""

    def __init__(
        self,
        code: str,
        *,
        start_cash: Decimal,
        cash: Decimal,
        realized: Decimal,
        positions: Iterable[Position],
    ) -> None:
        self.code = code
        self.start_cash = start_cash
        self.cash = cash
        self.realized = realized
        self.positions = {position.symbol: position for position in positions}

    @property
    def held_symbols(self) -> list[str]:
        return [position.symbol for position in self.positions.values() if position.quantity]

    def position(self, con_id: int, symbol: str) -> Position:
        return self.positions.get(symbol) or Position(con_id=con_id, symbol=symbol)

    def trade(self, trade: Trade) -> Decimal | None:
        """Apply a trade; returns the P&L it locked in, None when it closed nothing."""
        after, realized = apply_trade(self.position(trade.con_id, trade.symbol), trade)
        self.positions[trade.symbol] = after
        self.cash -= trade.quantity * trade.price + trade.commission
        return realized

    def restate(self, symbol: str, *, told: Iterable[Trade], true: Iterable[Trade]) -> None:
        """Some trade of the past was another one: the position is what the true ones make, cash moves by the difference.

        Both are all trades of this symbol since the account began, in order. What differs in realized P&L is today's.
        """
        before, after = _made_by(told), _made_by(true)
        held = self.positions[symbol]
        self.positions[symbol] = replace(
            held,
            quantity=after.position.quantity,
            cost=after.position.cost,
            realized=held.realized + after.position.realized - before.position.realized,
        )
        self.cash += after.cash - before.cash

    def begin_day(self) -> list[Position]:
        """Today's realized P&L becomes that of earlier days; flat positions go. Returns the positions that
        changed.
        """
        changed = [
            replace(each, realized=ZERO)
            for each in self.positions.values()
            if each.realized or not each.quantity
        ]
        for position in changed:
            self.realized += self.positions[position.symbol].realized
            if position.quantity:
                self.positions[position.symbol] = position
            else:
                del self.positions[position.symbol]
        return changed

    def worth(self, prices: Mapping[str, Decimal]) -> "Worth":
        """The account at these prices (one per held symbol)."""
        held = [position for position in self.positions.values() if position.quantity]
        values = [position.quantity * prices[position.symbol] for position in held]
        return Worth(
            cash=self.cash,
            stock_value=sum(values, ZERO),
            gross_value=sum((abs(value) for value in values), ZERO),
            unrealized=sum(values, ZERO) - sum((position.cost for position in held), ZERO),
            realized_today=sum((position.realized for position in self.positions.values()), ZERO),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What the account is worth at one instant, all in USD."""

    cash: Decimal
    stock_value: Decimal
    gross_value: Decimal
    unrealized: Decimal
    realized_today: Decimal

    @property
    def net_liquidation(self) -> Decimal:
        return self.cash + self.stock_value

    @property
    def margin(self) -> Decimal:
        """Initial and maintenance requirement: the same in this model."""
        return self.gross_value * MARGIN_RATE

    @property
    def available(self) -> Decimal:
        return self.net_liquidation - self.margin

    @property
    def cushion(self) -> Decimal:
        return self.available / self.net_liquidation if self.net_liquidation > 0 else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValue:
    """One row of updateAccountValue or accountSummary."""

    tag: str
    value: str
    currency: str


def summary_values(worth: Worth) -> list[AccountValue]:
    """The tags of reqAccountSummary, in USD."""
    money = {
        "NetLiquidation": worth.net_liquidation,
        "TotalCashValue": worth.cash,
        "SettledCash": worth.cash,
        "AccruedCash": ZERO,
        "BuyingPower": max(worth.available, ZERO) / MARGIN_RATE,
        "EquityWithLoanValue": worth.net_liquidation,
        "GrossPositionValue": worth.gross_value,
        "InitMarginReq": worth.margin,
        "MaintMarginReq": worth.margin,
        "AvailableFunds": worth.available,
        "ExcessLiquidity": worth.available,
        "FullInitMarginReq": worth.margin,
        "FullMaintMarginReq": worth.margin,
        "FullAvailableFunds": worth.available,
        "FullExcessLiquidity": worth.available,
    }
    rows = [AccountValue(tag="AccountType", value="INDIVIDUAL", currency="")]
    rows.append(AccountValue(tag="Cushion", value=f"{worth.cushion:.6f}", currency=""))
    return rows + [
        AccountValue(tag=tag, value=f"{amount:.2f}", currency="USD") for tag, amount in money.items()
    ]


def ledger_values(worth: Worth, currency: str) -> list[AccountValue]:
    """The `$LEDGER` rows of one currency; BASE equals USD here, because the account holds nothing else."""
    money = {
        "CashBalance": worth.cash,
        "TotalCashBalance": worth.cash,
        "StockMarketValue": worth.stock_value,
        "NetLiquidationByCurrency": worth.net_liquidation,
        "UnrealizedPnL": worth.unrealized,
        "RealizedPnL": worth.realized_today,
        "ExchangeRate": Decimal(1),
    }
    rows = [AccountValue(tag="Currency", value=currency, currency=currency)]
    return rows + [
        AccountValue(tag=tag, value=f"{amount:.2f}", currency=currency) for tag, amount in money.items()
    ]


def account_values(code: str, worth: Worth) -> list[AccountValue]:
    """Everything reqAccountUpdates tells about the account, in the order it tells it."""
    opening = [
        AccountValue(tag="AccountCode", value=code, currency=""),
        AccountValue(tag="AccountReady", value="true", currency=""),
    ]
    return opening + summary_values(worth) + ledger_values(worth, "BASE") + ledger_values(worth, "USD")
