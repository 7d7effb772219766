"""Who may import whom inside hydra, as a table, and the checks that walk the imports."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

# What each part stands on, beside itself. A part without a row is not allowed to exist.
ARROWS: Mapping[str, tuple[str, ...]] = {
    "errors": (),
    "version": (),
    "runtime": (),  # knows nothing of trading
    "gateway": (),  # a misreading of the protocol shared by both sides would pass every test
    "config": ("errors",),
    "logs": ("config",),
    "values": ("errors",),
    "records": ("errors", "values"),
    "messages": ("errors", "values", "records", "runtime.message"),
    "core": ("errors", "config", "values", "records", "messages", "runtime.message"),
    "strategies": ("errors", "config", "values", "records", "messages", "core"),
    "journal": ("errors", "config", "values", "records", "messages", "core", "runtime"),
    "broker": ("errors", "config", "values", "records", "messages", "core", "runtime"),
    "supervisor": (
        *("errors", "config", "logs", "values", "records", "messages", "core"),
        *("strategies", "journal", "broker", "runtime", "reports", "version"),
    ),
    "reports": ("errors", "config", "values", "records", "messages", "core", "journal"),
    "simulation": (
        *("errors", "config", "logs", "values", "records", "messages", "core"),
        *("strategies", "journal", "broker", "runtime", "supervisor", "reports", "gateway", "version"),
    ),
    "control": ("errors", "config", "values", "records", "messages", "core", "journal", "runtime", "supervisor"),
    "console": ("errors", "values", "records", "core", "supervisor"),
    "bench": (
        *("errors", "config", "values", "records", "messages", "core", "journal", "broker"),
        *("runtime", "supervisor", "gateway", "simulation"),
    ),
    "cli": (
        *("errors", "config", "logs", "values", "records", "messages", "core", "strategies"),
        *("journal", "broker", "runtime", "supervisor", "reports", "simulation", "gateway"),
        *("control", "console", "bench"),
    ),
}


def imports_of(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Module -> the modules of hydra it imports, for `sources` of module name -> text."""
    return {module: _imports(text, sources) for module, text in sources.items()}


def _imports(text: str, sources: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = f"{'.' * node.level}{node.module or ''}"
            deeper = [f"{base}.{alias.name}" for alias in node.names]
            found += [name if name in sources else base for name in deeper]
    return [name for name in found if name == "hydra" or name.startswith(("hydra.", "."))]


def wrong_arrows(sources: Mapping[str, str]) -> list[str]:
    """Every import that points the wrong way, every relative one, every part without a row."""
    broken = []
    for module, targets in imports_of(sources).items():
        part = _part(module)
        if part and part not in ARROWS:
            broken.append(f"hydra.{part} has no row in the table of arrows")
        broken += [f"{module} imports {target}" for target in targets if not _allowed(part, target)]
    return broken


def _part(module: str) -> str:
    return module.removeprefix("hydra").removeprefix(".").split(".")[0]


def _allowed(part: str, target: str) -> bool:
    inside = target.removeprefix("hydra.")
    bases = (part, *ARROWS.get(part, ()))
    return any(base and f"{inside}.".startswith(f"{base}.") for base in bases)


class _AtRunTime(ast.NodeTransformer):
    """Drops what only the type checker reads: types may name each other, modules may not need each other."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test).endswith("TYPE_CHECKING") else node


def cycle_of(sources: Mapping[str, str]) -> list[str]:
    """The modules of one cycle of imports that are made at run time, or nothing."""
    run_time = {module: ast.unparse(_AtRunTime().visit(ast.parse(text))) for module, text in sources.items()}
    try:
        tuple(TopologicalSorter(imports_of(run_time)).static_order())
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []
