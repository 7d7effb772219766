"""One API client: who it is, what it subscribed to, and its way onto the wire. It decides nothing about
orders or prices.

Life of a session: the hello frame chooses the server version, startApi names the client, then requests come.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hydra.gateway.contracts import Instrument
from hydra.gateway.framing import FrameReader
from hydra.gateway.refusals import Refusal
from hydra.gateway.repeats import Repeats
from hydra.gateway.wire import encode_server


@dataclass(slots=True, kw_only=True)
class Ticker:
    """A market data subscription and what was last sent on it; `delay_us` is how old its quotes are."""

    request_id: int
    instrument: Instrument
    delay_us: int
    sent: dict[int, Decimal] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Summary:
    """An account summary: the tags asked for, and the value last told of each tag and currency."""

    tags: tuple[str, ...]
    told: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Subscriptions:
    """What the client wants to be told, by its own request ids."""

    tickers: dict[int, Ticker] = field(default_factory=dict)
    summaries: dict[int, Summary] = field(default_factory=dict)
    account_streams: dict[int, dict[tuple[str, str], str]] = field(default_factory=dict)
    account_updates: dict[tuple[str, str], str] | None = None
    positions: bool = False
    position_streams: dict[int, None] = field(default_factory=dict)
    market_data_type: int = 1


Screen = Callable[["Session", str, Mapping[str, Any], bool], bool]
"""Whether a message (whose, name, values, news or answer) is dealt with otherwise and must not go out as it is."""


class Session:
    """The state of one connection. `version` is 0 before the hello, `client_id` None before startApi."""

    def __init__(self, conn_id: int, screen: Screen) -> None:
        self.conn_id = conn_id
        self._screen = screen
        self.reader = FrameReader()
        self.version = 0
        self.client_id: int | None = None
        self.subscriptions = Subscriptions()
        self.executions = Repeats()
        self.is_closing = False
        self._outgoing: list[bytes] = []

    def send(self, name: str, values: Mapping[str, Any]) -> None:
        """Queue one message of the server tables: an answer."""
        if not self._screen(self, name, values, False):
            self.deliver(name, values)

    def news(self, name: str, values: Mapping[str, Any]) -> None:
        """Queue one message that nobody asked for now: of an order, an execution, a position, the account."""
        if not self._screen(self, name, values, True):
            self.deliver(name, values)

    def deliver(self, name: str, values: Mapping[str, Any]) -> None:
        """Queue one message, whatever faults are on."""
        if not self.is_closing:
            self._outgoing.append(encode_server(name, values, self.version))

    def send_raw(self, data: bytes) -> None:
        """Queue a frame that is no message: the version frame."""
        self._outgoing.append(data)

    def error(self, request_id: int, code: int, text: str) -> None:
        self.send("errMsg", {"reqId": request_id, "errorCode": code, "errorMsg": text})

    def refuse(self, request_id: int, refusal: Refusal) -> None:
        self.error(request_id, refusal.code, refusal.text)

    def close(self) -> None:
        """What is queued still goes out; nothing more is taken or sent."""
        self.is_closing = True

    def take(self) -> bytes:
        """All that is queued, to be written at once."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data
