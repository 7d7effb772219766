"""The views for people, against the story and against what the story leaves out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hydra.journal.store import EventStore
from hydra.journal.views import VIEWS
from hydra.messages import decisions as d
from hydra.messages.facts import CommissionReported, ExecutionReported
from hydra.values import Commission, Intent, Side
from tests.journal.story import FILL, REF, RUN, SESSION, SIGNAL, STORY, WANT
from tests.journal.writing import record


def shown(path: Path, view: str) -> list[dict[str, Any]]:
    """The rows of a view without their place (seq, run)."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {view}")]
    return [{name: value for name, value in row.items() if name not in ("seq", "run")} for row in rows]


def at(place: int) -> str:
    return f"2012-06-04T13:30:{place:02}.250000Z"


PLACE = {type(event).__name__: place for place, event in enumerate(STORY)}

EXPECTED: dict[str, dict[str, Any]] = {
    "signals": {
        "at": at(PLACE["SignalReceived"]),
        "signal_id": "reversion-IBM-1",
        "source": "reversion",
        "symbol": "IBM",
        "side": "BUY",
        "quantity": "120",
        "purpose": "OPEN",
        "reason": "1.2 deviations under its mean",
        "admitted": "100",
        "end": "EXECUTED",
        "filled": "100",
        "average_price": "189.12",
        "end_reason": "",
        "ended_at": at(PLACE["SignalEnded"]),
    },
    "orders": {
        "at": at(PLACE["OrderIntended"]),
        "session": SESSION,
        "order_ref": REF,
        "parent_ref": "reversion-IBM-1",
        "broker_order_id": 11,
        "symbol": "IBM",
        "side": "BUY",
        "quantity": "100",
        "limit": "189.12",
        "purpose": "OPEN",
        "written_at": at(PLACE["OrderWritten"]),
        "broker_status": "Submitted",
        "doubt": None,
        "end": "FILLED",
        "filled": "100",
        "evidence": "executions",
        "ended_at": at(PLACE["OrderEnded"]),
    },
    "fills": {
        "at": at(PLACE["ExecutionReported"]),
        "session": SESSION,
        "exec_id": "0000e0d5.4fcc.01.01",
        "order_ref": REF,
        "symbol": "IBM",
        "side": "BUY",
        "quantity": "100",
        "price": "189.12",
        "executed_at": "2012-06-04T13:30:01.500000Z",
        "late": 0,
        "commission": "1.00",
        "currency": "USD",
        "limit": "189.12",
        "bid": "189.10",
        "ask": "189.12",
        "slippage": pytest.approx(0.01),
    },
    "alerts": {
        "at": at(PLACE["AlertRaised"]),
        "severity": "critical",
        "kind": "law",
        "about": "S3 nothing over limit",
        "text": "heat 0.12 over limit 0.10",
    },
    "reconciliations": {
        "at": at(PLACE["ReconciliationDone"]),
        "session": SESSION,
        "reason": "session opened",
        "orders_n": 1,
        "executions_n": 0,
        "positions_n": 1,
        "repaired_n": 0,
        "differences_n": 1,
        "differences": '[{"item":"position/GE","kind":"phantom","symbol":"GE","ours":"0","theirs":"-7",'
        '"text":"GE: we hold 0, the broker says -7"}]',
        "unverified": '["MSFT"]',
    },
    "trading_states": {
        "at": at(PLACE["TradingStateChanged"]),
        "state": "ACTIVE",
        "by": "ann",
        "reason": "GE is mine",
    },
}


@pytest.mark.parametrize("view", EXPECTED)
def test_the_story_is_shown_as_it_was(story: Path, view: str) -> None:
    assert [EXPECTED[view]] == shown(story, view)


def test_every_view_is_shown_here() -> None:
    assert sorted(VIEWS) == sorted([*EXPECTED, "restarts"])


def test_a_signal_and_an_order_without_an_end_show_none(store: EventStore, path: Path) -> None:
    intended = d.OrderIntended(intent=Intent(want=WANT, order_hash="a9", session=SESSION, broker_order_id=11))
    record(store, [d.SignalReceived(signal=SIGNAL), intended])
    (signal,), (order,) = shown(path, "signals"), shown(path, "orders")
    nothing = ["admitted", "end", "filled", "average_price", "end_reason", "ended_at"]
    assert dict.fromkeys(nothing) == {name: signal[name] for name in nothing}
    nothing = ["written_at", "broker_status", "doubt", "end", "filled", "evidence", "ended_at"]
    assert dict.fromkeys(nothing) == {name: order[name] for name in nothing}


