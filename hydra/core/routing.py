"""Turns an admitted signal into a parent order: which child works it, in which slices and steps, until when.

The plan is made once and recorded; after any restart the child works the recorded plan, not a new one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.config.trading import RoutingConfig
from hydra.core import patience, twap
from hydra.core.instants import after_s, seconds_between
from hydra.core.prices import usable
from hydra.core.risk_view import is_reducing
from hydra.core.sessions import next_session, session_at
from hydra.core.wording import seconds
from hydra.records import InstrumentCard, SignalRecord
from hydra.values import ChildKind, ParentOrder, PatienceStep, Quote, SessionHours, Signal, Slice

HORIZON_MIN_S = 10.0
URGENT_HORIZON_S = 600.0
PATIENCE_SLACK = 2.0
"""A patient parent may take so many times its resting time: quotes, answers and proofs take time too."""
REDUCING_CLOSE_MARGIN_S = 10.0
"""What only reduces may work nearly until the close; a stop must not wait a night for a margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is known of one instrument at `now`."""

    card: InstrumentCard | None
    quote: Quote | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unroutable:
    """No parent can be made. `for_now`: waiting may help while the signal is valid."""

    reason: str
    for_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    card: InstrumentCard
    quote: Quote
    start: datetime
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schedule:
    slices: tuple[Slice, ...]
    steps: tuple[PatienceStep, ...]
    ends_at: datetime


def choose_kind(
    quantity: Decimal, average_daily_volume: Decimal | None, cfg: RoutingConfig
) -> tuple[ChildKind, Decimal | None]:
    """Which child, and the participation: TWAP from a share of the volume on; unknown volume is patience."""
    if average_daily_volume is None or average_daily_volume <= 0:
        return ChildKind.PATIENCE, None
    participation = quantity / average_daily_volume
    sliced = participation >= cfg.participation_twap_min
    return (ChildKind.TWAP if sliced else ChildKind.PATIENCE), participation


def plan_parent(
    record: SignalRecord, market: Market, cfg: RoutingConfig, rng: random.Random
) -> ParentOrder | Unroutable:
    """The parent order of an admitted signal. Urgent signals are worked at once, whatever their size."""
    signal, quantity = record.signal, record.admitted
    if quantity is None:
        return Unroutable(reason=f"signal {signal.signal_id} was not admitted by risk", for_now=True)
    room = _room(signal, market, cfg)
    if isinstance(room, Unroutable):
        return room
    kind, participation = choose_kind(quantity, room.card.average_daily_volume, cfg)
    if signal.urgent:
        kind = ChildKind.PATIENCE
    plan = _twap(quantity, room, cfg, rng) if kind is ChildKind.TWAP else _patience(quantity, room, signal, cfg)
    return ParentOrder(
        parent_ref=signal.signal_id,
        signal_id=signal.signal_id,
        kind=kind,
        con_id=room.card.instrument.con_id,
        symbol=signal.symbol,
        side=signal.side,
        quantity=quantity,
        purpose=signal.purpose,
        episode=signal.episode,
        urgent=signal.urgent,
        arrival_price=room.quote.mid,
        participation=participation,
        slices=plan.slices,
        steps=plan.steps,
        opened_at=market.now,
        ends_at=plan.ends_at,
    )


def _room(signal: Signal, market: Market, cfg: RoutingConfig) -> _Room | Unroutable:
    """The time there is to work it, or why there is none."""
    card, quote = market.card, market.quote
    if card is None:
        return Unroutable(reason=f"{signal.symbol} is not a qualified instrument", for_now=True)
    if quote is None or not usable(quote):
        return Unroutable(reason=f"{signal.symbol} has no usable quote to plan by", for_now=True)
    session = session_at(card.hours, market.now)
    if session is None:
        return _closed(signal, card, market.now)
    latest = _latest_end(signal, session, cfg)
    room_s = seconds_between(market.now, latest)
    if room_s < HORIZON_MIN_S:
        left, needed = seconds(max(0.0, room_s)), seconds(HORIZON_MIN_S)
        reason = f"{signal.symbol}: {left} are left before the close, {needed} needed"
        return Unroutable(reason=reason, for_now=False)
    return _Room(card=card, quote=quote, start=market.now, latest=latest)


def _closed(signal: Signal, card: InstrumentCard, now: datetime) -> Unroutable:
    following = next_session(card.hours, now)
    soon = following is not None and following.open_at < signal.valid_until
    return Unroutable(reason=f"{signal.symbol} has no open session at {now.isoformat()}", for_now=soon)


def _latest_end(signal: Signal, session: SessionHours, cfg: RoutingConfig) -> datetime:
    margin_s = cfg.close_margin_s
    if is_reducing(signal.purpose):
        margin_s = min(margin_s, REDUCING_CLOSE_MARGIN_S)
    return after_s(session.close_at, -margin_s)


def _twap(quantity: Decimal, room: _Room, cfg: RoutingConfig, rng: random.Random) -> _Schedule:
    horizon_s = min(cfg.twap_duration_s, seconds_between(room.start, room.latest))
    jitter = float(cfg.twap_jitter)
    made = twap.slices(
        quantity, n=cfg.twap_slices, start=room.start, horizon_s=horizon_s, jitter=jitter, rng=rng
    )
    steps = patience.fitted(patience.steps(cfg.patience_steps_s), horizon_s / len(made) * (1 - jitter))
    return _Schedule(slices=made, steps=steps, ends_at=after_s(room.start, horizon_s))


def _patience(quantity: Decimal, room: _Room, signal: Signal, cfg: RoutingConfig) -> _Schedule:
    steps = patience.urgent_steps() if signal.urgent else patience.steps(cfg.patience_steps_s)
    horizon_s = URGENT_HORIZON_S if signal.urgent else patience.total_s(steps) * PATIENCE_SLACK
    return _Schedule(
        slices=(Slice(slice_n=1, quantity=quantity, due_at=room.start),),
        steps=steps,
        ends_at=min(room.latest, after_s(room.start, horizon_s)),
    )
