"""Rules that hold one order against its instrument, the session and a fresh quote.

A rule returns why the order breaks it, or None. What is missing breaks the rule (R26).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hydra.core.instants import seconds_between
from hydra.core.prices import distance_beyond, is_on_tick, usable
from hydra.core.risk_view import RiskView
from hydra.core.sessions import in_close_margin, session_at
from hydra.core.wording import number, percent, seconds
from hydra.records import InstrumentCard
from hydra.values import OrderWant, Quote, QuoteKind, Side

TIME_IN_FORCE = "DAY"


def card_of(want: OrderWant, view: RiskView) -> InstrumentCard | None:
    """The qualified instrument that this order is for, by symbol and con_id."""
    card = view.book.instruments.get(want.terms.symbol)
    return card if card is not None and card.instrument.con_id == want.terms.con_id else None


def no_card(want: OrderWant) -> str:
    """One sentence for every rule that lacks the instrument; the gate tells it once."""
    return f"{want.terms.symbol} with con_id {want.terms.con_id} is not a qualified instrument"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRule:
    """Which quotes may price an order. `stale_s` is market seconds."""

    stale_s: float
    delayed_allowed: bool


def quote_problem(quote: Quote | None, symbol: str, rule: QuoteRule, now: datetime) -> str | None:
    """Why this quote prices no order (R6), or None."""
    if quote is None:
        return f"{symbol} has no quote"
    if not usable(quote):
        return f"{symbol} quote {quote.bid} / {quote.ask} is crossed or not positive"
    if quote.kind is not QuoteKind.LIVE and not (rule.delayed_allowed and quote.kind is QuoteKind.DELAYED):
        return f"{symbol} quote is {quote.kind}, not {QuoteKind.LIVE}"
    age_s = seconds_between(quote.at, now)
    if age_s > rule.stale_s:
        return f"{symbol} quote is {seconds(age_s)} old, limit {seconds(rule.stale_s)}"
    return None


def instrument_known(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R20."""
    return no_card(want) if card_of(want, view) is None else None


def limit_order_for_the_day(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R21: every order is a limit order; its time in force ends with the day."""
    tif = want.terms.tif
    return None if tif == TIME_IN_FORCE else f"time in force {tif} is not allowed, only {TIME_IN_FORCE}"


def whole_quantity(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R2."""
    quantity = want.terms.quantity
    if quantity > 0 and quantity == quantity.to_integral_value():
        return None
    return f"quantity {number(quantity)} is not a whole number above 0"


def price_on_tick(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R4."""
    card, limit = card_of(want, view), want.terms.limit
    if card is None:
        return no_card(want)
    if limit > 0 and is_on_tick(limit, card.instrument.tick):
        return None
    return f"limit {limit} is not a positive multiple of the tick {card.instrument.tick}"


def session_open(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R22: by the instrument's own hours."""
    card = card_of(want, view)
    if card is None:
        return no_card(want)
    if session_at(card.hours, now) is not None:
        return None
    return f"{want.terms.symbol} has no open session at {now.isoformat()}"


def before_close_margin(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R22: nothing opens in the last minutes."""
    card = card_of(want, view)
    session = session_at(card.hours, now) if card is not None else None
    if session is None or not in_close_margin(session, now, view.close_margin_s):
        return None
    return (
        f"{want.terms.symbol} closes at {session.close_at.isoformat()}; "
        f"nothing opens in the last {seconds(view.close_margin_s)}"
    )


def quote_fresh(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R6."""
    rule = QuoteRule(stale_s=view.limits.quote_stale_s, delayed_allowed=view.delayed_allowed)
    return quote_problem(view.quotes.get(want.terms.con_id), want.terms.symbol, rule, now)


def inside_collar(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R4: a buy not too far above the middle, a sell not too far below. The cheap side needs no collar."""
    quote = view.quotes.get(want.terms.con_id)
    if quote is None or not usable(quote):
        return quote_fresh(want, view, now)
    beyond = distance_beyond(want.terms.side, want.terms.limit, quote.mid)
    if beyond <= view.limits.collar_fraction:
        return None
    where = "above" if want.terms.side is Side.BUY else "below"
    return (
        f"limit {want.terms.limit} is {percent(beyond)} {where} the middle {number(quote.mid)}, "
        f"collar {percent(view.limits.collar_fraction)}"
    )
