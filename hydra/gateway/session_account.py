"""Requests about the account: positions, portfolio, account values and summary; and the news that follow
them.
"""

from collections.abc import Iterable
from typing import Any

from hydra.gateway.account import AccountValue, Worth, account_values, ledger_values, summary_values
from hydra.gateway.contract_fields import contract_fields, instrument_of
from hydra.gateway.floor import Floor
from hydra.gateway.instants import at
from hydra.gateway.marks import mark
from hydra.gateway.records import Position
from hydra.gateway.refusals import invalid
from hydra.gateway.session import Session, Summary

SUMMARIES_MAX = 2
_Values = dict[str, Any]


def req_positions(floor: Floor, session: Session, _values: _Values) -> None:
    list_positions(floor, session, held(floor))


def list_positions(floor: Floor, session: Session, positions: Iterable[Position]) -> None:
    """These positions and the end marker, and from now on what changes."""
    session.subscriptions.positions = True
    for position in positions:
        session.send("position", _position_values(floor, position))
    session.send("positionEnd", {})


def cancel_positions(_floor: Floor, session: Session, _values: _Values) -> None:
    session.subscriptions.positions = False


def req_positions_multi(floor: Floor, session: Session, values: _Values) -> None:
    request_id = values["reqId"]
    session.subscriptions.position_streams[request_id] = None
    for position in held(floor):
        session.send("positionMulti", _position_values(floor, position) | {"reqId": request_id})
    session.send("positionMultiEnd", {"reqId": request_id})


def cancel_positions_multi(_floor: Floor, session: Session, values: _Values) -> None:
    session.subscriptions.position_streams.pop(values["reqId"], None)


def req_account_updates(floor: Floor, session: Session, values: _Values) -> None:
    """Values, then one portfolio row per position, then the end marker; afterwards what changes."""
    if not values["subscribe"]:
        session.subscriptions.account_updates = None
        return
    if values["acctCode"] not in ("", floor.account):
        session.refuse(-1, invalid(f"The account code is not {floor.account}."))
        return
    session.subscriptions.account_updates = {}
    _tell_values(floor, session, floor.desk.worth(floor.now_us))
    for position in floor.desk.books.account.positions.values():
        session.send("updatePortfolio", _portfolio_values(floor, position))
    session.send("accountDownloadEnd", {"account": floor.account})


def req_account_updates_multi(floor: Floor, session: Session, values: _Values) -> None:
    request_id = values["reqId"]
    session.subscriptions.account_streams[request_id] = {}
    _tell_stream(floor, session, request_id, floor.desk.worth(floor.now_us))
    session.send("accountUpdateMultiEnd", {"reqId": request_id})


def cancel_account_updates_multi(_floor: Floor, session: Session, values: _Values) -> None:
    session.subscriptions.account_streams.pop(values["reqId"], None)


def req_account_summary(floor: Floor, session: Session, values: _Values) -> None:
    request_id, summaries = values["reqId"], session.subscriptions.summaries
    if request_id not in summaries and len(summaries) >= SUMMARIES_MAX:
        cause = "Maximum number of account summary requests exceeded"
        session.error(request_id, 322, f"Error processing request.-'bW' : cause - {cause}")
        return
    summaries[request_id] = Summary(tags=tuple(values["tags"].split(",")))
    _tell_summary(floor, session, request_id, floor.desk.worth(floor.now_us))
    session.send("accountSummaryEnd", {"reqId": request_id})


def cancel_account_summary(_floor: Floor, session: Session, values: _Values) -> None:
    session.subscriptions.summaries.pop(values["reqId"], None)


def wants_account_news(session: Session) -> bool:
    """Whether the regular refresh has anything to tell this client."""
    wanted = session.subscriptions
    return wanted.account_updates is not None or bool(wanted.account_streams) or bool(wanted.summaries)


def tell_position(floor: Floor, symbol: str) -> None:
    """A position changed: to everyone who asked for positions or the portfolio, without an end marker."""
    position = floor.desk.books.account.positions[symbol]
    for session in floor.clients():
        if session.subscriptions.positions:
            session.news("position", _position_values(floor, position))
        for request_id in session.subscriptions.position_streams:
            session.news("positionMulti", _position_values(floor, position) | {"reqId": request_id})
        if session.subscriptions.account_updates is not None:
            session.news("updatePortfolio", _portfolio_values(floor, position))


