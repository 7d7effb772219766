"""What actors can suffer, by name: rows 1 to 9 and 31 of the catalogue. It only joins the tables beside it."""

from __future__ import annotations

from hydra.simulation.faults import actor_crashes, actor_deaths, actor_delays
from hydra.simulation.faults.base import Kind

KINDS: tuple[Kind, ...] = (*actor_deaths.KINDS, *actor_crashes.KINDS, *actor_delays.KINDS)
