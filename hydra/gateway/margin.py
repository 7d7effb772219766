"""What orders may cost the account: the margin of the worst that working orders can still do. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from hydra.gateway.account import MARGIN_RATE
from hydra.gateway.records import ZERO, Order, Position
from hydra.gateway.refusals import Refusal


def worst_gross(
    positions: Mapping[str, Position], orders: Iterable[Order], prices: Mapping[str, Decimal]
) -> Decimal:
    """USD of gross position value if, in each symbol, all buys or all sells filled, whichever ends larger."""
    bought: dict[str, Decimal] = {}
    sold: dict[str, Decimal] = {}
    for order in orders:
        side = bought if order.side == "BUY" else sold
        side[order.symbol] = side.get(order.symbol, ZERO) + order.remaining
    total = ZERO
    for symbol, price in prices.items():
        held = positions[symbol].quantity if symbol in positions else ZERO
        most = max(abs(held + bought.get(symbol, ZERO)), abs(held - sold.get(symbol, ZERO)))
        total += most * price
    return total


def lack_of_margin(*, equity: Decimal, gross_before: Decimal, gross_after: Decimal) -> Refusal | None:
    """The refusal when an order asks for more margin than there is; None when it may pass.

    An order that adds nothing to the worst case passes even when the account is already short of margin.
    """
    needed = gross_after * MARGIN_RATE
    if gross_after <= gross_before or needed <= equity:
        return None
    terms = f"WITH LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL MARGIN [{needed:.2f} USD]"
    wish = "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY"
    return Refusal(code=201, text=f"Order rejected - reason:{wish} {terms}")
