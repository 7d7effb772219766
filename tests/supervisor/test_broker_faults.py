"""Tests of the BrokerActor when the gateway or the wire fails: virtual time, the wire in memory, real ib_async."""

from __future__ import annotations

from datetime import timedelta

from hydra.config import CalendarConfig, StrategyConfig
from hydra.gateway.settings import GatewayConfig
from hydra.messages.commands import AcceptSession, CancelEverything, CancelOrder, TransmitOrder
from hydra.messages.facts import (
    BrokerNoticed,
    CancelSent,
    CommissionReported,
    ExecutionReported,
    GatewayTimeSeen,
    GlobalCancelSent,
    InstrumentQualified,
    InstrumentUnknown,
    LinkChanged,
    MarketDataNoticed,
    OrderErrorReported,
    OrderNotWritten,
    OrderStatusReported,
    OrderWritten,
    SessionClosed,
    SessionOpened,
)
from hydra.messages.sync import BrokerSnapshot
from hydra.values import LinkState
from tests.broker.cases import D
from tests.supervisor.broker_bench import VirtualBench, broker_config, virtual

FAR, NEAR = D(1), D(600)


def ready(bench: VirtualBench) -> VirtualBench:
    bench.start()
    bench.until_ready()
    return bench


def test_a_reset_ends_the_session_and_a_new_one_lists_what_filled_meanwhile() -> None:
    with virtual() as bench:
        ready(bench)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1, limit=D(559), quantity=D(5))))
        bench.until_heard(OrderStatusReported)
        bench.network.cut(refusing="restart")
        closed = bench.until_heard(SessionClosed)
        assert (closed.session, closed.planned) == (1, False)
        desk = bench.gateway._floor.desk
        bench.until(lambda: not desk.exchange.working, limit_s=23_000)
        bench.network.accept()
        bench.until_ready(2, limit_s=70)
        executions = [fill.order_ref for fill in bench.all(BrokerSnapshot)[-1].executions]
        assert set(executions) == {"a"}
        assert bench.all(ExecutionReported) == []


def test_attempts_never_end_are_one_link_change_and_raise_two_alarms() -> None:
    with virtual(broker_config(alarm_after_s=30.0, alarm_escalate_after_s=600.0)) as bench:
        bench.network.refusing = "nobody home"
        bench.start()
        bench.virtual.run_for(29)
        assert bench.alerts() == []
        bench.virtual.run_for(2)
        assert bench.alerts() == ["link_down"]
        bench.virtual.run_for(3600)
        assert bench.alerts() == ["link_down", "link_down_long"]
        assert [changed.state for changed in bench.all(LinkChanged)] == [LinkState.CONNECTING]
        bench.network.accept()
        bench.until_ready(1, limit_s=73)


def test_in_the_maintenance_window_nothing_is_written_and_a_lost_link_is_suspended_without_alarm() -> None:
    config = broker_config(alarm_after_s=5.0)
    window = CalendarConfig.model_validate({"maintenance_start": "09:31", "maintenance_end": "09:40"})
    with virtual(config.model_copy(update={"calendar": window})) as bench:
        ready(bench)
        bench.virtual.run_for(60)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1)))
        assert bench.until_heard(OrderNotWritten).reason == "the gateway's maintenance window"
        bench.network.cut(refusing="restart")
        closed = bench.until_heard(SessionClosed)
        assert closed.planned
        bench.until(lambda: bench.status.state is LinkState.SUSPENDED)
        bench.virtual.run_for(60)
        assert bench.alerts() == []
        bench.virtual.run_for(600)
        assert bench.alerts() == ["link_down"]
        assert bench.status.state is LinkState.CONNECTING
        bench.network.accept()
        bench.until_ready(2, limit_s=73)


def test_a_mute_socket_is_found_by_the_heartbeat_and_replaced() -> None:
    with virtual() as bench:
        ready(bench)
        bench.network.mute()
        closed = bench.until_heard(SessionClosed, limit_s=6)
        assert closed.reason == "the gateway is mute: gateway time: no answer within 0.5 s"
        bench.network.unmute()
        bench.until_ready(2, limit_s=70)


