"""pydantic's findings in a person's words: key, line, value, what was expected. It reads no file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hydra.config.kinds import Kind, bounds, limit
from hydra.config.lines import KeyPath, line_of
from hydra.config.toml import toml_value
from hydra.config.whole import Config
from hydra.errors import ConfigProblem

VALUE_LENGTH_MAX = 80
MISSING = "(missing)"


def config_problems(error: ValidationError, lines: Mapping[KeyPath, int]) -> tuple[ConfigProblem, ...]:
    """Every mistake once, in file order; what stands in no file comes last."""
    found: dict[KeyPath, ConfigProblem] = {}
    for details in error.errors(include_url=False):
        path = _key_path(details["loc"])
        if path not in found:
            found[path] = ConfigProblem(
                key=_dotted(path),
                line=line_of(path, lines),
                value=_value(details),
                expected=_expected(details, path),
            )
    return tuple(sorted(found.values(), key=lambda problem: (problem.line is None, problem.line or 0)))


def expected_of(path: KeyPath) -> str:
    """What the key at `path` takes, with its bounds: `a whole number from 1 to 65535`."""
    field, of_element = _field(path)
    kind = _kind(field.annotation, field.metadata)
    if get_origin(field.annotation) is tuple and not of_element:
        return f"a list, {_length(field.metadata)}, each {kind}"
    return " ".join(filter(None, (kind, bounds(field.metadata))))


def _expected(details: ErrorDetails, path: KeyPath) -> str:
    match details["type"]:
        case "extra_forbidden":
            return _nearest_key(path)
        case "unexpected":
            return details["msg"]
        case "model_type":
            return f"a table, begun by {_header(path)}"
        case "tuple_type" if path == ("strategy",):
            return "tables, each begun by [[strategy]]"
        case _:
            return expected_of(path)


def _value(details: ErrorDetails) -> str:
    text = MISSING if details["type"] == "missing" else toml_value(details["input"])
    return text if len(text) <= VALUE_LENGTH_MAX else text[: VALUE_LENGTH_MAX - 3] + "..."


def _key_path(loc: KeyPath) -> KeyPath:
    """Without what pydantic adds below a parameter: which member of the union it tried."""
    return loc[:4] if loc[0] == "strategy" and "params" in loc[2:3] else loc


def _dotted(path: KeyPath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _header(path: KeyPath) -> str:
    return "[[strategy]]" if path[0] == "strategy" else f"[{_dotted(path)}]"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_at(path: KeyPath) -> type[BaseModel] | None:
    """The table at `path`."""
    model: type[BaseModel] | None = Config
    for part in path:
        if model is not None and isinstance(part, str):
            model = _model_in(_keys(model)[part].annotation)
    return model


def _field(path: KeyPath) -> tuple[FieldInfo, bool]:
    """The field at or around `path`, and whether the path ends inside its value."""
    model: type[BaseModel] = Config
    field: FieldInfo | None = None
    for depth, part in enumerate(path):
        if isinstance(part, str):
            field = _keys(model)[part]
            inner = _model_in(field.annotation)
            if inner is None:
                return field, depth < len(path) - 1
            model = inner
    assert field is not None, f"no key in {path}"
    return field, False


def _nearest_key(path: KeyPath) -> str:
    name, around = str(path[-1]), _model_at(path[:-1])
    keys = _keys(around or Config)
    if near := difflib.get_close_matches(name, keys, n=1):
        return f"a key that exists, perhaps {near[0]}"
    for section, field in _keys(Config).items():
        model = _model_in(field.annotation)
        if model is not None and name in _keys(model):
            return f"it under {_header((section,))}"
    return f"one of {', '.join(keys)}"


def _kind(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(toml_value(choice) for choice in get_args(annotation))
    for candidate in metadata:
        if isinstance(candidate, Kind):
            return candidate.words
    for inner in get_args(annotation):
        if get_origin(inner) is Annotated:
            base, *inner_metadata = get_args(inner)
            return _kind(base, inner_metadata)
    return "a table"


def _length(metadata: list[Any]) -> str:
    return f"{limit(metadata, 'min_length') or 0} to {limit(metadata, 'max_length')} entries"
