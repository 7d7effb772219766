"""The embedded simulated gateway as a process of its own: started, waited for, ended. It knows nothing of trading.

Its standard input is the lifeline: when this process ends, however it ends, the pipe closes and the gateway stops.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hydra.config import Config, GatewayConfig
from hydra.errors import StartError
from hydra.runtime.clock import MarketClock, instant_of

LOOPBACK = "127.0.0.1"
LISTENING_WITHIN_S = 30.0
END_WITHIN_S = 5.0
COMPLAINT_LINES_MAX = 5
_READ_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The line the gateway prints when it listens: market and wall clock read at one moment, microseconds since 1970."""

    host: str
    port: int
    market_us: int
    wall_us: int
    speed: float
    account: str
    pid: int


class EmbeddedGateway:
    """A gateway process that listens."""

    def __init__(self, process: subprocess.Popen[bytes], listening: Listening, log: Path) -> None:
        self.listening = listening
        self._process = process
        self._log = log

    @property
    def ended(self) -> str:
        """Why it is not there any more, as a sentence; empty while it runs."""
        code = self._process.poll()
        return "" if code is None else _obituary(code, self._log)

    def stop(self) -> None:
        """Cut the lifeline and wait; what is not gone by then is killed. Its store is durable in any case."""
        _close(self._process)
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_gateway(config: GatewayConfig, *, within_s: float = LISTENING_WITHIN_S) -> EmbeddedGateway:
    """Start it and wait until it listens. Raises StartError with what it said when it does not."""
    log = config.path.with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as complaints:
        process = subprocess.Popen(
            _command(config),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            # Ctrl-C in our terminal must not end it before our orders are cancelled.
            start_new_session=True,
        )
    line = _first_line(process, within_s)
    if line:
        return EmbeddedGateway(process, msgspec.json.decode(line, type=Listening), log)
    silent = process.poll() is None
    process.kill()
    code = process.wait()
    _close(process)
    raise StartError(f"the embedded gateway did not listen within {within_s:g} s" if silent else _obituary(code, log))


def market_clock(listening: Listening, *, wall_us: int) -> MarketClock:
    """Market time as the gateway has it, when the wall clock of this machine shows `wall_us`."""
    since_us = (wall_us - listening.wall_us) * listening.speed
    return MarketClock(market_at=instant_of(listening.market_us + int(since_us)), speed=listening.speed)


def pointed_at(gateway: EmbeddedGateway, config: Config) -> Config:
    """The configuration of a run at this gateway."""
    place = {"host": gateway.listening.host, "port": gateway.listening.port}
    return config.model_copy(update={"broker": config.broker.model_copy(update=place)})


def _command(config: GatewayConfig) -> list[str]:
    options = {
        "--host": LOOPBACK,
        "--port": config.port,
        "--db": config.path,
        "--speed": config.speed,
        "--seed": config.seed,
        "--day": config.day.isoformat(),
        "--cash": config.cash,
        "--account": config.account,
        "--quote-interval": config.quote_interval_s,
        "--venue-share": config.venue_share,
    }
    flat = [str(part) for option in options.items() for part in option]
    return [sys.executable, "-m", "hydra.gateway", *flat, "--exit-with-parent", "--json"]


def _first_line(process: subprocess.Popen[bytes], within_s: float) -> bytes:
    """The first line of its output, empty if it ends or stays silent."""
    assert process.stdout is not None
    give_up_at = time.monotonic() + within_s
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while b"\n" not in said:
            if not selector.select(max(0.0, give_up_at - time.monotonic())):
                return b""
            chunk = os.read(process.stdout.fileno(), _READ_BYTES)
            if not chunk:
                process.wait(END_WITHIN_S)
                return b""
            said += chunk
    return said.partition(b"\n")[0]


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _obituary(code: int, log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = " / ".join(lines[-COMPLAINT_LINES_MAX:]) or "it said nothing"
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return f"the embedded gateway {how}: {said} ({log})"
