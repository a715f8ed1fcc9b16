"""What a chapter stands on: the parts of our own modules that it can reach, and nothing else.

A chapter is run again when its foundations have changed. They are found without running it: its
text is parsed, what it imports is looked up in the files, and what stands there is followed
further, name by name, through the course and both packages. Where a name leads to a function or a
class, that one counts, not its whole file; what a module does while it is imported always counts.
Where the trail is lost (a module handed on as a value, a name that is made at run time), the whole
module counts, and for a package all that lies in it: a chapter too many is run, never one too few.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

from course.site.modules import (
    ALL,
    IMPORTED,
    OURS,
    Place,
    Source,
    is_ours,
    origin,
    read,
    read_text,
    targets,
    within,
)

__all__ = ["Place", "digest", "stands_on"]

BROUGHT = re.compile(r"(?:\b(?:from|import)\s+|find_spec\(\")(\w+)")
DOTTED = re.compile(rf"\b(?:{'|'.join(OURS)})(?:\.\w+)+")


def digest(text: str, roots: Iterable[Place] = ()) -> str:
    """Give a digest of all that a chapter stands on, beside its own text.

    Parameters
    ----------
    text : str
        The chapter.
    roots : iterable of Place
        What it stands on without naming it: whoever runs it.

    Returns
    -------
    str
        It is another one when a part of ours that the chapter can reach has changed, the version
        of Python or of a package that is imported or looked for in these parts, a variable of the
        environment that is named there (``COURSE_...``), or a file in a folder that such a
        variable names.
    """
    foundations = stands_on(text, roots)
    whole = hashlib.sha256(repr(sorted(foundations.items())).encode())
    whole_text = "\n".join([text, *foundations.values()])
    used_names = set(BROUGHT.findall(whole_text))
    words = set(re.findall(r"\w+", whole_text))
    facts = [sys.version_info[:2], *versions(used_names), *variables(words)]
    whole.update(repr(facts).encode())
    return whole.hexdigest()


def stands_on(text: str, roots: Iterable[Place] = ()) -> dict[Place, str]:
    """Find the parts of our modules that a chapter can reach.

    Parameters
    ----------
    text : str
        The chapter.
    roots : iterable of Place
        Where else to begin.

    Returns
    -------
    dict of Place to str
        Each part, with its text.

    Examples
    --------
    >>> found = stands_on("from aiguille.cluster import KMeans")
    >>> Place("aiguille.cluster.kmeans", "KMeans") in found
    True
    >>> Place("aiguille.cluster.rena", "ReNA") in found
    False
    """
    chapter = read_text("__main__", Path(), text)
    imports = (within(*place) for place in chapter.imported.values())
    waiting = {*roots, *used(chapter, [chapter.tree]), *(p for p in imports if p.name != ALL)}
    found: dict[Place, str] = {}
    while waiting:
        place = waiting.pop()
        if place not in found:
            found[place], next_ones = look(place)
            waiting |= next_ones
    return {place: part for place, part in found.items() if part}


def look(place: Place) -> tuple[str, frozenset[Place]]:
    """Give the text of a part, and where it leads."""
    source = read(place.module)
    return look_into(source, place) if source else ("", frozenset())


@cache
def look_into(source: Source, place: Place) -> tuple[str, frozenset[Place]]:
    """Do that, once for each part of a file as it stands."""
    if place.name == ALL:
        return source.text, used(source, [source.tree]) | frozenset(inside(source))
    if place.name == IMPORTED:
        above = place.module.rpartition(".")[0]
        imports = (ast.Import, ast.ImportFrom)
        done = [*source.always, *(node for node in source.tree.body if isinstance(node, imports))]
        next_ones = used(source, done) | ({Place(above, IMPORTED)} if above else set())
        return written(source, source.always), next_ones
    here = Place(place.module, IMPORTED)
    if place.name in source.bound:
        statements = source.bound[place.name]
        return written(source, statements), used(source, statements) | {here}
    if place.name in source.imported:
        target = within(*source.imported[place.name])
        lazy = {Place(place.module, "__getattr__")} if "__getattr__" in source.bound else set()
        return f"{target.module} {target.name}", frozenset({here, target, *lazy})
    return "", frozenset({here, Place(place.module, ALL)})  # a module gives it away by other means


def inside(source: Source) -> Iterator[Place]:
    """List all modules of a package, for one of which nothing but the package is known."""
    if source.file.name == "__init__.py":
        home = source.file.parent
        for file in home.rglob("*.py"):
            parts = file.relative_to(home).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            if parts and all(part.isidentifier() for part in parts):
                yield Place(".".join([source.module, *parts]), ALL)


def written(source: Source, statements: Iterable[ast.stmt]) -> str:
    """Give the text of some statements, decorators included."""
    texts = []
    for node in statements:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        texts.append("\n".join(source.lines[first - 1 : node.end_lineno]))
    return "\n".join(texts)


def used(source: Source, nodes: Iterable[ast.AST]) -> frozenset[Place]:
    """Say which parts of ours some statements of a module name."""
    visitor = Uses(source)
    nodes = list(nodes)
    for node in nodes:
        for one in ast.walk(node):
            visitor.known.update(targets(source, one))
    for node in nodes:
        visitor.visit(node)
    return frozenset(visitor.found)


class Uses(ast.NodeVisitor):
    """Collects the places that are named; annotations and docstrings are not what runs."""

    def __init__(self, source: Source):
        self.source = source
        self.known = dict(source.imported)
        self.found: set[Place] = set()

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {Place(alias.name, IMPORTED) for alias in node.names if is_ours(alias.name)}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = origin(self.source, node)
        if is_ours(base):
            self.found.add(Place(base, IMPORTED))
            for name in (alias.name for alias in node.names):
                deeper = within(base, name)
                self.found.add(deeper if name == ALL else Place(deeper.module, IMPORTED))

    def visit_Name(self, node: ast.Name) -> None:
        self.follow([node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        steps: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            steps.append(base.attr)
            base = base.value
        if isinstance(base, ast.Name):
            self.follow([base.id, *reversed(steps)])
        else:
            self.visit(base)

    def follow(self, steps: list[str]) -> None:
        """Find out where a dotted name leads."""
        first, *rest = steps
        place = self.known.get(first)
        if place is None:
            if first in self.source.bound and self.source.module != "__main__":
                self.found.add(Place(self.source.module, first))
            return
        place = within(*place)
        while place.name == ALL and rest:
            place = within(place.module, rest.pop(0))
        self.found.add(place)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take a text for the name that it may be."""
        if not isinstance(node.value, str):
            return
        for dotted in DOTTED.findall(node.value):
            first, *rest = dotted.split(".")
            place = Place(first, ALL)
            while place.name == ALL and rest:
                place = within(place.module, rest.pop(0))
            self.found.add(place)
        if node.value in OURS and self.source.module == "__main__":
            self.found.add(Place(node.value, ALL))

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        defaults = [one for one in (*arguments.defaults, *arguments.kw_defaults) if one]
        for part in (*node.decorator_list, *defaults, *node.body):
            self.visit(part)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815


def versions(modules: set[str]) -> list[str]:
    """List the versions of the installed packages that bring some modules."""
    known = distributions()
    named = {one for module in modules & set(known) for one in known[module]}
    return [f"{name} {metadata.version(name)}" for name in sorted(named)]


@lru_cache
def distributions() -> dict[str, list[str]]:
    """Say what has to be installed to import a name."""
    return dict(metadata.packages_distributions())


def variables(words: set[str]) -> list[tuple[str, str, list[tuple[str, int, int]]]]:
    """List the variables of the environment that are named among some words.

    A folder or file that is the value of one counts with name, size and time of all files in it.
    """
    named = tuple(word for word in words if word.startswith("COURSE_"))
    found = sorted(item for item in os.environ.items() if item[0].startswith(named))
    return [(name, value, files_at(value)) for name, value in found]


def files_at(value: str) -> list[tuple[str, int, int]]:
    """List the files in a folder, or the one file, with size and time."""
    place = Path(value) if value else None
    if place is None or not place.exists():
        return []
    files = [place] if place.is_file() else sorted(place.rglob("*"))
    return [(str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.is_file()]
