"""A reference model of OTP's supervisor, from its documentation, to which the lives of a process are held. Pure.

Sources: stdlib `supervisor` and "Supervision Principles": children start from left to right and stop from right to left; a
failed first start rolls back; permanent children are always restarted, transient ones after an abnormal end, temporary ones
never; at most MaxR restarts within MaxT seconds, both ends included, or all children and then the supervisor end;
one_for_one concerns the one, rest_for_one those that started after it too, one_for_all all. Two words of our own:
children added at run time belong to nobody's group and are forgotten when they are stopped with one; one with an account of
its own (`give_up_after`) does not count against the supervisor's. It decides nothing and knows nothing of how hydra decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from hydra.runtime.spec import ChildSpec, Restart, Strategy, SupervisorSpec

ORDERLY = ("normal", "shutdown")
PATIENCE_US = 120_000_000
"""A supervisor takes one step at a time, and each may take its whole timeout."""


class What(Enum):
    """What can be seen of a tree from outside."""

    LAUNCHED = auto()
    STARTED = auto()
    ENDED = auto()
    RESTARTING = auto()
    GAVE_UP = auto()
    ESCALATED = auto()
    TOLD_TO_END = auto()
    TOLD_TO_STOP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One of them. `kind` and `text` are the reason of an end; `supervisor` is told at a launch."""

    now_us: int
    what: What
    name: str
    incarnation: int
    supervisor: str = ""
    kind: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """`bystander`: somebody was ended who had nothing to do with it (S9); else the model says otherwise (S10)."""

    text: str
    bystander: bool = False


def wrong_in(happened: Iterable[Happened], root: SupervisorSpec) -> Iterator[Wrong]:
    """Everything that OTP would not have done."""
    specs = {spec.name: spec for spec in _supervisors(root)}
    models: dict[str, Model] = {}
    parent_of: dict[str, str] = {}
    now_us = 0
    for one in happened:
        if one.what is What.LAUNCHED:
            parent_of[one.name] = one.supervisor
            if one.name in specs:
                models[one.name] = Model(specs[one.name])
        for concerned in (models.get(one.name), models.get(parent_of.get(one.name, ""))):
            if concerned is not None:
                yield from concerned.hear(one)
        now_us = one.now_us
    for model in models.values():
        yield from model.forgotten(now_us)


def _supervisors(spec: ChildSpec | SupervisorSpec) -> Iterator[SupervisorSpec]:
    if isinstance(spec, SupervisorSpec):
        yield spec
        for child in spec.children:
            yield from _supervisors(child)


