"""A client of the simulated gateway that speaks the wire tables directly: bytes in, bytes out, no ib_async."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from hydra.gateway.bars import BUNDLED_SYMBOLS, load_bars
from hydra.gateway.framing import FrameReader
from hydra.gateway.gateway import Close, Gateway, Send
from hydra.gateway.market import Market
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore, Store
from hydra.gateway.wire import ServerMessage, decode_server, encode_client

AAPL: dict[str, Any] = {"symbol": "AAPL", "secType": "STK", "exchange": "SMART", "currency": "USD"}
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US

_BARS = {symbol: load_bars(symbol) for symbol in BUNDLED_SYMBOLS}


@cache  # a market is a pure function of its arguments, and building one takes a tenth of a second
def new_market(seed: int = 1) -> Market:
    return Market(seed, _BARS)


class Desktop:
    """One gateway, its clients and its clock: what a test drives."""

    def __init__(self, store: Store | None = None, config: GatewayConfig | None = None) -> None:
        self.config = config or GatewayConfig()
        self.store = store or MemoryStore()
        self.market = new_market(self.config.seed)
        self.gateway = Gateway(self.config, self.store, self.market)
        self.now_us = self.gateway.market_us
        self.clients: dict[int, RawClient] = {}

    def client(self, client_id: int = 7, *, versions: str = "v157..178", start: bool = True) -> "RawClient":
        client = RawClient(self, self.gateway.connect(self.now_us))
        self.clients[client.conn_id] = client
        client.send_bytes(b"API\0" + len(versions).to_bytes(4, "big") + versions.encode())
        if start:
            client.send("startApi", {"clientId": client_id})
            client.take()
        return client

    def wait(self, us: int) -> None:
        """Let market time pass."""
        self.now_us += us
        self.gateway.advance(self.now_us)
        self.deliver()

    def wait_until_quote(self) -> None:
        due_us = self.market.next_quote_us(None, self.now_us)
        assert due_us is not None
        self.wait(due_us - self.now_us)

    def deliver(self) -> None:
        for output in self.gateway.drain():
            client = self.clients[output.conn_id]
            match output:
                case Send(data=data):
                    client.receive(data)
                case Close():
                    client.is_closed = True

    def ask(self, symbol: str = "AAPL") -> Decimal:
        quote = self.market.quote(symbol, self.now_us)
        assert quote is not None
        return quote.ask

    def bid(self, symbol: str = "AAPL") -> Decimal:
        quote = self.market.quote(symbol, self.now_us)
        assert quote is not None
        return quote.bid


class RawClient:
    """What one connection sent and heard."""

    def __init__(self, desktop: Desktop, conn_id: int) -> None:
        self.desktop = desktop
        self.conn_id = conn_id
        self.is_closed = False
        self.version = 0
        self.greeting: tuple[str, ...] = ()
        self.writes: list[bytes] = []
        self._reader = FrameReader(expects_hello=False)
        self._heard: list[ServerMessage] = []

    def send(self, name: str, values: Mapping[str, Any] | None = None) -> None:
        self.send_bytes(encode_client(name, values or {}, self.version))

    def send_bytes(self, data: bytes) -> None:
        self.desktop.gateway.receive(self.conn_id, data, self.desktop.now_us)
        self.desktop.deliver()

    def receive(self, data: bytes) -> None:
        self.writes.append(data)
        for fields in self._reader.feed(data):
            assert isinstance(fields, tuple)
            if not self.version:
                self.greeting, self.version = fields, int(fields[0])
            else:
                self._heard.append(decode_server(fields, self.version))

    def take(self) -> list[ServerMessage]:
        """All that was heard since the last call."""
        heard, self._heard = self._heard, []
        return heard

    def names(self) -> list[str]:
        return [message.name for message in self.take()]

    def answer(self, name: str, values: Mapping[str, Any] | None = None) -> list[ServerMessage]:
        """Send a request and return what it brought, without what was heard before."""
        self.take()
        self.send(name, values)
        return self.take()

    def place(self, order_id: int, side: str, quantity: int, price: Decimal, **more: Any) -> list[ServerMessage]:
        """Place a limit order in AAPL and return what it brought."""
        terms = {"action": side, "totalQuantity": Decimal(quantity), "orderType": "LMT", "lmtPrice": price}
        order = {"orderId": order_id, "tif": "DAY", "orderRef": f"ref-{order_id}"}
        return self.answer("placeOrder", AAPL | terms | order | more)

    def disconnect(self) -> None:
        self.desktop.gateway.disconnect(self.conn_id, self.desktop.now_us)


def statuses(heard: list[ServerMessage]) -> list[str]:
    """The order statuses among the messages."""
    return [message.values["status"] for message in heard if message.name == "orderStatus"]


def errors(heard: list[ServerMessage]) -> list[tuple[int, int]]:
    """Request id and code of each error."""
    return [(each.values["reqId"], each.values["errorCode"]) for each in heard if each.name == "errMsg"]


def only(heard: list[ServerMessage], name: str) -> list[dict[str, Any]]:
    """The values of the messages of one name."""
    return [message.values for message in heard if message.name == name]
