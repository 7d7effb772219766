"""Ways out of a simulated world, as text of a module that takes one, and a strategy that does."""

from __future__ import annotations

import random

from hydra.strategies.strategy import Strategy, StrategyView, Wish
from hydra.values import Quote

OUTLAW = """\
import _thread, datetime, os, random, secrets, socket, subprocess, sys, threading, time, uuid
from datetime import datetime as borrowed_class
from random import choice as borrowed_dice
from time import sleep as borrowed_sleep, time as borrowed_clock
end = socket.socket()
def act():
    {}
"""
LINE = 7

WAYS: tuple[tuple[str, str], ...] = (
    ("threading.Thread.start", "threading.Thread(target=print).start()"),
    ("_thread.start_new_thread", "_thread.start_new_thread(print, ())"),
    ("subprocess.Popen.__init__", "subprocess.run([sys.executable, '-V'])"),
    ("os.system", "os.system('true')"),
    ("time.sleep", "time.sleep(0)"),
    ("time.sleep", "borrowed_sleep(0)"),
    ("socket.socket.connect", "end.connect(('127.0.0.1', 9))"),
    ("socket.socket.bind", "end.bind(('127.0.0.1', 0))"),
    ("socket.getaddrinfo", "socket.create_connection(('127.0.0.1', 9))"),
    ("os.urandom", "os.urandom(1)"),
    ("random._urandom", "secrets.token_hex()"),
    ("uuid.uuid1", "uuid.uuid1()"),
    ("uuid.uuid4", "uuid.uuid4()"),
    ("random.random", "random.random()"),
    ("random.choice", "borrowed_dice([1])"),
    ("random.Random without a seed", "random.Random()"),
    ("random.Random without a seed", "random.Random(7).seed()"),
    ("time.time", "time.time()"),
    ("time.time", "borrowed_clock()"),
    ("time.monotonic", "time.monotonic()"),
    ("time.perf_counter", "time.perf_counter()"),
    ("datetime.datetime.now", "datetime.datetime.now(datetime.UTC)"),
    ("datetime.datetime.now", "borrowed_class.now()"),
    ("datetime.date.today", "datetime.date.today()"),
)
"""What is told to have been called, and the code that does."""


class Gambler(Strategy):
    """Forgets that it was given dice."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        random.random()
        return []
