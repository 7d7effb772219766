"""What a hunt has to tell: figures for a program, lines for a person. Pure."""

from __future__ import annotations

import textwrap

from hydra.simulation.chaos.campaign import Tally
from hydra.simulation.chaos.plan import described
from hydra.simulation.chaos.result import ChaosResult

TRACE_SHOWN_MAX = 160
ITEMS_SHOWN_MAX = 24


def figures(tally: Tally) -> dict[str, object]:
    """One object for JSON. `failed` is how many seeds broke a law (a hunt ends with the first), `faults` counts those that
    found something to hurt, `sometimes` in how many worlds a rare place was reached."""
    failure = tally.failure
    return {
        "seeds": tally.seeds,
        "failed": 0 if failure is None else 1,
        "virtual_h_per_wall_h": round(tally.virtual_h_per_wall_h),
        "faults": tally.hits,
        "sometimes": dict(sorted(tally.sometimes.items())),
        "never": list(tally.never),
        "virtual_h": round(tally.market_s / 3600.0, 1),
        "wall_s": round(tally.wall_s, 1),
        "orders": tally.orders,
        "fills": tally.fills,
        "processes": tally.processes,
        "failing_seed": None if failure is None else failure.plan.seed,
        "violations": [] if failure is None else list(failure.violations),
    }


def summary(tally: Tally) -> str:
    """The end of a hunt, for a person."""
    faults = [f"{kind} {count}" for kind, count in sorted(tally.hits.items(), key=lambda item: (-item[1], item[0]))]
    places = [f"{label} {count}" for label, count in sorted(tally.sometimes.items(), key=lambda item: (-item[1], item[0]))]
    speed = f"{tally.virtual_h_per_wall_h:,.0f} virtual hours in each of the wall"
    lines = (
        f"{tally.seeds} worlds, {tally.market_s / 3600.0:,.1f} virtual hours in {tally.wall_s:,.0f} s: {speed}",
        f"orders     {tally.orders}, fills {tally.fills}, processes {tally.processes}",
        *_listed("faults", f"{sum(tally.hits.values())} found something to hurt", faults),
        *_listed("sometimes", f"{len(places)} rare places were reached, in so many worlds", places),
        *_listed("never", "rare places not reached, faults that hurt nothing", list(tally.never)),
    )
    return "\n".join(lines)


def _listed(name: str, what: str, items: list[str]) -> list[str]:
    """A heading, then the first items in lines of a terminal's width."""
    shown = items[:ITEMS_SHOWN_MAX]
    left = len(items) - len(shown)
    text = ", ".join(shown) + (f", and {left} more (--json names all)" if left else "")
    body = textwrap.wrap(text or "nothing", width=100, initial_indent=" " * 11, subsequent_indent=" " * 11)
    return [f"{name:<11}{what}:", *body]


def failure_text(result: ChaosResult, replay: str) -> str:
    """Why a world failed, what it takes, and how to see it again."""
    return "\n".join(
        (
            f"SEED {result.plan.seed} FAILED after {result.broke_at_s:,.3f} virtual seconds",
            *(f"BROKEN    {violation}" for violation in result.violations),
            "",
            "the last lines of the trace",
            *(f"  {line[:TRACE_SHOWN_MAX]}" for line in result.tail),
            "",
            "the smallest plan that still fails",
            *(f"  {line}" for line in described(result.plan)),
            "",
            f"replay it: {replay}",
        )
    )
