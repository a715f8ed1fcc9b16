"""Watch the learner work: try a file whenever its content changes.

Editors save in many ways: some write into the file, some rename another one to its place,
some touch it without a change. So what counts is the content, looked at several times a
second.
"""

from __future__ import annotations

import os
import queue
import re
import sys
import threading
import time
from collections.abc import Callable

from course.exercises.catalogue import Exercise, exercises
from course.exercises.folder import Folder, digest
from course.exercises.showing import failure, hint, solutions, task
from course.exercises.trial import Outcome, text_of, try_out

__all__ = ["stronger_hint", "tell", "watch"]

PAUSE = 0.1  # seconds between two looks
KEYS = "h and Enter gives a hint, Ctrl-C ends this."

Say = Callable[[str], None]


def watch(folder: Folder, first: Exercise | None, say: Say) -> int:
    """Watch the learner's files until all exercises are solved, or Ctrl-C.

    Parameters
    ----------
    folder : Folder
        The learner's.
    first : Exercise or None
        Where to begin; None where all are solved.
    say : callable
        Takes what is to be printed.

    Returns
    -------
    int
        The exit code.
    """
    keyboard, listed = Keyboard(), exercises()
    seen = {one.name: digest(text) for one in listed if (text := content(folder, one)) is not None}
    exercise = first
    while exercise is not None:
        file = folder.have(exercise)
        say(f"\n{task(exercise, file)}\n\n   Save the file, and I look at it. {KEYS}")
        if seen.get(exercise.name) != digest(exercise.given):
            seen.pop(exercise.name, None)  # it was changed before: look at it now
        watch_until_solved(folder, exercise, listed, seen, keyboard, say)
        exercise = folder.next()
        if exercise is not None:
            keyboard.forget()
            say("\n   Enter goes on to the next one.")
            keyboard.wait()
    say("\n   All exercises are solved. Well done.")
    return 0


def watch_until_solved(
    folder: Folder,
    exercise: Exercise,
    listed: list[Exercise],
    seen: dict[str, str],
    keyboard: Keyboard,
    say: Say,
) -> None:
    """Try each file that changes, until this exercise, or another one that was not, is solved."""
    stuck_at = exercise
    while True:
        for one in listed:
            text = content(folder, one)
            if text is None or seen.get(one.name) == digest(text):
                continue
            seen[one.name] = digest(text)
            if one != exercise and digest(text) == digest(one.given):
                continue  # put back as it was, or handed out
            was_solved, stuck_at = folder.is_solved(one), one
            say("")
            if tell(folder, one, text, say) and (one == exercise or not was_solved):
                return
        if folder.is_solved(exercise):  # by a check in another terminal
            return
        if typed := keyboard.typed():
            wants_hint = typed.strip().lower() in ("h", "hint", "?")
            say(f"\n{stronger_hint(folder, stuck_at)}" if wants_hint else f"   {KEYS}")
        time.sleep(PAUSE)


def content(folder: Folder, exercise: Exercise) -> str | None:
    """Give what the learner's file holds; None while there is none, for a moment or for good."""
    try:
        return text_of(folder.file(exercise))
    except OSError:
        return None


def tell(folder: Folder, exercise: Exercise, text: str, say: Say) -> bool:
    """Try an exercise and say how it went.

    Parameters
    ----------
    folder : Folder
        The learner's.
    exercise : Exercise
        Which one.
    text : str
        What the learner's file holds.
    say : callable
        Takes what is to be printed.

    Returns
    -------
    bool
        Whether it is solved.
    """
    outcome = try_out(exercise, folder.file(exercise), text)
    if outcome.passed:
        folder.solve(exercise)
        say(f"   {exercise.number}  {exercise.title}: that is right.\n")
        say(solutions(exercise, text))
        return True
    say(failure(folder.file(exercise), outcome))
    number = str(exercise.number)
    given = next_hint(folder, exercise, text, outcome) if outcome.hinted else 0
    if given:
        say(f"\n{hint(exercise, given)}")
    if given == len(exercise.hints):
        say(f"\n   Our solution:  {folder.command('show', number)}")
    else:
        what = "Another hint" if given else "A hint"
        say(f"\n   {what}:  {folder.command('hint', number)}")
    return False


def stronger_hint(folder: Folder, exercise: Exercise) -> str:
    """Give the next hint, for the one who asks for it."""
    with folder.noting() as progress:
        given = min(progress.hints.get(exercise.name, 0) + 1, len(exercise.hints))
        progress.hints[exercise.name] = given
    return hint(exercise, given)


def next_hint(folder: Folder, exercise: Exercise, text: str, outcome: Outcome) -> int:
    """Say which hint helps: the next one for who is stuck, the same for who has come further.

    Who has changed something and sees the same thing wrong once more is stuck. Numbers in the
    message do not count: they come from fresh data.
    """
    said = re.sub(r"-?\d[\d.,%]*", "0", outcome.message)
    with folder.noting() as progress:
        given = progress.hints.get(exercise.name, 0)
        same = progress.said.get(exercise.name) == said
        changed = progress.tried.get(exercise.name) != digest(text)
        if given == 0 or (same and changed):
            given = min(given + 1, len(exercise.hints))
        progress.hints[exercise.name] = given
        progress.said[exercise.name] = said
        progress.tried[exercise.name] = digest(text)
    return given


class Keyboard:
    """Hears which lines are typed, without stopping anybody else."""

    def __init__(self) -> None:
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()  # None: nobody is there
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """Note each line that is typed, and the end of what can be."""
        try:
            descriptor = sys.stdin.fileno()
            while typed := os.read(descriptor, 1024):
                for line in typed.decode(errors="replace").split("\n")[:-1]:
                    self.lines.put(f"{line}\n")
        except (AttributeError, OSError, ValueError):  # there is no standard input
            pass
        self.lines.put(None)

    def typed(self) -> str | None:
        """Give the next line that was typed, if there is one."""
        try:
            line = self.lines.get_nowait()
        except queue.Empty:
            return None
        if line is None:  # there is nobody any more: that stays so
            self.lines.put(None)
        return line

    def forget(self) -> None:
        """Forget what was typed before it was asked for."""
        while self.typed():
            pass

    def wait(self) -> None:
        """Wait for a line; where nobody can type one, go on."""
        while True:
            try:
                line = self.lines.get(timeout=PAUSE)  # short, so that Ctrl-C is heard
            except queue.Empty:
                continue
            if line is None:
                self.lines.put(None)
            return
