"""Where the tape of the market stands: at the first start, after a restart, and for whom it is played.
Pure.
"""

from hydra.gateway.calendar import Session, next_session, session_at
from hydra.gateway.instants import SECOND_US, exchange_day
from hydra.gateway.market import Market
from hydra.gateway.records import ZERO, Head
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import Store

AFTER_OPEN_US = 5 * SECOND_US
BEFORE_OPEN_US = 30 * SECOND_US
QUIET_US = 15 * 60 * SECOND_US
"""Before a close nobody begins anything."""
TIME_TO_TRADE_S = 30.0
"""Real seconds within which somebody who starts wants to see a trade."""
FIRST_PERM_ID = 2_126_726_144
FIRST_EXECUTION = 0x58BBAD52


def open_head(store: Store, config: GatewayConfig, market: Market) -> Head:
    """The head of the store, or a new one at the beginning of the tape.

    Raises ValueError when the store is of another account or seed, or when the recording has no such day.
    """
    head = store.head()
    if head is None:
        return _first_head(config, market)
    if head.account != config.account:
        raise ValueError(f"the store belongs to account {head.account}, not to {config.account}")
    if head.seed != config.seed:
        raise ValueError(f"the store plays the market of seed {head.seed}, not of seed {config.seed}")
    if market.sessions()[-1].close_us <= head.market_us:
        raise ValueError(f"the store has played the recording to its end, {market.sessions()[-1].day}")
    return head


def _first_head(config: GatewayConfig, market: Market) -> Head:
    market_us = _first_session(config, market).open_us + AFTER_OPEN_US
    return Head(
        account=config.account,
        seed=config.seed,
        start_cash=config.cash,
        cash=config.cash,
        realized=ZERO,
        day=exchange_day(market_us).isoformat(),
        market_us=market_us,
        next_perm_id=FIRST_PERM_ID,
        next_execution=FIRST_EXECUTION,
    )


def _first_session(config: GatewayConfig, market: Market) -> Session:
    """The recorded session of the start day, or the next one; the start day must lie inside the recording."""
    sessions = market.sessions()
    if not sessions[0].day <= config.start_day <= sessions[-1].day:
        span = f"{sessions[0].day} to {sessions[-1].day}"
        raise ValueError(f"the start day {config.start_day} is outside the recorded days, {span}")
    return next(session for session in sessions if session.day >= config.start_day)


def resume_us(market_us: int, market: Market, speed: float) -> int:
    """Where a server goes on from a stored instant: there while its session has time left to trade in, else just before
    the next open, so that nobody who starts it watches a night first.

    What is left must outlast `QUIET_US` and `TIME_TO_TRADE_S` of whoever watches. Orders for the day expire at the close
    that is passed on the way. On the last recorded day it plays to the end.
    """
    session = session_at(market_us)
    if session is not None and market_us < session.close_us - QUIET_US - round(TIME_TO_TRADE_S * speed * SECOND_US):
        return market_us
    if session is not None and session == market.sessions()[-1]:
        return market_us
    return max(market_us, next_session(market_us).open_us - BEFORE_OPEN_US)