def tell_account(floor: Floor) -> None:
    """The account values that differ from what each subscriber last heard."""
    worth = floor.desk.worth(floor.now_us)
    for session in floor.clients():
        if session.subscriptions.account_updates is not None:
            _tell_values(floor, session, worth)
        for request_id in session.subscriptions.account_streams:
            _tell_stream(floor, session, request_id, worth)


def tell_portfolio(floor: Floor) -> None:
    """The regular refresh: every position at its present price, then the values and summaries that changed
    with it.
    """
    for position in held(floor):
        for session in floor.clients():
            if session.subscriptions.account_updates is not None:
                session.news("updatePortfolio", _portfolio_values(floor, position))
    tell_account(floor)
    worth = floor.desk.worth(floor.now_us)
    for session in floor.clients():
        for request_id in session.subscriptions.summaries:
            _tell_summary(floor, session, request_id, worth)


def held(floor: Floor) -> list[Position]:
    """The positions that are not flat."""
    return [each for each in floor.desk.books.account.positions.values() if each.quantity]


def _tell_values(floor: Floor, session: Session, worth: Worth) -> None:
    told = session.subscriptions.account_updates
    assert told is not None, "only subscribers are told"
    for row in _news(account_values(floor.account, worth), told):
        values = {"key": row.tag, "value": row.value, "currency": row.currency}
        session.send("updateAccountValue", values | {"accountName": floor.account})
    session.send("updateAccountTime", {"timeStamp": f"{at(floor.now_us, floor.config.time_zone):%H:%M}"})


def _tell_stream(floor: Floor, session: Session, request_id: int, worth: Worth) -> None:
    told = session.subscriptions.account_streams[request_id]
    for row in _news(account_values(floor.account, worth), told):
        values = {"key": row.tag, "value": row.value, "currency": row.currency}
        session.send("accountUpdateMulti", {"reqId": request_id, "account": floor.account} | values)


def _tell_summary(floor: Floor, session: Session, request_id: int, worth: Worth) -> None:
    summary = session.subscriptions.summaries[request_id]
    for row in _news(_summary_rows(worth, summary.tags), summary.told):
        values = {"tag": row.tag, "value": row.value, "currency": row.currency}
        session.send("accountSummary", {"reqId": request_id, "account": floor.account} | values)


def _news(rows: Iterable[AccountValue], told: dict[tuple[str, str], str]) -> list[AccountValue]:
    """The rows that `told` does not know yet; it knows them afterwards."""
    news = [row for row in rows if told.get((row.tag, row.currency)) != row.value]
    told.update({(row.tag, row.currency): row.value for row in news})
    return news


def _summary_rows(worth: Worth, wanted: Iterable[str]) -> list[AccountValue]:
    """The rows of the wanted tags, in their order; a tag this account has no value for has no row."""
    rows = {row.tag: [row] for row in summary_values(worth)}
    ledger = ledger_values(worth, "USD")
    rows |= {
        "$LEDGER": ledger,
        "$LEDGER:USD": ledger,
        "$LEDGER:ALL": [*ledger_values(worth, "BASE"), *ledger],
    }
    return [row for tag in wanted for row in rows.get(tag.strip(), [])]


def _position_values(floor: Floor, position: Position) -> _Values:
    numbers = {"position": position.quantity, "avgCost": position.average_cost}
    return contract_fields(position.symbol) | {"account": floor.account} | numbers


def _portfolio_values(floor: Floor, position: Position) -> _Values:
    fields = contract_fields(position.symbol)
    del fields["exchange"]
    price = mark(floor.market, position.symbol, floor.now_us)
    value = position.quantity * price
    return fields | {
        "primaryExchange": instrument_of(position.symbol).primary_exchange,
        "position": position.quantity,
        "marketPrice": price,
        "marketValue": value,
        "averageCost": position.average_cost,
        "unrealizedPNL": value - position.cost,
        "realizedPNL": position.realized,
        "accountName": floor.account,
    }
