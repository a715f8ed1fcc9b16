"""How an answer is tried: in a process of its own, with fresh data, for three seconds at most.

Whatever the learner's file does (print, loop, crash, leave, eat all memory), the one who
tries it lives on and has a sentence to say. What that process does is in ``trying.py``.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from course.exercises.catalogue import Exercise

__all__ = ["SECONDS", "Outcome", "text_of", "try_out"]

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT, *(ROOT / "packages" / name / "src" for name in ("aiguille", "faineant"))]
SECONDS = 3.0
GRACE = 0.5  # for a busy machine, to note at which line a loop is


@dataclass(frozen=True)
class Outcome:
    """How an answer did.

    Attributes
    ----------
    passed : bool
        Whether it is right.
    message : str
        The first thing that is wrong.
    line : int
        Where to look in the learner's file.
    picture : str
        A small picture of what is wrong, or nothing.
    printed : str
        The end of what the file printed.
    hinted : bool
        Whether a hint can help: not where Python itself could not go on.
    """

    passed: bool
    message: str = ""
    line: int = 1
    picture: str = ""
    printed: str = ""
    hinted: bool = True


def try_out(
    exercise: Exercise,
    file: Path,
    text: str | None = None,
    *,
    seconds: float = SECONDS,
    seed: int | None = None,
) -> Outcome:
    """Try an answer.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    file : Path
        The learner's file.
    text : str, optional
        What it holds; by default it is read.
    seconds : float
        How long it may take.
    seed : int, optional
        Of the data; by default they are fresh each time.

    Returns
    -------
    Outcome
        Whether it is right, and if not, the first thing that is wrong.
    """
    text = text_of(file) if text is None else text
    if unreadable := syntax_of(text):
        return unreadable
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "text").write_text(text, "utf-8")
        facts = {
            "check": str(exercise.answers / "check.py"),
            "file": str(file),
            "seconds": seconds,
            "seed": seed,
        }
        child = started(place, json.dumps(facts))
        with child:
            in_time = ended(child, seconds, place / "line")
        if not in_time:
            line = line_noted(place / "line") or first_definition(text)
            said = f"This was still running after {seconds:g} s. Does a loop in it never end?"
            return Outcome(False, said, line, hinted=False)
        try:
            return Outcome(**json.loads((place / "report").read_text("utf-8")))
        except FileNotFoundError:
            said, line = how_it_left(child.returncode), first_way_out(text)
            return Outcome(False, said, line, hinted=False)


def text_of(file: Path) -> str:
    """Read a learner's file, whatever an editor has made of it."""
    return file.read_text("utf-8-sig", errors="replace")


def syntax_of(text: str) -> Outcome | None:
    """Say where Python cannot read a file, if anywhere."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "mine", "exec")
    except SyntaxError as error:
        said = f"Python cannot read this line: {error.msg}."
        return Outcome(False, said, error.lineno or 1, hinted=False)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, endless brackets
        return Outcome(False, f"Python cannot read this file: {error}.", hinted=False)
    return None


def started(place: Path, facts: str) -> subprocess.Popen[bytes]:
    """Start the process that tries the answer, in a folder of its own."""
    paths = [os.environ.get("PYTHONPATH", ""), *map(str, SOURCES)]
    return subprocess.Popen(
        [sys.executable, "-m", "course.exercises.trying", facts],
        cwd=place,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
    )


def ended(child: subprocess.Popen[bytes], seconds: float, note: Path) -> bool:
    """Wait for the child, from the moment that it is up; stop it when its time is over."""
    assert child.stdout is not None
    try:
        child.stdout.readline()  # it is up, or it is gone
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        grace = time.monotonic() + GRACE
        while not note.exists() and time.monotonic() < grace:
            time.sleep(0.01)
        return False
    finally:
        stop(child)
    return True


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop the child, and whatever it has started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, 9)
    else:
        child.kill()


def how_it_left(code: int) -> str:
    """Say how a process left that did not report."""
    if code < 0:
        return f"This stopped Python itself (signal {-code}). Where should it return instead?"
    return f"This left Python with exit code {code}. A function should return instead."


def line_noted(note: Path) -> int | None:
    """Read where the learner's file was when its time was nearly over, if that could be had."""
    try:
        return int(note.read_text())
    except (FileNotFoundError, ValueError):
        return None


def first_way_out(text: str) -> int:
    """Find the line that leaves Python, if it has one of the usual names."""
    for number, line in enumerate(text.splitlines(), start=1):
        if re.search(r"\b(_?exit|quit|abort|kill)\(", line):
            return number
    return first_definition(text)


def first_definition(text: str) -> int:
    """Find the first function or class that a file holds; where it has none, the first answer."""
    body = ast.parse(text).body
    for kinds in ((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), (ast.Assign,)):
        for node in body:
            if isinstance(node, kinds):
                return node.lineno
    return 1
