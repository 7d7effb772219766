"""A person settles what differs, one by one, at a real client and gateway: what is adopted, ignored, closed stays so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hydra.journal.verify import Verified, verify
from hydra.messages.decisions import BrokerSideAdopted, DifferenceFound, DifferenceResolved, OperatorActed, SignalEnded
from hydra.records import BookImage
from hydra.simulation.laws.judging import broken_laws
from hydra.supervisor.desk_differences import DifferenceSheet, sheet_of
from hydra.values import Purpose, Resolution, SignalEnd, TradingState
from tests.drills.configs import only, restless
from tests.drills.stage import Stage, traded, working_at
from tests.drills.stranger import Stranger
from tests.drills.test_differences import held, items, paused

ADOPT, IGNORE, CLOSE = Resolution.ADOPT, Resolution.IGNORE, Resolution.CLOSE
ITEM = "position/MSFT"


def settle(stage: Stage, how: Resolution, item: str = ITEM) -> str:
    """The verb as the control surface uses it; it must be obeyed."""
    answer = stage.desk.resolve(item, how, by="drill", reason=f"to {how}")
    assert answer.obeyed, answer.text
    return answer.text


def ours(book: BookImage, symbol: str = "MSFT") -> Decimal:
    return sum((record.quantity for record in book.positions if record.symbol == symbol), Decimal(0))


def with_foreign(tmp_path: Path, seed: int, quantity: int = 9, *symbols: str) -> Stage:
    """A stranger has bought MSFT, which another desk's hydra trades or, with no symbols, this one too; trading is paused."""
    stage = Stage(tmp_path, seed, config=only(*symbols) if symbols else restless())
    Stranger(stage.network).buy(quantity, "MSFT")
    stage.begin().until(paused, 5).run(1)
    assert [ITEM] == items(stage.book)
    return stage


def replays(stage: Stage) -> None:
    """The journal's file makes the very book that is published."""
    stage.run(0.1)
    assert stage.book == stage.recorded_book().image()


def broken(stage: Stage) -> list[str]:
    """The broken laws of a desk that has stopped, but for what only says that a stranger traded before its books began."""
    stage.sim.gateway.drain()
    laws = broken_laws(stage.stored(), stage.recorded_book(), stage.ledger, stage.plan.config)
    return [law for law in laws if "(no orderRef)" not in law]


# ---- a foreign position


def test_a_foreign_position_that_is_adopted_is_ours_and_closed_by_the_exit_rules(tmp_path: Path) -> None:
    stage = with_foreign(tmp_path, 201)
    text = settle(stage, ADOPT)
    assert "our books hold 9 MSFT" in text
    assert "No difference is open; trading is PAUSED until `hydra resume`" in text
    replays(stage)
    assert TradingState.PAUSED is stage.book.trading.state
    stage.until(lambda book: ours(book) == 0 and not book.signals, 20)
    assert stage.desk.resume(by="drill", reason="settled", force=False).obeyed
    stage.until(traded(stage.book.tally.fills + 4)).run(3)
    stage.end()
    assert ([], 1) == (broken(stage), len(stage.told(DifferenceFound)))


def test_a_foreign_position_that_is_ignored_is_never_touched_and_a_larger_one_is_a_new_difference(tmp_path: Path) -> None:
    stage = with_foreign(tmp_path, 202, 9, "AAPL")
    settle(stage, IGNORE)
    assert stage.desk.resume(by="drill", reason="settled", force=False).obeyed
    stage.until(traded(4)).run(5)
    assert (Decimal(9), TradingState.ACTIVE) == (held(stage)["MSFT"], stage.book.trading.state)
    (row,) = stage.desk.differences().rows
    assert (ITEM, "ignored", "drill", "to ignore") == (row.item, row.status, row.by, row.reason)
    Stranger(stage.network, client_id=98).buy(2, "MSFT")
    stage.until(paused, 5)
    assert (ITEM, "11") == (stage.book.differences[0].item, stage.book.differences[0].theirs)
    assert ["open", "ignored"] == [row.status for row in stage.desk.differences().rows]
    stage.end()


