"""What is to happen later at the gateway, in market time. It plays nothing by itself: whoever advances the tape does."""

import heapq
from collections.abc import Callable


class Agenda:
    """Acts by instant (market microseconds); those of one instant in the order in which they were put down."""

    def __init__(self) -> None:
        self._acts: list[tuple[int, int, Callable[[], object]]] = []
        self._count = 0

    @property
    def next_us(self) -> int | None:
        """When the next act is due; None when there is none."""
        return self._acts[0][0] if self._acts else None

    def at(self, due_us: int, act: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._acts, (due_us, self._count, act))

    def play(self, now_us: int) -> None:
        """All that is due now; what it puts down for now, too."""
        while self._acts and self._acts[0][0] <= now_us:
            heapq.heappop(self._acts)[2]()
