"""Server messages written quickly: a message is a template that the names of its values choose, and texts in its gaps.

It never judges a message. What a template cannot write (repeated groups, variants, an unknown name, a value of the wrong
kind) is left to the writer in wire.py, which goes row by row and says what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.gateway.framing import FRAME_LENGTH_MAX, LENGTH
from hydra.gateway.wire_plan import Plan
from hydra.gateway.wire_rows import Field, Group, Rows, Run, Test, Variant, When
from hydra.gateway.wire_text import spelling

SHAPES_MAX = 256
"""So many sets of names, and choices between rows, are kept ready for one message; the code knows far fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """`text` has one %s for each gap: the name of a value, what spells it, and the text of None."""

    text: str
    gaps: tuple[tuple[str, Callable[[Any], str | None], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """The messages whose values bear the same names; `open_tests` are those that the names alone do not decide. Without
    any, there is `only` one template."""

    open_tests: tuple[Test, ...]
    decided: Mapping[Test, bool]
    templates: dict[tuple[bool, ...], _Template]
    only: _Template | None


class Templates:
    """Those of one message at one server version."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._block = plan.blocks[""]
        self._tests = tuple(_tests(plan.rows))
        self._shapes: dict[tuple[str, ...], _Shape | None] = {}

    def frame(self, values: Mapping[str, Any]) -> bytes | None:
        """The framed message; None if the other writer has to do it."""
        names = tuple(values)
        try:
            shape = self._shapes[names]
        except KeyError:
            shape = self._remember(names)
        if shape is None:
            return None
        try:
            template = shape.only or self._template(shape, values)
            texts = [shown if (value := values[name]) is None else show(value) for name, show, shown in template.gaps]
            return None if None in texts else _framed(template, texts)
        except (ArithmeticError, TypeError, ValueError):
            return None

    def _remember(self, names: tuple[str, ...]) -> _Shape | None:
        if len(self._shapes) >= SHAPES_MAX:
            self._shapes.clear()
        shape = self._shapes[names] = self._shape(names)
        return shape

    def _shape(self, names: tuple[str, ...]) -> _Shape | None:
        """None if some name is unknown or names a group, and for a message whose rows depend on a number in it."""
        if not self._block.known.issuperset(names) or any(name in self._block.groups for name in names):
            return None
        if any(isinstance(row, Variant) for row in self._plan.rows):
            return None
        decided: dict[Test, bool] = {}
        for test in self._tests:
            seen = _Defaults(self._block.fresh(), frozenset(names))
            outcome = test(seen)
            if not seen.asked_for_given:
                decided[test] = outcome
        open_tests = tuple(test for test in self._tests if test not in decided)
        only = None if open_tests else self._build(decided, frozenset(names))
        return _Shape(open_tests=open_tests, decided=decided, templates={}, only=only)

    def _template(self, shape: _Shape, values: Mapping[str, Any]) -> _Template:
        effective = _Effective(values, self._block.defaults)
        outcomes = tuple([test(effective) for test in shape.open_tests])
        template = shape.templates.get(outcomes)
        if template is None:
            holds = {**shape.decided, **dict(zip(shape.open_tests, outcomes, strict=True))}
            template = shape.templates[outcomes] = self._build(holds, frozenset(values))
        return template

    def _build(self, holds: Mapping[Test, bool], given: frozenset[str]) -> _Template:
        texts, gaps = [str(self._plan.layout.number)], []
        for field in _written(self._plan.rows, holds):
            if field is None:
                texts.append("0")
            elif field.name in given:
                texts.append("%s")
                gaps.append((field.name, spelling(field.kind), field.default))
            else:
                texts.append(field.default.replace("%", "%%"))
        return _Template(text="\0".join((*texts, "")), gaps=tuple(gaps))


def _framed(template: _Template, texts: Sequence[str | None]) -> bytes | None:
    body = (template.text % tuple(texts)).encode()
    return LENGTH.pack(len(body)) + body if len(body) <= FRAME_LENGTH_MAX else None


class _Defaults(dict[str, Any]):
    """The defaults of every name, and whether a name was asked for that a message with these names gives itself."""

    def __init__(self, defaults: Mapping[str, Any], given: frozenset[str]) -> None:
        super().__init__(defaults)
        self._given = given
        self.asked_for_given = False

    def __getitem__(self, name: str) -> Any:
        self.asked_for_given = self.asked_for_given or name in self._given
        return super().__getitem__(name)


class _Effective(dict[str, Any]):
    """The values of one message, and the default of a name that it does not give; a group that is not given is empty."""

    def __init__(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._defaults = defaults

    def __missing__(self, name: str) -> Any:
        return self._defaults.get(name, ())


def _tests(rows: Rows) -> Iterator[Test]:
    for row in rows:
        if isinstance(row, When):
            yield row.test
            yield from _tests(row.rows)


def _written(rows: Rows, holds: Mapping[Test, bool]) -> Iterator[Field | None]:
    """The fields on the wire in their order; None is the count of an empty group."""
    for row in rows:
        match row:
            case Run():
                yield from row.fields
            case Group():
                yield None
            case When():
                if holds[row.test]:
                    yield from _written(row.rows, holds)
            case Field() | Variant():
                raise TypeError(f"a plan has no {type(row).__name__} outside a run or a group")