@pytest.mark.parametrize("seed", [203, 204])
def test_a_foreign_position_is_closed_by_limit_orders_that_risk_has_permitted(tmp_path: Path, seed: int) -> None:
    stage = with_foreign(tmp_path, seed)
    text = settle(stage, CLOSE)
    assert "9 are closed by limit orders" in text
    stage.until(lambda book: not book.signals and ours(book) == 0, 20)
    exits = stage.intents(Purpose.EXIT, "MSFT")
    assert ({True}, 0) == ({ref.startswith("close-MSFT#1-") for ref in exits}, held(stage).get("MSFT", 0))
    assert [SignalEnd.EXECUTED] == [end.end for end in stage.told(SignalEnded) if end.signal_id.startswith("close-")]
    assert TradingState.PAUSED is stage.book.trading.state
    replays(stage)
    stage.end()
    assert [] == broken(stage)


def test_what_no_strategy_trades_cannot_be_closed_and_nothing_happens(tmp_path: Path) -> None:
    stage = with_foreign(tmp_path, 205, 9, "AAPL")
    answer = stage.desk.resolve(ITEM, CLOSE, by="drill", reason="away")
    assert (False, True) == (answer.obeyed, "close it in TWS; nothing was done" in answer.text)
    assert ([], [ITEM], 0) == (stage.told(BrokerSideAdopted), items(stage.book), ours(stage.book))
    stage.end()


# ---- a wrong quantity, and the cash that went with it


def with_wrong_quantity(tmp_path: Path, seed: int) -> Stage:
    """Somebody has bought so much IBM that both its quantity and cash are not ours any more."""
    stage = Stage(tmp_path, seed).begin()
    stage.until(traded(3))
    Stranger(stage.network).buy(500, "IBM")
    stage.until(paused, 5).until(lambda book: [] == working_at(stage.ledger) and not book.signals, 20).run(2)
    assert {"position/IBM", "cash"} == {*items(stage.book)}
    return stage


def test_a_wrong_quantity_and_cash_that_are_adopted_leave_books_that_agree_to_the_cent(tmp_path: Path) -> None:
    stage = with_wrong_quantity(tmp_path, 213)
    before = stage.book.day_equity
    assert "Trading is PAUSED; still open are cash" in settle(stage, ADOPT, "position/IBM")
    settle(stage, ADOPT, "cash")
    assert (held(stage)["IBM"], Decimal(stage.ledger["cash"])) == (ours(stage.book, "IBM"), stage.book.cash)
    assert abs(stage.book.day_equity - before) < Decimal(2_000), "a trade of 90,000 changes little in what all is worth"
    replays(stage)
    assert stage.desk.resume(by="drill", reason="settled", force=False).obeyed
    stage.until(traded(stage.book.tally.fills + 6)).run(5)
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end()
    assert [] == broken(stage)


def test_of_a_wrong_quantity_only_the_unexplained_part_is_closed(tmp_path: Path) -> None:
    stage = with_wrong_quantity(tmp_path, 213)
    (record,) = [one for one in stage.book.found if one.difference.item == "position/IBM"]
    unexplained = Decimal(record.difference.theirs) - Decimal(record.difference.ours)
    settle(stage, CLOSE, "position/IBM")
    stage.until(lambda book: not any(one.signal.source == "operator" for one in book.signals), 20)
    (end,) = [end for end in stage.told(SignalEnded) if end.signal_id.startswith("close-IBM")]
    assert (SignalEnd.EXECUTED, min(unexplained, Decimal(record.difference.theirs))) == (end.end, end.filled)
    stage.end()
    assert [] == broken(stage)


# ---- survives


@pytest.mark.parametrize("how", [ADOPT, IGNORE])
@pytest.mark.parametrize("victim", ["journal", "risk", "broker"])
def test_what_is_settled_outlives_the_death_of_an_actor(tmp_path: Path, victim: str, how: Resolution) -> None:
    stage = with_foreign(tmp_path, 206)
    settle(stage, how)
    before = ours(stage.book)
    stage.world.kill(victim, "a drill")
    stage.until(lambda book: stage.incarnation(victim) == 2, 5).run(0.5)
    assert (before, []) == (Decimal(9 if how is ADOPT else 0), items(stage.book))
    replays(stage)
    stage.end()


