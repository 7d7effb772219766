"""Whether a signal comes in. It is judged as the one order that it would be, whole, so that slicing evades
no limit.

The first broken rule names the terminal state; the reason tells all of them. Nothing is clipped to fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.core import rules_book as book
from hydra.core import rules_market as market
from hydra.core import rules_state as state
from hydra.core.prices import passive, usable
from hydra.core.risk_view import RiskView, closing_signals, is_reducing
from hydra.core.rules import EVERY, OPENING, REDUCING, Scope
from hydra.core.wording import number
from hydra.values import ZERO, OrderTerms, OrderWant, Signal, SignalEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The signal may be routed, for this quantity."""

    quantity: Decimal
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The signal ends here."""

    end: SignalEnd
    reason: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`broken` says why a signal breaks it, or None; then the signal ends as `end`."""

    end: SignalEnd
    scope: Scope
    broken: Callable[[OrderWant, RiskView, datetime], str | None]


def one_exit_an_episode(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """Two exits of one position could sell it twice; a stop waits until the target's end is proven.

    Of two that came before either was judged, the earlier one counts as at work.
    """
    refs = list(view.book.signals)
    earlier = refs[: refs.index(want.parent_ref)] if want.parent_ref in view.book.signals else refs
    at_work = [
        ref
        for ref, record in view.book.signals.items()
        if _closes_the_same(record.signal, want) and (record.admitted is not None or ref in earlier)
    ]
    return f"{', '.join(at_work)} is already closing {want.episode}" if at_work else None


def _closes_the_same(signal: Signal, want: OrderWant) -> bool:
    return (
        is_reducing(signal.purpose)
        and signal.episode == want.episode
        and signal.signal_id != want.parent_ref
    )


def nothing_closes_it(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """What is being closed is not opened at the same time: our orders would meet."""
    closing = closing_signals(view.book, want.terms.symbol)
    return f"{', '.join(closing)} is closing {want.terms.symbol}" if closing else None


S = SignalEnd

CONDITIONS: tuple[Condition, ...] = (
    Condition(S.EXPIRED, EVERY, state.not_expired),
    Condition(S.REJECTED_BY_STATE, EVERY, state.trading_state),
    Condition(S.REJECTED_BY_STATE, EVERY, state.opening_balance),
    Condition(S.REJECTED_BY_STATE, OPENING, state.live_session),
    Condition(S.REJECTED_BY_STATE, OPENING, state.maintenance),
    Condition(S.REJECTED_BY_STATE, OPENING, state.clocks_agree),
    Condition(S.REJECTED_BY_STATE, EVERY, state.undisputed),
    Condition(S.REJECTED_BY_STATE, OPENING, state.verified),
    Condition(S.REJECTED_BY_CIRCUIT_BREAKER, OPENING, state.breakers_closed),
    Condition(S.REJECTED_BY_STATE, OPENING, state.equity_known),
    Condition(S.REJECTED_BY_STATE, EVERY, market.instrument_known),
    Condition(S.REJECTED_BY_STATE, EVERY, market.session_open),
    Condition(S.REJECTED_BY_STATE, OPENING, market.before_close_margin),
    Condition(S.REJECTED_BY_SIZING, EVERY, market.whole_quantity),
    Condition(S.REJECTED_BY_STATE, OPENING, market.quote_fresh),
    Condition(S.REJECTED_BY_STATE, OPENING, nothing_closes_it),
    Condition(S.REJECTED_BY_STATE, REDUCING, one_exit_an_episode),
    Condition(S.REJECTED_BY_STATE, REDUCING, book.same_episode),
    Condition(S.REJECTED_BY_SIZING, REDUCING, book.reduces),
    Condition(S.REJECTED_BY_LIMIT, OPENING, book.quantity_limit),
    Condition(S.REJECTED_BY_LIMIT, OPENING, book.notional_limit),
    Condition(S.REJECTED_BY_LIMIT, OPENING, book.volume_share),
)
"""Link, quote and comparison may recover while an exit waits, so they hold back only what opens."""


def admit(signal: Signal, view: RiskView, now: datetime) -> Admitted | Ended:
    """Judge one signal against everything risk knows."""
    if not signal.quantity.is_finite():
        reason = f"signal {signal.signal_id}: quantity {signal.quantity} is not a number"
        return Ended(end=SignalEnd.REJECTED_BY_SIZING, reason=reason)
    want = _as_order(signal, view)
    broken = [
        (condition.end, text)
        for condition in CONDITIONS
        if condition.scope.covers(signal.purpose) and (text := condition.broken(want, view, now)) is not None
    ]
    if broken:
        texts = "; ".join(dict.fromkeys(text for _, text in broken))
        return Ended(end=broken[0][0], reason=f"signal {signal.signal_id}: {texts}")
    size = f"{signal.purpose} {signal.side} {number(signal.quantity)} {signal.symbol}"
    return Admitted(quantity=signal.quantity, text=f"{size}: within all limits")


def _as_order(signal: Signal, view: RiskView) -> OrderWant:
    """The whole signal as one order at the middle of the quote; what is unknown is 0 and breaks a rule."""
    card = view.book.instruments.get(signal.symbol)
    instrument = card.instrument if card is not None else None
    quote = view.quotes.get(instrument.con_id) if instrument is not None else None
    limit = ZERO
    if instrument is not None and instrument.tick > 0 and quote is not None and usable(quote):
        limit = passive(signal.side, quote.mid, instrument.tick)
    return OrderWant(
        order_ref=signal.signal_id,
        parent_ref=signal.signal_id,
        slice_n=0,
        attempt_n=0,
        purpose=signal.purpose,
        episode=signal.episode,
        terms=OrderTerms(
            con_id=instrument.con_id if instrument is not None else 0,
            symbol=signal.symbol,
            side=signal.side,
            quantity=signal.quantity,
            limit=limit,
            tif=market.TIME_IN_FORCE,
        ),
        bid=quote.bid if quote is not None else ZERO,
        ask=quote.ask if quote is not None else ZERO,
        quote_at=quote.at if quote is not None else signal.at,
        origin=signal.source,
        origin_sync=view.sync,
        valid_until=signal.valid_until,
    )
