"""What can be wrong with a gateway, by name: the same table serves `hydra gateway --fault` and simulations.

A fault is data. Its kind is a row (`FaultSpec`): what it does when it begins and ends, which requests it answers instead
of the gateway, which messages it withholds or tells otherwise. The ledger stays the truth under every fault: what a
fault hides, the store still knows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydra.gateway.floor import Floor
    from hydra.gateway.session import Session

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFault:
    """`target` and `amount` mean what the kind says. Instants are market microseconds; a lasting fault with `for_us` of 0
    is on until it is lifted. Other `dice` make another choice of victims.
    """

    kind: str
    at_us: int
    for_us: int = 0
    target: str = ""
    amount: float = 0.0
    dice: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a session, on its way from or to its client."""

    floor: Floor
    session: Session
    name: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A message on its way past a fault that is on; `chance` is the fault's own dice."""

    message: Message
    fault: GatewayFault
    chance: random.Random

    @property
    def floor(self) -> Floor:
        return self.message.floor

    @property
    def session(self) -> Session:
        return self.message.session

    @property
    def name(self) -> str:
        return self.message.name

    @property
    def values(self) -> Values:
        return self.message.values

    def later(self, delay_s: float) -> None:
        """Let this outgoing message go, so many market seconds from now; no fault touches it again."""
        message = self.message
        message.floor.later(delay_s, lambda: message.session.deliver(message.name, message.values))


Taken = Callable[[Passage], bool]
"""Whether the fault has dealt with the message: then it goes no further by itself."""

Change = Callable[["Floor", GatewayFault, random.Random], bool]
"""What happens at once when a fault begins or ends; False when it found nothing to hurt."""

ANY = "*"
"""In a table of messages: those that have no row of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSpec:
    """`sentence` tells a person what happens; `amount` what the number means, `target` what it chooses; empty if nothing.
    Without `choices` a target is free text; an empty target is always allowed.

    `requests` are messages of clients by name, `answers` and `news` messages to them: what they asked for, and what
    nobody asked for. `begin` alone makes an instant.
    """

    kind: str
    sentence: str
    lasts: bool
    target: str = ""
    choices: tuple[str, ...] = ()
    amount: str = ""
    begin: Change | None = None
    end: Change | None = None
    requests: Mapping[str, Taken] = field(default_factory=dict)
    answers: Mapping[str, Taken] = field(default_factory=dict)
    news: Mapping[str, Taken] = field(default_factory=dict)


class Troubles:
    """The faults that are on now, each with a stream of chance of its own: no fault moves another one's dice."""

    def __init__(self, seed: int, specs: Mapping[str, FaultSpec]) -> None:
        self.specs = specs
        self.kept: dict[GatewayFault, Any] = {}
        """What a fault that is on has to remember, until it ends."""
        self.struck_n: dict[GatewayFault, int] = {}
        """How many messages each lasting fault has dealt with so far, or whether an instant found its victim: 1 or 0."""
        self._seed = seed
        self._on: list[GatewayFault] = []
        self._chances: dict[GatewayFault, random.Random] = {}

    def spec_of(self, fault: GatewayFault) -> FaultSpec:
        """Raises ValueError when there is no such kind, or it cannot have this target."""
        spec = self.specs.get(fault.kind)
        if spec is None:
            raise ValueError(f"no gateway fault is called {fault.kind}; there are {', '.join(self.specs)}")
        if spec.choices and fault.target not in ("", *spec.choices):
            raise ValueError(f"{fault.kind} has no target {fault.target!r}; there are {', '.join(spec.choices)}")
        return spec

    def begin(self, floor: Floor, fault: GatewayFault) -> bool:
        """An instant happens; a lasting fault is on from now. Whether it found anything to hurt."""
        spec = self.spec_of(fault)
        if spec.lasts and fault not in self._on:
            self._on.append(fault)
        self.struck_n.setdefault(fault, 0)  # its beginning may send messages that it deals with
        has_victim = spec.begin is None or spec.begin(floor, fault, self.chance(fault))
        self.struck_n[fault] += has_victim and not spec.lasts
        return has_victim

    def end(self, floor: Floor, fault: GatewayFault) -> None:
        """It is over; one that is not on is no matter."""
        if fault not in self._on:
            return
        self._on.remove(fault)
        finish = self.specs[fault.kind].end
        if finish is not None:
            finish(floor, fault, self.chance(fault))
        self.kept.pop(fault, None)

    @property
    def on(self) -> tuple[GatewayFault, ...]:
        """The faults that are on, oldest first."""
        return tuple(self._on)

    @property
    def is_quiet(self) -> bool:
        return not self._on

    def of(self, kind: str) -> GatewayFault | None:
        """The latest fault of this kind that is on; None, and next to nothing to pay, while there is none."""
        return next((fault for fault in reversed(self._on) if fault.kind == kind), None)

    def chance(self, fault: GatewayFault) -> random.Random:
        """This fault's own dice."""
        known = self._chances.get(fault)
        if known is None:
            known = self._chances[fault] = random.Random(f"{self._seed}/fault/{fault}")
        return known

    def takes(self, message: Message) -> bool:
        """Whether some fault deals with this request, instead of the gateway."""
        for fault in self.on:
            rules = self.specs[fault.kind].requests
            if rules and self._acts(rules, fault, message):
                return True
        return False

    def withholds(self, message: Message, *, is_news: bool) -> bool:
        """Whether some fault deals with this message to a client: it is lost, late, or told otherwise."""
        for fault in self.on:
            spec = self.specs[fault.kind]
            rules = spec.news if is_news else spec.answers
            if rules and self._acts(rules, fault, message):
                return True
        return False

    def _acts(self, rules: Mapping[str, Taken], fault: GatewayFault, message: Message) -> bool:
        rule = rules.get(message.name) or rules.get(ANY)
        has_acted = rule is not None and rule(Passage(message=message, fault=fault, chance=self.chance(fault)))
        self.struck_n[fault] += has_acted
        return has_acted


def table(*specs: FaultSpec) -> Mapping[str, FaultSpec]:
    """Fault kinds by name. Raises ValueError when a name is there twice."""
    named: dict[str, FaultSpec] = {}
    for spec in specs:
        if spec.kind in named:
            raise ValueError(f"two gateway faults are called {spec.kind}")
        named[spec.kind] = spec
    return named
