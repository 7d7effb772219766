"""What somebody else does in the account is found, said, and stops trading until a person decides."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hydra.messages.decisions import DifferenceFound, DifferenceResolved, OpeningBalance
from hydra.records import BookImage
from hydra.values import Purpose, TradingState
from tests.drills.configs import only, restless
from tests.drills.stage import Stage, traded, working_at, works
from tests.drills.stranger import Stranger


def paused(book: BookImage) -> bool:
    return book.trading.state is TradingState.PAUSED


def held(stage: Stage) -> dict[str, Decimal]:
    """What the gateway holds, by symbol."""
    return {row["symbol"]: Decimal(row["quantity"]) for row in stage.ledger["positions"]}


def strangers_of(laws: tuple[str, ...]) -> tuple[str, ...]:
    """The broken laws without those that only say that a stranger traded."""
    return tuple(law for law in laws if "(no orderRef)" not in law and "is not in the journal" not in law)


@pytest.mark.parametrize("trade", ["buy", "sell"])
@pytest.mark.parametrize("symbol", ["AAPL", "IBM"])
def test_a_trade_by_hand_pauses_trading_with_an_alert(tmp_path: Path, symbol: str, trade: str) -> None:
    stage = Stage(tmp_path, 30).begin()
    stage.until(traded(3))
    stranger = Stranger(stage.network)
    getattr(stranger, trade)(7, symbol)
    stage.until(paused, 5)
    assert [True] * len(stage.told(DifferenceFound)) == [
        symbol in found.difference.text or "cash" in found.difference.text for found in stage.told(DifferenceFound)
    ]
    assert symbol in {found.difference.symbol for found in stage.told(DifferenceFound)}
    assert symbol in " ".join(alert.text for alert in stage.alerts("difference"))
    stage.run(2)
    before = stage.intents(Purpose.OPEN), stage.intents(symbol=symbol)
    stage.run(10)
    assert before == (stage.intents(Purpose.OPEN), stage.intents(symbol=symbol))
    assert [] == working_at(stage.ledger)


def test_resume_is_refused_while_a_difference_is_open_and_accepted_by_force(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 31).begin()
    stage.until(traded(3))
    Stranger(stage.network).buy(7, "IBM")
    stage.until(paused, 5).run(3)
    refused = stage.desk.resume(by="drill", reason="looked at", force=False)
    assert (False, TradingState.PAUSED) == (refused.obeyed, stage.book.trading.state)
    assert "--force accepts this" in refused.text
    accepted = stage.desk.resume(by="drill", reason="looked at", force=True)
    assert (True, TradingState.ACTIVE) == (accepted.obeyed, stage.book.trading.state)
    assert {"drill"} == {event.by for event in stage.told(DifferenceResolved) if event.how == "accepted"}
    stage.until(traded(stage.book.tally.fills + 4)).run(5)
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end()


def test_a_stranger_that_undoes_its_trade_leaves_no_open_difference(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 32).begin()
    stage.until(traded(3))
    stranger = Stranger(stage.network)
    stranger.buy(7, "IBM")
    stage.until(paused, 5).run(1)
    stranger.sell(7, "IBM")
    stage.until(lambda book: not any(item.startswith("position") for item in items(book)), 5)


def items(book: BookImage) -> list[str]:
    return [difference.item for difference in book.differences]


def test_a_strangers_working_order_is_a_difference(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 33).begin()
    stage.until(traded(3))
    Stranger(stage.network).place("BUY", 5, "MSFT", Decimal("1.00"))
    stage.until(paused, 5)
    assert ["unknown_order"] == [found.difference.kind for found in stage.told(DifferenceFound)]
    stage.end()


FIRST_PAGES: list[tuple[str, TradingState, int, int]] = [
    ("pause", TradingState.PAUSED, 0, 0),
    ("adopt", TradingState.ACTIVE, 1, 0),
    ("ignore", TradingState.ACTIVE, 0, 1),
]


@pytest.mark.parametrize(("policy", "state", "adopted", "ignored"), FIRST_PAGES)
def test_a_position_that_is_there_at_the_first_start_is_treated_as_the_policy_says(
    tmp_path: Path, policy: str, state: TradingState, adopted: int, ignored: int
) -> None:
    stage = Stage(tmp_path, 34, config=restless(broker={"foreign_positions": policy}))
    Stranger(stage.network).buy(5, "IBM")
    stage.begin().until(lambda book: book.opening).run(1)
    (opening,) = stage.told(OpeningBalance)
    assert (state, adopted, ignored) == (stage.book.trading.state, len(opening.adopted), len(opening.ignored))
    if policy == "pause":
        stage.run(10)
        assert (0, {"IBM": Decimal(5)}) == (len(stage.intents()), held(stage))
        assert "foreign_positions" in stage.alerts("difference")[0].text
        assert not stage.desk.resume(by="drill", reason="looked at", force=False).obeyed
        assert stage.desk.resume(by="drill", reason="mine, leave it", force=True).obeyed
    stage.until(traded(4)).run(5)
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end()


def test_an_ignored_position_is_never_touched(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 35, config=only("AAPL", broker={"foreign_positions": "ignore"}))
    Stranger(stage.network).buy(5, "IBM")
    stage.begin().until(traded(4)).run(10)
    assert Decimal(5) == held(stage)["IBM"]
    stage.end()
    assert () == strangers_of(tuple(law for law in stage.broken() if "IBM" not in law and "cash" not in law))


def test_an_adopted_position_is_closed_by_the_exit_rules(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 36, config=only("AAPL", "IBM", broker={"foreign_positions": "adopt"}))
    Stranger(stage.network).buy(5, "IBM")
    stage.begin().until(lambda book: any(signal.signal.signal_id.startswith("exit-IBM#1") for signal in book.signals))
    stage.until(lambda book: not [p for p in book.positions if p.symbol == "IBM" and p.quantity and p.episode == "IBM#1"])
    stage.end()
    assert () == strangers_of(stage.broken())


def test_another_contract_of_a_stranger_that_we_do_not_trade_pauses_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 37, config=only("AAPL")).begin()
    stage.until(traded(2))
    Stranger(stage.network).buy(3, "MSFT")
    stage.until(paused, 5)
    assert ["foreign_position"] == [found.difference.kind for found in stage.told(DifferenceFound)]
    stage.end()


def test_a_difference_is_seen_twice_before_it_counts_so_a_fill_in_flight_is_none(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 38, config=restless(monitor={"reconcile_interval_s": 5})).begin()
    stage.run(10).until(works)
    assert (0, True) == (stage.book.tally.mismatches, stage.book.tally.reconciliations > 30)
    stage.end_clean()
