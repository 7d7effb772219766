"""A strategy during whose first quote somebody presses Ctrl-C."""

from __future__ import annotations

import os
import signal

from hydra.strategies.strategy import Strategy, StrategyView, Wish
from hydra.values import Quote


class Interrupting(Strategy):
    pressed = False

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        if not self.pressed:
            self.pressed = True
            os.kill(os.getpid(), signal.SIGINT)
        return []
