"""What happens to orders and executions at an instant, by somebody else's hand; and all faults of the order path."""

import random
from decimal import Decimal

from hydra.gateway import mishaps
from hydra.gateway.announce import announce
from hydra.gateway.contract_fields import instrument_of
from hydra.gateway.faults import FaultSpec, GatewayFault
from hydra.gateway.faults_desk import DESK_FAULTS
from hydra.gateway.faults_listings import LISTING_FAULTS
from hydra.gateway.faults_news import NEWS_FAULTS
from hydra.gateway.floor import Floor
from hydra.gateway.records import ZERO, Execution

_CENT = Decimal("0.01")


def _trade(floor: Floor, fault: GatewayFault, _chance: random.Random) -> bool:
    symbol, quantity = fault.target, round(fault.amount)
    quote = floor.market.quote(symbol, floor.now_us) if symbol in floor.market.symbols else None
    if quote is None or not quantity:
        return False
    wish = mishaps.HandTrade(instrument=instrument_of(symbol), quote=quote, quantity=quantity)
    announce(floor, mishaps.trade_by_hand(floor.desk, wish, floor.now_us))
    return True


def _cancel(floor: Floor, fault: GatewayFault, chance: random.Random) -> bool:
    orders = mishaps.ours_working(floor.desk, fault.target)
    if orders:
        announce(floor, mishaps.cancel_by_hand(floor.desk, chance.choice(orders), floor.now_us))
    return bool(orders)


def _victim(floor: Floor, fault: GatewayFault, *, only_ended: bool) -> Execution | None:
    """The latest execution of today that a client made, and that may still be another one."""
    for execution in reversed(floor.desk.books.executions):
        order = floor.desk.find(execution.perm_id)
        is_client_s = execution.client_id != mishaps.BY_HAND and fault.target in ("", execution.symbol)
        if is_client_s and execution.quantity and order is not None and (order.is_final or not only_ended):
            return execution
    return None


def _restate(floor: Floor, execution: Execution | None, *, quantity: Decimal, price: Decimal) -> bool:
    notice = None if execution is None else mishaps.correct(floor.desk, execution, quantity=quantity, price=price)
    if notice is not None:
        announce(floor, [notice])
    return notice is not None


def _reprice(floor: Floor, fault: GatewayFault, _chance: random.Random) -> bool:
    wrong = _victim(floor, fault, only_ended=False)
    if wrong is None:
        return False
    price = max(wrong.price + Decimal(str(fault.amount)).quantize(_CENT), _CENT)
    return _restate(floor, wrong, quantity=wrong.quantity, price=price)


def _resize(floor: Floor, fault: GatewayFault, _chance: random.Random) -> bool:
    wrong = _victim(floor, fault, only_ended=True)
    if wrong is None:
        return False
    quantity = min(max(wrong.quantity - round(abs(fault.amount)), Decimal(1)), wrong.quantity)
    return quantity != wrong.quantity and _restate(floor, wrong, quantity=quantity, price=wrong.price)


def _bust(floor: Floor, fault: GatewayFault, _chance: random.Random) -> bool:
    wrong = _victim(floor, fault, only_ended=True)
    return wrong is not None and _restate(floor, wrong, quantity=ZERO, price=wrong.price)


_OF_CLIENTS = "symbol; any if empty"

ORDER_FAULTS: tuple[FaultSpec, ...] = (
    *NEWS_FAULTS,
    *LISTING_FAULTS,
    *DESK_FAULTS,
    FaultSpec(
        kind="manual_trade",
        sentence="A person trades in the trading window, as client 0 and without an orderRef.",
        lasts=False,
        target="symbol",
        amount="shares, below zero to sell",
        begin=_trade,
    ),
    FaultSpec(
        kind="manual_cancel",
        sentence="A person cancels a working order in the trading window.",
        lasts=False,
        target=_OF_CLIENTS,
        begin=_cancel,
    ),
    FaultSpec(
        kind="correction_price",
        sentence="The price of the latest execution of today is corrected.",
        lasts=False,
        target=_OF_CLIENTS,
        amount="USD more",
        begin=_reprice,
    ),
    FaultSpec(
        kind="correction_quantity",
        sentence="The quantity of the latest execution of today is corrected, if its order has ended; one share stays.",
        lasts=False,
        target=_OF_CLIENTS,
        amount="shares less",
        begin=_resize,
    ),
    FaultSpec(
        kind="bust",
        sentence="The latest execution of today is annulled, if its order has ended: corrected to no shares.",
        lasts=False,
        target=_OF_CLIENTS,
        begin=_bust,
    ),
)
