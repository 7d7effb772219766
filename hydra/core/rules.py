"""The rules of the gate as one table, in the order a person would ask. Ids: docs of risk rules, R1 to R43.

R1 is not here: it is the permit itself (`permits`). R11 and R26 are how every rule counts and fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hydra.core import rules_book as book
from hydra.core import rules_market as market
from hydra.core import rules_state as state
from hydra.core.risk_view import RiskView, is_reducing
from hydra.values import OrderWant, Purpose


class Scope(Enum):
    """Which orders a rule judges. Rules on exposure never hold back an order that only reduces."""

    EVERY = "every order"
    OPENING = "orders that may add exposure"
    REDUCING = "orders that may only reduce"

    def covers(self, purpose: Purpose) -> bool:
        """Whether an order of this purpose is judged."""
        return self is Scope.EVERY or (self is Scope.REDUCING) == is_reducing(purpose)


@dataclass(frozen=True, slots=True)
class Rule:
    """`broken` says why an order breaks the rule, or None."""

    rule_id: str
    title: str
    scope: Scope
    broken: Callable[[OrderWant, RiskView, datetime], str | None]


EVERY, OPENING, REDUCING = Scope.EVERY, Scope.OPENING, Scope.REDUCING

RULES: tuple[Rule, ...] = (
    Rule("R25", "trading state", EVERY, state.trading_state),
    Rule("R25", "opening balance", EVERY, state.opening_balance),
    Rule("R25", "live session", EVERY, state.live_session),
    Rule("R25", "maintenance window", EVERY, state.maintenance),
    Rule("R25", "gateway's clock", OPENING, state.clocks_agree),
    Rule("R25", "still wanted", EVERY, state.not_expired),
    Rule("R25", "no dispute", EVERY, state.undisputed),
    Rule("R25", "verified symbol", EVERY, state.verified),
    Rule("R15", "circuit breakers", OPENING, state.breakers_closed),
    Rule("R15", "equity known", OPENING, state.equity_known),
    Rule("R20", "known instrument", EVERY, market.instrument_known),
    Rule("R22", "open session", EVERY, market.session_open),
    Rule("R22", "close margin", OPENING, market.before_close_margin),
    Rule("R21", "order type", EVERY, market.limit_order_for_the_day),
    Rule("R2", "whole quantity", EVERY, market.whole_quantity),
    Rule("R4", "price on tick", EVERY, market.price_on_tick),
    Rule("R6", "reference price", EVERY, market.quote_fresh),
    Rule("R4", "price collar", EVERY, market.inside_collar),
    Rule("R9", "new order", EVERY, book.new_order),
    Rule("R9", "one attempt a slice", EVERY, book.one_attempt_a_slice),
    Rule("R27", "parent", EVERY, book.belongs_to_parent),
    Rule("R27", "parent's remainder", EVERY, book.within_parent),
    Rule("R5", "price chase", OPENING, book.within_chase),
    Rule("R12", "same episode", REDUCING, book.same_episode),
    Rule("R12", "only reduces", REDUCING, book.reduces),
    Rule("R24", "own orders do not meet", EVERY, book.no_self_cross),
    Rule("R2", "order size", OPENING, book.quantity_limit),
    Rule("R3", "order value", OPENING, book.notional_limit),
    Rule("R2", "share of volume", OPENING, book.volume_share),
    Rule("R7", "working orders", OPENING, book.order_count),
)
