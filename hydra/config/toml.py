"""The configuration written as TOML: one value for a message, or all with a comment above every key.

`supervisor.toml` in the repository is exactly `config_toml(Config())`. It writes no file.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from inspect import cleandoc
from pathlib import Path

from pydantic import BaseModel

from hydra.config.kinds import bounds

WIDTH = 100
PREAMBLE = """
# hydra's configuration. A key you leave out keeps its built-in default, so a file of your own may be
# short; the file in the repository shows every key at its default. `hydra config check` names every
# mistake. Durations end in _s and are seconds; a share named fraction is of 1 (0.02 is 2 %). It is
# read once, when hydra starts.
"""


def toml_value(value: object) -> str:
    """One value as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | Path():
            return json.dumps(str(value), ensure_ascii=False)
        case time():
            return f'"{value:%H:%M}"'
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case Mapping():
            inside = ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return "[" + ", ".join(map(toml_value, value)) + "]"
        case _:
            return str(value)


def config_toml(config: BaseModel) -> str:
    """The whole configuration; reading it back gives an equal one."""
    parts = [PREAMBLE.strip() + "\n"]
    for name, field in type(config).model_fields.items():
        value = getattr(config, name)
        if isinstance(value, tuple):
            parts.extend(_table(f"[[{field.alias}]]", table) for table in value)
        else:
            parts.append(_table(f"[{name}]", value))
    return "\n".join(parts)


def _table(header: str, section: BaseModel) -> str:
    lines = [*_comment(cleandoc(type(section).__doc__ or "")), header, ""]
    for name, field in type(section).model_fields.items():
        words = f"{field.description} {bounds(field.metadata).capitalize()}".rstrip()
        lines += [*_comment(f"{words}." if words[-1].isdigit() else words)]
        lines += [f"{field.alias or name} = {toml_value(getattr(section, name))}", ""]
    return "\n".join(lines)


def _comment(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield "#"
        yield from (f"# {line}" for line in textwrap.wrap(paragraph, WIDTH - 2, break_on_hyphens=False))
