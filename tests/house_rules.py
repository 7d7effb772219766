"""The rules of the house, each a pure function from source text to the sentences that say where it is broken.

Every rule takes the file's path within the repository and its text. tests/test_architecture.py runs them all.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch

Rule = Callable[[str, str], list[str]]

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

BANNED_WORDS = {
    *("util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "service", "processor"),
    *("engine", "data", "info"),
}

CLOCKS = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    *("time.time*", "time.monotonic*", "time.perf_counter*", "time.process_time*", "time.sleep"),
    *("uuid.uuid1", "uuid.uuid4", "os.urandom", "secrets.*", "random.SystemRandom", "random.[a-z]*"),
)

# Standard terms of the field that contain such a word.
FIELD_TERMS = ("MarketData", "market_data")

# The edges where the real world comes in, and why there; everything else is handed time and chance.
CLOCKS_ALLOWED = {
    "hydra/runtime/*": "the clock, the timers and the watchdog of both worlds live here",
    "hydra/gateway/server.py": "the gateway's only socket and clock; the gateway proper is handed time",
    "hydra/gateway/cli.py": "a process of its own, it anchors the gateway's clock",
    "hydra/cli/*": "the commands' own process: waiting, progress, measurements",
    "hydra/bench/*": "measuring machine time is its purpose",
    "hydra/broker/link_bench.py": "the same, for raw ib_async",
}

BROAD = ("Exception", "BaseException")
BROAD_ALLOWED = ("hydra/runtime/*",)

# Who may wait for an answer: the outside of the tree.
ASK_ALLOWED = ("hydra/runtime/*", "hydra/cli/*", "hydra/simulation/*", "hydra/supervisor/desk.py")

IB_ASYNC_ALLOWED = ("hydra/broker/link*.py", "tests/*")
NEVER_IMPORTED = ("pandas", "ib_insync", "unittest.mock", "mock")


def _is_any(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def imported_modules(text: str) -> list[tuple[int, str]]:
    """Line and full name of everything imported: `from a.b import c` gives `a.b.c`."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = f"{'.' * node.level}{node.module or ''}"
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
    return found


def files_are_short(path: str, text: str) -> list[str]:
    lines = text.count("\n")
    return [f"{path} has {lines} lines, limit {FILE_LINES_MAX}"] if lines > FILE_LINES_MAX else []


def functions_are_short(path: str, text: str) -> list[str]:
    broken = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                sentence = f"{node.name} has {lines} lines, limit {FUNCTION_LINES_MAX}"
                broken.append(f"{path}:{node.lineno} {sentence}")
    return broken


def files_open_with_a_docstring(path: str, text: str) -> list[str]:
    return [] if ast.get_docstring(ast.parse(text)) else [f"{path} does not say what it is"]


def names_mean_something(path: str, text: str) -> list[str]:
    modules = path.removesuffix(".py").replace("gateway/data", "gateway").split("/")
    classes = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    broken = []
    for name in (*modules, *classes):
        rest = re.sub("|".join(FIELD_TERMS), "", name)
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", rest)
        broken += [f"{path}: {name} says nothing ({word})" for word in words if word.lower() in BANNED_WORDS]
    return broken


def _qualified_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of every use of something imported, whatever it is called here."""
    origins: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                origins |= {alias.asname: alias.name} if alias.asname else {top: top}
        elif isinstance(node, ast.ImportFrom) and node.module:
            origins |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            root, _, rest = ast.unparse(node).partition(".")
            if root in origins:
                yield node.lineno, f"{origins[root]}.{rest}".rstrip(".")


def time_and_chance_are_arguments(path: str, text: str) -> list[str]:
    if _is_any(path, CLOCKS_ALLOWED):
        return []
    tree = ast.parse(text)
    names = _qualified_names(tree)
    broken = [f"{path}:{line} reaches for {name}" for line, name in names if _is_any(name, CLOCKS)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not node.args and ast.unparse(node.func).split(".")[-1] == "Random":
            broken.append(f"{path}:{node.lineno} makes an unseeded Random")
    return broken


def nothing_is_swallowed(path: str, text: str) -> list[str]:
    if _is_any(path, BROAD_ALLOWED):
        return []
    broken = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or ast.unparse(kind) in BROAD for kind in caught):
                broken.append(f"{path}:{node.lineno} catches everything")
    return broken


def actors_only_tell(path: str, text: str) -> list[str]:
    if _is_any(path, ASK_ALLOWED):
        return []
    return [
        f"{path}:{node.lineno} asks and waits"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ask"
    ]


def only_the_link_imports_ib_async(path: str, text: str) -> list[str]:
    if _is_any(path, IB_ASYNC_ALLOWED):
        return []
    return [
        f"{path}:{line} imports {name}"
        for line, name in imported_modules(text)
        if name.split(".")[0] in ("ib_async", "eventkit")
    ]


def banned_modules_stay_out(path: str, text: str) -> list[str]:
    return [
        f"{path}:{line} imports {name}"
        for line, name in imported_modules(text)
        if any(name == banned or name.startswith(f"{banned}.") for banned in NEVER_IMPORTED)
    ]


def no_promises_in_comments(path: str, text: str) -> list[str]:
    return [
        f"{path}:{token.start[0]} leaves work undone: {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string)
    ]


def sets_are_never_iterated(path: str, text: str) -> list[str]:
    tree = ast.parse(text)
    known = _names_of_sets(tree)
    walked: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            walked.append(node.iter)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("list", "tuple", "enumerate", "iter"):
            walked += node.args[:1]
        elif isinstance(node, ast.Starred):
            walked.append(node.value)
    return [
        f"{path}:{item.lineno} takes the order of a set: {ast.unparse(item)}"
        for item in walked
        if _is_set(item, known)
    ]


def _is_set(node: ast.expr | None, known: frozenset[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return _is_set(left, known) or _is_set(right, known)
        case ast.Name() | ast.Attribute():
            return ast.unparse(node) in known
    return False


def _names_of_sets(tree: ast.Module) -> frozenset[str]:
    """Names annotated as sets, or only ever assigned sets, anywhere in the file."""
    sets: list[str] = []
    others: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            is_set = re.match(r"(set|frozenset|AbstractSet|Set)\b", ast.unparse(node.annotation))
            (sets if is_set else others).append(name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                (sets if _is_set(node.value, frozenset()) else others).append(ast.unparse(target))
    return frozenset(sets) - frozenset(others)


RULES_OF_THE_PRODUCT: tuple[Rule, ...] = (
    files_are_short,
    functions_are_short,
    files_open_with_a_docstring,
    names_mean_something,
    time_and_chance_are_arguments,
    nothing_is_swallowed,
    actors_only_tell,
    only_the_link_imports_ib_async,
    banned_modules_stay_out,
    no_promises_in_comments,
    sets_are_never_iterated,
)

RULES_OF_THE_TESTS: tuple[Rule, ...] = (
    files_are_short,
    functions_are_short,
    nothing_is_swallowed,
    banned_modules_stay_out,
    no_promises_in_comments,
)