def test_a_listing_that_never_ends_is_told_as_missing_and_gives_the_socket_up_after_three() -> None:
    with virtual(broker_config(heartbeat_s=300.0)) as bench:
        bench.start()
        bench.until_heard(SessionOpened)
        bench.network.mute()
        bench.until_heard(SessionClosed, limit_s=60)
        snapshots = bench.all(BrokerSnapshot)
        assert len(snapshots) == 3
        assert snapshots[0].missing == (
            *("open orders", "completed orders", "executions", "positions", "account values"),
        )
        assert bench.sessions_closed()[0].startswith("3 listings in a row did not end: open orders")
        assert bench.all(OrderWritten) == []


def test_1100_stops_writing_and_1102_starts_again_only_after_a_listing() -> None:
    with virtual() as bench:
        ready(bench)
        bench.say(1100, "Connectivity between IB and Trader Workstation has been lost.")
        bench.until(lambda: bench.status.state is LinkState.DEGRADED)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1)))
        assert bench.until_heard(OrderNotWritten).reason == "the link is DEGRADED"
        listings_n = len(bench.all(BrokerSnapshot))
        bench.say(1102, "Connectivity between IB and Trader Workstation has been restored - data maintained.")
        bench.until_ready()
        assert len(bench.all(BrokerSnapshot)) == listings_n + 1
        codes = [noticed.code for noticed in bench.all(BrokerNoticed)]
        assert codes[-2:] == [1100, 1102]


def test_1101_subscribes_the_quotes_again() -> None:
    with virtual() as bench:
        ready(bench)
        bench.until(lambda: {quote.quote.symbol for quote in bench.quotes} == {"AAPL", "IBM", "MSFT"})
        for session in bench.gateway._floor.clients():
            session.subscriptions.tickers.clear()
        bench.virtual.run_for(10)
        n = len(bench.quotes)
        bench.say(1101, "Connectivity restored - data lost.")
        bench.until(lambda: {quote.quote.symbol for quote in bench.quotes[n:]} == {"AAPL", "IBM", "MSFT"})


def test_a_listing_across_a_loss_of_ib_proves_nothing() -> None:
    with virtual() as bench:
        bench.start()
        bench.until(lambda: bench.status.session == 1)
        bench.say(1100, "lost")
        bench.say(1102, "back")
        bench.until_ready()
        assert "connectivity between gateway and IB" in bench.all(BrokerSnapshot)[0].missing
        assert bench.all(BrokerSnapshot)[-1].missing == ()


def test_cancels_without_a_socket_wait_for_the_next_one() -> None:
    with virtual() as bench:
        ready(bench)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1, limit=FAR)))
        bench.until_heard(OrderStatusReported)
        bench.network.cut(refusing="restart")
        bench.until_heard(SessionClosed)
        bench.tell(CancelOrder(order_ref="a", broker_order_id=1, reason="close"))
        bench.tell(CancelEverything(reason="halt"))
        bench.virtual.run_for(1)
        bench.network.accept()
        bench.until_heard(CancelSent, limit_s=70)
        assert bench.all(GlobalCancelSent) == [GlobalCancelSent(session=2, reason="halt")]
        bench.until(lambda: not bench.gateway._floor.desk.exchange.working)


def test_facts_of_a_socket_wait_for_the_journals_number_even_past_its_end() -> None:
    with virtual() as bench:
        bench.start(numbering=False)
        opened = bench.until_heard(SessionOpened)
        bench.network.cut()
        bench.until_heard(SessionOpened, 2, limit_s=70)
        assert bench.all(SessionClosed) == []
        bench.tell(AcceptSession(link_token=opened.link_token, session=41))
        assert bench.until_heard(SessionClosed).session == 41
        assert {noticed.session for noticed in bench.all(BrokerNoticed)} == {41}


def test_an_error_code_names_its_order_and_its_class() -> None:
    with virtual() as bench:
        ready(bench)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1, limit=FAR)))
        bench.until_heard(OrderStatusReported)
        bench.say(10349, "Order TIF was set to DAY based on order preset.", target_id=1)
        warned = bench.until_heard(OrderErrorReported)
        assert (warned.order_ref, warned.code, warned.effect) == ("a", 10349, "warning")
        bench.say(100, "Max rate of messages per second has been exceeded")
        bench.until(lambda: bench.status.pacing_violations_n == 1)


