"""The figures of one session's report, exactly."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from hydra.core.instants import EPOCH
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.reports.daily import daily_report
from hydra.reports.records import DailyReport, FillLine
from hydra.reports.valuation import NOTHING_CARRIED, Carried
from hydra.reports.windows import next_window
from hydra.values import Side, SignalEnd
from tests.reports import pages as p
from tests.reports.pages import D, Pages, ny


def report_of(pages: Pages, carried: Carried = NOTHING_CARRIED, after_seq: int = 0) -> DailyReport:
    return made(pages, carried, after_seq)[0]


def made(pages: Pages, carried: Carried = NOTHING_CARRIED, after_seq: int = 0) -> tuple[DailyReport, Carried]:
    window = next_window(pages.events[after_seq:], ny("16:01", pages.day))
    assert window is not None
    return daily_report(window, carried)


@pytest.fixture(scope="module")
def losing() -> DailyReport:
    return report_of(p.troubled(p.bought_and_sold(p.first_page(Pages()))))


def test_the_result_is_realized_less_commissions_plus_the_change_of_unrealized(losing: DailyReport) -> None:
    risk = losing.risk
    # 50 x (99.48 - 100.014) were taken, as much again stands open; 1.75 of commissions
    assert (D("-26.70"), D("-26.70"), D("1.75"), D("-26.70"), D("-55.15")) == (
        risk.realized, risk.unrealized_change, risk.commissions, risk.unrealized, risk.result,
    )  # fmt: skip
    assert (D("99944.85"), D("100000.00")) == (risk.equity, risk.day_equity)
    assert risk.equity is not None and risk.day_equity is not None
    assert risk.equity - risk.day_equity == risk.result
    assert D("-0.000552") == risk.result_fraction


def test_the_drawdown_is_the_deepest_fall_from_the_highest_result_seen() -> None:
    pages = p.first_page(Pages(), equity="1000").add("10:02", p.executed("", "e1.01", 5, "100", "10:02"))
    for clock, middle in (("10:03", 104), ("10:04", 106), ("10:05", 98), ("10:06", 101)):
        pages.add(clock, p.intended(f"s{clock}", str(middle - 1), str(middle + 1), clock))
    risk = report_of(pages).risk
    assert (D("40.00"), D("0.040000"), D("5.00")) == (risk.drawdown, risk.drawdown_fraction, risk.result)


def test_every_signal_is_in_exactly_one_list_with_its_end(losing: DailyReport) -> None:
    signals = losing.signals
    assert 5 == signals.received_n
    assert [("s1", D(100), D("100.014")), ("x1", D(50), D("99.48"))] == [
        (line.signal_id, line.filled, line.average_price) for line in signals.executed
    ]
    assert [("s2", "REJECTED_BY_LIMIT", "notional 90,000 over limit 50,000")] == [
        (line.signal_id, line.end, line.end_reason) for line in signals.rejected
    ]
    assert [("s3", "EXPIRED", D(100))] == [(o.signal_id, o.end, o.admitted) for o in signals.ended_otherwise]
    assert [("s4", "", None)] == [(line.signal_id, line.end, line.admitted) for line in signals.still_open]


def test_a_fill_is_held_against_the_quote_of_its_order_and_the_arrival_of_its_parent(losing: DailyReport) -> None:
    assert [
        ("e1.01", D("6000.60"), D("1.00"), False, D(100), D(100), D("1.00")),
        ("e2.01", D("4000.80"), None, False, D(100), D(100), D("2.00")),
        ("e3.01", D("4974.00"), D("0.75"), True, D("99.5"), D("99.5"), D("2.01")),
    ] == [_figures(fill) for fill in losing.trades.fills]
    trades = losing.trades
    assert (D("10001.40"), D("4974.00"), D("1.60")) == (trades.bought, trades.sold, trades.slippage_bp)


def _figures(fill: FillLine) -> tuple[object, ...]:
    return (
        fill.exec_id, fill.value, fill.commission, fill.late, fill.arrival_mid, fill.quote_mid, fill.slippage_bp
    )  # fmt: skip


def test_orders_keep_their_end_after_the_book_forgot_them(losing: DailyReport) -> None:
    assert [("s1.1.1", "FILLED", D(100)), ("x1.1.1", "FILLED", D(50))] == [
        (order.order_ref, order.state, order.filled) for order in losing.trades.orders
    ]
    assert [("x1.1.1", "risk", ("no fresh quote of AAPL",))] == [
        (line.order_ref, line.by, line.reasons) for line in losing.trades.refused
    ]


def test_positions_are_those_of_the_journal_at_the_cut_with_the_basis_of_their_mark(losing: DailyReport) -> None:
    (held,) = losing.holdings.held
    assert (D(50), D("100.014"), D("99.48"), "own fill", ny("14:02"), D("-26.70")) == (
        held.quantity, held.average_price, held.mark, held.mark_basis, held.mark_at, held.unrealized,
    )  # fmt: skip
    assert D("94970.85") == losing.holdings.cash


def test_what_a_person_did_and_what_guarded_the_account_is_told_with_who_and_why(losing: DailyReport) -> None:
    risk = losing.risk
    assert [("PAUSED", "reconciliation", "IBM differs"), ("ACTIVE", "ann", "looked at it")] == [
        (line.state, line.by, line.reason) for line in risk.trading
    ]
    assert [("daily_loss", "tripped", "daily loss 2.1 %")] == [
        (line.breaker, line.what, line.text) for line in risk.breakers
    ]
    assert ("ACTIVE", ("daily_loss",)) == (risk.trading_state, risk.breakers_open)


def test_health_counts_restarts_disconnects_comparisons_and_errors(losing: DailyReport) -> None:
    health = losing.health
    assert [("risk", 1, ("killed by ann",))] == [astuple(line) for line in health.restarts]
    assert [(1, "opened"), (1, "closed"), (2, "opened")] == [(o.session, o.what) for o in health.links]
    assert (1, 2, 1) == (health.disconnects_n, health.reconciliations_n, health.repaired_n)
    assert [("found", ""), ("resolved", "ann")] == [(line.what, line.by) for line in health.differences]
    assert "accepted: mine" == health.differences[-1].text
    assert () == health.differences_open
    assert [(201, 2, "Order rejected")] == [(o.code, o.times, o.first_text) for o in health.errors]
    assert ["critical"] == [line.severity for line in health.alerts]
    assert [(1, "1.2.3", ny("09:20"), None, "none recorded")] == [
        (run.run, run.version, run.started_at, run.ended_at, run.end) for run in health.runs
    ]


def test_the_market_regime_is_missing_and_says_why(losing: DailyReport) -> None:
    assert (None, None) == (losing.regime.vix, losing.regime.regime)
    assert "no source of the VIX" in losing.regime.missing


def test_a_losing_day_is_said_first(losing: DailyReport) -> None:
    expected = (
        "losing day, -55.15 USD (-0.06 %); 3 fills; "
        "5 signals: 2 executed, 1 rejected, 1 ended otherwise, 1 still open"
    )
    assert (expected, True, True) == (losing.headline, losing.traded, losing.losing)


def test_a_day_without_a_trade_is_said_first() -> None:
    pages = p.first_page(Pages()).add("11:00", p.received("s2", "11:00"))
    pages.add("11:00", p.signal_ended("s2", SignalEnd.REJECTED_BY_STATE, "trading is HALTED"))
    report = report_of(pages)
    assert ("no trades; 1 signal: 1 rejected", False, False) == (report.headline, report.traded, report.losing)
    assert "no trades; no signals" == report_of(p.first_page(Pages())).headline


def test_a_loss_on_what_was_held_is_said_although_nothing_was_traded() -> None:
    pages = p.bought_and_sold(p.first_page(Pages()))
    first, carried = made(pages)
    tuesday = pages.day.replace(day=24)
    n = len(pages.events)
    pages.day = tuesday
    pages.add("09:20", d.DayStarted(day=tuesday, equity=first.risk.equity or D(0)), p.qualified("98.48"))
    second = report_of(pages, carried, n)
    expected = "no trades, and a losing day: -50.00 USD (-0.05 %) on what was held; no signals"
    assert expected == second.headline
    # the same 50 shares, a dollar lower: yesterday's loss is not counted again
    assert (D("-50.00"), D("-76.70"), D("0.00")) == (
        second.risk.result, second.risk.unrealized, second.risk.realized,
    )  # fmt: skip


def test_a_report_of_a_session_that_goes_on_says_so() -> None:
    window = next_window(p.first_page(Pages()).events, EPOCH)
    assert window is not None
    report, _ = daily_report(window, NOTHING_CARRIED)
    assert ("so far: no trades; no signals", False) == (report.headline, report.session.is_over)


def test_a_half_day_is_known_as_one() -> None:
    session = report_of(p.first_page(Pages(p.HALF_DAY))).session
    assert (True, ny("13:00", p.HALF_DAY)) == (session.half_day, session.close_at)
    assert report_of(p.first_page(Pages())).session.half_day is False


def test_adopted_positions_are_no_gain_of_the_day() -> None:
    pages = Pages().add("09:20", p.run_started(), p.session_opened(), p.opening("1000", p.line(10, "50")))
    pages.add("09:21", p.qualified("100"))
    report = report_of(pages)
    assert (D("0.00"), D("500.00")) == (report.risk.result, report.risk.unrealized)
    assert ("prior close", ny("16:00", pages.day.replace(day=20))) == (
        report.holdings.held[0].mark_basis, report.holdings.held[0].mark_at,
    )  # fmt: skip


def test_a_position_without_any_price_is_marked_by_its_average_and_says_so() -> None:
    pages = Pages().add("09:20", p.run_started(), p.opening("1000", p.line(10, "50")))
    assert ["average price"] == [line.mark_basis for line in report_of(pages).holdings.held]


def test_positions_that_are_not_ours_are_named_and_not_counted() -> None:
    page = p.opening("1000", ignored=[p.line(7, "20", "IBM", 8314)])
    report = report_of(Pages().add("09:20", p.run_started(), page))
    assert ((("IBM", D(7)),), ()) == (report.holdings.not_ours, report.holdings.held)
    assert D("1000.00") == report.risk.equity


def test_a_correction_takes_the_place_of_the_execution_and_keeps_its_commission() -> None:
    pages = p.first_page(Pages()).add("10:01", p.intended("s1", "99.99", "100.01", "10:01"))
    pages.add("10:02", p.executed("s1.1.1", "e1.01", 100, "101", "10:02"), p.cost("e1.01", "1.00"))
    pages.add("10:03", p.executed("s1.1.1", "e1.02", 100, "100", "10:03"))
    report = report_of(pages)
    assert [("e1.02", 2, D(100), D("1.00"))] == [
        (fill.exec_id, fill.revision, fill.price, fill.commission) for fill in report.trades.fills
    ]
    assert (D("-1.00"), D("1.00")) == (report.risk.result, report.risk.commissions)


def test_an_execution_that_is_not_ours_is_a_fill_without_a_quote() -> None:
    report = report_of(p.first_page(Pages()).add("10:02", p.executed("", "e1.01", 5, "100", "10:02")))
    (fill,) = report.trades.fills
    assert ("", None, None) == (fill.signal_id, fill.quote_mid, fill.slippage_bp)
    assert report.trades.slippage_bp is None


def test_an_older_price_never_replaces_a_newer_one() -> None:
    pages = p.first_page(Pages())
    pages.add("10:02", p.executed("", "e1.01", 5, "100", "10:02"))
    pages.add("10:30", p.executed("", "e0.01", 5, "90", "09:50"), p.qualified("80"))
    assert (D(100), ny("10:02")) == (
        report_of(pages).holdings.held[0].mark, report_of(pages).holdings.held[0].mark_at,
    )  # fmt: skip


def test_several_runs_of_a_day_are_one_report_and_a_run_without_an_end_died() -> None:
    pages = p.first_page(Pages()).add("10:00", d.RunEnded(run=1, reason="ctrl-c"))
    pages.add("11:00", p.run_started(2)).add("12:00", p.run_started(3), p.compared())
    assert [(1, "ended", "ctrl-c"), (2, "died", ""), (3, "none recorded", "")] == [
        (run.run, run.end, run.reason) for run in report_of(pages).health.runs
    ]


def test_what_was_open_before_is_carried_into_the_next_report() -> None:
    pages = p.first_page(Pages()).add("15:59", p.received("s1", "15:59"), p.admitted("s1"))
    pages.add("15:59", p.parent_opened("s1", "100"), p.intended("s1", "99.99", "100.01", "15:59"))
    first, carried = made(pages)
    n = len(pages.events)
    pages.day = pages.day.replace(day=24)
    pages.add("09:20", p.executed("s1.1.1", "e1.01", 100, "100.01", "15:59", late=True))
    pages.add("09:20", p.signal_ended("s1", SignalEnd.EXECUTED, "late", 100, "100.01"))
    second = report_of(pages, carried, n)
    assert (["s1"], ["s1"]) == (
        [line.signal_id for line in first.signals.still_open],
        [line.signal_id for line in second.signals.executed],
    )
    assert (0, D("1.00"), "INTENDED", D(100)) == (
        second.signals.received_n, second.trades.fills[0].slippage_bp,
        second.trades.orders[0].state, second.trades.orders[0].filled,
    )  # fmt: skip


def test_an_order_in_doubt_says_why() -> None:
    pages = p.first_page(Pages()).add("10:01", p.intended("s1", "99.99", "100.01", "10:01"))
    pages.add("10:02", d.OrderDoubted(order_ref="s1.1.1", reason="not acknowledged"))
    (order,) = report_of(pages).trades.orders
    assert ("UNKNOWN", "not acknowledged") == (order.state, order.word)


def test_a_position_closed_among_the_events_is_told_with_its_profit() -> None:
    pages = p.first_page(Pages()).add("10:02", p.executed("", "e1.01", 20, "100", "10:02"))
    pages.add("10:03", p.executed("", "e2.01", 20, "101", "10:03", Side.SELL))
    holdings = report_of(pages).holdings
    assert [(D(0), D("20.00"))] == [(line.quantity, line.realized) for line in holdings.closed]
    assert () == holdings.held
    assert "winning day, +20.00 USD (+0.02 %); 2 fills; no signals" == report_of(pages).headline


def test_broken_laws_and_actors_given_up_are_told() -> None:
    pages = p.first_page(Pages()).add("10:00", d.LawViolated(law="S1", text="too much"))
    pages.add("10:00", p.life("strategy/x", "gave_up", 6, "it crashed"))
    notice = f.BrokerNoticed(session=1, code=1100, text="lost", effect="connection")
    health = report_of(pages.add("10:01", notice)).health
    assert (("S1: too much",), ("strategy/x: it crashed",)) == (health.violations, health.given_up)
    assert [1100] == [line.code for line in health.errors]


def test_an_order_that_lives_again_after_its_verdict_is_shown_alive() -> None:
    pages = p.first_page(Pages()).add("10:00", p.received("s1"), p.admitted("s1"), p.parent_opened("s1", "100"))
    pages.add("10:01", p.intended("s1", "99.99", "100.01", "10:01"))
    pages.add("10:02", d.OrderDoubted(order_ref="s1.1.1", reason="201"))
    pages.add("10:03", p.order_ended("s1.1.1", "REJECTED", 0, "not in two listings"))
    assert ["REJECTED"] == [order.state for order in report_of(pages).trades.orders]
    pages.add("10:04", d.OrderFound(order_ref="s1.1.1", perm_id=5, broker_order_id=1, evidence="open orders"))
    assert ["WORKING"] == [order.state for order in report_of(pages).trades.orders]


def test_a_position_taken_in_at_a_known_price_is_no_gain_of_the_day() -> None:
    pages = p.first_page(Pages())
    pages.add("10:00", d.ForeignSettled(line=p.line(10, "50"), how="adopt", by="ann"))
    risk = report_of(pages).risk
    assert (D("0.00"), D("500.00")) == (risk.result, risk.unrealized)


def test_a_first_start_of_an_actor_is_no_restart() -> None:
    pages = p.first_page(Pages()).add("10:00", p.life("router/s1", "started", 1), p.life("risk", "started", 2))
    assert ["risk"] == [line.actor for line in report_of(pages).health.restarts]


def test_the_baseline_of_another_day_is_no_baseline_of_this_one() -> None:
    pages = p.first_page(Pages())
    _, carried = made(pages)
    n = len(pages.events)
    pages.day = pages.day.replace(day=24)
    risk = report_of(pages.add("10:00", p.compared()), carried, n).risk
    assert (None, None) == (risk.day_equity, risk.result_fraction)
