"""How many messages a client may send per second. Pure; the window is given in market time."""

from collections import deque


class Pacing:
    """A sliding window over the messages of one client. A burst over the limit is one violation, however long
    it is.
    """

    def __init__(self, *, messages_max: int, window_us: int) -> None:
        self._messages_max = messages_max
        self._window_us = window_us
        self._taken: deque[int] = deque()
        self._quiet_until_us = 0
        self.violations = 0

    def admits(self, now_us: int) -> bool:
        """Whether a message that arrives now is read at all."""
        while self._taken and self._taken[0] <= now_us - self._window_us:
            self._taken.popleft()
        if len(self._taken) >= self._messages_max:
            return False
        self._taken.append(now_us)
        return True

    def reserve(self, now_us: int) -> int:
        """The instant at which a message that arrives now may be read, when none is refused; it counts from then on."""
        full = len(self._taken) >= self._messages_max
        due_us = max(now_us, self._taken[-self._messages_max] + self._window_us) if full else now_us
        while self._taken and self._taken[0] <= now_us - self._window_us:
            self._taken.popleft()
        self._taken.append(due_us)
        return due_us

    def violation(self, now_us: int) -> str | None:
        """The text of error 100 for a message that was not admitted; None while the same burst was already
        named.
        """
        if now_us < self._quiet_until_us:
            return None
        self._quiet_until_us = now_us + self._window_us
        self.violations += 1
        counts = f"max={self._messages_max} rec={len(self._taken) + 1} ({self.violations})"
        return f"Max rate of messages per second has been exceeded:{counts}"
