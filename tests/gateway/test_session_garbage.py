"""Whatever a client sends, the gateway answers or closes: it never fails, and the books stay right."""

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from hydra.gateway.store import SqliteStore
from hydra.gateway.wire import encode_client
from hydra.gateway.wire_client_messages import CLIENT_MESSAGES
from tests.gateway.raw_client import AAPL, HOUR_US, SECOND_US, Desktop, RawClient
from tests.gateway.wire_examples import unframed

MESSAGES = 900
NASTY = (
    *("", "0", "1", "-1", "2", "7", "0.001", "1.5", "nan", "inf", "Infinity", "1e308", "1.7976931348623157E308"),
    *("2147483647", "2147483648", "9223372036854775807", "99999999999999999999", "-9223372036854775808"),
    *("AAPL", "IBM", "STK", "SMART", "BUY", "SELL", "LMT", "MKT", "DAY", "GTC", "560", "700.00", "NetLiquidation"),
    *("20120604 09:30:00", "00010101 00:00:00", "99991231-23:59:59", "1 day", "1 D", "TRADES", "5000 D", "9 Y"),
    *("\u00e9\U0001f40d", "True", "x" * 3000, "\n", "|", "'; DROP TABLE orders; --"),
)
ORDER = {"action": "BUY", "totalQuantity": Decimal(5), "orderType": "LMT", "lmtPrice": Decimal(560), "tif": "DAY"}
HISTORY = {"barSizeSetting": "1 day", "durationStr": "5 D", "whatToShow": "TRADES"}


def plausible(name: str, order_id: int, chance: Random) -> dict[str, Any]:
    """Values with which some messages are meant; the rest of the catalogue is sent with the table's defaults."""
    quantity = {"totalQuantity": Decimal(chance.randint(1, 90)), "action": chance.choice(["BUY", "SELL"])}
    return {
        "placeOrder": AAPL | ORDER | quantity | {"orderId": order_id},
        "reqMktData": AAPL | {"reqId": order_id},
        "reqContractDetails": AAPL,
        "reqHistoricalData": AAPL | HISTORY,
        "cancelOrder": {"orderId": order_id - 1},
        "reqAccountUpdates": {"subscribe": True},
        "reqAccountSummary": {"reqId": order_id, "tags": "NetLiquidation,$LEDGER:ALL"},
    }.get(name, {})


def garbled(frame: bytes, chance: Random) -> bytes:
    """The same frame with some fields replaced, dropped or added."""
    fields = list(unframed(frame))
    for _ in range(chance.randint(0, 2)):
        fields[chance.randrange(min(len(fields), 36))] = chance.choice(NASTY)
    if chance.random() < 0.1:
        fields = fields[: chance.randint(1, len(fields))]
    if chance.random() < 0.05:
        fields.append(chance.choice(NASTY))
    body = "".join(f"{field}\0" for field in fields).encode()
    return len(body).to_bytes(4, "big") + body


def test_no_message_makes_the_gateway_fail_and_the_books_stay_right() -> None:
    chance = Random("garbage/1")
    store = SqliteStore(Path(":memory:"))  # the types of the disk, without its waiting
    desktop = Desktop(store)
    client = reconnected(desktop)
    names = [layout.name for layout in CLIENT_MESSAGES if layout.name != "startApi"]
    for number in range(1, MESSAGES):
        name = "placeOrder" if number % 3 == 0 else chance.choice(names)
        client.send_bytes(garbled(encode_client(name, plausible(name, number, chance), client.version), chance))
        if client.is_closed:
            client = reconnected(desktop)
        desktop.wait(chance.choice([2 * SECOND_US, 20 * SECOND_US, 200 * SECOND_US]))
    desktop.wait(24 * HOUR_US)
    ledger = desktop.gateway.ledger()
    store.close()
    assert 50 < len(ledger["executions"])
    assert_books_are_right(ledger)


def reconnected(desktop: Desktop) -> RawClient:
    client = desktop.client(7)
    client.take()
    return client


def assert_books_are_right(ledger: dict[str, Any]) -> None:
    cash, held = Decimal(ledger["start_cash"]), Decimal(0)
    for each in ledger["executions"]:
        signed = Decimal(each["quantity"]) * (1 if each["side"] == "BUY" else -1)
        cash -= signed * Decimal(each["price"]) + Decimal(each["commission"])
        held += signed
    assert Decimal(ledger["cash"]) == cash
    assert held == sum(Decimal(each["quantity"]) for each in ledger["positions"])
    assert [] == [each for each in ledger["orders"] if Decimal(each["filled"]) > Decimal(each["quantity"])]