class Model:
    """One incarnation of one supervisor: what it may and must do next."""

    def __init__(self, spec: SupervisorSpec) -> None:
        """`owed` are ends that ask for a decision; `taken` whom a decided restart takes along, `due` whom it starts again,
        `rising` whom it has launched, each by the one whose failure it was; `down_us` since when whom it owes is down."""
        self.spec = spec
        self.static = {child.name: child for child in spec.children}
        self.order = [child.name for child in spec.children]
        self.live: dict[str, int] = {}
        self.up: dict[str, None] = {}
        self.owed: dict[str, None] = {}
        self.taken: dict[str, str] = {}
        self.due: dict[str, str] = {}
        self.rising: dict[str, str] = {}
        self.down_us: dict[str, int] = {}
        self.to_stop: dict[str, None] = {}
        self.escalating: dict[str, None] = {}
        self.given_up: dict[str, None] = {}
        self.times_us: tuple[int, ...] = ()
        self.is_starting, self.is_ending, self.is_over = True, False, False

    def hear(self, one: Happened) -> Iterator[Wrong]:
        """What is wrong about this, if anything."""
        if one.name == self.spec.name:
            yield from self._about_me(one)
        elif not self.is_over or one.what is What.ENDED:
            yield from self._about_a_child(one)

    def _about_me(self, one: Happened) -> Iterator[Wrong]:
        match one.what:
            case What.STARTED:
                self.is_starting = False
                missing = [name for name in self.static if name not in self.up and name not in self.owed]
                if missing:
                    yield self._wrong(one, f"has started, but {', '.join(missing)} has not")
            case What.TOLD_TO_END:
                yield from self.forgotten(one.now_us)
                self.is_ending = True
            case What.ESCALATED:
                self.is_ending = True
                yield from self._gives_up(one)
            case What.ENDED:
                self.is_over = True
                if self.live and one.kind in ORDERLY:
                    yield self._wrong(one, f"ended before {', '.join(self.live)}")
                if one.kind in ORDERLY and not self.is_ending:
                    yield self._wrong(one, "ended, but nobody had told it to")

    def forgotten(self, now_us: int) -> Iterator[Wrong]:
        """Whom it should have started again long ago."""
        if self.is_ending or self.is_over:
            return
        patience_us = PATIENCE_US + round(2e6 * self.spec.backoff.max_s)
        for name, since_us in self.down_us.items():
            if now_us - since_us > patience_us:
                text = f"{self.spec.name} has not started {name} again, which ended at {since_us} us, by {now_us} us"
                yield Wrong(text=text)

    def _gives_up(self, one: Happened) -> Iterator[Wrong]:
        """Only beyond the intensity, and it must be somebody's end that brings it about."""
        if not self.owed:
            yield self._wrong(one, "gave up, but no child of it had ended")
        if len(self._window(one.now_us)) <= self.spec.intensity:
            yield self._wrong(one, f"gave up at restart {len(self._window(one.now_us))}, intensity {self.spec.intensity}")

    def _about_a_child(self, one: Happened) -> Iterator[Wrong]:
        match one.what:
            case What.LAUNCHED:
                yield from self._launched(one)
            case What.STARTED if self.live.get(one.name) == one.incarnation:
                self.up[one.name] = None
                self.rising.pop(one.name, None)
            case What.ENDED if self.live.get(one.name) == one.incarnation:
                del self.live[one.name]
                self.rising.pop(one.name, None)
                yield from self._ended(one)
                self.up.pop(one.name, None)
            case What.RESTARTING:
                yield from self._restarting(one)
            case What.GAVE_UP:
                yield from self._gave_up(one)
            case What.ESCALATED:
                self.escalating[one.name] = None
            case What.TOLD_TO_STOP:
                self.to_stop[one.name] = None

    # ---- starts

    def _launched(self, one: Happened) -> Iterator[Wrong]:
        if self.is_ending:
            yield self._wrong(one, f"launched {one.name} although it was ending")
        if one.name not in self.order:
            self.order.append(one.name)
        elif self.is_starting:
            before = [name for name in self._before(one.name) if name not in self.up and name not in self.owed]
            if before:
                yield self._wrong(one, f"launched {one.name} before {before[0]} had started")
        elif one.name not in self.due:
            yield self._wrong(one, f"launched {one.name} again, but had not said that it restarts it")
        else:
            cause = self.due.pop(one.name)
            before = [name for name in self._before(one.name) if cause in (self.due.get(name), self.rising.get(name))]
            if before:
                yield self._wrong(one, f"restarted {one.name} before {before[0]} had started")
            self.rising[one.name] = cause
        self.live[one.name] = one.incarnation
        self.down_us.pop(one.name, None)

    def _before(self, name: str) -> list[str]:
        return self.order[: self.order.index(name)]

    def _after(self, name: str) -> list[str]:
        return self.order[self.order.index(name) + 1 :]

    # ---- ends

    def _ended(self, one: Happened) -> Iterator[Wrong]:
        name = one.name
        if self.is_over:
            return
        if self.is_starting and name not in self.up and name in self.static:
            self.is_ending = True  # a failed first start: everything is rolled back
        elif self.is_ending or name in self.taken:
            yield from self._stopped(one)
        elif name in self.to_stop and one.kind != "normal":
            self._forget(name)
        else:
            if one.kind == "shutdown" and name not in self.escalating and not self._is_supervisor(name):
                text = f"{self.spec.name} stopped {name} at {one.now_us} us, whom no failure concerned: {one.text}"
                yield Wrong(text=text, bystander=True)
            self._owes(one)
        self.escalating.pop(name, None)

    def _owes(self, one: Happened) -> None:
        """A decision about this end, if it is one that asks for a restart."""
        if self._is_wanted_back(one.name, one.kind):
            self.owed[one.name] = None
            self.down_us.setdefault(one.name, one.now_us)
        else:
            self._forget(one.name)

    def _stopped(self, one: Happened) -> Iterator[Wrong]:
        """Together with the supervisor, or with the sibling whose failure took it along: from right to left."""
        name = one.name
        later = [other for other in self._after(name) if other in self.live and (self.is_ending or other in self.taken)]
        if later and one.kind == "shutdown" and name not in self.escalating and not self._is_supervisor(name):
            yield self._wrong(one, f"stopped {name} before {later[-1]}, which had started after it")
        cause = self.taken.pop(name, "")
        if cause and name in self.static:
            self.due[name] = cause
            self.down_us.setdefault(name, one.now_us)
        elif cause:
            self._forget(name)

    def _restarting(self, one: Happened) -> Iterator[Wrong]:
        name = one.name
        if self.is_ending:
            yield self._wrong(one, f"wants to restart {name} although it is ending")
        if name not in self.owed:
            yield self._wrong(one, f"wants to restart {name}, which had not ended in a way that asks for it")
            return
        if not self._has_own_account(name):
            self.times_us = self._window(one.now_us)
            if len(self.times_us) > self.spec.intensity:
                yield self._wrong(
                    one,
                    f"restarts {name}: restart {len(self.times_us)} within {self.spec.period_s:g} s, "
                    f"intensity {self.spec.intensity}",
                )
        self.owed.pop(name)
        self.due[name] = name
        for other in self._group(name):
            self.owed.pop(other, None)
            if other in self.live:
                self.taken[other] = name
            elif other in self.static:
                self.due[other] = name
            else:
                self._forget(other)

    def _window(self, now_us: int) -> tuple[int, ...]:
        """The restarts that count now, with this one."""
        period_us = round(self.spec.period_s * 1e6)
        return (*(at_us for at_us in self.times_us if now_us - at_us <= period_us), now_us)

    def _group(self, name: str) -> list[str]:
        if name not in self.static or self.spec.strategy is Strategy.ONE_FOR_ONE:
            return []
        rest = self._after(name)
        others = rest if self.spec.strategy is Strategy.REST_FOR_ONE else [*self._before(name), *rest]
        return [other for other in others if other not in self.given_up]

    def _gave_up(self, one: Happened) -> Iterator[Wrong]:
        if one.name not in self.owed or not self._has_own_account(one.name):
            yield self._wrong(one, f"gave {one.name} up, which had not failed on an account of its own")
        self.owed.pop(one.name, None)
        self.down_us.pop(one.name, None)
        self.given_up[one.name] = None
        if one.name not in self.static:
            self._forget(one.name)

    # ---- what a child is

    def _is_supervisor(self, name: str) -> bool:
        return isinstance(self.static.get(name), SupervisorSpec)

    def _has_own_account(self, name: str) -> bool:
        """Children that are added at run time are the router's, which makes their specs so (hydra/supervisor/router.py)."""
        spec = self.static.get(name)
        return spec is None or (isinstance(spec, ChildSpec) and spec.give_up_after is not None)

    def _is_wanted_back(self, name: str, kind: str) -> bool:
        spec = self.static.get(name)
        restart = spec.restart if spec is not None else Restart.TRANSIENT
        return restart is Restart.PERMANENT or (restart is Restart.TRANSIENT and kind not in ORDERLY)

    def _forget(self, name: str) -> None:
        if name in self.order and name not in self.static:
            self.order.remove(name)
        for kept in (self.to_stop, self.given_up, self.due, self.taken, self.owed, self.down_us):
            kept.pop(name, None)

    def _wrong(self, one: Happened, text: str) -> Wrong:
        return Wrong(text=f"{self.spec.name} {text} (at {one.now_us} us)")
