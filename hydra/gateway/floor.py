"""The trading floor as requests see it: the market, the desk, the connected clients and the present instant.
It has no rules.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hydra.gateway.agenda import Agenda
from hydra.gateway.contracts import Instrument, find
from hydra.gateway.desk import Desk
from hydra.gateway.faults import Message, Troubles
from hydra.gateway.instants import SECOND_US
from hydra.gateway.market import Market
from hydra.gateway.repeats import Repeats
from hydra.gateway.session import Session
from hydra.gateway.settings import GatewayConfig


@dataclass(slots=True, kw_only=True)
class Floor:
    """`now_us` is market time; it moves before anything happens. Sessions are in order of connection. `left_us` is when
    a client id was last given up, by an end of its session.
    """

    config: GatewayConfig
    market: Market
    desk: Desk
    now_us: int
    troubles: Troubles
    agenda: Agenda = field(default_factory=Agenda)
    sessions: dict[int, Session] = field(default_factory=dict)
    left_us: dict[int, int] = field(default_factory=dict)
    completed: Repeats = field(default_factory=Repeats)
    commissions: Repeats = field(default_factory=Repeats)

    @property
    def account(self) -> str:
        return self.config.account

    def instrument(self, values: Mapping[str, Any]) -> Instrument | None:
        """The instrument a contract block names, None when there is none, or it is not traded here yet."""
        instrument = find(values)
        if instrument is None or instrument.symbol not in self.market.symbols:
            return None
        sessions = self.market.sessions(instrument.symbol)
        return instrument if sessions and sessions[0].open_us <= self.now_us else None

    def clients(self) -> Iterator[Session]:
        """Sessions that have said who they are."""
        return (each for each in self.sessions.values() if each.client_id is not None and not each.is_closing)

    def sees(self, session: Session, client_id: int) -> bool:
        """Whether this session may see that client's orders: its own; client 0 and the master see all."""
        return session.client_id in (client_id, 0, self.config.master_client_id)

    def later(self, delay_s: float, act: Callable[[], object]) -> None:
        """In this many market seconds."""
        self.agenda.at(self.now_us + round(delay_s * SECOND_US), act)

    def takes(self, session: Session, name: str, values: Mapping[str, Any]) -> bool:
        """Whether a fault deals with this request, see faults.py."""
        return not self.troubles.is_quiet and self.troubles.takes(
            Message(floor=self, session=session, name=name, values=values)
        )

    def withholds(self, session: Session, name: str, values: Mapping[str, Any], is_news: bool) -> bool:
        """Whether a fault deals with this message to a client, see faults.py."""
        return not self.troubles.is_quiet and self.troubles.withholds(
            Message(floor=self, session=session, name=name, values=values), is_news=is_news
        )
