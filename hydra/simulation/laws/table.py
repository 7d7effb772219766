"""The laws by number: what each says, who judges it, and when it can be judged.

S15 (no actor blocks: no ask, no lock, no sleep inside a turn) is a law over source text, held by tests/test_architecture.py.
M1 to M4 are laws over many runs: `hydra chaos` and its tests hold them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hydra.simulation.laws import actors, books, gates, limits, liveness
from hydra.simulation.laws.evidence import Evidence

When = Literal["always", "at rest", "after faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """`when` is the earliest moment at which it says all it has to say; before that it says only what is certain."""

    law_id: str
    when: When
    judge: Callable[[Evidence], Iterable[str]]

    @property
    def sentence(self) -> str:
        """What it demands: the docstring of the function, without its number."""
        text = " ".join((self.judge.__doc__ or "").split())
        return text.removeprefix(f"{self.law_id}: ")


def _table(*laws: Law) -> Mapping[str, Law]:
    return {law.law_id: law for law in laws}


LAWS: Mapping[str, Law] = _table(
    Law(law_id="S1", when="always", judge=books.one_order_an_intent),
    Law(law_id="S2", when="always", judge=books.fills_once),
    Law(law_id="S3", when="at rest", judge=books.books_agree),
    Law(law_id="S4", when="always", judge=limits.within_limits),
    Law(law_id="S5", when="always", judge=gates.only_when_allowed),
    Law(law_id="S6", when="always", judge=limits.within_parent),
    Law(law_id="S7", when="at rest", judge=books.written_ahead),
    Law(law_id="S8", when="always", judge=actors.no_stale_effect),
    Law(law_id="S9", when="always", judge=actors.one_life_an_address),
    Law(law_id="S10", when="always", judge=actors.supervised_as_otp_does),
    Law(law_id="S11", when="at rest", judge=actors.asks_end),
    Law(law_id="S12", when="at rest", judge=actors.letters_accounted_for),
    Law(law_id="S13", when="always", judge=actors.clocks_go_on),
    Law(law_id="S14", when="always", judge=actors.well_paced),
    Law(law_id="S16", when="at rest", judge=books.money_adds_up),
    Law(law_id="L1", when="after faults", judge=liveness.everybody_up),
    Law(law_id="L2", when="after faults", judge=liveness.in_touch),
    Law(law_id="L3", when="after faults", judge=liveness.signals_end),
    Law(law_id="L4", when="after faults", judge=liveness.flat_when_told),
    Law(law_id="L5", when="after faults", judge=liveness.mailboxes_drain),
    Law(law_id="L6", when="after faults", judge=liveness.journal_keeps_up),
    Law(law_id="L7", when="at rest", judge=liveness.escalations_alarm),
    Law(law_id="L8", when="always", judge=liveness.time_goes_on),
)


def broken(evidence: Evidence) -> Iterator[str]:
    """Every violation, in the order of the laws; each is a sentence that begins with the law's number."""
    for law in LAWS.values():
        yield from law.judge(evidence)
