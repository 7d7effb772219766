"""Real `hydra run` processes with their embedded gateway: what threads, sockets, files and signals do to the promises."""

from __future__ import annotations

import signal
from collections.abc import Callable
from decimal import Decimal

import pytest

from hydra.messages.decisions import RunEnded, RunStarted, SignalEnded
from hydra.messages.facts import CancelSent
from hydra.supervisor.desk_status import DeskStatus
from hydra.values import SignalEnd
from tests.drills.processes import Place
from tests.drills.stage import THE_SIX, working_at

pytestmark = pytest.mark.process

RUNS_MAX = 4


def test_the_first_run_in_an_empty_directory_trades_ends_by_itself_and_agrees_with_the_gateway(place: Place) -> None:
    run = place.start("run", "--for", "25s", "--json")
    assert 0 == run.wait(60), run.said()
    ends = [event for event in place.events() if isinstance(event, SignalEnded)]
    executed = [event for event in ends if event.end is SignalEnd.EXECUTED]
    assert [True] == sorted({event.filled > 0 and event.average_price is not None for event in executed})
    assert () == place.broken()
    assert [] == working_at(place.ledger())
    summary = run.summary()
    assert (len(executed), "the 25 s of --for are over") == (summary.terminal["EXECUTED"], summary.exit_reason)
    assert (0, 0, True) == (summary.mismatches, summary.restarts, summary.fills > 0)


def restarts(status: DeskStatus, name: str) -> tuple[int, str]:
    return next(((row.restarts, row.why) for row in status.actors if row.name == name), (-1, ""))


def restarted(name: str, times: int) -> Callable[[DeskStatus], bool]:
    return lambda status: restarts(status, name)[0] == times


def test_each_of_the_six_a_child_and_three_at_once_die_in_one_run_and_nothing_is_lost_or_doubled(place: Place) -> None:
    run = place.restless().start("run", "--json")
    for name in THE_SIX:
        run.until_working()
        killed = place.hydra("kill-actor", name)
        assert 0 == killed.returncode, killed.stderr
        status = run.until_status(restarted(name, 1))
        assert "killed by" in restarts(status, name)[1]
        run.until_traded(1)
    run.until(lambda: run.kill_at_once(children_of(run.until_status(children_of))[0]) == (True,))
    run.until_traded(2)
    run.until_working()
    assert (True, True, True) == run.kill_at_once("journal", "broker", "risk")
    run.until_status(lambda status: sum(restarts(status, name)[0] for name in ("journal", "broker", "risk")) == 6)
    run.until_traded(2)
    assert '"restarts":2' in place.hydra("status", "--json").stdout.replace(" ", "")
    assert 0 == run.end(), run.said()
    assert () == place.broken()


def children_of(status: DeskStatus) -> list[str]:
    return [row.name for row in status.actors if row.name.startswith("router/") and row.state == "running"]


def test_after_kill_9_while_orders_work_the_next_run_loses_and_doubles_nothing(place: Place) -> None:
    run = place.restless().start("run")
    run.until_traded(3)
    run.until_working()
    assert -signal.SIGKILL == run.end(signal.SIGKILL)
    later = place.start("run", "--json")
    later.until_traded(3)
    assert 0 == later.end(), later.said()
    assert () == place.broken()
    assert (2, 1) == (place.count(RunStarted), place.count(RunEnded))


def test_sigterm_cancels_what_works_and_proves_it(place: Place) -> None:
    run = place.restless().start("run", "--json")
    run.until_traded(1)
    run.until_working()
    second = place.hydra("run")
    assert (3, 1) == (second.returncode, second.stderr.count("error:"))
    assert str(run.process.pid) in second.stderr
    assert 0 == run.end(), run.said()
    assert ([], ()) == (working_at(place.ledger()), place.broken())
    assert "stopped by SIGTERM" == run.summary().exit_reason
    assert 0 < place.count(CancelSent)


def _left_working(place: Place) -> list[str]:
    """What a run with --leave-orders left; run again if by chance all of it filled before the end."""
    for _ in range(RUNS_MAX):
        run = place.start("run", "--leave-orders", "--json")
        run.until_traded(1)
        run.until_status(lambda status: sum(order.state == "WORKING" for order in status.orders) > 1)
        assert 0 == run.end(), run.said()
        left = working_at(place.ledger())
        if left:
            return left
    return []


def test_leave_orders_leaves_them_working_and_the_next_run_takes_them_up(place: Place) -> None:
    place.restless()
    assert [] != _left_working(place)
    later = place.start("run", "--json")
    later.until_traded(2)
    assert 0 == later.end(), later.said()
    assert ([], ()) == (working_at(place.ledger()), place.broken())


def test_a_second_signal_ends_at_once(place: Place) -> None:
    run = place.restless().start("run")
    run.until_working()
    run.send(signal.SIGSTOP)
    run.send(signal.SIGINT)
    run.send(signal.SIGTERM)
    assert run.end(signal.SIGCONT) in (128 + signal.SIGTERM, 128 + signal.SIGINT)
    assert 0 == place.count(RunEnded)


def test_halt_direct_cancels_everything_at_the_gateway_while_the_process_is_stopped(place: Place) -> None:
    run = place.restless().start("run")
    run.until_traded(1)
    run.until_working()
    run.send(signal.SIGSTOP)
    while not working_at(place.ledger()):  # what worked may have filled before the process stood still
        run.send(signal.SIGCONT)
        run.until_working()
        run.send(signal.SIGSTOP)
    halted = place.hydra("halt", "--direct")
    assert 0 == halted.returncode, halted.stdout + halted.stderr
    assert [] == working_at(place.ledger())


def test_a_crash_loop_ends_the_process_with_nothing_left_at_the_gateway_and_the_next_run_starts_halted(
    place: Place,
) -> None:
    with (place.restless().directory / "supervisor.toml").open("a", encoding="utf-8") as config:
        config.write("[supervision]\nintensity = 2\n")
    run = place.start("run", "--json")
    run.until_traded(1)
    for restarts_n in (0, 1, 2):
        run.until_status(restarted("monitor", restarts_n))
        run.until_working()
        assert 0 == place.hydra("kill-actor", "monitor").returncode
    assert 1 == run.wait(), run.said()
    assert ([], True) == (working_at(place.ledger()), "no order is left at the broker" in run.said())
    assert "limit 2" in run.summary().exit_reason
    later = place.start("run", "--json")
    status = later.until_status(lambda status: status.reconciled_at and not status.orders and not status.signals)
    assert ("HALTED", "supervision") == (status.trading, status.trading_by)
    assert 0 == place.hydra("resume").returncode
    later.until_traded(1)
    assert 0 == later.end(), later.said()
    assert () == place.broken()


def test_flatten_by_command_makes_the_account_flat(place: Place) -> None:
    run = place.restless().start("run", "--json")
    run.until_status(lambda status: any(position.quantity for position in status.positions))
    assert 0 == place.hydra("flatten", "--yes").returncode
    run.until(lambda: not any(Decimal(row["quantity"]) for row in place.ledger()["positions"]))
    run.until_status(lambda status: not status.signals)
    assert 0 == run.end(), run.said()
    assert () == place.broken()
