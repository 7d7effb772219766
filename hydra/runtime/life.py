"""One incarnation of an actor, in whatever world: begin, turns, one end. It never decides what follows the
end.

This is where an exception of an actor, of whatever kind, becomes a StopReason: SystemExit, KeyboardInterrupt
and MemoryError too, because in a tree of actors one actor's wish to exit must not stop the others.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hydra.runtime.actor import BatchActor
from hydra.runtime.reasons import StopReason, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hydra.runtime.actor import Actor, Context
    from hydra.runtime.address import Address
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.message import Message
    from hydra.runtime.spec import ChildSpec, SupervisorSpec


class Life:
    """`turns` and `busy` are for the watchdog: the same turn, still busy, is a turn that takes long."""

    def __init__(
        self,
        spec: ChildSpec | SupervisorSpec,
        *,
        address: Address,
        context: Context,
        supervisor: str | None,
        restarts: int,
    ) -> None:
        self.spec = spec
        self.address = address
        self.context = context
        self.supervisor = supervisor
        self.restarts = restarts
        self.name = address.name
        self.incarnation = context.incarnation
        self.started = False
        self.busy = False
        self.turns = 0
        self.probe: Callable[[], None] | None = None  # asks an asyncio loop for a sign of life
        self.at_hand: Sequence[Envelope] = ()
        self.is_turn_blameless = False  # whether the last turn failed of something else than its messages
        self._behaviour: Actor | None = None
        self._reason: StopReason | None = None
        self._over = threading.Lock()
        context.connect(self.end)

    @property
    def behaviour(self) -> Actor:
        if self._behaviour is None:
            raise RuntimeError(f"{self.name} was not built")
        return self._behaviour

    def inhabit(self, behaviour: Actor) -> None:
        self._behaviour = behaviour

    @property
    def reason(self) -> StopReason:
        return self._reason or StopReason("normal", "its host ended")

    # ---- in the actor's own thread

    def begin(self) -> bool:
        """Run on_start; False if it failed."""
        self._enter()
        try:
            self._start()
        except BaseException as error:  # noqa: BLE001 - it becomes the DOWN of this incarnation
            self._reason = reason_of(error, kind="start_failed")
            return False
        finally:
            self.busy = False
        return True

    def _start(self) -> None:
        self.behaviour.on_start()

    def turn(self, turn: Sequence[Envelope]) -> bool:
        """Let the behaviour receive; False if it crashed."""
        self.at_hand = turn
        self.turns += 1
        self.busy = True
        try:
            self._receive(turn)
        except BaseException as error:  # noqa: BLE001 - it becomes the DOWN of this incarnation
            self._reason = reason_of(error)
            self.is_turn_blameless = isinstance(self._behaviour, BatchActor) and not self._behaviour.may_be_poison(error)
            return False
        finally:
            self.busy = False
        self.at_hand = ()
        return True

    def _receive(self, turn: Sequence[Envelope]) -> None:
        self._perform(turn)
        if isinstance(self._behaviour, BatchActor):
            self.address.mailbox.settle(self.incarnation)

    def _perform(self, turn: Sequence[Envelope]) -> None:
        behaviour = self._behaviour
        if isinstance(behaviour, BatchActor):
            messages: list[Message] = [envelope.message for envelope in turn]
            behaviour.receive_all(messages)
        elif behaviour is not None:
            behaviour.receive(turn[0].message)

    def farewell(self) -> None:
        """Run on_stop, once, as the last thing the behaviour does."""
        self._enter()
        try:
            self.behaviour.on_stop(self.reason)
        except BaseException as error:  # noqa: BLE001 - it becomes part of the DOWN of this incarnation
            self._reason = self._worse(reason_of(error))
        finally:
            self.busy = False

    def _worse(self, failure: StopReason) -> StopReason:
        if self.reason.abnormal:
            text = f"{self.reason.text}; then its on_stop failed: {failure.text}"
            return StopReason(self.reason.kind, text, self.reason.traceback + failure.traceback)
        return StopReason("crashed", f"on_stop failed: {failure.text}", failure.traceback)

    def _enter(self) -> None:
        self.turns += 1
        self.busy = True

    # ---- from any thread

    def end(self, reason: StopReason) -> None:
        """Let it end at its next boundary. A first abnormal reason stays; a kill overrides an orderly end."""
        if self._reason is None or (reason.abnormal and not self._reason.abnormal):
            self._reason = reason
        self.address.mailbox.end(self.incarnation, at_once=reason.kind != "shutdown")

    def fail_start(self, reason: StopReason) -> None:
        self._reason = reason

    def claim_end(self) -> bool:
        """True for exactly one caller: the one who reports this incarnation's end."""
        return self._over.acquire(blocking=False)

    def insist(self) -> None:
        """Whoever wanted its end while it was being built may have found no reader to tell: tell it now."""
        if self._reason is not None:
            self.end(self._reason)

    @property
    def is_over(self) -> bool:
        return self._over.locked()
