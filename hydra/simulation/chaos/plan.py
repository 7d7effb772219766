"""A hunted world as data: everything that decides it, to be printed, stored, replayed and shrunk. Nothing here acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from hydra.errors import UsageError
from hydra.gateway.instants import clock_text
from hydra.runtime.schedule import Hold
from hydra.simulation.faults.base import Fault
from hydra.simulation.faults.catalogue import KINDS
from hydra.version import VERSION

Workload = Literal["calm", "busy", "restless"]
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosPlan:
    """The same plan gives the same world, whatever the process.

    It begins at the market instant `begins_us` and suffers its faults for `minutes` of market time; then they stop, and it
    must come to rest, unless `recovers` is false: then the gateway never returns. `knobs` are configuration values by
    `section.key`; `holds` delay channels of a schedule that was shrunk (policy "hold").
    """

    seed: int
    begins_us: int
    minutes: float
    workload: Workload
    quote_interval_s: int
    policy: str = "fifo"
    holds: tuple[Hold, ...] = ()
    knobs: Mapping[str, int | float] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    recovers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A plan as it is kept: with what came of it, by which version of hydra. Another version may give another digest."""

    plan: ChaosPlan
    violations: tuple[str, ...] = ()
    digest: str = ""
    version: str = VERSION
    format: int = FORMAT


def encode(record: Record) -> bytes:
    """JSON for people: two spaces."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def decode(text: bytes, name: str) -> Record:
    """What `encode` wrote. Raises UsageError, naming the file, when it is no plan of this version."""
    try:
        record = msgspec.json.decode(text, type=Record)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{name} is not a plan of faults: {error}") from error
    if record.format != FORMAT:
        raise UsageError(f"{name} is a plan of format {record.format}; this version of hydra reads {FORMAT}")
    unknown = sorted({fault.kind for fault in record.plan.faults} - KINDS.keys())
    if unknown:
        raise UsageError(f"{name} has faults of unknown kinds: {', '.join(unknown)}")
    return record


def read(path: Path) -> Record:
    """The record of a file. Raises UsageError with its name."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"the plan {path} cannot be read: {error.strerror}") from error
    return decode(text, str(path))


def described(plan: ChaosPlan) -> list[str]:
    """The options of a plan, a line each, faults in order of time."""
    knobs = ", ".join(f"{key} = {value:g}" for key, value in sorted(plan.knobs.items())) or "as configured"
    return [
        f"seed      {plan.seed}",
        f"begins    {clock_text(plan.begins_us)}, {plan.minutes:g} market minutes under faults",
        f"workload  {plan.workload}, a quote every {plan.quote_interval_s} s",
        f"schedule  {plan.policy}" + (f", {len(plan.holds)} holds" if plan.holds else ""),
        f"knobs     {knobs}",
        f"recovers  {'yes' if plan.recovers else 'no: the gateway never returns'}",
        f"faults    {len(plan.faults)}",
        *(f"  {told(fault)}" for fault in sorted(plan.faults, key=lambda fault: fault.at_s)),
    ]


def told(fault: Fault) -> str:
    """One fault in a line."""
    parts = [f"{fault.at_s:9.3f} s  {fault.kind}"]
    if fault.target:
        parts.append(fault.target)
    if fault.amount:
        parts.append(f"{fault.amount:g}")
    if fault.for_s:
        parts.append(f"for {fault.for_s:g} s")
    return " ".join(parts)
