"""The asyncio tasks of one LoopActor: a failing one crashes it, and none outlives it for long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hydra.runtime.reasons import StopReason, reason_of

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from hydra.runtime.life import Life

TASKS_END_WITHIN_S = 2.0


class Tasks:
    def __init__(self, life: Life, loop: asyncio.AbstractEventLoop) -> None:
        self._life = life
        self._loop = loop
        self._tasks: dict[asyncio.Task[None], None] = {}

    def spawn(self, coroutine: Coroutine[Any, Any, object], name: str) -> asyncio.Task[None]:
        task = self._loop.create_task(self._guard(coroutine), name=name or f"{self._life.name}-task")
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._forget(done, coroutine))
        return task

    @property
    def running(self) -> list[asyncio.Task[None]]:
        return list(self._tasks)

    async def _guard(self, coroutine: Coroutine[Any, Any, object]) -> None:
        try:
            await coroutine
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - it becomes the DOWN of this incarnation
            self._life.end(reason_of(error))

    def _forget(self, task: asyncio.Task[None], coroutine: Coroutine[Any, Any, object]) -> None:
        self._tasks.pop(task, None)
        coroutine.close()  # one that was cancelled before its first step would warn that nobody awaited it


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel, and wait briefly: a task that swallows its cancellation (cpython#86296) is left behind."""
    waiting = [task for task in tasks if not task.done()]
    for task in waiting:
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=TASKS_END_WITHIN_S)


def loop_failure(context: dict[str, Any]) -> StopReason:
    """What asyncio tells an exception handler, as the end of an actor."""
    error = context.get("exception")
    return reason_of(error) if error is not None else StopReason("crashed", str(context.get("message")))
