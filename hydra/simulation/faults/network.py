"""What a network can suffer, by name: rows 11 to 17 of the catalogue. It only joins the tables beside it."""

from __future__ import annotations

from hydra.simulation.faults import network_bytes, network_doors, network_lines
from hydra.simulation.faults.base import Kind

KINDS: tuple[Kind, ...] = (*network_doors.KINDS, *network_lines.KINDS, *network_bytes.KINDS)
