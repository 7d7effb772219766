"""A short story in events: every kind once, one signal from its birth to its end. fixtures/v1.db was made of it.

What was thought of later stands in SEQUEL: the kinds, and the fields, that v1.db does not know.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hydra import values as v
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.records import BrokerSide, OurSide

OPEN = datetime(2012, 6, 4, 13, 30, tzinfo=UTC)
CLOSE = OPEN + timedelta(hours=6, minutes=30)
RUN = 3
SESSION = 5

SIGNAL = v.Signal(
    signal_id="reversion-IBM-1",
    source="reversion",
    symbol="IBM",
    side=v.Side.BUY,
    quantity=Decimal("120"),
    purpose=v.Purpose.OPEN,
    urgent=False,
    episode="IBM#1",
    reason="1.2 deviations under its mean",
    at=OPEN,
    valid_until=OPEN + timedelta(minutes=5),
)
PARENT = v.ParentOrder(
    parent_ref=SIGNAL.signal_id,
    signal_id=SIGNAL.signal_id,
    kind=v.ChildKind.PATIENCE,
    con_id=8314,
    symbol="IBM",
    side=v.Side.BUY,
    quantity=Decimal("100"),
    purpose=v.Purpose.OPEN,
    episode="IBM#1",
    urgent=False,
    arrival_price=Decimal("189.105"),
    participation=None,
    slices=(v.Slice(slice_n=0, quantity=Decimal("100"), due_at=OPEN),),
    steps=(v.PatienceStep(attempt_n=0, aggression=Decimal("0.5"), wait_s=20.0),),
    opened_at=OPEN,
    ends_at=OPEN + timedelta(minutes=5),
)
WANT = v.OrderWant(
    order_ref="reversion-IBM-1/0/0",
    parent_ref=PARENT.parent_ref,
    slice_n=0,
    attempt_n=0,
    purpose=v.Purpose.OPEN,
    episode="IBM#1",
    terms=v.OrderTerms(
        con_id=8314,
        symbol="IBM",
        side=v.Side.BUY,
        quantity=Decimal("100"),
        limit=Decimal("189.12"),
        tif="DAY",
    ),
    bid=Decimal("189.10"),
    ask=Decimal("189.12"),
    quote_at=OPEN,
    origin="router/reversion-IBM-1",
    origin_sync=1,
    valid_until=OPEN + timedelta(minutes=5),
)
REF = WANT.order_ref
FILL = v.Execution(
    exec_id="0000e0d5.4fcc.01.01",
    exec_root="0000e0d5.4fcc.01",
    revision=1,
    order_ref=REF,
    perm_id=704,
    broker_order_id=11,
    client_id=7,
    con_id=8314,
    symbol="IBM",
    side=v.Side.BUY,
    quantity=Decimal("100"),
    price=Decimal("189.12"),
    at=OPEN + timedelta(milliseconds=1500),
)
FOREIGN = v.PositionLine(con_id=9, symbol="GE", quantity=Decimal("-7"), average_cost=Decimal("18.61"))
DIFFERENCE = v.Difference(
    item="position/GE",
    kind="phantom",
    symbol="GE",
    ours="0",
    theirs="-7",
    text="GE: we hold 0, the broker says -7",
)
IBM = v.Instrument(
    con_id=8314,
    symbol="IBM",
    sec_type="STK",
    exchange="SMART",
    primary_exchange="NYSE",
    currency="USD",
    local_symbol="IBM",
    trading_class="IBM",
    multiplier=Decimal(1),
    tick=Decimal("0.01"),
)

STORY: tuple[Event, ...] = (
    d.RunStarted(run=RUN, version="0.1.0", config_fingerprint="5f2c", pid=4711, disorderly_runs=1),
    d.OpeningBalance(cash=Decimal("1000000.50"), adopted=(), ignored=(FOREIGN,), by="ann"),
    d.ActorLifeChanged(actor="broker", kind="started", incarnation=1, restarts=0, reason=""),
    f.LinkChanged(state=v.LinkState.READY, reason="connected", planned=True),
    f.SessionOpened(
        session=SESSION,
        link_token=2,
        account="DU1234567",
        client_id=7,
        server_version=176,
        next_valid_id=11,
        clock_skew_s=0.25,
    ),
    f.GatewayTimeSeen(session=SESSION, gateway_at=OPEN - timedelta(seconds=3), skew_s=-3.0),
    f.BrokerNoticed(session=SESSION, code=2104, text="Market data farm connection is OK", effect="notice"),
    f.InstrumentQualified(
        session=SESSION,
        instrument=IBM,
        hours=(v.SessionHours(open_at=OPEN, close_at=CLOSE),),
        average_daily_volume=Decimal(4250000),
        prior_close=None,
    ),
    f.InstrumentUnknown(session=SESSION, symbol="IBMM", text="No security definition has been found"),
    f.MarketDataNoticed(session=SESSION, symbol="IBM", kind="delayed", text="Displaying delayed market data"),
    d.ReconciliationDone(
        reason="session opened",
        session=SESSION,
        orders_n=1,
        executions_n=0,
        positions_n=1,
        repaired_n=0,
        differences=(DIFFERENCE,),
        unverified=("MSFT",),
    ),
    d.DifferenceFound(difference=DIFFERENCE),
    d.ForeignSettled(line=FOREIGN, how="ignore", by="ann"),
    d.DifferenceResolved(item="position/GE", by="ann", how="accepted"),
    d.OperatorActed(verb="resume", by="ann", text="GE is mine"),
    d.TradingStateChanged(state=v.TradingState.ACTIVE, by="ann", reason="GE is mine"),
    d.DayStarted(day=date(2012, 6, 4), equity=Decimal("999869.73")),
    d.SignalReceived(signal=SIGNAL),
    d.SignalAdmitted(signal_id=SIGNAL.signal_id, quantity=Decimal("100"), text="heat leaves 100"),
    d.ParentOpened(parent=PARENT),
    d.OrderRefused(want=WANT, by="risk", reasons=("quote is 9 s old, limit 5 s",)),
    d.OrderIntended(intent=v.Intent(want=WANT, order_hash="a9", session=SESSION, broker_order_id=11)),
    f.OrderWritten(session=SESSION, order_ref=REF, broker_order_id=11),
    d.OrderDoubted(order_ref=REF, reason="no answer within 2 s"),
    d.OrderFound(order_ref=REF, perm_id=704, broker_order_id=11, evidence="open orders"),
    f.OrderStatusReported(
        session=SESSION,
        order_ref=REF,
        broker_order_id=11,
        perm_id=704,
        client_id=7,
        status="Submitted",
        filled=Decimal(0),
        remaining=Decimal(100),
        why_held="",
    ),
    f.CancelSent(session=SESSION, order_ref=REF, reason="step over"),
    f.OrderErrorReported(
        session=SESSION,
        order_ref=REF,
        broker_order_id=11,
        code=10148,
        text="OrderId 11 that needs to be cancelled cannot be cancelled, state: Filled.",
        effect="notice",
    ),
    f.ExecutionReported(session=SESSION, execution=FILL, late=False),
    f.CommissionReported(
        session=SESSION,
        commission=v.Commission(exec_id=FILL.exec_id, amount=Decimal("1.00"), currency="USD"),
    ),
    d.OrderEnded(order_ref=REF, state="FILLED", filled=Decimal(100), evidence="executions"),
    d.ParentEnded(
        parent_ref=PARENT.parent_ref,
        end=v.ParentEnd.DONE,
        filled=Decimal(100),
        remainder=Decimal(0),
        average_price=Decimal("189.12"),
        reason="filled",
    ),
    d.SignalEnded(
        signal_id=SIGNAL.signal_id,
        end=v.SignalEnd.EXECUTED,
        filled=Decimal(100),
        average_price=Decimal("189.12"),
        reason="",
    ),
    f.OrderNotWritten(session=SESSION, order_ref="reversion-IBM-2/0/0", reason="the session has ended"),
    d.BreakerTripped(
        breaker="daily_loss", value=Decimal("2100"), limit=Decimal("2000"), text="lost 2,100 USD today"
    ),
    d.BreakerRearmed(breaker="daily_loss", by="ann", reason="understood"),
    d.LawViolated(law="S3 nothing over limit", text="heat 0.12 over limit 0.10"),
    d.AlertRaised(
        kind="law", about="S3 nothing over limit", severity="critical", text="heat 0.12 over limit 0.10"
    ),
    f.GlobalCancelSent(session=SESSION, reason="halt"),
    f.SessionClosed(session=SESSION, reason="the run ends", planned=True),
    d.ArtifactWritten(day=date(2012, 6, 4), path="logs/artifacts/json/2012-06-04.json"),
    d.RunEnded(run=RUN, reason="SIGTERM"),
)

SEQUEL: tuple[Event, ...] = (
    d.DifferenceFound(
        difference=DIFFERENCE,
        ours=OurSide(cash=Decimal("5"), positions=(), ignored=(FOREIGN,), orders=(), executions=(), left_out=2),
        theirs=BrokerSide(
            listed_at=OPEN,
            cash=None,
            positions=(FOREIGN,),
            open_orders=(),
            completed_orders=(),
            executions=(FILL,),
            left_out=0,
        ),
    ),
    d.BrokerSideAdopted(item="position/GE", by="ann", reason="mine", line=FOREIGN, cash=None),
    d.BrokerSideAdopted(item="cash", by="ann", reason="a deposit", line=None, cash=Decimal("1000.50")),
    d.DifferenceResolved(item="position/GE", by="ann", how="adopted", reason="mine"),
)


def recorded_at(place: int) -> datetime:
    """The market time at which the event at this place of the story (from 0) is recorded."""
    return OPEN + timedelta(seconds=place, microseconds=250_000)
