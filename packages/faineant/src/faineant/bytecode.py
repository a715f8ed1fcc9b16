"""What a piece of code *does*: its instructions, and the names that it looks up.

Two texts that differ in comments, docstrings, layout or place compile to code
objects that differ in line numbers, NOPs and tables of constants. Resolved
instructions (``LOAD_CONST 3`` rather than "the second constant") have none of
these, so they are what a function is compared by.
"""

from __future__ import annotations

import dis
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType
from typing import NamedTuple

from faineant.digest import part_digest

__all__ = ["Import", "Meaning", "meaning"]

SILENT = {"NOP", "CACHE", "EXTENDED_ARG", "RESUME"}
LOOK_UPS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD"}
# A class body stores these; they change with the text, not with what it does.
LAYOUT = {"__doc__", "__firstlineno__", "__static_attributes__"}
SIGNATURE = 0x04 | 0x08 | 0x20 | 0x80 | 0x200  # *args, **kwargs, generator, coroutine, async gen.


class Import(NamedTuple):
    """An import inside a body: ``from ..name import items`` has level 2."""

    name: str
    level: int
    items: tuple[str, ...]


class Meaning(NamedTuple):
    """What a code object does, and what it needs from around it.

    Attributes
    ----------
    digest : bytes
        Of its instructions and those of the code inside it.
    names : frozenset of tuple of str
        Global names with the attributes that follow: ``("np", "linalg", "norm")``.
    imports : frozenset of Import
        What it imports when it runs.
    """

    digest: bytes
    names: frozenset[tuple[str, ...]]
    imports: frozenset[Import]


@lru_cache(maxsize=8192)
def meaning(code: CodeType) -> Meaning:
    r"""Say what a code object does.

    Parameters
    ----------
    code : code object
        Of a function, a class body or a module.

    Returns
    -------
    Meaning
        The same for texts that differ in comments, docstrings or layout.

    Examples
    --------
    >>> one = compile("x = 1  # one", "a.py", "exec")
    >>> two = compile("'''Say it.'''\n\nx = (\n    1\n)", "b.py", "exec")
    >>> meaning(one) == meaning(two)
    True
    """
    steps = [step for step in dis.get_instructions(code) if step.opname not in SILENT]
    steps = [step for place, step in enumerate(steps) if not layout(steps, place)]
    inner = [meaning(step.argval) for step in steps if isinstance(step.argval, CodeType)]
    names, imports = set(looked_up(steps)), set(imported(steps))
    return Meaning(
        part_digest((signature(code), instructions(code, steps), guarded(code, steps))),
        frozenset(names.union(*(each.names for each in inner))),
        frozenset(imports.union(*(each.imports for each in inner))),
    )


def layout(steps: list[dis.Instruction], place: int) -> bool:
    """Tell whether an instruction only stores the docstring or the like of a class body."""
    here = steps[place : place + 2]
    stores = [step.opname == "STORE_NAME" and step.argval in LAYOUT for step in here]
    if stores[0]:
        return True
    return len(here) == 2 and stores[1] and here[0].opname == "LOAD_CONST"


def signature(code: CodeType) -> tuple[object, ...]:
    """Give what a call of the code looks like."""
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    n_names = code.co_argcount + code.co_kwonlyargcount
    n_names += bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
    return *counts, code.co_varnames[:n_names], code.co_flags & SIGNATURE


def instructions(code: CodeType, steps: list[dis.Instruction]) -> list[tuple[str, object]]:
    """Give the instructions with their arguments, jumps by the number of their target."""
    offsets = [step.offset for step in steps]
    resolved: list[tuple[str, object]] = []
    for step in steps:
        argument = step.argval
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            argument = bisect_left(offsets, argument)
        elif step.opcode in dis.hasconst and step.arg is not None:
            argument = code.co_consts[step.arg]  # dis does not resolve the names of keywords
        if isinstance(argument, CodeType):
            argument = meaning(argument).digest
        resolved.append((step.opname, argument))
    return resolved


def guarded(code: CodeType, steps: list[dis.Instruction]) -> list[tuple[int, ...]]:
    """Give the ranges of instructions that an exception leaves for a handler."""
    offsets = [step.offset for step in steps]
    ranges: list[tuple[int, ...]] = []
    for entry in getattr(dis.Bytecode(code), "exception_entries", ()):
        start, end, target = (
            bisect_left(offsets, place) for place in (entry.start, entry.end, entry.target)
        )
        if start == end:
            continue
        handler = target, entry.depth, int(entry.lasti)
        if ranges and ranges[-1][1:] == (start, *handler):
            ranges[-1] = ranges[-1][0], end, *handler
        else:
            ranges.append((start, end, *handler))
    return ranges


def looked_up(steps: list[dis.Instruction]) -> Iterator[tuple[str, ...]]:
    """List the global names, each with the attributes that are read from it at once."""
    for place, step in enumerate(steps):
        if step.opname not in LOOK_UPS:
            continue
        chain = [step.argval]
        for after in steps[place + 1 :]:
            if after.opname not in ATTRIBUTES:
                break
            chain.append(after.argval)
        yield tuple(chain)


def imported(steps: list[dis.Instruction]) -> Iterator[Import]:
    """List the imports; the level and the names are the two values loaded before."""
    for place, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            level, items = steps[place - 2].argval, steps[place - 1].argval
            yield Import(step.argval, level, tuple(items or ()))
