"""One session's report from its piece of the journal: a pure function, the same for ever for the same events."""

from __future__ import annotations

from hydra.core.instants import NEW_YORK, wall
from hydra.core.sessions import NYSE_CLOSE
from hydra.reports.headline import headline, is_losing
from hydra.reports.health import health_part
from hydra.reports.records import DailyReport, RegimePart, SessionPart
from hydra.reports.risk import holdings_part, risk_part
from hydra.reports.signals import signals_part
from hydra.reports.trades import OrderTrail, trades_part
from hydra.reports.valuation import Carried, Valuation
from hydra.reports.windows import Window

NO_REGIME = RegimePart(
    vix=None,
    regime=None,
    missing="hydra has no source of the VIX: it is in neither the bundled prices nor the journal",
)


def daily_report(window: Window, carried: Carried) -> tuple[DailyReport, Carried]:
    """The report of a window, and what the next one needs. `carried` comes from the report before it.

    Raises KeyError for events that no journal can hold, such as the admission of a signal that never came.
    """
    valuation, trail = _folded(window, carried)
    after = valuation.carried()
    signals = signals_part(carried.book.signals, window.events)
    trades = trades_part(carried.book, valuation.book, trail.lines(), window.events)
    risk = risk_part(window.session.day, valuation, window.events)
    report = DailyReport(
        day=window.session.day,
        headline=headline(signals, trades, risk, is_over=window.is_over),
        traded=bool(trades.fills),
        losing=is_losing(risk),
        session=_session(window),
        signals=signals,
        trades=trades,
        risk=risk,
        holdings=holdings_part(valuation),
        health=health_part(after.book, window.events),
        regime=NO_REGIME,
    )
    return report, after


def _folded(window: Window, carried: Carried) -> tuple[Valuation, OrderTrail]:
    valuation, trail = Valuation(carried), OrderTrail(carried.book.orders)
    for stored in window.events:
        valuation.take(stored)
        trail.follow(valuation.book, stored.event)
    return valuation, trail


def _session(window: Window) -> SessionPart:
    hours, first, last = window.session.hours, window.events[0], window.events[-1]
    return SessionPart(
        open_at=hours.open_at,
        close_at=hours.close_at,
        half_day=wall(hours.close_at, NEW_YORK).time() < NYSE_CLOSE,
        is_over=window.is_over,
        first_seq=first.seq,
        last_seq=last.seq,
        first_at=first.at,
        last_at=last.at,
    )
