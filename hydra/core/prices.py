"""Limit prices on the tick: passive ones round away from the market, crossing ones never past their bound."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from hydra.values import Quote, Side


def round_down(price: Decimal, tick: Decimal) -> Decimal:
    """The highest price on the tick that is not above this one."""
    return (price / tick).to_integral_value(ROUND_FLOOR) * tick


def round_up(price: Decimal, tick: Decimal) -> Decimal:
    """The lowest price on the tick that is not below this one."""
    return (price / tick).to_integral_value(ROUND_CEILING) * tick


def is_on_tick(price: Decimal, tick: Decimal) -> bool:
    """Whether the exchange would accept this price increment."""
    return tick > 0 and price % tick == 0


def passive(side: Side, price: Decimal, tick: Decimal) -> Decimal:
    """Rounded so that we pay no more and receive no less than asked: a buy down, a sell up."""
    return round_down(price, tick) if side is Side.BUY else round_up(price, tick)


def toward_market(side: Side, price: Decimal, tick: Decimal) -> Decimal:
    """Rounded so that it reaches at least as far as asked: a buy up, a sell down."""
    return round_up(price, tick) if side is Side.BUY else round_down(price, tick)


def far_touch(side: Side, quote: Quote) -> Decimal:
    """The price at which this side trades at once: the ask for a buy, the bid for a sell."""
    return quote.ask if side is Side.BUY else quote.bid


def crossing(side: Side, quote: Quote, *, beyond: Decimal, tick: Decimal) -> Decimal:
    """A marketable limit: at most the fraction `beyond` past the far touch, and never short of it."""
    touch = far_touch(side, quote)
    bound = passive(side, touch * (1 + side.sign * beyond), tick)
    reach = toward_market(side, touch, tick)
    return max(bound, reach) if side is Side.BUY else min(bound, reach)


def distance_beyond(side: Side, limit: Decimal, reference: Decimal) -> Decimal:
    """How far a limit lies past a reference on the costly side, as a fraction; negative on the cheap side."""
    return (limit - reference) * side.sign / reference


def usable(quote: Quote) -> bool:
    """Whether both sides are positive numbers that do not cross. Says nothing about age or kind."""
    return quote.bid.is_finite() and quote.ask.is_finite() and 0 < quote.bid <= quote.ask