@pytest.mark.parametrize("how", [ADOPT, IGNORE, CLOSE])
def test_what_is_settled_outlives_the_death_of_the_process(tmp_path: Path, how: Resolution) -> None:
    stage = with_foreign(tmp_path / "1", 207)
    settle(stage, how)
    later = stage.die(tmp_path / "2", landing=True).begin()
    later.run(3)
    assert ([], TradingState.PAUSED) == (items(later.book), later.book.trading.state)
    assert {ITEM: how is IGNORE} == {ITEM: bool(later.desk.differences().rows)}
    if how is CLOSE:
        later.until(lambda book: ours(book) == 0 and not book.signals, 20)
        assert 0 == held(later).get("MSFT", 0)
    later.end()
    assert isinstance(verify(later.sim.journal_path), Verified)


# ---- orders


def test_a_strangers_order_is_cancelled_at_the_broker(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 208).begin()
    stage.until(traded(3))
    Stranger(stage.network).place("BUY", 5, "MSFT", Decimal("1.00"), order_ref="theirs")
    stage.until(paused, 5)
    settle(stage, CLOSE, "order/theirs")
    stage.until(lambda book: "theirs" not in working_at(stage.ledger), 1)
    assert stage.desk.resume(by="drill", reason="settled", force=False).obeyed
    stage.until(traded(stage.book.tally.fills + 4)).run(3)
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end()
    assert [] == [law for law in broken(stage) if "theirs" not in law]


def test_a_strangers_order_that_is_ignored_works_on_and_trading_goes_on(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 209).begin()
    stage.until(traded(3))
    Stranger(stage.network).place("BUY", 5, "MSFT", Decimal("1.00"), order_ref="theirs")
    stage.until(paused, 5)
    refused = stage.desk.resolve("order/theirs", ADOPT, by="drill", reason="mine")
    assert (False, True) == (refused.obeyed, "never another's" in refused.text)
    settle(stage, IGNORE, "order/theirs")
    assert stage.desk.resume(by="drill", reason="settled", force=False).obeyed
    stage.until(traded(stage.book.tally.fills + 4)).run(3)
    assert (True, TradingState.ACTIVE) == ("theirs" in working_at(stage.ledger), stage.book.trading.state)
    stage.end()


# ---- the listing has changed


def test_an_adoption_is_refused_when_the_broker_says_otherwise_by_now(tmp_path: Path) -> None:
    stage = with_foreign(tmp_path, 210, 9, "AAPL")
    Stranger(stage.network, client_id=98).buy(3, "MSFT")
    answer = stage.desk.resolve(ITEM, ADOPT, by="drill", reason="all nine")
    assert (False, True) == (answer.obeyed, "nothing was done" in answer.text)
    assert ([], 0) == (stage.told(BrokerSideAdopted), ours(stage.book))
    stage.end()


# ---- who, why, and the picture


def test_each_word_is_recorded_with_who_and_why_and_the_sheet_shows_both_sides_and_the_remedies(tmp_path: Path) -> None:
    stage = with_foreign(tmp_path, 211)
    sheet: DifferenceSheet = stage.desk.differences()
    (row,) = sheet.rows
    assert row.broker_side is not None
    assert (("PAUSED", (ITEM,)), [Decimal(9)]) == (
        (sheet.trading, sheet.open_items),
        [line.quantity for line in row.broker_side.positions],
    )
    assert [True, True, True] == [one.is_offered for one in row.remedies]
    assert sheet == sheet_of(stage.recorded_book().image())
    settle(stage, ADOPT)
    (acted,) = stage.told(OperatorActed)
    assert ("adopt position/MSFT", "drill", "to adopt") == (acted.verb, acted.by, acted.text)
    (resolved,) = stage.told(DifferenceResolved)
    assert ("adopted", "drill", "to adopt") == (resolved.how, resolved.by, resolved.reason)
    stage.end()
