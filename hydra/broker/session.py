"""What one socket has told: news in, facts for the journal out. Pure but for its own memory, which dies with the socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hydra.broker.codes import IB_LOST, IB_RESTORED, Effect, Target, effect_of
from hydra.broker.fills import SessionFills
from hydra.broker.news import (
    CommissionSeen,
    CompletedOrderSeen,
    Ended,
    ErrorSeen,
    ExecutionSeen,
    News,
    OpenOrderSeen,
    OrderGone,
    Part,
    QuoteKindSeen,
    StatusSeen,
    TickSeen,
    Unreadable,
    ValueSeen,
)
from hydra.broker.orders import SessionOrders
from hydra.broker.snapshot import Activity
from hydra.broker.stamps import Stamp
from hydra.broker.watch import QuoteWatch
from hydra.messages.base import Event
from hydra.messages.decisions import AlertRaised
from hydra.messages.facts import BrokerNoticed, OrderErrorReported, OrderWritten

REQUEST_IDS_FROM = 2**30
"""ib_async draws order ids and request ids from one counter; an error for a request that bears an order's number would
be taken for that order's (PROTOCOL section 1)."""


OF_LISTINGS_ONLY = (CompletedOrderSeen, ValueSeen)
"""Rows that say nothing outside their listing."""


def target_of(target_id: int) -> Target:
    """What the id of an error message names."""
    if target_id >= REQUEST_IDS_FROM:
        return Target.REQUEST
    return Target.ORDER if target_id > 0 else Target.NOTHING


class BrokerSession:
    """One socket from its welcome to its end. Facts leave without a session number; `stamp` numbers them.

    `is_listing`: the first status of an order is part of an answer then, and no sign of a busy symbol.
    `disturbances_n` counts how often the gateway lost or found IB again: a listing across one proves nothing. Nor does one
    while `is_cut_off`: the gateway answers from memory then, and may hold orders that it sends when it has IB again.
    """

    def __init__(self, *, token: int, client_id: int, account: str) -> None:
        self.account = account
        self.stamp = Stamp(token)
        self.orders = SessionOrders(client_id)
        self.fills = SessionFills()
        self.watch = QuoteWatch()
        self.activity = Activity()
        self.is_listing = False
        self.listings_missed_n = 0
        self.is_announced = False
        self.disturbances_n = 0
        self.is_cut_off = False

    def facts(self, news: News, now_us: int) -> Iterable[Event]:
        """What the journal must hear. `now_us` is machine time."""
        if isinstance(news, TickSeen):  # most news are, or are rows of a listing
            self.watch.tick(news)
        elif not isinstance(news, OF_LISTINGS_ONLY):
            return self._facts(news, now_us)
        return ()

    def _facts(self, news: News, now_us: int) -> Iterator[Event]:
        match news:
            case ExecutionSeen():
                yield from self._execution(news, now_us)
            case CommissionSeen():
                yield from self.fills.cost(news.commission)
            case OpenOrderSeen():
                report = self.orders.opened(news)
                if report is not None:
                    yield report
            case Ended(part=Part.OPEN_ORDERS):
                self.orders.end_listing()
            case StatusSeen():
                yield from self._status(news, now_us)
            case OrderGone():
                ref, order_id = news.order_ref, news.broker_order_id
                yield OrderWritten(session=0, order_ref=ref, broker_order_id=order_id)
            case ErrorSeen():
                yield from self._error(news)
            case QuoteKindSeen():
                self.watch.kind(news)
            case Unreadable():
                text = f"message {news.message_id} of the gateway could not be read, a fact is lost: {news.text}"
                yield AlertRaised(kind="unreadable", about="broker", severity="critical", text=text)

    def _execution(self, news: ExecutionSeen, now_us: int) -> Iterator[Event]:
        """Rows of a listing travel in its snapshot."""
        if target_of(news.request_id) is Target.REQUEST or news.account not in ("", self.account):
            return
        self.activity.note(news.execution.con_id, now_us)
        yield from self.fills.executed(news.execution, late=False)

    def _status(self, news: StatusSeen, now_us: int) -> Iterator[Event]:
        known = self.orders.known(news)
        is_first = not self.orders.had_status(news)
        report = self.orders.status(news)
        if report is None:
            return
        if known is not None and not (self.is_listing and is_first):
            self.activity.note(known.con_id, now_us)
        yield report

    def _error(self, news: ErrorSeen) -> Iterator[Event]:
        target = target_of(news.target_id)
        if news.code in IB_LOST or news.code in IB_RESTORED:
            self.disturbances_n += 1
            self.is_cut_off = news.code in IB_LOST
        effect = effect_of(news.code, target)
        if target is Target.ORDER:
            yield OrderErrorReported(
                session=0,
                order_ref=self.orders.ref_of(news.target_id),
                broker_order_id=news.target_id,
                code=news.code,
                text=news.text,
                effect=effect.value,
            )
        elif self.watch.owns(news.target_id):
            if effect not in (Effect.NOTICE, Effect.WARNING):
                yield from self.watch.refused(news)
        else:
            yield BrokerNoticed(session=0, code=news.code, text=news.text, effect=effect.value)
