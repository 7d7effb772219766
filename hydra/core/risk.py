"""The gate: every order passes all rules or is refused with all it breaks. It reads no clock and sends
nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hydra.core.permits import permit_for
from hydra.core.risk_view import RiskView
from hydra.core.rules import RULES
from hydra.values import OrderWant, Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The order may be committed with this permit, once."""

    permit: Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One broken rule."""

    rule_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing is sent. `breaches` are all broken rules, in the table's order."""

    order_ref: str
    breaches: tuple[Breach, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Whole sentences for people and the journal; what several rules lack is said once."""
        texts = dict.fromkeys(breach.text for breach in self.breaches)
        first = {breach.text: breach.rule_id for breach in reversed(self.breaches)}
        return tuple(f"order {self.order_ref}: {text} ({first[text]})" for text in texts)


def gate(want: OrderWant, view: RiskView, now: datetime) -> Approved | Refused:
    """Judge one order against everything risk knows."""
    breaches = _malformed(want) or tuple(
        Breach(rule_id=rule.rule_id, title=rule.title, text=text)
        for rule in RULES
        if rule.scope.covers(want.purpose) and (text := rule.broken(want, view, now)) is not None
    )
    if breaches:
        return Refused(order_ref=want.order_ref, breaches=breaches)
    permit = permit_for(
        want, risk_sync=view.sync, as_of_seq=view.book.seq, now=now, ttl_s=view.limits.permit_ttl_s
    )
    return Approved(permit=permit)


def _malformed(want: OrderWant) -> tuple[Breach, ...]:
    """NaN and infinity cannot be compared, so no other rule is asked (R26)."""
    figures = {"quantity": want.terms.quantity, "limit": want.terms.limit, "bid": want.bid, "ask": want.ask}
    return tuple(
        Breach(rule_id="R26", title="numbers", text=f"{name} {figure} is not a number")
        for name, figure in figures.items()
        if not figure.is_finite()
    )
