"""Views for people over the JSON of the events, for Datasette or any SQLite tool. They are never a second truth.

Money and quantities are the exact decimal texts; `at` is the market time of recording, UTC, to the microsecond.
"""

from __future__ import annotations


def _at(row: str) -> str:
    """SQL of a row's instant, as fixed-width text that sorts."""
    seconds = f"strftime('%Y-%m-%dT%H:%M:%S', {row}.at_us / 1000000, 'unixepoch')"
    return f"({seconds} || printf('.%06dZ', {row}.at_us % 1000000))"


def _json(row: str, path: str) -> str:
    """SQL of one value of a row's body, named by its last key."""
    return f'json_extract({row}.body, \'$.{path}\') AS "{path.rpartition(".")[2]}"'


def _fields(*paths: str) -> str:
    return ", ".join(_json("e", path) for path in paths)


_PLACE = f"e.seq, {_at('e')} AS at, e.run"

_SIGNALS = f"""
SELECT {_PLACE}, {_fields("signal.signal_id", "signal.source", "signal.symbol", "signal.side", "signal.quantity",
                          "signal.purpose", "signal.reason")},
    json_extract(a.body, '$.quantity') AS admitted, {_json("x", "end")}, {_json("x", "filled")},
    {_json("x", "average_price")}, json_extract(x.body, '$.reason') AS end_reason, {_at("x")} AS ended_at
FROM events e
LEFT JOIN events a ON a.event_id = 'admitted/' || e.subject
LEFT JOIN events x ON x.event_id = 'signal-end/' || e.subject
WHERE e.kind = 'SignalReceived' ORDER BY e.seq"""

_ORDERS = f"""
SELECT {_PLACE}, e.session, {_fields("intent.want.order_ref", "intent.want.parent_ref", "intent.broker_order_id",
                                     "intent.want.terms.symbol", "intent.want.terms.side",
                                     "intent.want.terms.quantity", "intent.want.terms.limit",
                                     "intent.want.purpose")},
    {_at("w")} AS written_at, json_extract(s.body, '$.status') AS broker_status,
    CASE WHEN d.seq > max(ifnull(x.seq, 0), ifnull(f.seq, 0)) THEN json_extract(d.body, '$.reason') END AS doubt,
    json_extract(x.body, '$.state') AS "end", {_json("x", "filled")}, {_json("x", "evidence")},
    {_at("x")} AS ended_at
FROM events e
LEFT JOIN events w ON w.event_id = 'written/' || e.subject
LEFT JOIN events s ON s.seq = (SELECT max(seq) FROM events WHERE subject = e.subject AND kind = 'OrderStatusReported')
LEFT JOIN events d ON d.seq = (SELECT max(seq) FROM events WHERE subject = e.subject AND kind = 'OrderDoubted')
LEFT JOIN events f ON f.seq = (SELECT max(seq) FROM events WHERE subject = e.subject AND kind = 'OrderFound')
LEFT JOIN events x ON x.seq = (SELECT max(seq) FROM events WHERE subject = e.subject AND kind = 'OrderEnded')
WHERE e.kind = 'OrderIntended' ORDER BY e.seq"""

_ROOT = "json_extract({row}.body, '$.execution.exec_root')"
_REVISION = "json_extract({row}.body, '$.execution.revision')"
_PRICE = "json_extract(e.body, '$.execution.price')"
_MID = "(json_extract(i.body, '$.intent.want.bid') + json_extract(i.body, '$.intent.want.ask')) / 2"

_FILLS = f"""
SELECT {_PLACE}, e.session, {_fields("execution.exec_id", "execution.order_ref", "execution.symbol", "execution.side",
                                     "execution.quantity", "execution.price")},
    json_extract(e.body, '$.execution.at') AS executed_at, {_json("e", "late")},
    json_extract(c.body, '$.commission.amount') AS commission, {_json("c", "commission.currency")},
    {_json("i", "intent.want.terms.limit")}, {_json("i", "intent.want.bid")}, {_json("i", "intent.want.ask")},
    CASE json_extract(e.body, '$.execution.side') WHEN 'BUY' THEN {_PRICE} - {_MID} ELSE {_MID} - {_PRICE} END
        AS slippage
FROM events e
LEFT JOIN events c ON c.event_id = 'commission/' || json_extract(e.body, '$.execution.exec_id')
LEFT JOIN events i ON i.event_id = 'intent/' || e.subject AND e.subject <> ''
WHERE e.kind = 'ExecutionReported' AND NOT EXISTS (
    SELECT 1 FROM events n WHERE n.subject = e.subject AND n.kind = 'ExecutionReported'
        AND {_ROOT.format(row="n")} = {_ROOT.format(row="e")}
        AND {_REVISION.format(row="n")} > {_REVISION.format(row="e")})
ORDER BY e.seq"""

_RESTARTS = f"""
SELECT {_PLACE}, {_fields("actor", "incarnation")}, json_extract(d.body, '$.reason') AS cause
FROM events e
LEFT JOIN events d ON d.seq = (
    SELECT max(seq) FROM events
    WHERE subject = e.subject AND kind = 'ActorLifeChanged' AND seq < e.seq
        AND json_extract(body, '$.kind') IN ('down', 'stopped'))
WHERE e.kind = 'ActorLifeChanged' AND json_extract(e.body, '$.kind') = 'started'
    AND json_extract(e.body, '$.incarnation') > 1
ORDER BY e.seq"""


def _plain(kind: str, *paths: str) -> str:
    return f"\nSELECT {_PLACE}, {_fields(*paths)}\nFROM events e WHERE e.kind = '{kind}' ORDER BY e.seq"


_RECONCILIATIONS = f"""
SELECT {_PLACE}, {_fields("session", "reason", "orders_n", "executions_n", "positions_n", "repaired_n")},
    json_array_length(e.body, '$.differences') AS differences_n, {_json("e", "differences")}, {_json("e", "unverified")}
FROM events e WHERE e.kind = 'ReconciliationDone' ORDER BY e.seq"""

VIEWS = {
    "signals": _SIGNALS,
    "orders": _ORDERS,
    "fills": _FILLS,
    "alerts": _plain("AlertRaised", "severity", "kind", "about", "text"),
    "reconciliations": _RECONCILIATIONS,
    "restarts": _RESTARTS,
    "trading_states": _plain("TradingStateChanged", "state", "by", "reason"),
}
"""Name -> SELECT. `fills` shows the newest revision of an execution; `slippage` is per share against the mid of the
quote the order was decided on, positive is worse. `restarts` are actors that started again; runs are not in it."""
