"""How often what goes wrong in one run: each kind of fault is switched off in half of them (swarm testing)."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Chances: per crash point, per step, per message, per order, per step."""

    crash: float
    process_crash: float
    socket_loss: float
    mute: float
    reject: float
    fill: float
    busy: float
    operator: float

    def __str__(self) -> str:
        return ", ".join(f"{one.name} {getattr(self, one.name):.4f}" for one in fields(self))


def weather(rng: random.Random) -> Weather:
    return Weather(
        crash=_sometimes(rng, 0.002, 0.03),
        process_crash=_sometimes(rng, 0.0005, 0.005),
        socket_loss=_sometimes(rng, 0.002, 0.05),
        mute=_sometimes(rng, 0.02, 0.4),
        reject=_sometimes(rng, 0.05, 0.3),
        fill=rng.choice([0.01, 0.05, 0.2]),
        busy=rng.choice([0.02, 0.1, 0.4]),
        operator=_sometimes(rng, 0.001, 0.01),
    )


def _sometimes(rng: random.Random, low: float, high: float) -> float:
    rate = low * (high / low) ** rng.random()
    return rate if rng.random() < 0.5 else 0.0
