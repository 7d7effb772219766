"""Which function answers which message: the dispatch table, and the honest error for what this gateway does
not offer.
"""

from collections.abc import Callable
from typing import Any

from hydra.gateway import session_account as account
from hydra.gateway import session_contracts as contracts
from hydra.gateway import session_orders as orders
from hydra.gateway import session_quotes as quotes
from hydra.gateway import session_start as start
from hydra.gateway.floor import Floor
from hydra.gateway.refusals import invalid
from hydra.gateway.session import Session

Request = Callable[[Floor, Session, dict[str, Any]], None]

REQUESTS: dict[str, Request] = {
    "reqIds": start.req_ids,
    "reqManagedAccts": start.req_managed_accounts,
    "reqCurrentTime": start.req_current_time,
    "reqUserInfo": start.req_user,
    "setServerLogLevel": start.set_server_log_level,
    "placeOrder": orders.place_order,
    "cancelOrder": orders.cancel_order,
    "reqGlobalCancel": orders.req_global_cancel,
    "reqOpenOrders": orders.req_open_orders,
    "reqAllOpenOrders": orders.req_all_open_orders,
    "reqAutoOpenOrders": orders.req_auto_open_orders,
    "reqCompletedOrders": orders.req_completed_orders,
    "reqExecutions": orders.req_executions,
    "reqPositions": account.req_positions,
    "cancelPositions": account.cancel_positions,
    "reqPositionsMulti": account.req_positions_multi,
    "cancelPositionsMulti": account.cancel_positions_multi,
    "reqAccountUpdates": account.req_account_updates,
    "reqAccountUpdatesMulti": account.req_account_updates_multi,
    "cancelAccountUpdatesMulti": account.cancel_account_updates_multi,
    "reqAccountSummary": account.req_account_summary,
    "cancelAccountSummary": account.cancel_account_summary,
    "reqContractDetails": contracts.req_contract_details,
    "reqMarketRule": contracts.req_market_rule,
    "reqHistoricalData": contracts.req_historical_data,
    "cancelHistoricalData": contracts.cancel_historical_data,
    "reqMarketDataType": quotes.req_market_data_type,
    "reqMktData": quotes.req_market_data,
    "cancelMktData": quotes.cancel_market_data,
}

# Order actions, which the network may delay; everything else is answered at once.
ORDER_ACTIONS = ("placeOrder", "cancelOrder", "reqGlobalCancel")


def answer(floor: Floor, session: Session, name: str, values: dict[str, Any]) -> None:
    """Answer a request, or say that this gateway cannot; unless a fault deals with it."""
    if floor.takes(session, name, values):
        return
    request = REQUESTS.get(name)
    if request is not None:
        request(floor, session, values)
        return
    session.refuse(values.get("reqId", -1), invalid(f"The simulated gateway does not offer {name}."))
