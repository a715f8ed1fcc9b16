"""Watch the learner work: try the file whenever its content changes.

Editors save in many ways: some write into the file, some rename another one to its place,
some touch it without a change. So what counts is the content, looked at several times a
second.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable

from course.exercises.catalogue import Exercise
from course.exercises.folder import Folder, digest
from course.exercises.showing import beside, failure, hint, task
from course.exercises.trial import try_out
from course.site.terminal import command

__all__ = ["tell", "watch"]

PAUSE = 0.15  # seconds between two looks


def watch(folder: Folder, say: Callable[[str], None] = print) -> int:
    """Watch the next exercise until all are solved, or Ctrl-C.

    Parameters
    ----------
    folder : Folder
        The learner's.
    say : callable
        Takes what is to be printed.

    Returns
    -------
    int
        The exit code.
    """
    enter = Enter()
    while (exercise := folder.next()) is not None:
        file = folder.file(exercise)
        folder.save()
        say(f"\n{task(exercise, file)}\n\n   Save the file, and I look at it. Ctrl-C ends this.")
        before = digest(exercise.given)
        while True:
            content = content_of(folder, exercise)
            if content is not None and content != before:
                before = content
                say("")
                if tell(folder, exercise, say):
                    break
            time.sleep(PAUSE)
        if folder.next() is not None:
            say("\n   Enter goes on to the next one.")
            enter.wait()
    say("\n   All exercises are solved.")
    return 0


def content_of(folder: Folder, exercise: Exercise) -> str | None:
    """Give a digest of the learner's file; None while there is none, for a moment or for good."""
    try:
        return digest((folder.path / exercise.file.name).read_text("utf-8", errors="replace"))
    except OSError:
        return None


def tell(folder: Folder, exercise: Exercise, say: Callable[[str], None] = print) -> bool:
    """Try an exercise and say how it went.

    Parameters
    ----------
    folder : Folder
        The learner's.
    exercise : Exercise
        Which one.
    say : callable
        Takes what is to be printed.

    Returns
    -------
    bool
        Whether it is solved.
    """
    file = folder.file(exercise)
    outcome = try_out(exercise, file)
    if outcome.passed:
        folder.solve(exercise)
        say(f"   {exercise.number}  {exercise.title}: that is right.\n")
        say(beside(file.read_text("utf-8"), exercise.solution))
        return True
    say(failure(file, outcome))
    given = folder.progress.hints.get(file.stem, 0)
    if given < len(exercise.hints):
        given += 1
        folder.progress.hints[file.stem] = given
        folder.save()
    say(f"\n{hint(exercise, given)}")
    if given == len(exercise.hints):
        say(f"\n   You may look: {command('show', str(exercise.number))}")
    return False


class Enter:
    """Hears when Enter is pressed, without stopping anybody else."""

    def __init__(self) -> None:
        self.pressed: queue.SimpleQueue[bool] = queue.SimpleQueue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """Note each line that is typed, and the end of what can be."""
        for _ in sys.stdin:
            self.pressed.put(True)
        self.pressed.put(False)

    def wait(self) -> None:
        """Wait for Enter; where nobody can press it, go on."""
        while not self.pressed.empty():
            if not self.pressed.get():  # nobody is there any more
                self.pressed.put(False)
                return
        if not self.pressed.get():
            self.pressed.put(False)
