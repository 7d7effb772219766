"""A LoopActor in production: its own thread, its own SelectorEventLoop, one message a callback."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from hydra.runtime.hosts import ParkedHost
from hydra.runtime.reasons import reason_of
from hydra.runtime.tasks import Tasks, cancel, loop_failure

if TYPE_CHECKING:
    from hydra.runtime.crew import Crew
    from hydra.runtime.life import Life


class LoopHost(ParkedHost):
    def __init__(self, life: Life, crew: Crew) -> None:
        super().__init__(life, crew)
        self._armed = False
        self._closing = threading.Lock()
        self._loop = asyncio.SelectorEventLoop()
        self._tasks = Tasks(life, self._loop)
        life.probe = self._probe

    def start_thread(self) -> None:
        self._start_actor_loop()

    def _actor_loop(self) -> None:
        threading.current_thread().name = f"{self.life.name}#{self.life.incarnation}"
        loop = self._loop
        asyncio.set_event_loop(loop)  # eventkit schedules on the policy's loop, not on the running one
        loop.set_exception_handler(lambda _, context: self.life.end(loop_failure(context)))
        self.life.context.connect_loop(loop, self._tasks.spawn)
        try:
            loop.call_soon(self._begin)
            loop.run_forever()
        except BaseException as error:  # noqa: BLE001 - SystemExit in a callback; it becomes this one's DOWN
            self.life.end(reason_of(error))
        finally:
            self._end()

    def _begin(self) -> None:
        self._actor_loop_setup()
        if self.is_over:
            self._loop.stop()
        else:
            self.life.address.mailbox.attach(self._wake)

    def _wake(self) -> None:
        if not self._armed:
            self._armed = True
            self._loop.call_soon_threadsafe(self._one_message)

    def _one_message(self) -> None:
        self._armed = False
        if self.is_over:
            return
        if not self.step():
            self._loop.stop()
        elif self.life.address.mailbox.pending:
            self._wake()

    def _end(self) -> None:
        self.actor_stopped.set()
        try:
            self._loop.run_until_complete(self._goodbye())
        except BaseException as error:  # noqa: BLE001 - whatever closing meets, the DOWN is reported
            self.life.end(reason_of(error))
        finally:
            self.life.address.mailbox.vacate(self.life.incarnation)  # from here on nobody wakes the loop
            asyncio.set_event_loop(None)
            with self._closing:
                self._loop.close()
            self.crew.life_over(self.life)

    async def _goodbye(self) -> None:
        self.life.farewell()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        await cancel(sorted(others, key=lambda task: task.get_name()))
        await asyncio.sleep(0)  # transports that were closed say so to their protocols
        await self._loop.shutdown_asyncgens()

    def _probe(self) -> None:
        """Called by the watchdog: busy until the loop has run one more callback."""
        with self._closing:
            if not self._loop.is_closed():
                self.life.turns += 1
                self.life.busy = True
                self._loop.call_soon_threadsafe(self._alive)

    def _alive(self) -> None:
        self.life.busy = False
