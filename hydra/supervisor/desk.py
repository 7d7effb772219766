"""The Desk: one running hydra as the outside holds it. It starts the tree, relays an operator's verbs, and ends in order.

It lives outside the tree: it only tells and asks, and reads what actors publish.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from hydra.errors import HydraError, StartError
from hydra.messages.commands import (
    CancelEverything,
    CancelOrder,
    ChangeTrading,
    EndRun,
    FlattenAll,
    LatchHalt,
    ReconcileNow,
    ResolveDifference,
    VerbAnswered,
    WindDown,
)
from hydra.messages.decisions import OperatorActed
from hydra.runtime.message import Message
from hydra.runtime.world import AskTimeout, StartFailed, World
from hydra.supervisor.alerts import SINK_GONE
from hydra.supervisor.broker import BrokerStatus
from hydra.supervisor.desk_differences import DifferenceSheet, sheet_of
from hydra.supervisor.desk_status import DeskStatus, Summary
from hydra.supervisor.last_words import record_escalation
from hydra.supervisor.picture import book_of, is_trading_free, not_ended, picture, summary
from hydra.supervisor.plans import Plans
from hydra.supervisor.tree import tree_of
from hydra.values import LinkState, OrderState, Resolution, TradingState

ANSWER_WITHIN_S = 5.0
LISTED_WITHIN_S = 20.0
"""For an answer that waits for a listing of the broker; the journal itself gives up a little earlier."""
WIND_DOWN_AGAIN_S = 0.5
WIND_DOWN_TOLD_N = 30
"""An actor that dies meanwhile comes back without having heard it, so it is told again."""
PROOF_S = 15.0


class Desk:
    """One run. `failed` is why it cannot go on; `refused` why its account or port may not be traded."""

    def __init__(self, world: World, plans: Plans) -> None:
        self.world = world
        self.plans = plans
        self.escalated = ""

    def start(self) -> None:
        """Start the tree; StartError when an actor cannot start."""
        try:
            self.world.start(tree_of(self.plans))
        except StartFailed as failure:
            raise StartError(str(failure)) from failure

    @property
    def failed(self) -> str:
        """Why the desk cannot go on, empty while it can."""
        return self.escalated or self.refused

    @property
    def refused(self) -> str:
        """Why the account or the port may not be traded, empty when it may."""
        link = self.world.published().get("broker")
        if isinstance(link, BrokerStatus) and link.state is LinkState.FAILED:
            return link.text
        return ""

    def escalate(self, reason: str) -> None:
        """The tree gave up: nothing opens any more, and every working order is cancelled as far as anybody still can."""
        self.escalated = reason

    def status(self) -> DeskStatus:
        """The picture of now."""
        clock = self.world.clock
        return picture(self.world.published(), self.world.actors(), now=clock.now(), speed=clock.speed)

    def halt(self, *, by: str, reason: str) -> VerbAnswered:
        """Nothing opens, everything working is cancelled. The broker is told first and does not wait for the journal."""
        self.world.tell("broker", LatchHalt(latched=True, reason=reason))
        self.world.tell("broker", CancelEverything(reason=f"halt by {by}: {reason}"))
        return self._change(TradingState.HALTED, by=by, reason=reason, force=False)

    def resume(self, *, by: str, reason: str, force: bool) -> VerbAnswered:
        """Back to ACTIVE; open differences forbid it unless they are accepted by force."""
        return self._change(TradingState.ACTIVE, by=by, reason=reason, force=force)

    def flatten(self, *, by: str, reason: str) -> VerbAnswered:
        """Halt, then close every position with limit orders. Trading stays HALTED until somebody resumes."""
        halted = self.halt(by=by, reason=f"flatten: {reason}")
        if not halted.obeyed:
            return halted
        return self._ask("exit", lambda to: FlattenAll(by=by, reason=reason, reply_to=to))

    def reconcile(self, *, by: str, reason: str) -> VerbAnswered:
        """Compare with the broker now."""
        self.world.tell("journal", OperatorActed(verb="reconcile", by=by, text=reason))
        self.world.tell("journal", ReconcileNow(reason=f"{by}: {reason}"))
        return VerbAnswered(obeyed=True, text="a comparison with the broker has been asked for")

    def resolve(self, item: str, how: Resolution, *, by: str, reason: str) -> VerbAnswered:
        """Settle one difference. Trading stays as it is until somebody resumes."""
        return self._ask(
            "journal",
            lambda to: ResolveDifference(item=item, how=how, by=by, reason=reason, reply_to=to),
            within_s=LISTED_WITHIN_S,
        )

    def differences(self) -> DifferenceSheet:
        """Every difference that is open or ignored, with both sides and what may be done."""
        return sheet_of(book_of(self.world.published()))

    def kill_actor(self, name: str, *, by: str) -> VerbAnswered:
        """Let an actor die as if it had crashed; its supervisor does the rest."""
        known = tuple(actor.name for actor in self.world.actors())
        full = name if name in known else f"router/{name}"
        if full not in known:
            return VerbAnswered(obeyed=False, text=f"no actor is called {name}; there are: {', '.join(known)}")
        self.world.tell("journal", OperatorActed(verb="kill-actor", by=by, text=full))
        killed = self.world.kill(full, f"killed by {by}")
        text = f"{full} dies and is started again" if killed else f"{full} is not alive at the moment"
        return VerbAnswered(obeyed=killed, text=text)

    def stop(self, *, leave_orders: bool, reason: str) -> Summary:
        """End in order: nothing begins, what is open ends or is left, the end is recorded, the tree stops in reverse."""
        if self.escalated:
            return self._stop_escalated()
        left: tuple[str, ...] = ()
        if not leave_orders and not self.refused:
            left = self._wind_down(reason)
        ended = self._ask("journal", lambda to: EndRun(reason=reason, reply_to=to))
        image = book_of(self.world.published())
        self.world.stop()
        figures = summary(image, exit_reason=reason)
        unexplained = list(figures.unexplained)
        unexplained.extend(left)
        if not ended.obeyed:
            unexplained.append(f"the end of the run is not in the journal: {ended.text}")
        return replace(figures, unexplained=tuple(unexplained))

    def _stop_escalated(self) -> Summary:
        """The tree is gone: the journal learns why and the next run starts HALTED. Orders rest at the broker."""
        self.world.stop()
        around = self.plans.around
        with contextlib.suppress(*SINK_GONE):
            around.write_line(f"ALERT critical escalation hydra: {self.escalated}")
        unrecorded: tuple[str, ...] = ()
        try:
            image = record_escalation(around.journal_path, self.escalated, self.world.clock.now())
        except HydraError as error:  # what ended the tree may have been the disk; what is left to do does not wait for it
            image = book_of(self.world.published())
            unrecorded = (f"neither the escalation nor a halt is in the journal: {error}",)
        figures = summary(image, exit_reason=self.escalated)
        working = tuple(
            f"order {order.order_ref} may still work at the broker (hydra halt --direct cancels everything)"
            for order in image.orders
            if not order.state.is_final
        )
        return replace(figures, unexplained=(*figures.unexplained, self.escalated, *unrecorded, *working))

    def _wind_down(self, reason: str) -> tuple[str, ...]:
        """Returns what could not be ended in time, in sentences."""
        for _ in range(WIND_DOWN_TOLD_N):
            for name in self.plans.wiring.winding_down:
                self.world.tell(name, WindDown(reason=reason))
            if self.world.run_until(self._is_free, limit_s=WIND_DOWN_AGAIN_S):
                return ()
        for order in book_of(self.world.published()).orders:
            if not order.state.is_final and order.state is not OrderState.INTENDED:
                self.world.tell(
                    "broker",
                    CancelOrder(
                        order_ref=order.order_ref,
                        broker_order_id=order.intent.broker_order_id,
                        reason=f"the run ends: {reason}",
                    ),
                )
        self.world.run_until(self._is_free, limit_s=PROOF_S)
        return not_ended(book_of(self.world.published()))

    def _is_free(self) -> bool:
        return is_trading_free(book_of(self.world.published()))

    def _change(self, state: TradingState, *, by: str, reason: str, force: bool) -> VerbAnswered:
        return self._ask(
            "journal",
            lambda to: ChangeTrading(state=state, by=by, reason=reason, force=force, reply_to=to),
        )

    def _ask(
        self, name: str, build: Callable[[str], Message], *, within_s: float = ANSWER_WITHIN_S
    ) -> VerbAnswered:
        try:
            answer = self.world.ask(name, build, timeout_s=within_s)
        except AskTimeout as late:
            return VerbAnswered(obeyed=False, text=f"{name} did not answer within {within_s:g} s: {late}")
        assert isinstance(answer, VerbAnswered)
        return answer
