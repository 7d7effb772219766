"""The gateway loses IB, its farms, the time, its pace or its life under a trading desk: nothing is doubled or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from hydra.messages.decisions import DifferenceFound, OrderEnded
from hydra.messages.facts import ExecutionReported, GatewayTimeSeen, LinkChanged, MarketDataNoticed, OrderWritten
from hydra.values import LinkState, OrderState, Purpose, TradingState
from tests.drills.stage import STAGES, orders_in, traded, works
from tests.simulation.suffering import KINDS, SCOPE, Suffering, standing_at


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    yield
    while STAGES:
        STAGES.pop().world.stop()


def trading(directory: Path, seed: int) -> Suffering:
    """A desk that has traded and has an order at work."""
    stage = Suffering(directory, seed)
    stage.begin().until(traded(3)).until(works)
    return stage


def executions(stage: Suffering) -> set[str]:
    return {execution["exec_id"] for execution in stage.ledger["executions"]}


def known(stage: Suffering) -> set[str]:
    return {event.execution.exec_id for event in stage.told(ExecutionReported)}


def all_known(stage: Suffering, within_s: float = 20.0) -> None:
    """The link works again, and soon no execution of the gateway is unknown."""
    stage.until(lambda book: book.session_live, 3)
    stage.world.run_for(within_s)
    assert set() == executions(stage) - known(stage)


def written_between(stage: Suffering, since: LinkState, until: LinkState) -> list[str]:
    """The orders written after the link last came into one state and before it came into another."""
    refs: list[str] = []
    is_within = False
    for stored in stage.stored():
        match stored.event:
            case LinkChanged(state=state):
                is_within = state is since or (is_within and state is not until)
            case OrderWritten(order_ref=ref) if is_within:
                refs.append(ref)
    return refs


@pytest.mark.parametrize(("target", "lost"), [("", 0.0), ("lost", 1.0)], ids=["1102", "1101"])
@pytest.mark.parametrize("seed", [1])
def test_fills_of_an_outage_are_known_soon_after_it_and_no_order_is_written_in_it(
    tmp_path: Path, seed: int, target: str, lost: float
) -> None:
    stage = trading(tmp_path, seed)
    before = executions(stage)
    undo = stage.suffer("gateway.connectivity", target=target, amount=lost)
    moved = stage.suffer("market.gap", amount=-0.004)
    stage.run(1)
    moved()
    stage.run(1)
    hidden = executions(stage) - before
    assert set() < hidden
    assert set() == hidden & known(stage)
    undo()
    all_known(stage)
    assert [] == written_between(stage, LinkState.DEGRADED, LinkState.READY)
    stage.until(traded(stage.book.tally.fills + 2)).run(1)
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end_clean()


@pytest.mark.parametrize("seed", [3])
def test_an_order_that_the_gateway_holds_until_it_has_ib_again_is_not_declared_lost_meanwhile(
    tmp_path: Path, seed: int
) -> None:
    """A session of its own that began while IB was away took listings from the gateway's memory for complete: the order
    was declared never to have arrived, was sent again, and both lived when IB was back."""
    stage = trading(tmp_path, seed)
    stage.until(lambda book: bool(orders_in(book, OrderState.WRITTEN)))
    underway = [order.order_ref for order in orders_in(stage.book, OrderState.WRITTEN)]
    undo = stage.suffer("gateway.connectivity")
    stage.world.run_for(0.05)
    held = [ref for ref in underway if ref not in [order["order_ref"] for order in stage.ledger["orders"]]]
    assert [] != held
    stage.network.reset_all(landing=True)
    stage.run(2)
    assert [] == [end for end in stage.told(OrderEnded) if end.order_ref in held]
    undo()
    stage.until(lambda book: book.session_live, 1)
    stage.world.run_for(20)
    assert set() == executions(stage) - known(stage)
    sent = Counter(order["order_ref"] for order in stage.ledger["orders"])
    assert dict.fromkeys(held, 1) == {ref: sent[ref] for ref in held}
    assert [] == stage.told(DifferenceFound)
    stage.end_clean()


def test_outages_that_overlap_and_follow_each_other_lose_nothing(tmp_path: Path) -> None:
    stage = trading(tmp_path, 4)
    for pause_s in (0.01, 3.0):
        first = stage.suffer("gateway.connectivity", amount=0.3)
        stage.run(0.3)
        second = stage.suffer("gateway.connectivity", target="lost", amount=0.3, for_s=pause_s + 60)
        stage.world.run_for(pause_s)
        first()
        stage.run(0.3)
        second()
        stage.world.run_for(pause_s)
    stage.rest().end_clean()


@pytest.mark.parametrize("farm", ["usfarm", "ushmds", "secdefil"])
def test_a_farm_that_flickers_stops_no_trading_for_long(tmp_path: Path, farm: str) -> None:
    stage = trading(tmp_path, 5)
    stage.through("gateway.farm_flicker", for_s=90, target=farm)
    stage.until(traded(stage.book.tally.fills + 2), 5)
    assert 1 == len({change.state for change in stage.told(LinkChanged)[-1:]} & {LinkState.READY})
    stage.end_clean()


def test_a_competing_session_is_told_of_and_no_order_is_priced_on_old_quotes(tmp_path: Path) -> None:
    stage = trading(tmp_path, 6)
    undo = stage.suffer("gateway.competing_session")
    stage.world.run_for(stage.plan.config.risk.quote_stale_s + 1)
    ordered = len(stage.intents())
    stage.run(4)
    assert ordered == len(stage.intents())
    undo()
    stage.until(traded(stage.book.tally.fills + 2), 5)
    notices = [(notice.symbol, notice.kind) for notice in stage.told(MarketDataNoticed)]
    assert [(symbol, kind) for kind in ("missing", "live") for symbol in ("AAPL", "IBM", "MSFT")] == notices
    stage.end_clean()


@pytest.mark.parametrize("skew_s", [30, -30])
def test_nothing_is_opened_while_the_gateways_clock_is_wrong(tmp_path: Path, skew_s: int) -> None:
    """The journal recorded GatewayTimeSeen and nobody heeded it: clock_skew_max_s held no order back."""
    stage = trading(tmp_path, 7)
    undo = stage.suffer("clock.gateway_skew", amount=skew_s)
    stage.run(1.1)
    assert stage.told(GatewayTimeSeen)
    intended = stage.intents(Purpose.OPEN)
    stage.run(3)
    assert intended == stage.intents(Purpose.OPEN)
    assert 1 == len(stage.alerts("clock"))
    undo()
    stage.until(traded(stage.book.tally.fills + 2), 5)
    stage.end_clean()


def test_a_flatten_goes_through_while_the_gateways_clock_is_wrong(tmp_path: Path) -> None:
    stage = trading(tmp_path, 7)
    stage.until(lambda book: any(position.quantity for position in book.positions))
    undo = stage.suffer("clock.gateway_skew", amount=30)
    stage.until(lambda _book: bool(stage.alerts("clock")), 2)
    assert stage.desk.flatten(by="a person", reason="the clock is wrong").obeyed
    stage.until(lambda book: not any(position.quantity for position in book.positions), 5)
    undo()
    stage.rest().end_clean()


@pytest.mark.parametrize("delay_s", [3, 20])
def test_a_slow_gateway_is_waited_for_or_left_and_no_order_is_doubled(tmp_path: Path, delay_s: float) -> None:
    stage = trading(tmp_path, 8)
    stage.through("gateway.slow", for_s=100, amount=delay_s)
    stage.rest().until(traded(stage.book.tally.fills + 1), 5)
    stage.end_clean()


@pytest.mark.parametrize(("kind", "rate"), [("gateway.pacing_strict", 4), ("gateway.pacing_delay", 1)])
def test_a_gateway_that_allows_less_than_the_paper_says_is_survived(tmp_path: Path, kind: str, rate: int) -> None:
    stage = trading(tmp_path, 9)
    stage.through(kind, for_s=100, amount=rate)
    stage.rest().until(traded(stage.book.tally.fills + 1), 5)
    stage.end_clean()


@pytest.mark.parametrize("seed", [10])
def test_a_gateway_that_restarts_forgets_actions_and_sessions_but_no_order(tmp_path: Path, seed: int) -> None:
    stage = trading(tmp_path, seed)
    for down_s in (0.2, 30.0):
        undo = stage.suffer("gateway.restart")
        stage.world.run_for(down_s)
        undo()
        all_known(stage)
        stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()


def test_a_gateway_that_waits_for_a_person_for_hours_raises_the_alarm_and_all_is_well_when_he_comes(
    tmp_path: Path,
) -> None:
    stage = trading(tmp_path, 12)
    undo = stage.suffer("gateway.weekly_reauth")
    stage.run(60)
    assert 1 == len(stage.alerts("link_down"))
    undo()
    stage.rest().until(traded(stage.book.tally.fills + 2))
    stage.end_clean()


def test_the_nightly_restart_raises_no_alarm_and_the_morning_trades(tmp_path: Path) -> None:
    stage = standing_at(tmp_path, 13, "20120604 23:30:00")
    stage.begin().until(lambda book: book.session_live)
    stage.suffer("gateway.nightly_restart", amount=300)
    stage.run(15.1)
    assert LinkState.SUSPENDED is stage.told(LinkChanged)[-1].state
    assert 23 * 3600 + 45 * 60 == (stage.stored()[-1].at.hour * 3600 + stage.stored()[-1].at.minute * 60 - 4 * 3600) % 86_400
    stage.run(10)
    assert LinkState.READY is stage.told(LinkChanged)[-1].state
    stage.run(9.6 * 60).until(traded(2))
    assert [] == stage.alerts("link_down")
    stage.end_clean()


def test_the_nightly_restart_of_another_time_of_day_hits_nothing(tmp_path: Path) -> None:
    stage = Suffering(tmp_path, 14)
    stage.begin()
    stage.suffer("gateway.nightly_restart", amount=300)
    assert ["limit 7200 s"] == [text[-12:] for text in stage.missed]


@pytest.mark.parametrize("seed", [15])
def test_stray_messages_end_no_listing_that_is_not_theirs_for_good(tmp_path: Path, seed: int) -> None:
    stage = trading(tmp_path, seed)
    for _ in range(12):
        stage.suffer("gateway.unsolicited", amount=stage.world.loop.time())
        stage.world.run_for(7)
    stage.rest().end_clean()


@pytest.mark.parametrize("name", sorted(name for name in KINDS if name.startswith("gateway.")))
def test_what_chance_draws_is_in_its_scope_and_the_same_for_the_same_dice(name: str) -> None:
    drawn = [KINDS[name].draw(Random(7), SCOPE) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert (name, True) == (drawn[0].kind, SCOPE.from_s <= drawn[0].at_s <= SCOPE.until_s)
