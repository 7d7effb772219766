"""Executions and commissions of one session, each told once, a commission never before its execution. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from hydra.messages.base import Event
from hydra.messages.facts import CommissionReported, ExecutionReported
from hydra.values import Commission, Execution


class SessionFills:
    """What this socket has told of fills. Facts come without a session number (see stamps)."""

    def __init__(self) -> None:
        self._executions: dict[str, None] = {}
        self._commissions: dict[str, None] = {}
        self._early: dict[str, Commission] = {}

    def executed(self, execution: Execution, *, late: bool) -> tuple[Event, ...]:
        """The execution, and its commission if that came first; nothing the second time."""
        if execution.exec_id in self._executions:
            return ()
        self._executions[execution.exec_id] = None
        fact = ExecutionReported(session=0, execution=execution, late=late)
        early = self._early.pop(execution.exec_id, None)
        return (fact, *self.cost(early)) if early is not None else (fact,)

    def cost(self, commission: Commission) -> tuple[Event, ...]:
        """The commission, or nothing: told before, or its execution is still to come."""
        if commission.exec_id in self._commissions:
            return ()
        if commission.exec_id not in self._executions:
            self._early[commission.exec_id] = commission
            return ()
        self._commissions[commission.exec_id] = None
        return (CommissionReported(session=0, commission=commission),)

    def listed(
        self, executions: Iterable[Execution], commissions: Iterable[Commission]
    ) -> tuple[Event, ...]:
        """A snapshot tells these; what is left to tell are costs that came before their executions were listed."""
        for execution in executions:
            self._executions[execution.exec_id] = None
        for commission in commissions:
            self._commissions[commission.exec_id] = None
            self._early.pop(commission.exec_id, None)
        ready = [cost for exec_id, cost in self._early.items() if exec_id in self._executions]
        for cost in ready:
            del self._early[cost.exec_id]
        return tuple(fact for cost in ready for fact in self.cost(cost))
