"""Real processes at a gateway that is not embedded: refused ones, a real TCP line that is cut, a death while orders fill."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from hydra.messages.facts import ExecutionReported, SessionOpened
from tests.drills.line import Line
from tests.drills.processes import Place, Running
from tests.drills.stage import working_at

pytestmark = pytest.mark.process

CUTS_MAX = 4


def gateway(place: Place, *options: str) -> Running:
    """A gateway on a free port, its store where `place.ledger()` looks."""
    (place.directory / "logs").mkdir(exist_ok=True)
    return place.start("gateway", "--port", "0", "--db", str(place.store), "--json", *options)


def at(port: int) -> dict[str, str]:
    return {"IB_GATEWAY_HOST": "127.0.0.1", "IB_GATEWAY_PORT": str(port)}


@pytest.fixture
def line(place: Place) -> Iterator[Line]:
    """Leads to a gateway in `place`."""
    carried = Line(gateway(place).first_line()["port"])
    yield carried
    carried.close()


def test_a_missing_configuration_is_wrong_usage(place: Place) -> None:
    done = place.hydra("run", "--config", "missing.toml")
    assert (2, True) == (done.returncode, "missing.toml" in done.stderr)


@pytest.mark.parametrize("port", [4001, 7496])
def test_a_live_port_is_refused_before_anything_is_sent(place: Place, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.setblocking(False)
        done = place.hydra("run", "--json", **at(port))
        assert (3, True) == (done.returncode, f"port {port} is the live port" in done.stderr)
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_live_account_is_refused(place: Place) -> None:
    port = gateway(place, "--account", "U1234567").first_line()["port"]
    done = place.hydra("run", "--json", **at(port))
    assert (3, True) == (done.returncode, "U1234567" in done.stderr)
    assert [] == place.ledger()["orders"]


def test_another_account_than_the_expected_one_is_refused(place: Place) -> None:
    port = gateway(place).first_line()["port"]
    done = place.hydra("run", **at(port), IBKR_PAPER_ACCOUNT_ID="DU7654321")
    assert (3, True) == (done.returncode, "DU7654321" in done.stderr)
    assert [] == place.ledger()["orders"]


SPEED = 60
"""Market seconds in one second, the gateway's default."""


def executions(place: Place) -> set[str]:
    return {execution["exec_id"] for execution in place.ledger()["executions"]}


def known(place: Place) -> dict[str, datetime]:
    """When the journal learned of each execution, in market time."""
    heard = (stored for stored in place.stored() if isinstance(stored.event, ExecutionReported))
    return {stored.event.execution.exec_id: stored.at for stored in heard}  # type: ignore[attr-defined]


def _missed_in_a_cut(place: Place, run: Running, line: Line) -> set[str]:
    """Cut the line for six seconds while orders work, again if by chance nothing filled meanwhile."""
    for cuts_n in range(1, CUTS_MAX + 1):
        run.until_working()
        before = executions(place)
        line.cut()
        assert run.lives_on(6)
        missed = executions(place) - before
        line.mend()
        sessions_n = cuts_n + 1
        run.until(lambda sessions_n=sessions_n: place.count(SessionOpened) == sessions_n)  # type: ignore[misc]
        if missed:
            return missed
    raise AssertionError(f"nothing filled at the gateway in {CUTS_MAX} cuts of six seconds")


def test_a_real_line_cut_for_six_seconds_loses_and_doubles_no_fill(place: Place, line: Line) -> None:
    run = place.restless().start("run", "--json", **at(line.port))
    run.until_traded(2)
    missed = _missed_in_a_cut(place, run, line)
    run.until(lambda: missed <= known(place).keys())
    run.until_traded(2)
    assert 0 == run.end(), run.said()
    *_, reconnected_at = (stored.at for stored in place.stored() if isinstance(stored.event, SessionOpened))
    assert {True} == {known(place)[exec_id] - reconnected_at <= timedelta(seconds=SPEED) for exec_id in missed}
    assert ([], ()) == (working_at(place.ledger()), place.broken())


def test_kill_9_while_the_gateway_goes_on_filling_loses_and_doubles_nothing(place: Place, line: Line) -> None:
    run = place.restless().start("run", **at(line.port))
    run.until_traded(2)
    run.until_working()
    assert -signal.SIGKILL == run.end(signal.SIGKILL)
    later = place.start("run", "--json", **at(line.port))
    later.until_traded(3)
    assert 0 == later.end(), later.said()
    assert ([], ()) == (working_at(place.ledger()), place.broken())
