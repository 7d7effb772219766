"""A gateway at which something is wrong, and a client of it that speaks the wire."""

from __future__ import annotations

from decimal import Decimal

from hydra.gateway.faults import GatewayFault
from tests.gateway.raw_client import SECOND_US, Desktop, RawClient

FAR = Decimal("1.00")


def begin(
    desktop: Desktop,
    kind: str,
    *,
    target: str = "",
    amount: float = 0.0,
    in_s: float = 0.0,
    for_s: float = 0.0,
    dice: int = 0,
) -> GatewayFault:
    """Let it loose now; with `in_s`, when that has passed."""
    at_us = desktop.now_us + round(in_s * SECOND_US)
    fault = GatewayFault(kind=kind, at_us=at_us, for_us=round(for_s * SECOND_US), target=target, amount=amount, dice=dice)
    if in_s:
        desktop.gateway.expect(fault)
    else:
        desktop.gateway.inject(fault)
    desktop.deliver()
    return fault


def troubled(kind: str, *, target: str = "", amount: float = 0.0, dice: int = 0) -> tuple[Desktop, RawClient]:
    """A fault that is on, and a client that has just connected."""
    desktop = Desktop()
    client = desktop.client()
    begin(desktop, kind, target=target, amount=amount, dice=dice)
    return desktop, client


def hit(desktop: Desktop, kind: str, *, target: str = "", amount: float = 0.0) -> bool:
    """An instant, now; whether it found anything to hurt."""
    fault = GatewayFault(kind=kind, at_us=desktop.now_us, target=target, amount=amount)
    found = desktop.gateway.inject(fault)
    desktop.deliver()
    return found
