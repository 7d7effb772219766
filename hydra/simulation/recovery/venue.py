"""What the venue does to an order while somebody is dead: through the gateway's own desk and faults, never through ours.

Every act says whether it found its victim; one that struck nothing is a cell that did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hydra.gateway import mishaps
from hydra.gateway.announce import announce
from hydra.gateway.faults import GatewayFault
from hydra.gateway.gateway import Gateway
from hydra.gateway.records import Order
from hydra.simulation.recovery.cells import Action, Cell
from hydra.simulation.recovery.still_market import SYMBOL

HIDES_S = 8.0
"""Shorter than hydra's settle_s: a gateway that denies an order for longer is believed, and a person must look."""
REJECTS_S = 4.0
AWAITS_ORDER: tuple[Action, ...] = ("fill", "partial", "cancel", "fill then correct")
"""These need an order at the venue's desk, and come as soon as it is there."""
PART = 3
"""A part is one of so many."""

_AT_ONCE: Mapping[Action, tuple[str, float]] = {
    "cancel": ("manual_cancel", 0.0),
    "manual counter-trade": ("manual_trade", -25.0),
}
_CORRECTIONS = {True: ("correction_quantity", 4.0), False: ("correction_price", -0.01)}
_HIDING = ("unlisted_order", "unlisted_completed", "unlisted_execution")


class Venue:
    """One gateway under the hand of a drama."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._lasting: list[GatewayFault] = []

    @property
    def working(self) -> Order | None:
        """The order of ours that works now, if any."""
        return next(iter(mishaps.ours_working(self.gateway.floor.desk, SYMBOL)), None)

    @property
    def has_struck(self) -> bool:
        """Whether what lasts has dealt with any message; true of what was over at once."""
        return not self._lasting or any(self.gateway.struck_n(fault) for fault in self._lasting)

    def act(self, cell: Cell) -> bool:
        """Do it now, whole; whether it found something to do it to. Of what lasts `has_struck` knows later. Drain
        afterwards."""
        match cell.action:
            case "nothing" | "restart":
                return True
            case "fill":
                return self.trade(whole=True)
            case "partial":
                return self.trade(whole=False)
            case "fill then correct":
                is_filled = cell.point == "filled" or self.trade(whole=True)
                return is_filled and self._at_once(*_CORRECTIONS[cell.corrects_quantity])
            case "cancel" | "manual counter-trade":
                return self._at_once(*_AT_ONCE[cell.action])
            case "reject":
                self._last("cancel_refused" if cell.point == "cancel sent" else "reject_new", REJECTS_S)
            case "hide from listings":
                for kind in _HIDING:
                    self._last(kind, HIDES_S)
        return True

    def trade(self, *, whole: bool) -> bool:
        """The working order trades at its limit, the rest of it or a part, whatever is displayed."""
        order, floor = self.working, self.gateway.floor
        if order is None:
            return False
        quantity = order.remaining if whole else max(Decimal(1), order.remaining // PART)
        announce(floor, mishaps.fill(floor.desk, order, quantity=quantity, price=order.limit_price, at_us=floor.now_us))
        return True

    def _at_once(self, kind: str, amount: float) -> bool:
        return self.gateway.inject(GatewayFault(kind=kind, at_us=self.gateway.market_us, target=SYMBOL, amount=amount))

    def _last(self, kind: str, for_s: float) -> None:
        fault = GatewayFault(kind=kind, at_us=self.gateway.market_us, for_us=round(for_s * 1e6))
        self.gateway.inject(fault)
        self._lasting.append(fault)
