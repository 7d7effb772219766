"""Who hears what, as data: one row per message, checked against the catalogue by a test and printed in the README.

`journal` in a row of facts means: told to the journal, recorded, and heard by everybody who folds (`syncing`).
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages import sync as s
from hydra.messages.base import Event
from hydra.runtime.message import Lifecycle, Message

FOLDERS = ("risk", "router", "monitor", "exit")
"""The actors of the six that fold every recorded event into a book of their own; strategies do too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The names of this run's actors by what they hear."""

    syncing: tuple[str, ...]
    quotes: tuple[str, ...]
    alerts: tuple[str, ...]
    winding_down: tuple[str, ...]

    def hearers(self, event: Event) -> tuple[str, ...]:
        """Who is told of a recorded event, in order."""
        if isinstance(event, d.AlertRaised):
            return (*self.syncing, *self.alerts)
        return self.syncing


def wiring_of(strategies: tuple[str, ...]) -> Wiring:
    """The wiring of a run with these strategy actors."""
    syncing = (*FOLDERS, *strategies, "reporter")
    return Wiring(
        syncing=syncing,
        quotes=("risk", "router", "exit", "monitor", *strategies),
        alerts=("alerts",),
        winding_down=("journal", "router", "exit", *strategies),
    )


ROUTES: dict[type[Message], tuple[str, str]] = {
    c.SubmitSignal: ("strategies, exit, operator", "journal"),
    c.WantOrder: ("twap, patience", "risk"),
    c.CommitOrder: ("risk", "journal"),
    c.TransmitOrder: ("journal", "broker"),
    c.CancelOrder: ("twap, patience, router, exit", "broker"),
    c.CancelEverything: ("operator, journal", "broker"),
    c.LatchHalt: ("operator, journal", "broker"),
    c.AcceptSession: ("journal", "broker"),
    c.CloseSession: ("journal", "broker"),
    c.FetchSnapshot: ("journal", "broker"),
    c.ReconcileNow: ("monitor, operator", "journal"),
    c.ChangeTrading: ("operator", "journal"),
    c.ResolveDifference: ("operator", "journal"),
    c.FlattenAll: ("operator", "exit"),
    c.QuoteChanged: ("broker, router", "risk, router, exit, monitor, strategies, twap, patience"),
    c.WindDown: ("operator, router", "journal, router, exit, strategies, twap, patience"),
    c.VerbAnswered: ("journal, exit", "operator"),
    c.EndRun: ("operator", "journal"),
    c.WorkDue: ("timer", "its own actor"),
    c.ProbeDue: ("timer", "journal"),
    c.SyncDue: ("timer", "its own actor"),
    s.Reconcile: ("every actor that folds", "journal"),
    s.Reconciled: ("journal", "every actor that folds"),
    s.JournalUp: ("journal, router", "every actor that folds"),
    s.Recorded: ("journal, router", "every actor that folds, alerts, twap, patience"),
    s.BrokerSnapshot: ("broker", "journal"),
    Lifecycle: ("runtime", "journal, router"),
    f.LinkChanged: ("broker", "journal"),
    f.SessionOpened: ("broker", "journal"),
    f.SessionClosed: ("broker", "journal"),
    f.InstrumentQualified: ("broker", "journal"),
    f.InstrumentUnknown: ("broker", "journal"),
    f.MarketDataNoticed: ("broker", "journal"),
    f.OrderWritten: ("broker", "journal"),
    f.OrderNotWritten: ("broker", "journal"),
    f.OrderStatusReported: ("broker", "journal"),
    f.OrderErrorReported: ("broker", "journal"),
    f.BrokerNoticed: ("broker", "journal"),
    f.CancelSent: ("broker", "journal"),
    f.GlobalCancelSent: ("broker", "journal"),
    f.ExecutionReported: ("broker", "journal"),
    f.CommissionReported: ("broker", "journal"),
    f.GatewayTimeSeen: ("broker", "journal"),
    d.RunStarted: ("journal", "journal"),
    d.RunEnded: ("journal", "journal"),
    d.ActorLifeChanged: ("journal", "journal"),
    d.AlertRaised: ("broker, router, monitor, reporter, journal", "journal"),
    d.TradingStateChanged: ("journal", "journal"),
    d.BreakerTripped: ("risk", "journal"),
    d.BreakerRearmed: ("journal", "journal"),
    d.DayStarted: ("risk", "journal"),
    d.SignalReceived: ("journal", "journal"),
    d.SignalAdmitted: ("risk", "journal"),
    d.SignalEnded: ("risk, router, journal", "journal"),
    d.ParentOpened: ("router", "journal"),
    d.ParentEnded: ("twap, patience, router", "journal"),
    d.OrderIntended: ("journal", "journal"),
    d.OrderRefused: ("risk, journal", "journal"),
    d.OrderDoubted: ("journal", "journal"),
    d.OrderFound: ("journal", "journal"),
    d.OrderEnded: ("journal", "journal"),
    d.OpeningBalance: ("journal", "journal"),
    d.ForeignSettled: ("journal", "journal"),
    d.ReconciliationDone: ("journal", "journal"),
    d.DifferenceFound: ("journal", "journal"),
    d.DifferenceResolved: ("journal", "journal"),
    d.BrokerSideAdopted: ("journal", "journal"),
    d.LawViolated: ("journal, monitor", "journal"),
    d.OperatorActed: ("journal, exit", "journal"),
    d.ArtifactWritten: ("reporter", "journal"),
}
"""Message -> (who sends it, who receives it)."""
