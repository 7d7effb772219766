"""Where hydra may not trade, or cannot see the market, it says so and sends nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hydra.gateway.framing import Frame, FrameReader
from hydra.gateway.wire import decode_client
from hydra.messages.decisions import OrderIntended
from hydra.messages.facts import MarketDataNoticed
from hydra.simulation.network import MemoryNetwork
from hydra.values import LinkState
from tests.drills.configs import restless
from tests.drills.stage import THE_SIX, Stage, at_account, traded, with_market_data

VERSION = 178


class Tap:
    """What clients send over a network, by name, in order."""

    def __init__(self, network: MemoryNetwork) -> None:
        self.names: list[str] = []
        self._readers: dict[int, FrameReader] = {}
        self._onward = network.arrived
        network.arrived = self._arrived  # type: ignore[method-assign]

    def _arrived(self, conn_id: int, data: bytes) -> None:
        for frame in self._readers.setdefault(conn_id, FrameReader()).feed(data):
            self.names.append(_name(frame))
        self._onward(conn_id, data)


def _name(frame: Frame) -> str:
    return decode_client(frame, VERSION).name if isinstance(frame, tuple) else "hello"


@pytest.mark.parametrize(
    ("announced", "configured"),
    [("U1234567", ""), ("U1234567", "U1234567"), ("DU7654321", "DU1234567"), ("F1234567", "")],
)
def test_an_account_that_may_not_be_traded_is_refused_and_hears_nothing_but_the_handshake(
    tmp_path: Path, announced: str, configured: str
) -> None:
    stage = at_account(Stage(tmp_path, 80, config=restless(broker={"account": configured})), announced)
    tap = Tap(stage.network)
    stage.begin()
    stage.world.run_until(lambda: bool(stage.desk.refused), limit_s=60)
    assert announced in stage.desk.refused
    stage.run(10)
    assert (["hello", "startApi"], []) == (tap.names, stage.ledger["orders"])
    assert (LinkState.FAILED.value, stage.desk.refused) == (stage.desk.status().link, stage.desk.failed)
    stage.end()


def test_the_tap_hears_all_that_is_sent(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 81)
    tap = Tap(stage.network)
    stage.begin().until(traded(1)).end_clean()
    assert {"hello", "startApi", "placeOrder", "reqMktData", "reqPositions"} <= set(tap.names)


def test_without_market_data_nothing_is_traded_and_an_alert_says_why(tmp_path: Path) -> None:
    stage = with_market_data(Stage(tmp_path, 82), "none").begin().run(5)
    assert {"AAPL", "IBM", "MSFT"} == {notice.symbol for notice in stage.told(MarketDataNoticed)}
    assert {"AAPL", "IBM", "MSFT"} == {alert.about for alert in stage.alerts("market_data")}
    assert [] == stage.told(OrderIntended)
    assert [1] * 6 == [stage.incarnation(name) for name in THE_SIX]
    stage.end_clean()


def test_delayed_market_data_is_said_and_not_traded_on_by_default(tmp_path: Path) -> None:
    stage = with_market_data(Stage(tmp_path, 83), "delayed").begin().run(40)
    assert "delayed" in stage.alerts("market_data")[0].text.lower()
    assert [] == stage.told(OrderIntended)
    stage.end_clean()


def test_delayed_market_data_is_traded_on_when_the_configuration_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 84, config=restless(broker={"market_data": "delayed"}))
    stage = with_market_data(stage, "delayed").begin().until(traded(4), 60)
    assert "delayed" in stage.alerts("market_data")[0].text.lower()
    stage.end_clean()


def test_a_symbol_that_the_broker_does_not_know_is_said_and_the_others_are_traded(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 85, config=restless())
    strategy = stage.plan.config.strategies[0].model_copy(update={"symbols": ("AAPL", "NOSUCH")})
    stage = Stage(tmp_path, 85, config=stage.plan.config.model_copy(update={"strategies": (strategy,)}))
    stage.begin().until(traded(2))
    assert ["NOSUCH"] == sorted({alert.about for alert in stage.alerts("market_data")})
    stage.end_clean()
