"""Rules that ask whether anything may be sent now at all: trading state, link, disputes, breakers, time.

A rule returns why the order breaks it, or None. What is missing breaks the rule (R26).
"""

from __future__ import annotations

from datetime import datetime

from hydra.core.clock_skew import objection
from hydra.core.instants import seconds_between
from hydra.core.risk_view import RiskView, is_reducing
from hydra.core.wording import seconds
from hydra.values import OrderWant, Purpose, TradingState


def state_allows(purpose: Purpose, state: TradingState, *, flattening: bool) -> bool:
    """ACTIVE lets all through, REDUCING and PAUSED what only reduces, HALTED the operator's flatten while it stands."""
    if state is TradingState.ACTIVE:
        return True
    if state is TradingState.HALTED:
        return purpose is Purpose.FLATTEN and flattening
    return is_reducing(purpose)


def trading_state(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25."""
    trading = view.book.trading
    if state_allows(want.purpose, trading.state, flattening=bool(view.book.flatten_by)):
        return None
    return f"trading is {trading.state} by {trading.by} ({trading.reason}): no order to {want.purpose}"


def opening_balance(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25: without it neither cash nor positions are known."""
    return None if view.book.opening else "no opening balance is recorded, the account is unknown"


def live_session(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25."""
    return None if view.book.session_live else "no session with the broker is live"


def maintenance(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25: an order written while the gateway restarts may vanish."""
    return "the gateway's maintenance window is open" if view.in_maintenance else None


def clocks_agree(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25: by a wrong clock an order may be opened in the wrong session, or outlive its end."""
    return objection(view.book.clock_skew_s, view.clock_skew_max_s)


def not_expired(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25: a wish that waited over a restart is judged afresh, not sent late."""
    if now < want.valid_until:
        return None
    return f"the wish was valid until {want.valid_until.isoformat()}, now is {now.isoformat()}"


def undisputed(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25: nothing trades on an item on which we and the broker disagree, not even an exit."""
    symbol = want.terms.symbol
    items = [difference.item for difference in view.book.differences.values() if difference.symbol == symbol]
    return f"{symbol} is in dispute with the broker: {', '.join(items)}" if items else None


def verified(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R25: a symbol that could not be compared with the broker for too long takes no new order."""
    since = view.book.unverified.get(want.terms.symbol)
    if since is None or (age_s := seconds_between(since, now)) <= view.unverified_max_s:
        return None
    return (
        f"{want.terms.symbol} could not be compared with the broker for {seconds(age_s)}, "
        f"limit {seconds(view.unverified_max_s)}"
    )


def breakers_closed(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R15."""
    breakers = [
        f"{record.breaker} ({record.value} against limit {record.limit})"
        for record in view.book.breakers.values()
    ]
    return f"open circuit breaker: {', '.join(breakers)}" if breakers else None


def equity_known(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R15 and R26: without the day's equity the daily loss cannot be judged."""
    if view.book.day is not None and view.book.day_equity > 0:
        return None
    return "the day's opening equity is not known, so its loss cannot be judged"
