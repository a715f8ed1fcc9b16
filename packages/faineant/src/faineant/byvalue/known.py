"""Who is who between processes: what has travelled by value, by its token.

A function or class that no other interpreter can import is sent whole, and may be
sent many times. So that it is *one* thing wherever it arrives, each carries a
token: whoever is sent it again finds the one that it has, and sends it back by the
token alone, which here, where it was made, means the original.

A token lasts as long as its thing. Nothing is kept alive for it, except what the
sender finds under its name in a module: that is kept where it arrives too, until
another thing of that name comes.

What is sent again may have changed meanwhile, here or there. `Known.version` counts
how often what a slot holds (a global, an attribute, a variable of a closure) was
replaced here. There, only a higher count replaces what is held: a global that the
worker itself has counted up stays as it is until the sender sets another one.
"""

from __future__ import annotations

import abc
import itertools
import os
import sys
import threading
import weakref
from types import FunctionType
from typing import Any

__all__ = ["Known", "Space", "Thing", "known_space", "known_thing", "told"]

ATOMS = (type(None), bool, int, float, complex, str, bytes)
LOCK = threading.RLock()
BY_TOKEN: dict[str, Known] = {}
BY_PLACE: dict[int, Known] = {}
KEPT: dict[tuple[str, str], tuple[Known, Any]] = {}  # what has a name in its sender's module
PROCESS = os.urandom(8).hex()
NUMBERS = itertools.count(1)


class Known(abc.ABC):
    """A thing with its token, and what is known of the things in its slots.

    Attributes
    ----------
    token : str
        The same in all processes.
    own : bool
        Whether it was made in this process.
    lasting : bool
        Whether its sender finds it under its name in a module.
    """

    def __init__(self, token: str, own: bool, lasting: bool, place: int):
        self.token, self.own, self.lasting, self.place = token, own, lasting, place
        self.versions: dict[Any, int] = {}
        self.seen: dict[Any, Any] = {}
        BY_TOKEN[token] = BY_PLACE[place] = self

    @property
    @abc.abstractmethod
    def thing(self) -> Any:
        """The thing itself; None when it is gone."""

    def version(self, slot: Any, value: Any) -> int:
        """Count how often a slot was given another value, as far as has been sent.

        Parameters
        ----------
        slot : str or int
            Its name.
        value : object
            What it holds now.

        Returns
        -------
        int
            From 1. Of what comes from elsewhere, its sender counts.
        """
        known = self.versions.get(slot, 0)
        if known and (not self.own or seen_again(self.seen.get(slot), value)):
            return known
        self.seen[slot] = trace(value, keep=self.lasting or type(value) in ATOMS)
        self.versions[slot] = known + 1
        return known + 1

    def news(self, slots: dict[Any, tuple[int, Any]]) -> dict[Any, Any]:
        """Give what is newer in a message than what is held here, and count it as held."""
        if self.own:
            return {}
        newer = {
            slot: value
            for slot, (version, value) in slots.items()
            if version > self.versions.get(slot, 0)
        }
        self.versions.update({slot: slots[slot][0] for slot in newer})
        return newer

    def forget(
        self,
        _: object = None,
        # When Python ends, modules are emptied before the last things go: hold the tables here.
        by_token: dict[str, Known] = BY_TOKEN,
        by_place: dict[int, Known] = BY_PLACE,
    ) -> None:
        """Let go of a thing that is no more."""
        by_token.pop(self.token, None)
        if by_place.get(self.place) is self:
            by_place.pop(self.place, None)


class Thing(Known):
    """A function, a class, or whatever else must stay one."""

    def __init__(self, token: str, own: bool, lasting: bool, thing: Any):
        super().__init__(token, own, lasting, id(thing))
        self.reference = weakref.ref(thing, self.forget)

    @property
    def thing(self) -> Any:
        """The thing itself; None when it is gone."""
        return self.reference()


class Space(Known):
    """A dict of globals, which many functions may share.

    Dicts cannot be referred to weakly, and to hold one would hold its functions. So
    a space that is no module's is found through the functions that live in it.
    """

    def __init__(self, token: str, own: bool, lasting: bool, variables: dict[str, Any]):
        super().__init__(token, own, lasting, id(variables))
        self.variables = variables if lasting else None
        self.inhabitants: set[weakref.ref[FunctionType]] = set()

    @property
    def thing(self) -> dict[str, Any] | None:
        """The globals; None when nobody lives there any more."""
        if self.variables is not None:
            return self.variables
        living = (inhabitant() for inhabitant in list(self.inhabitants))
        return next((function.__globals__ for function in living if function is not None), None)

    def house(self, function: FunctionType) -> None:
        """Live as long as this function, at least."""
        if self.variables is None:
            self.inhabitants.add(weakref.ref(function, self.leave))

    def leave(self, inhabitant: weakref.ref[FunctionType]) -> None:
        """Note that a function is gone."""
        self.inhabitants.discard(inhabitant)
        if not self.inhabitants:
            self.forget()


def known_thing(thing: Any, name: tuple[str, str] | None) -> Known:
    """Give what is known of a function or a class; it becomes known now if it was not.

    Parameters
    ----------
    thing : object
        Anything that can be referred to weakly.
    name : tuple of str, optional
        The module that keeps it, and its name there.
    """
    with LOCK:
        known = BY_PLACE.get(id(thing))
        if known is None or known.thing is not thing:
            known = Thing(new_token(), True, name is not None, thing)
            if name is not None:
                keep(name, known, None)
    return known


def known_space(function: FunctionType) -> Space:
    """Give what is known of the globals of a function."""
    variables = function.__globals__
    with LOCK:
        known = BY_PLACE.get(id(variables))
        if not isinstance(known, Space) or known.thing is not variables:
            module = sys.modules.get(variables.get("__name__", ""))
            lasting = getattr(module, "__dict__", None) is variables
            known = Space(new_token(), True, lasting, variables)
        known.house(function)
    return known


def told(token: str) -> Any:
    """Give what is known under a token; None for nothing, or nothing any more."""
    known = BY_TOKEN.get(token)
    return None if known is None or known.thing is None else known


def keep(name: tuple[str, str], known: Known, thing: Any) -> None:
    """Keep a thing for as long as its sender's module has it under this name."""
    before, _ = KEPT.get(name, (known, None))
    if before is not known:  # it was defined again
        before.lasting = False
        before.seen.clear()
    KEPT[name] = known, thing


def new_token() -> str:
    """Make a token that no other process makes."""
    return f"{PROCESS}-{next(NUMBERS)}"


def trace(value: Any, keep: bool) -> Any:
    """Give what a value is recognised by: itself in a tuple, a weak reference, or nothing."""
    try:
        return weakref.ref(value)
    except TypeError:
        return (value,) if keep else None


def seen_again(trace: Any, value: Any) -> bool:
    """Tell whether it is surely the same value."""
    if isinstance(trace, tuple):
        return trace[0] is value
    return trace is not None and value is not None and trace() is value


def after_fork() -> None:
    """Make other tokens than the parent from now on, and take no lock of its threads over."""
    global LOCK, PROCESS
    LOCK = threading.RLock()
    PROCESS = os.urandom(8).hex()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)
