"""Why a run ends, what no second run may have, and what is never begun."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hydra.cli.embedded_gateway import EmbeddedGateway, start_gateway
from hydra.cli.endings import StopSignals
from hydra.cli.running import Ending, RunOptions, RunResult, claims_of, farewell, remembered_clock, run, watch
from hydra.config import Config, GatewayConfig
from hydra.console.live import PlainLines
from hydra.control.run_card import CardClock, RunCard, card_path, write_card
from hydra.errors import StartError
from hydra.supervisor.desk_status import DeskStatus
from tests.control.standing_desk import SUMMARY, StandingDesk, as_desk


class Spectator(PlainLines):
    """Counts what it is shown, and may do something at the first look."""

    every_s = 0.0

    def __init__(self, at_first: Callable[[], object] = lambda: None) -> None:
        self.shown: list[DeskStatus] = []
        self.at_first = at_first

    def show(self, status: DeskStatus) -> None:
        self.shown.append(status)
        if len(self.shown) == 1:
            self.at_first()


def options(limit_s: float | None = None, config: Config | None = None) -> RunOptions:
    return RunOptions(config=config or Config(), limit_s=limit_s, leave_orders=False, table=False)


def ending_of(
    desk: StandingDesk, view: Spectator, *, gateway: EmbeddedGateway | None = None, limit_s: float | None = None
) -> Ending:
    with StopSignals() as signals:
        return watch(as_desk(desk), gateway, options(limit_s), view, signals)


def test_the_limit_ends_it_and_that_is_no_failure() -> None:
    view = Spectator()
    assert Ending(reason="the 1 s of --for are over", failed=False) == ending_of(StandingDesk(), view, limit_s=0.6)
    assert 2 <= len(view.shown)


def test_a_signal_ends_it_and_that_is_no_failure() -> None:
    view = Spectator(lambda: signal.raise_signal(signal.SIGTERM))
    assert Ending(reason="stopped by SIGTERM", failed=False) == ending_of(StandingDesk(), view)


def test_a_desk_that_cannot_go_on_is_a_failure() -> None:
    desk = StandingDesk(failed="the root gave up")
    assert Ending(reason="the root gave up", failed=True) == ending_of(desk, Spectator())


def test_an_account_that_may_not_be_traded_is_a_refusal() -> None:
    desk = StandingDesk(failed="U1 is live", refused="U1 is live")
    assert Ending(reason="U1 is live", failed=True, refused=True) == ending_of(desk, Spectator())


def test_an_embedded_gateway_that_died_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    gateway = start_gateway(GatewayConfig.model_validate({"path": tmp_path / "gateway.db"}))
    view = Spectator(lambda: os.kill(gateway.listening.pid, signal.SIGKILL))
    ending = ending_of(StandingDesk(), view, gateway=gateway)
    gateway.stop()
    assert (True, True) == (ending.failed, "the embedded gateway was killed by signal 9" in ending.reason)


@pytest.mark.parametrize(
    ("ending", "changes", "clean"),
    [
        (Ending(reason="r", failed=False), {}, True),
        (Ending(reason="r", failed=True), {}, False),
        (Ending(reason="r", failed=False), {"violations": 1}, False),
        (Ending(reason="r", failed=False), {"unexplained": ("x",)}, False),
        (Ending(reason="r", failed=False), {"mismatches": 1}, True),
    ],
)
def test_a_run_is_clean_if_it_was_told_to_end_and_everything_is_explained(
    ending: Ending, changes: dict[str, object], clean: bool
) -> None:
    summary = replace(SUMMARY, **changes)  # type: ignore[arg-type]
    assert clean == RunResult(summary=summary, ending=ending).clean


@pytest.mark.parametrize(
    ("leave", "refused", "text"),
    [
        (False, False, "Ending (r): working orders are cancelled, and that is verified. A signal now ends at once."),
        (True, False, "Ending (r): working orders are left. A signal now ends at once."),
        (False, True, "Ending (r): no order was ever sent. A signal now ends at once."),
    ],
)
def test_the_farewell_says_what_becomes_of_the_orders(leave: bool, refused: bool, text: str) -> None:
    assert text == farewell(Ending(reason="r", failed=refused, refused=refused), leave_orders=leave)


def external(**broker: object) -> Config:
    return Config.model_validate({"gateway": {"embedded": False}, "broker": broker})


def test_at_a_real_gateway_the_place_and_the_account_are_claimed_with_the_client_id(tmp_path: Path) -> None:
    names = [claim.path.name for claim in claims_of(external(host="gw", port=7497, account="DU1234567"), tmp_path)]
    assert ["hydra.db.lock", "gw-7497-7.lock", "DU1234567-7.lock"] == names
    assert ["hydra.db.lock"] == [claim.path.name for claim in claims_of(Config(), tmp_path)]


@pytest.mark.parametrize("port", [4001, 7496])
def test_a_live_port_is_refused_before_anything_is_touched(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with StopSignals() as signals, pytest.raises(StartError, match=f"port {port} is the live port"):
        run(options(config=external(port=port)), signals)
    assert [] == list(tmp_path.iterdir())


def test_the_clock_of_a_run_that_was_killed_at_the_same_gateway_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    config = external(host="gw", port=7497)
    assert remembered_clock(config) is None
    Path("logs").mkdir()
    clock = CardClock(market_us=2, wall_us=1, speed=60.0)
    write_card(
        config.journal.path,
        RunCard(pid=1, host="gw", port=7497, client_id=7, account="", embedded=False, clock=clock),
    )
    assert clock == remembered_clock(config)
    assert remembered_clock(external(host="gw", port=4002)) is None
    card_path(config.journal.path).write_text("{}")
    assert remembered_clock(config) is None
    assert "cannot be read" in (said := capsys.readouterr().err)
    assert said.endswith("the gateway's clock is asked for anew\n")
