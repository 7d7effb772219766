"""Tests of hydra/broker/session.py."""

from __future__ import annotations

import pytest

from hydra.broker.codes import Target
from hydra.broker.news import CommissionSeen, ErrorSeen, ExecutionSeen, News, OrderGone, PositionSeen, Unreadable
from hydra.broker.session import REQUEST_IDS_FROM, BrokerSession, target_of
from hydra.messages.base import Event
from hydra.messages.decisions import AlertRaised
from hydra.messages.facts import (
    BrokerNoticed,
    CommissionReported,
    ExecutionReported,
    MarketDataNoticed,
    OrderErrorReported,
    OrderStatusReported,
    OrderWritten,
)
from hydra.values import PositionLine
from tests.broker.cases import AAPL, APPLE, HOURS, NOW, D, commission, execution, intent, opened, status


def session() -> BrokerSession:
    fresh = BrokerSession(token=1, client_id=7, account="DU1")
    fresh.orders.queue(intent())
    return fresh


def told(told_by: BrokerSession, *news: News) -> list[type[Event]]:
    return [type(fact) for each in news for fact in told_by.facts(each, 100)]


@pytest.mark.parametrize(
    ("target_id", "target"),
    [
        (-1, Target.NOTHING),
        (0, Target.NOTHING),
        (1, Target.ORDER),
        (REQUEST_IDS_FROM - 1, Target.ORDER),
        (REQUEST_IDS_FROM, Target.REQUEST),
    ],
)
def test_an_id_beside_an_error_names_an_order_a_request_or_nothing(target_id: int, target: Target) -> None:
    assert target_of(target_id) is target


def test_live_executions_are_told_and_rows_of_listings_and_of_other_accounts_are_not() -> None:
    heard = session()
    live = ExecutionSeen(request_id=-1, account="DU1", execution=execution())
    row = ExecutionSeen(request_id=REQUEST_IDS_FROM, account="DU1", execution=execution("0002.01"))
    other = ExecutionSeen(request_id=-1, account="DU2", execution=execution("0003.01"))
    cost = CommissionSeen(commission=commission())
    assert told(heard, live, row, other, cost) == [ExecutionReported, CommissionReported]
    assert heard.activity.since(0) == (AAPL,)


def test_statuses_acknowledgements_and_written_orders_are_told() -> None:
    gone = OrderGone(order_ref="s1/0/0", broker_order_id=1)
    assert told(session(), gone, opened(), status(), status(filled=1)) == [
        OrderWritten,
        OrderStatusReported,
        OrderStatusReported,
    ]


def test_a_status_is_activity_unless_it_is_the_first_one_and_part_of_a_listing() -> None:
    heard = session()
    heard.is_listing = True
    told(heard, opened(), status(filled=30))
    assert heard.activity.since(0) == ()
    told(heard, status(filled=40))
    assert heard.activity.since(0) == (AAPL,)
    live = session()
    told(live, opened(), status(filled=30))
    assert live.activity.since(0) == (AAPL,)


def test_an_error_is_told_as_what_it_names() -> None:
    heard = session()
    heard.watch.begin(REQUEST_IDS_FROM + 1, APPLE, HOURS, NOW)
    errors = (
        ErrorSeen(target_id=1, code=201, text="rejected"),
        ErrorSeen(target_id=77, code=10147, text="a stranger's"),
        ErrorSeen(target_id=REQUEST_IDS_FROM + 1, code=354, text="not subscribed"),
        ErrorSeen(target_id=REQUEST_IDS_FROM + 1, code=2104, text="farm"),
        ErrorSeen(target_id=REQUEST_IDS_FROM + 2, code=366, text="no query"),
        ErrorSeen(target_id=-1, code=1100, text="lost"),
    )
    facts = [fact for error in errors for fact in heard.facts(error, 100)]
    assert [type(fact) for fact in facts] == [
        *(OrderErrorReported, OrderErrorReported, MarketDataNoticed, BrokerNoticed, BrokerNoticed),
    ]
    ours, strangers = facts[:2]
    assert isinstance(ours, OrderErrorReported)
    assert isinstance(strangers, OrderErrorReported)
    assert (ours.order_ref, ours.effect) == ("s1/0/0", "order_dead")
    assert (strangers.order_ref, strangers.effect) == ("", "order_unknown")
    assert heard.disturbances_n == 1


def test_a_fact_that_was_lost_is_an_alert() -> None:
    (alert,) = session().facts(Unreadable(message_id=11, text="11 ..."), 100)
    assert isinstance(alert, AlertRaised)
    assert (alert.kind, alert.severity) == ("unreadable", "critical")


def test_positions_count_only_in_listings() -> None:
    line = PositionLine(con_id=AAPL, symbol="AAPL", quantity=D(1), average_cost=D(1))
    assert told(session(), PositionSeen(account="DU1", line=line)) == []
