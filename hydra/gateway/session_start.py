"""How a session begins: version, client id, what a gateway says first; and the small questions about
itself.
"""

from typing import Any

from hydra.gateway.floor import Floor
from hydra.gateway.framing import Hello, frame, negotiate
from hydra.gateway.instants import SECOND_US, zoned_text
from hydra.gateway.session import Session

FARMS_OK = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)
_ID_IN_USE = "Unable to connect as the client id is already in use. Retry with a unique client id."
_Values = dict[str, Any]


def greet(floor: Floor, session: Session, hello: Hello) -> None:
    """The version frame, in one piece; a client whose versions this gateway does not speak is
    disconnected.
    """
    version = negotiate(hello)
    if version is None:
        session.close()
        return
    session.version = version
    session.send_raw(frame((str(version), zoned_text(floor.now_us, floor.config.time_zone))))


def start_api(floor: Floor, session: Session, values: _Values) -> None:
    """The accounts, the next order id, the farms, in the order of live captures. A taken client id ends the
    session.
    """
    client_id = values["clientId"]
    if any(other.client_id == client_id for other in floor.clients()):
        refuse_busy(session)
        return
    session.client_id = client_id
    req_managed_accounts(floor, session, values)
    req_ids(floor, session, values)
    for code, text in FARMS_OK:
        session.error(-1, code, text)


def refuse_busy(session: Session) -> None:
    """Somebody else holds this client id."""
    session.error(-1, 326, _ID_IN_USE)
    session.close()


def req_managed_accounts(floor: Floor, session: Session, _values: _Values) -> None:
    session.send("managedAccounts", {"accountsList": floor.account})


def req_ids(floor: Floor, session: Session, _values: _Values) -> None:
    """The next order id of this client."""
    assert session.client_id is not None, "requests come after startApi"
    session.send("nextValidId", {"orderId": floor.desk.books.next_order_id(session.client_id)})


def req_current_time(floor: Floor, session: Session, _values: _Values) -> None:
    """The market's clock, in whole seconds: the only clock this gateway has."""
    session.send("currentTime", {"time": floor.now_us // SECOND_US})


def req_user(_floor: Floor, session: Session, values: _Values) -> None:
    session.send("userInfo", {"reqId": values["reqId"]})


def set_server_log_level(_floor: Floor, _session: Session, _values: _Values) -> None:
    """Accepted without effect: there is no server log to tune."""
