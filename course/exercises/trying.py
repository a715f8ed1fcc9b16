"""Try one answer and write down how it did: the process that ``trial.py`` starts and watches.

It works in an empty folder, where ``text`` is what the learner has written. It says on its
standard output that it is up, notes in ``line`` where it is when its time is nearly over,
and ends with a ``report``.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import json
import linecache
import os
import re
import sys
import threading
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from course.exercises.trial import first_definition

__all__ = ["judged", "main"]

MEMORY = 4 << 30
NAME = r"\b{}(?:\(\))?(?!\w)"
IS_RIGHT = r"\s+(?:is|are) (?:right|mended|fine)"


def main(facts: dict[str, Any]) -> None:
    """Try one answer.

    Parameters
    ----------
    facts : dict
        The file of the ``check``, the learner's ``file``, how many ``seconds`` it may take,
        and the ``seed`` of the data or None.
    """
    import numpy as np

    text = Path("text").read_text("utf-8")
    check = imported(Path(facts["check"])).check
    report, printed = Path("report").resolve(), Tail()
    limit_memory()
    print("up", flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody listens any more
    note = Path("line").resolve(), facts["file"], threading.get_ident()
    late = threading.Timer(0.7 * facts["seconds"], note_line, note)
    late.daemon = True
    late.start()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        found = judged(text, facts["file"], check, np.random.default_rng(facts["seed"]))
    found["printed"] = printed.text
    part = report.with_suffix(".part")
    part.write_text(json.dumps(found), "utf-8")
    part.replace(report)
    os._exit(0)  # threads that the learner left behind have no say


def judged(text: str, file: str, check: Any, rng: Any) -> dict[str, Any]:
    """Run what the learner has written, and its check; say what happened.

    Parameters
    ----------
    text : str
        What the learner has written.
    file : str
        In which file.
    check : callable
        Takes the learner's module and `rng`.
    rng : numpy.random.Generator
        Draws the data.

    Returns
    -------
    dict
        The parts of an `Outcome`.
    """
    from course.exercises.speaking import Wrong

    mine = ModuleType("mine")
    mine.__file__ = file
    sys.modules["mine"] = mine
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    try:
        exec(compile(text, file, "exec"), vars(mine))
        check(mine, rng)
    except Wrong as wrong:
        return failed(wrong.message, place_of(wrong.message, text), wrong.picture)
    except BaseException as error:
        line = line_of(error, file)
        return failed(told(error, line, mine), line or first_definition(text))
    return {"passed": True}


def note_line(note: Path, file: str, thread: int) -> None:
    """Note at which line of the learner's file a thread is now."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code.co_filename == file:
            part = note.with_suffix(".part")
            part.write_text(str(frame.f_lineno))
            part.replace(note)
            return
        frame = frame.f_back


def failed(message: str, line: int, picture: str = "") -> dict[str, Any]:
    """Write down what is wrong."""
    return {"passed": False, "message": message, "line": line, "picture": picture}


def told(error: BaseException, line: int | None, mine: ModuleType) -> str:
    """Say what was raised, as a sentence."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SystemExit):
        return "This leaves Python (exit). A function should return instead."
    if isinstance(error, MemoryError):
        return "This wants more memory than there is."
    if isinstance(error, RecursionError):
        return "This calls itself again and again, without an end."
    if isinstance(error, AttributeError) and error.obj is mine:
        return f"There is no {error.name} in this file any more. It should stay, with this name."
    if isinstance(error, NameError) and len(error.name or "") == 1:
        return f'This line stops with {said}. Is it meant as a letter? Then write "{error.name}".'
    if line is None:
        return f"What came back could not be used ({said}). Look at what the task says to return."
    return f"This line stops with {said}"


def line_of(error: BaseException, file: str) -> int | None:
    """Find the innermost line of the learner's file that an error comes from."""
    steps = traceback.extract_tb(error.__traceback__)
    return next((step.lineno for step in reversed(steps) if step.filename == file), None)


def place_of(message: str, text: str) -> int:
    """Find the first name of the learner's that a message speaks of, and does not call right."""
    spoken = [
        (found.start(), line)
        for name, line in definitions(text).items()
        for found in re.finditer(NAME.format(re.escape(name)), message)
        if not re.match(IS_RIGHT, message[found.end() :])
    ]
    return min(spoken)[1] if spoken else first_definition(text)


def definitions(text: str) -> dict[str, int]:
    """List the functions, classes and answers in a file, with their lines."""
    lines: dict[str, int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            lines.setdefault(node.name, node.lineno)
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    lines.setdefault(target.id, node.lineno)
    return lines


def imported(file: Path) -> Any:
    """Import a file whose name is none for a module."""
    spec = importlib.util.spec_from_file_location(f"check_{file.parent.name[:2]}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def limit_memory() -> None:
    """Let no answer eat the machine."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


class Tail(io.TextIOBase):
    """Keeps the end of what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """Take text, and forget what came long before."""
        self.text = (self.text + text)[-2000:]
        return len(text)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
