"""Somebody else at the same gateway: another API client, or a person who trades by hand. It speaks the wire directly."""

from __future__ import annotations

from decimal import Decimal

from hydra.gateway.wire import encode_client
from hydra.simulation.network import MemoryNetwork

VERSION = 178
HELLO = b"API\0" + len(b"v157..178").to_bytes(4, "big") + b"v157..178"


class Stranger:
    """One connected client that never listens. Its orders are limit orders far through the market: they fill at once."""

    def __init__(self, network: MemoryNetwork, *, client_id: int = 99) -> None:
        self._network = network
        self._order_id = 0
        self._conn_id = network.gateway.connect(network.now_us())
        self._send(HELLO)
        self._send(encode_client("startApi", {"clientId": client_id}, VERSION))

    def place(self, side: str, quantity: int, symbol: str, limit: Decimal, *, order_ref: str = "") -> None:
        """A DAY limit order."""
        self._order_id += 1
        contract = {"symbol": symbol, "secType": "STK", "exchange": "SMART", "currency": "USD"}
        terms = {"action": side, "totalQuantity": Decimal(quantity), "orderType": "LMT", "lmtPrice": limit, "tif": "DAY"}
        order = {"orderId": self._order_id, "orderRef": order_ref}
        self._send(encode_client("placeOrder", contract | terms | order, VERSION))

    def buy(self, quantity: int, symbol: str) -> None:
        self.place("BUY", quantity, symbol, Decimal(10_000))

    def sell(self, quantity: int, symbol: str) -> None:
        self.place("SELL", quantity, symbol, Decimal("0.01"))

    def _send(self, data: bytes) -> None:
        self._network.gateway.receive(self._conn_id, data, self._network.now_us())
        self._network.settle()
