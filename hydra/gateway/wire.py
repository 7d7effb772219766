"""Fields to named values and back, for every message of both directions, read off the tables; no socket here.

Server versions 157 to 178. A decoded message has every field of its table: one that the server version or a
condition keeps off the wire has its default. Types: i int, I int or None, f, g and q Decimal, F and D Decimal
or None, s str, b bool; a repeated group is a list of dicts under the group's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hydra.gateway.framing import frame, renumbered
from hydra.gateway.repeats import Answered, Repeated
from hydra.gateway.wire_client_messages import CLIENT_MESSAGES
from hydra.gateway.wire_plan import Plan, plan_of
from hydra.gateway.wire_rows import Field, Group, Layout, Rows, Run, Variant, When
from hydra.gateway.wire_server_messages import SERVER_MESSAGES
from hydra.gateway.wire_templates import Templates
from hydra.gateway.wire_text import parse, show


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message from client to server; `values` by the field names of the table."""

    name: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServerMessage:
    """A message from server to client; `values` by the field names of the table."""

    name: str
    values: dict[str, Any]


class WireError(ValueError):
    """A message that does not fit its table; `request_id` is its reqId or orderId, if it got that far."""

    def __init__(self, name: str, field: str, text: str, request_id: int | None = None) -> None:
        super().__init__(f"{name}, field {field}: {text}")
        self.name = name
        self.field = field
        self.text = text
        self.request_id = request_id


def decode_client(fields: Sequence[str], version: int) -> ClientMessage:
    """Return the message in the fields of one frame; raises WireError with a sentence if it fits no table."""
    layout = _numbered(fields, _CLIENT_BY_NUMBER)
    return ClientMessage(layout.name, _Decoding(plan_of(layout, version), fields).run())


def decode_server(fields: Sequence[str], version: int) -> ServerMessage:
    """As `decode_client`, for the other direction."""
    layout = _numbered(fields, _SERVER_BY_NUMBER)
    return ServerMessage(layout.name, _Decoding(plan_of(layout, version), fields).run())


def encode_client(name: str, values: Mapping[str, Any], version: int) -> bytes:
    """Return the framed message.

    A value left out or None is printed as the table's default; a value that the version or a condition keeps
    off the wire is dropped; an unknown name or a value of the wrong kind raises WireError.
    """
    return frame(_Encoding(plan_of(_named(name, _CLIENT_BY_NAME), version)).run(values))


def encode_server(name: str, values: Mapping[str, Any], version: int) -> bytes:
    """As `encode_client`, for the other direction, which has thousands of messages a minute."""
    if isinstance(values, Answered):
        return renumbered(encode_server(name, values.message, version), values["reqId"])
    if not isinstance(values, Repeated):
        return _server_frame(name, values, version)
    framed = values.frames.get(version)
    if framed is None:
        framed = values.frames[version] = _server_frame(name, values, version)
    return framed


def _server_frame(name: str, values: Mapping[str, Any], version: int) -> bytes:
    framed = _templates_of(name, version).frame(values)
    return frame(_Encoding(plan_of(_SERVER_BY_NAME[name], version)).run(values)) if framed is None else framed


@cache  # bounded: one entry for each message and server version
def _templates_of(name: str, version: int) -> Templates:
    return Templates(plan_of(_named(name, _SERVER_BY_NAME), version))


_CLIENT_BY_NUMBER = {str(layout.number): layout for layout in CLIENT_MESSAGES}
_SERVER_BY_NUMBER = {str(layout.number): layout for layout in SERVER_MESSAGES}
_CLIENT_BY_NAME = {layout.name: layout for layout in CLIENT_MESSAGES}
_SERVER_BY_NAME = {layout.name: layout for layout in SERVER_MESSAGES}


def _numbered(fields: Sequence[str], by_number: Mapping[str, Layout]) -> Layout:
    if not fields:
        raise WireError("empty frame", "message id", "a frame without a single field is no message")
    if fields[0] not in by_number:
        raise WireError(fields[0], "message id", f"no message has the id {fields[0]!r}")
    return by_number[fields[0]]


def _named(name: str, by_name: Mapping[str, Layout]) -> Layout:
    if name not in by_name:
        raise WireError(name, "message name", f"no message has the name {name!r}")
    return by_name[name]


