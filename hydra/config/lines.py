"""Where in a TOML file each key stands, for error messages; tomllib does not tell. It judges nothing.

Expects text that tomllib has accepted. Keys inside a value of several lines belong to its first line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w.\- ])+?)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_NOISE = re.compile(r"""\"(?:\\.|[^"\\])*\"|'[^']*'|#.*""")
_LONG_TEXT = re.compile(r'\"\"\"|\'\'\'')


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line numbers, from 1, of every table and key; elements of arrays of tables are counted from 0."""
    lines: dict[KeyPath, int] = {}
    lengths: dict[KeyPath, int] = {}
    table: KeyPath = ()
    open_until, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not open_until and depth == 0:
            if header := _HEADER.match(line):
                parts = _parts(header[2])
                table = _open_table(parts, repeated=header[1] == "[[", lengths=lengths)
                lines.setdefault(parts, number)
                lines.setdefault(table, number)
            elif key := _KEY.match(line):
                lines[(*table, *_parts(key[1]))] = number
        open_until, rest = _after_long_text(line, open_until)
        rest = _NOISE.sub("", rest)
        depth += sum(rest.count(sign) for sign in "[{") - sum(rest.count(sign) for sign in "]}")
    return lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """The line of `path`, or of the nearest table or key around it."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)


def _parts(dotted: str) -> KeyPath:
    return tuple(part[1] or part[2] or part[3] for part in _PART.finditer(dotted))


def _open_table(parts: KeyPath, *, repeated: bool, lengths: dict[KeyPath, int]) -> KeyPath:
    path: KeyPath = ()
    for position, part in enumerate(parts, start=1):
        path = (*path, part)
        if repeated and position == len(parts):
            lengths[path] = lengths.get(path, 0) + 1
        if path in lengths:
            path = (*path, lengths[path] - 1)
    return path


def _after_long_text(line: str, open_until: str) -> tuple[str, str]:
    """The quotes that are still open at the line's end, and the line without text in triple quotes."""
    rest = ""
    for piece in re.split(f"({_LONG_TEXT.pattern})", line):
        if open_until:
            open_until = "" if piece == open_until else open_until
        elif _LONG_TEXT.fullmatch(piece):
            open_until = piece
        else:
            rest += piece
    return open_until, rest