def test_a_doubt_is_shown_until_it_is_settled(store: EventStore, path: Path) -> None:
    intended = d.OrderIntended(intent=Intent(want=WANT, order_hash="a9", session=SESSION, broker_order_id=11))
    doubted = d.OrderDoubted(order_ref=REF, reason="no answer within 2 s")
    record(store, [intended, doubted])
    assert ["no answer within 2 s"] == [row["doubt"] for row in shown(path, "orders")]
    record(store, [d.OrderFound(order_ref=REF, perm_id=1, broker_order_id=11, evidence="open orders")])
    assert [None] == [row["doubt"] for row in shown(path, "orders")]
    record(store, [replace(doubted, reason="session ended")])
    assert ["session ended"] == [row["doubt"] for row in shown(path, "orders")]


def test_the_last_verdict_on_an_order_is_shown(store: EventStore, path: Path) -> None:
    intended = d.OrderIntended(intent=Intent(want=WANT, order_hash="a9", session=SESSION, broker_order_id=11))
    cancelled = d.OrderEnded(order_ref=REF, state="CANCELLED", filled=Decimal(0), evidence="status")
    record(store, [intended, cancelled, replace(cancelled, state="FILLED", filled=Decimal(100))])
    assert [("FILLED", "100")] == [(row["end"], row["filled"]) for row in shown(path, "orders")]


def test_a_corrected_execution_is_shown_once_at_its_newest_revision(store: EventStore, path: Path) -> None:
    second = replace(FILL, exec_id=f"{FILL.exec_root}.02", revision=2, price=Decimal("189.11"), side=Side.SELL)
    commission = Commission(exec_id=second.exec_id, amount=Decimal("0.35"), currency="USD")
    record(
        store,
        [
            STORY[PLACE["OrderIntended"]],
            ExecutionReported(session=SESSION, execution=second, late=True),
            ExecutionReported(session=SESSION, execution=FILL, late=False),
            CommissionReported(session=SESSION, commission=commission),
        ],
    )
    (fill,) = shown(path, "fills")
    assert ("189.11", "0.35", 1) == (fill["price"], fill["commission"], fill["late"])
    assert pytest.approx(0.0) == fill["slippage"]


def test_an_execution_that_is_not_ours_is_shown_without_a_quote(store: EventStore, path: Path) -> None:
    foreign = replace(FILL, order_ref="")
    record(store, [ExecutionReported(session=SESSION, execution=foreign, late=True)])
    (fill,) = shown(path, "fills")
    assert ("", None, None, None) == (fill["order_ref"], fill["bid"], fill["slippage"], fill["commission"])


def test_a_restart_is_shown_with_what_caused_it(store: EventStore, path: Path) -> None:
    life = d.ActorLifeChanged(actor="risk", kind="started", incarnation=1, restarts=0, reason="")
    record(
        store,
        [
            life,
            replace(life, kind="down", reason="killed: operator"),
            replace(life, actor="router", kind="down", reason="another actor"),
            replace(life, kind="restarting", reason="in 0.1 s"),
            replace(life, incarnation=2, restarts=1),
        ],
    )
    expected = {"at": at(4), "actor": "risk", "incarnation": 2, "cause": "killed: operator"}
    assert [expected] == shown(path, "restarts")


def test_views_of_an_older_hydra_are_replaced_when_the_journal_is_opened(story: Path) -> None:
    with closing(sqlite3.connect(story)) as connection:
        connection.execute("DROP VIEW alerts")
        connection.execute("CREATE VIEW alerts AS SELECT 1")
    EventStore.open(story, create=False).close()
    assert [EXPECTED["alerts"]] == shown(story, "alerts")


def test_the_place_of_a_row_is_that_of_its_event(story: Path) -> None:
    with closing(sqlite3.connect(story)) as connection:
        place = connection.execute("SELECT seq, run FROM fills").fetchall()
    assert [(PLACE["ExecutionReported"] + 1, RUN)] == place
