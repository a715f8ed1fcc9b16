"""Your code draws the figure: solved exercises take the place of the library's own functions."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from course.exercises.catalogue import Exercise, exercises
from course.exercises.folder import Folder
from course.exercises.trial import text_of, try_out
from course.site.cells import Chapter

__all__ = ["in_place", "report"]

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "mine"


@contextlib.contextmanager
def in_place(folder: Folder, chapter: Chapter) -> Iterator[tuple[Chapter, list[str]]]:
    """Put the learner's functions and classes in the place of the library's, for a while.

    What the chapter computes meanwhile is remembered apart from what it computes else.

    Parameters
    ----------
    folder : Folder
        The learner's.
    chapter : Chapter
        What is to be run.

    Yields
    ------
    chapter : Chapter
        What to run in its place: the same, under a key of its own.
    said : list of str
        Which of the learner's names stand in for which of the library's, and which could.
    """
    import course.remember

    replaced: list[tuple[Any, str, Any]] = []
    said, key = [], hashlib.sha256()
    try:
        for exercise in exercises():
            if chapter.number not in exercise.mine_in:
                continue
            number, file = str(exercise.number), folder.file(exercise)
            if not folder.is_solved(exercise):
                said.append(f"Not yet: {folder.command('check', number)} waits to be solved.")
            elif not (file.exists() and try_out(exercise, file).passed):
                said.append(f"No longer right: {folder.command('check', number)} says why.")
            else:
                text = text_of(file)
                key.update(text.encode())
                said += stand_in(exercise, loaded(exercise, file, text), replaced)
        if replaced:
            set_instead(course.remember, "memory", memory(), replaced)
            chapter = replace(chapter, text=f"{chapter.text}\n# with {key.hexdigest()}\n")
        if not said:
            said.append("No exercise stands in for the library in this chapter.")
        yield chapter, said
    finally:
        for home, name, value in reversed(replaced):
            setattr(home, name, value)


@functools.cache
def memory() -> Any:
    """Give the memory of what was computed with the learner's code."""
    from faineant import Memory

    return Memory(FOLDER, verbose=0)


def report() -> str:
    """Say what both memories were good for in this process."""
    import course.remember

    infos = [kept.cache_info() for kept in (course.remember.memory, memory())]
    return course.remember.in_words(
        sum(info.hits for info in infos),
        sum(info.misses for info in infos),
        sum(info.seconds_saved for info in infos),
    )


def stand_in(
    exercise: Exercise, module: ModuleType, replaced: list[tuple[Any, str, Any]]
) -> Iterator[str]:
    """Let the names of one exercise stand in for the library's, and say so."""
    for theirs, own in exercise.mine.items():
        where, _, name = theirs.rpartition(".")
        set_instead(pkgutil.resolve_name(where), name, getattr(module, own), replaced)
        yield f"Yours: {own}, in {exercise.file.name}, stands in for {theirs}."


def set_instead(home: Any, name: str, value: Any, replaced: list[tuple[Any, str, Any]]) -> None:
    """Set a name of a module, and keep what it was."""
    replaced.append((home, name, getattr(home, name)))
    setattr(home, name, value)


def loaded(exercise: Exercise, file: Path, text: str) -> ModuleType:
    """Import what the learner has written."""
    module = ModuleType(f"mine_{exercise.number}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    exec(compile(text, str(file), "exec"), vars(module))
    return module
