"""Risk's one-time leave for one order: how it is made, how it is checked. Nothing else reaches the wire.

The hash covers what would be sent and what risk judged it by. Left out are `origin_sync` and `valid_until`:
they say whether the wish may still be acted on, not what it is, and the journal checks both by themselves.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal

from hydra.core.instants import after_s, to_us
from hydra.values import OrderWant, Permit


def content_hash(want: OrderWant) -> str:
    """sha256 in hex over the canonical content: `1.50` and `1.5` are one price, an instant is its µs."""
    terms = want.terms
    parts = (
        want.order_ref,
        want.parent_ref,
        str(want.slice_n),
        str(want.attempt_n),
        want.purpose.value,
        want.episode,
        str(terms.con_id),
        terms.symbol,
        terms.side.value,
        _plain(terms.quantity),
        _plain(terms.limit),
        terms.tif,
        _plain(want.bid),
        _plain(want.ask),
        str(to_us(want.quote_at)),
        want.origin,
    )
    # the length before each part keeps "a|b" + "c" and "a" + "b|c" apart
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def permit_for(want: OrderWant, *, risk_sync: int, as_of_seq: int, now: datetime, ttl_s: float) -> Permit:
    """The leave for this order; it never outlives the wish."""
    return Permit(
        order_ref=want.order_ref,
        order_hash=content_hash(want),
        risk_sync=risk_sync,
        as_of_seq=as_of_seq,
        expires_at=min(after_s(now, ttl_s), want.valid_until),
    )


def check_permit(
    want: OrderWant, permit: Permit, *, now: datetime, risk_sync: int, gate_seq: int
) -> str | None:
    """Why this permit does not cover this order now, or None. It must know events up to `gate_seq`."""
    ref = want.order_ref
    if permit.order_ref != ref:
        return f"order {ref}: its permit is for order {permit.order_ref}"
    if permit.order_hash != content_hash(want):
        return f"order {ref}: its content is not what the permit was given for"
    if now >= permit.expires_at:
        return f"order {ref}: its permit expired at {permit.expires_at.isoformat()}, now is {now.isoformat()}"
    if permit.risk_sync != risk_sync:
        return f"order {ref}: its permit is of risk's sync {permit.risk_sync}, current is {risk_sync}"
    if permit.as_of_seq < gate_seq:
        known = permit.as_of_seq
        return f"order {ref}: its permit knew events up to {known}, what may trade changed at {gate_seq}"
    return None


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
