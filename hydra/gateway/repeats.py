"""Messages that every listing of a day tells again: their values and frames are made once for each record.

It never decides what is told. A record that has changed is another object, and makes another message.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

Record = TypeVar("Record")


class Repeated(dict[str, Any]):
    """The values of a message that is told again as it is: nobody changes them. `frames` has what was made of them, by
    server version."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.frames: dict[int, bytes] = {}


class Answered(dict[str, Any]):
    """The values of a repeated message as the answer to one more request, whose id is the first field of its table."""

    def __init__(self, message: Repeated, request_id: int) -> None:
        super().__init__(message, reqId=request_id)
        self.message = message


class Repeats:
    """The messages of the latest listing of one kind. Mutable; lives as long as what it is a listing of."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[object, Repeated]] = {}

    def listing(
        self, records: Iterable[Record], write: Callable[[Record], Mapping[str, Any]]
    ) -> Iterable[Repeated]:
        """The messages of these records in order; one that was not in the listing before is written."""
        before = self._told  # an id is that of the same record still, for the record is kept beside its message
        self._told = {id(each): before.get(id(each)) or (each, Repeated(write(each))) for each in records}
        return [message for _, message in self._told.values()]