class _Decoding:
    """One pass over the fields of one frame."""

    def __init__(self, plan: Plan, fields: Sequence[str]) -> None:
        self._plan = plan
        self._fields = fields
        self._position = 1
        self._request_id: int | None = None

    def run(self) -> dict[str, Any]:
        values = self._plan.blocks[""].fresh()
        self._read(self._plan.rows, values)
        surplus = len(self._fields) - self._position
        if surplus:
            text = f"{len(self._fields)} fields came, {self._position} belong to the message"
            raise self._error("end", text)
        return values

    def _read(self, rows: Rows, values: dict[str, Any]) -> None:
        for row in rows:
            match row:
                case Run():
                    for field in row.fields:
                        self._read_field(field, values)
                case Group():
                    values[row.name] = self._read_group(row)
                case When():
                    if row.test(values):
                        self._read(row.rows, values)
                case Variant():
                    self._read(self._case(row, values), values)

    def _read_field(self, row: Field, values: dict[str, Any]) -> None:
        text = self._next(row.name)
        if row.kind == "v":
            if text != row.default:
                raise self._error(row.name, f"version {text!r} is not supported, {row.default!r} is")
            return
        value = self._parse(row.kind, text, row.name)
        values[row.name] = value
        if row.name in ("reqId", "orderId"):
            self._request_id = value

    def _read_group(self, row: Group) -> list[dict[str, Any]]:
        count = self._parse("i", self._next(row.name), row.name)
        if count < 0:
            raise self._error(row.name, f"the count {count} is negative")
        items = []
        for _ in range(count):
            item = self._plan.blocks[row.name].fresh()
            self._read(row.rows, item)
            items.append(item)
        return items

    def _case(self, row: Variant, values: Mapping[str, Any]) -> Rows:
        number = values[row.selector]
        if number not in row.cases:
            raise self._error(row.selector, f"{number} is none of {_listed(row)}")
        return row.cases[number]

    def _next(self, name: str) -> str:
        if self._position >= len(self._fields):
            raise self._error(name, f"the message ends after {len(self._fields)} fields, before this one")
        text = self._fields[self._position]
        self._position += 1
        return text

    def _parse(self, kind: str, text: str, name: str) -> Any:
        try:
            return parse(kind, text)
        except ValueError as error:
            raise self._error(name, str(error)) from None

    def _error(self, field: str, text: str) -> WireError:
        return WireError(self._plan.layout.name, field, text, self._request_id)


class _Encoding:
    """One pass over the rows of one message."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._texts: list[str] = [str(plan.layout.number)]

    def run(self, values: Mapping[str, Any]) -> list[str]:
        self._write_block("", self._plan.rows, values)
        return self._texts

    def _write_block(self, name: str, rows: Rows, values: Mapping[str, Any]) -> None:
        block = self._plan.blocks[name]
        if not block.known.issuperset(values):
            key = next(key for key in values if key not in block.known)
            raise self._error(key, f"no such field in {name or 'the message'}")
        self._write(rows, values, block.completed(values))

    def _write(self, rows: Rows, given: Mapping[str, Any], effective: Mapping[str, Any]) -> None:
        for row in rows:
            match row:
                case Run():
                    self._write_run(row, given)
                case Group():
                    self._write_group(row, effective[row.name])
                case When():
                    if row.test(effective):
                        self._write(row.rows, given, effective)
                case Variant():
                    self._write(self._case(row, effective), given, effective)

    def _write_run(self, row: Run, given: Mapping[str, Any]) -> None:
        self._texts += [
            field.default if (value := given.get(field.name)) is None else self._text(field, value)
            for field in row.fields
        ]

    def _write_group(self, row: Group, items: Sequence[Mapping[str, Any]]) -> None:
        self._texts.append(str(len(items)))
        for item in items:
            self._write_block(row.name, row.rows, item)

    def _text(self, row: Field, value: Any) -> str:
        try:
            return show(row.kind, value)
        except ValueError as error:
            raise self._error(row.name, str(error)) from None

    def _case(self, row: Variant, effective: Mapping[str, Any]) -> Rows:
        number = effective[row.selector]
        if number not in row.cases:
            raise self._error(row.selector, f"{number} is none of {_listed(row)}")
        return row.cases[number]

    def _error(self, field: str, text: str) -> WireError:
        return WireError(self._plan.layout.name, field, text)


def _listed(row: Variant) -> str:
    return ", ".join(str(number) for number in row.cases)
