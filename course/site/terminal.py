"""How the command line speaks: what chapters say, where things are, what to type next.

This file needs the standard library alone.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import TextIO

__all__ = [
    "BY_LEARN",
    "Announcing",
    "Indented",
    "command",
    "indented",
    "print_next",
    "print_place",
    "shown",
    "typed",
    "width",
]

COURSE = Path(__file__).resolve().parent.parent
BY_LEARN = "COURSE_LEARN"  # names the learner's own learn.py, where that has started us


class Indented(io.StringIO):
    """Passes on whole lines, indented and no wider than the terminal.

    Parameters
    ----------
    terminal : text stream
        Where the lines go.
    """

    def __init__(self, terminal: TextIO):
        super().__init__()
        self.terminal = terminal
        self.unfinished = ""

    def write(self, text: str) -> int:
        """Take text, and print the lines that it completes."""
        *lines, self.unfinished = (self.unfinished + text).split("\n")
        for line in lines:
            self.print(line)
        return len(text)

    def finish(self) -> None:
        """Print the last line, which may lack its end."""
        self.print(self.unfinished)
        self.unfinished = ""

    def print(self, line: str) -> None:
        """Print a line that is not blank."""
        if line.strip():
            print(indented(line, 3), file=self.terminal, flush=True)


class Announcing(io.StringIO):
    """Says once that something runs, in place of what it prints.

    Parameters
    ----------
    terminal : text stream
        Where the news goes.
    news : str
        What to say at the first sign of life.
    """

    def __init__(self, terminal: TextIO, news: str):
        super().__init__()
        self.terminal = terminal
        self.news = news

    def write(self, text: str) -> int:
        """Take text, and print the news instead, if they are still news."""
        if self.news:
            print(self.news, file=self.terminal, flush=True)
            self.news = ""
        return len(text)


def indented(text: str, columns: int) -> str:
    """Indent text, and break it where the terminal ends.

    Parameters
    ----------
    text : str
        One line or one paragraph.
    columns : int
        How far to indent it.

    Returns
    -------
    str
        The same on one line or more.

    Examples
    --------
    >>> indented("Ten photos of a person.", 3)
    '   Ten photos of a person.'
    """
    margin = " " * columns
    return textwrap.fill(
        text,
        width(),
        initial_indent=margin,
        subsequent_indent=margin,
        break_on_hyphens=False,  # nor within paths
        break_long_words=False,
    )


def print_place(word: str, path: Path) -> None:
    """Say where something is, as a path and as an address for a browser."""
    print(f"\n{word:<8}{shown(path)}\n        {path.as_uri()}")


def print_next(*lines: tuple[str, str]) -> None:
    """Say what to type next: each command, and what it is for."""
    margin = max(len(typed) for typed, _ in lines) + 2
    print()
    for place, (typed, purpose) in enumerate(lines):
        print(f"{'' if place else 'Type':<8}{typed:<{margin}}{purpose}")


def command(*words: str) -> str:
    """Give a command of the course as it has to be typed in this folder."""
    if learn := os.environ.get(BY_LEARN):
        return typed(shown(Path(learn)), *words)
    at_home = Path.cwd() == COURSE.parent
    return typed(*(["-m", "course"] if at_home else [str(COURSE)]), *words)


def typed(*words: str) -> str:
    """Give a line that starts Python with these words, quoted where the shell wants it."""
    names = ("python", "py") if os.name == "nt" else ("python", "python3")
    python = next((name for name in names if shutil.which(name)), names[0])
    quoted = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return quoted([python, *words])


def width() -> int:
    """Give how wide text may be."""
    return max(40, min(shutil.get_terminal_size().columns, 100))


def shown(path: Path) -> str:
    """Give a path as seen from here, where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else os.fspath(path)
