"""Events as JSON and back: the law is decode(encode(event)) == event, checked each time before anything is recorded.

The kind of an event is the name of its class. A name that was ever recorded is never given to another meaning,
and a field that is added later has a default, so that every old journal can be read for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from types import MappingProxyType, ModuleType

import msgspec

from hydra.core.instants import from_us, to_us
from hydra.journal.faults import NotReadable, NotRecordable
from hydra.messages import decisions, facts
from hydra.messages.base import Event

if datetime.__module__ != "datetime":
    raise ImportError("hydra.journal.codec must be imported before time is frozen: it would read no datetime")


def _events_of(module: ModuleType) -> dict[str, type[Event]]:
    return {
        name: found
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Event) and found.__module__ == module.__name__
    }


EVENT_OF: Mapping[str, type[Event]] = MappingProxyType(_events_of(facts) | _events_of(decisions))
"""Kind -> class, for every event there is, facts first, in the order of their definition."""

_DECODERS = {kind: msgspec.json.Decoder(cls) for kind, cls in EVENT_OF.items()}
_ENCODER = msgspec.json.Encoder()
_LEAVES = (datetime, Decimal)
_PLAIN = frozenset((str, int, bool, type(None)))


def encode(event: Event) -> str:
    """The body of an event: a JSON object, decimals as strings, instants as ISO 8601 in UTC.

    Raises NotRecordable for an instant without a time zone, a number that is not finite, and whatever else would
    not come back equal.
    """
    kind = type(event).__name__
    if EVENT_OF.get(kind) is not type(event):
        raise NotRecordable(f"{kind} is not in the catalogue of events, so it cannot be recorded.")
    try:
        tree = msgspec.to_builtins(event, builtin_types=_LEAVES, enc_hook=_real)
        body = _ENCODER.encode(_settled(tree, kind))
        returned = _DECODERS[kind].decode(body)
    except _Unsettled as error:
        raise NotRecordable(f"{kind} cannot be recorded: {error}.") from None
    except (msgspec.MsgspecError, UnicodeEncodeError, TypeError) as error:
        raise NotRecordable(f"{kind} cannot be recorded, it would not be readable: {error}.") from error
    if returned != event:
        raise NotRecordable(f"{kind} cannot be recorded: {event} would come back as {returned}.")
    return body.decode()


def decode(kind: str, body: str) -> Event:
    """The event of this kind with this body. Raises NotReadable."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise NotReadable(f"its kind {kind} is unknown to this version of hydra")
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise NotReadable(f"its body is not a {kind}: {error}") from error


class _Unsettled(ValueError):
    """A leaf that has no place in a journal."""


def _settled(node: object, key: str) -> object:
    """The same tree with every instant in UTC; refuses what JSON would change in silence. `key` names the node."""
    match node:
        case dict():
            return {
                name: value if type(value) in _PLAIN else _settled(value, name) for name, value in node.items()
            }
        case Decimal():
            if node.is_finite():
                return node
            raise _Unsettled(f"{key} is {node}, not a finite number")
        case list() | tuple():
            return [_settled(value, key) for value in node]
        case float() if not isfinite(node):
            raise _Unsettled(f"{key} is {node}, not a finite number")
        case datetime():
            return node if node.tzinfo is UTC else _utc(node, key)
    return node


def _utc(at: datetime, key: str) -> datetime:
    if at.utcoffset() is None:
        raise _Unsettled(f"{key} is {at}, an instant without a time zone")
    return from_us(to_us(at))


def _real(value: object) -> object:
    """freezegun's FakeDatetime leaks out of frozen time; msgspec takes only the real class."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in an event")
    return _utc(value, "an instant")
