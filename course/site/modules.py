"""A module of ours, read but not imported: which names it gives a meaning, and where others lie."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "ALL",
    "IMPORTED",
    "OURS",
    "Place",
    "Source",
    "is_ours",
    "origin",
    "read",
    "read_text",
    "targets",
    "within",
]

OURS = ("course", "aiguille", "faineant")
# Decorators that do no more than give what they decorate: it counts only where it is named.
QUIET = {"cache", "contextmanager", "dataclass", "final", "lru_cache", "overload", "wraps"}

IMPORTED = ""  # in place of a name: what a module does while it is imported
ALL = "*"  # in place of a name: all that stands in a module


class Place(NamedTuple):
    """Where something stands: in a module, under a name, or `IMPORTED`, or `ALL`."""

    module: str
    name: str


@dataclass(eq=False)
class Source:
    """A module of ours, read but not imported.

    Attributes
    ----------
    module : str
        Its name.
    file : Path
        Where it was read.
    text : str
        All that it holds.
    lines : list of str
        The same by lines.
    tree : ast.Module
        The same, parsed; empty where that is not possible.
    bound : dict of str to list of ast.stmt
        The statements that give a name its meaning.
    imported : dict of str to Place
        Where names come from that are imported.
    always : list of ast.stmt
        What is done while the module is imported, beside giving names a meaning.
    """

    module: str
    file: Path
    text: str
    lines: list[str]
    tree: ast.Module
    bound: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)
    always: list[ast.stmt] = field(default_factory=list)


def read(module: str) -> Source | None:
    """Read a module of ours; none where there is no such module."""
    file = file_of(module)
    if file is None:
        return None
    now = file.stat()
    return read_file(module, file, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=1024)
def read_file(module: str, file: Path, _time: int, _size: int) -> Source:
    """Read a file once, until it changes."""
    return read_text(module, file, file.read_text(encoding="utf-8"))


def read_text(module: str, file: Path, text: str) -> Source:
    """Sort the statements of a module by what they are to others."""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # whoever runs it will say so
        tree = ast.Module([], [])
    source = Source(module, file, text, text.splitlines(), tree)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            source.imported.update(targets(source, node))
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for one in ast.walk(node):
                source.imported.update(targets(source, one))
        else:
            for name in names_of(source, node):
                source.bound.setdefault(name, []).append(node)
            if not is_quiet(node):
                source.always.append(node)
    return source


def is_quiet(node: ast.stmt) -> bool:
    """Tell whether a statement only gives a name its meaning, or says something to readers."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return all(last_name(decorator) in QUIET for decorator in node.decorator_list)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return all(isinstance(name, ast.Name | ast.Tuple) for name in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def last_name(decorator: ast.expr) -> str:
    """Give the name of a decorator without the way to it: ``cache`` of ``@memory.cache()``."""
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return getattr(decorator, "attr", getattr(decorator, "id", ""))


def names_of(source: Source, statement: ast.stmt) -> Iterator[str]:
    """List the names to which a statement gives a meaning."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        else:
            yield from (name for name, _ in targets(source, node))


def targets(source: Source, node: ast.AST) -> Iterator[tuple[str, Place]]:
    """List what an import of something of ours calls by which name.

    A place that is given may be a module in a package: `within` tells, once both are read.
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            if is_ours(name):
                yield alias.asname or name, Place(name, ALL)
    elif isinstance(node, ast.ImportFrom):
        base = origin(source, node)
        if is_ours(base):
            for alias in node.names:
                yield alias.asname or alias.name, Place(base, alias.name)


def origin(source: Source, node: ast.ImportFrom) -> str:
    """Give the full name of the module from which something is imported."""
    if not node.level:
        return node.module or ""
    above = source.module.split(".")
    above = above[: len(above) - node.level + (source.file.name == "__init__.py")]
    return ".".join([*above, *([node.module] if node.module else [])])


def within(module: str, name: str) -> Place:
    """Say what a name in a module is: something that stands there, or a module inside."""
    source = read(module)
    if source and name not in source.bound and name not in source.imported:
        deeper = f"{module}.{name}"
        if name != ALL and file_of(deeper):
            return Place(deeper, ALL)
    return Place(module, name)


def is_ours(module: str) -> bool:
    """Tell whether a module belongs to the course or to one of the packages."""
    return module.partition(".")[0] in OURS


def file_of(module: str) -> Path | None:
    """Find the file of a module of ours, without importing it."""
    top, _, rest = module.partition(".")
    home = home_of(top)
    return file_in(home, rest) if home else None


@lru_cache(maxsize=4096)
def file_in(home: Path, module: str) -> Path | None:
    """Find the file of a module in the folder of its package."""
    place = home.joinpath(*module.split("."))
    files = (place / "__init__.py", *([place.with_name(f"{place.name}.py")] if module else []))
    return next((file for file in files if file.is_file()), None)


@lru_cache
def home_of(package: str) -> Path | None:
    """Find the folder of one of our packages."""
    if package == "course":
        return Path(__file__).resolve().parent.parent
    found = util.find_spec(package) if package in OURS else None
    places = list((found and found.submodule_search_locations) or ())
    return Path(places[0]) if places else None