def test_missing_and_delayed_market_data_are_told_in_a_sentence() -> None:
    with virtual(gateway=GatewayConfig(speed=1.0, market_data="none")) as bench:
        bench.start()
        notice = bench.until_heard(MarketDataNoticed)
        assert (notice.symbol, notice.kind) == ("AAPL", "missing")
        assert notice.text.startswith(("354", "10168", "10089", "10186"))
    delayed = broker_config(market_data="delayed")
    with virtual(delayed, GatewayConfig(speed=1.0, market_data="delayed")) as bench:
        bench.start()
        notice = bench.until_heard(MarketDataNoticed, limit_s=1200)
        assert notice.kind == "delayed"


def test_a_clock_that_is_off_is_told_and_so_is_its_return() -> None:
    with virtual() as bench:
        ready(bench)
        assert bench.all(GatewayTimeSeen) == []
        behind = bench.network.now_us
        bench.network.now_us = lambda: behind() + 9_000_000
        skewed = bench.until_heard(GatewayTimeSeen, limit_s=6)
        assert 7 < skewed.skew_s <= 9
        bench.gateway._floor.now_us -= 9_000_000
        bench.network.now_us = behind
        assert bench.until_heard(GatewayTimeSeen, 2, limit_s=6).skew_s == 0


def test_orders_beyond_the_rate_wait_their_turn_and_a_global_cancel_refuses_them() -> None:
    with virtual(broker_config(messages_per_s_max=8)) as bench:
        ready(bench)
        bench.virtual.run_for(2)
        for n in range(1, 21):
            bench.tell(TransmitOrder(intent=bench.intent(f"o{n}", n, limit=FAR)))
        bench.until(lambda: len(bench.all(OrderWritten)) >= 5)
        bench.tell(CancelOrder(order_ref="o20", broker_order_id=20, reason="changed my mind"))
        bench.tell(CancelEverything(reason="drill"))
        bench.until(lambda: len(bench.all(OrderWritten)) + len(bench.all(OrderNotWritten)) == 20)
        written = [written.broker_order_id for written in bench.all(OrderWritten)]
        assert written == sorted(written)
        assert len(written) < 20
        reasons = {refused.order_ref: refused.reason for refused in bench.all(OrderNotWritten)}
        assert reasons["o20"] == "cancelled before it was written: changed my mind"
        assert reasons["o19"] == "everything is cancelled: drill"
        bench.until(lambda: not bench.gateway._floor.desk.exchange.working)


def test_orders_that_wait_when_the_socket_dies_are_told_as_never_written() -> None:
    with virtual(broker_config(messages_per_s_max=8)) as bench:
        ready(bench)
        bench.virtual.run_for(2)
        for n in range(1, 21):
            bench.tell(TransmitOrder(intent=bench.intent(f"o{n}", n, limit=FAR)))
        bench.until(lambda: len(bench.all(OrderWritten)) >= 5)
        bench.network.cut()
        bench.until_heard(SessionClosed)
        answered = [*bench.all(OrderWritten), *bench.all(OrderNotWritten)]
        assert len({answer.order_ref for answer in answered}) == 20
        assert bench.all(OrderNotWritten)[0].reason == "the session ended before it was written"


def test_a_busy_symbol_is_unsettled_and_a_quiet_one_is_not() -> None:
    with virtual(broker_config(settle_quiet_s=5.0)) as bench:
        ready(bench)
        assert bench.all(BrokerSnapshot)[0].unsettled == ()
        bench.tell(TransmitOrder(intent=bench.intent("a", 1, limit=NEAR, quantity=D(1))))
        bench.until_heard(ExecutionReported)
        bench.say(1102, "ask again")
        bench.until(lambda: len(bench.all(BrokerSnapshot)) == 2)
        assert bench.all(BrokerSnapshot)[1].unsettled == (265598,)
        bench.virtual.run_for(10)
        bench.say(1102, "ask again")
        bench.until(lambda: len(bench.all(BrokerSnapshot)) == 3)
        assert bench.all(BrokerSnapshot)[2].unsettled == ()


def test_an_order_of_an_earlier_session_does_not_look_busy_when_it_is_first_listed() -> None:
    with virtual() as bench:
        ready(bench)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1, limit=FAR)))
        bench.until_heard(OrderStatusReported)
        bench.network.cut()
        bench.until_ready(2, limit_s=70)
        snapshot = bench.all(BrokerSnapshot)[-1]
        assert [line.order_ref for line in snapshot.open_orders] == ["a"]
        assert snapshot.unsettled == ()


def test_a_gateway_that_goes_mute_after_its_welcome_is_left_before_a_session_is_announced() -> None:
    with virtual() as bench:
        bench.start()
        bench.until(lambda: LinkState.SYNCING in [changed.state for changed in bench.all(LinkChanged)])
        bench.network.mute()
        bench.until(lambda: bench.status.state is LinkState.DISCONNECTED or bench.status.session > 0, limit_s=1)
        bench.network.unmute()
        bench.until_ready(bench.status.session or 1, limit_s=70)
        assert len(bench.all(SessionOpened)) == 1


def test_a_symbol_nobody_knows_is_told_once_and_looked_up_again() -> None:
    unknown = StrategyConfig.model_validate(
        {"name": "s", "class": "hydra.strategies.mean_reversion:MeanReversion", "symbols": ("NOSUCH", "IBM")}
    )
    config = broker_config().model_copy(update={"strategies": (unknown,)})
    with virtual(config) as bench:
        ready(bench)
        assert bench.until_heard(InstrumentQualified).instrument.symbol == "IBM"
        bench.virtual.run_for(1000)
        assert [fact.symbol for fact in bench.all(InstrumentUnknown)] == ["NOSUCH"]
        assert len(bench.all(InstrumentQualified)) == 1


def test_executions_of_an_incomplete_listing_are_told_by_themselves() -> None:
    with virtual() as bench:
        ready(bench)
        bench.tell(TransmitOrder(intent=bench.intent("a", 1, limit=D(559), quantity=D(5))))
        bench.until_heard(OrderStatusReported)
        bench.network.cut(refusing="restart")
        desk = bench.gateway._floor.desk
        bench.until(lambda: not desk.exchange.working, limit_s=23_000)
        bench.gateway.withheld = ("accountDownloadEnd",)
        bench.network.accept()
        fill = bench.until_heard(ExecutionReported, limit_s=70)
        assert (fill.late, fill.execution.order_ref) == (True, "a")
        bench.until_heard(CommissionReported)
        assert bench.all(BrokerSnapshot)[-1].missing == ("account values",)
        bench.gateway.withheld = ()
        bench.until(lambda: bench.status.state is LinkState.READY, limit_s=70)


def test_an_orderly_stop_closes_the_socket_and_tells_the_journal() -> None:
    with virtual() as bench:
        ready(bench)
        bench.world.stop()
        (closed,) = bench.all(SessionClosed)
        assert closed.reason.startswith("the broker actor ends")
        assert closed.planned
        assert bench.status.state is LinkState.DISCONNECTED


def test_symbols_are_looked_up_again_before_each_session() -> None:
    with virtual() as bench:
        ready(bench)
        start_at = bench.world.clock.now()
        bench.virtual.run_for(timedelta(hours=23, minutes=50).total_seconds())
        cards = [fact for fact in bench.heard if type(fact).__name__ == "InstrumentQualified"]
        assert len(cards) == 6
        assert bench.world.clock.now() - start_at < timedelta(days=1)


def test_two_runs_of_a_seed_tell_the_same() -> None:
    def story() -> str:
        with virtual() as bench:
            ready(bench)
            for n in range(1, 6):
                bench.tell(TransmitOrder(intent=bench.intent(f"o{n}", n, limit=NEAR, quantity=D(2))))
            bench.network.cut()
            bench.virtual.run_for(120)
            return bench.virtual.digest()

    assert story() == story()
