"""Your code draws the figure: solved exercises take the place of the library's own functions."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from course.exercises.catalogue import Exercise, exercises
from course.exercises.folder import Folder

__all__ = ["in_place", "usable"]


def usable(folder: Folder, chapter: int) -> list[Exercise]:
    """List the solved exercises that can stand in for the library in a chapter.

    Parameters
    ----------
    folder : Folder
        The learner's.
    chapter : int
        Its number.

    Returns
    -------
    list of Exercise
        In order.
    """
    return [
        one for one in exercises() if one.chapter == chapter and one.mine and folder.is_solved(one)
    ]


@contextlib.contextmanager
def in_place(folder: Folder, solved: list[Exercise]) -> Iterator[list[tuple[str, str]]]:
    """Put the learner's functions and classes in the place of the library's, for a while.

    Parameters
    ----------
    folder : Folder
        The learner's.
    solved : list of Exercise
        Whose answers to use.

    Yields
    ------
    list of (str, str)
        Names of the library, and of the learner's files and names that stand in for them.
    """
    before: list[tuple[ModuleType, str, Any]] = []
    used = []
    try:
        for exercise in solved:
            module = loaded(folder, exercise)
            for theirs, own in exercise.mine.items():
                where, _, name = theirs.rpartition(".")
                home = pkgutil.resolve_name(where)
                before.append((home, name, getattr(home, name)))
                setattr(home, name, getattr(module, own))
                used.append((theirs, f"{own} of {folder.file(exercise).name}"))
        yield used
    finally:
        for home, name, value in reversed(before):
            setattr(home, name, value)


def loaded(folder: Folder, exercise: Exercise) -> ModuleType:
    """Import the learner's file."""
    file = folder.file(exercise)
    spec = importlib.util.spec_from_file_location(f"mine_{exercise.number}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
