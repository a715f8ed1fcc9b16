"""How an answer is tried: in a process of its own, with fresh data, for three seconds at most.

Whatever the learner's file does (print, loop, crash, leave, eat all memory), the one who
tries it lives on and has a sentence to say. As a program, this module is that process.
"""

from __future__ import annotations

import ast
import contextlib
import faulthandler
import io
import json
import os
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from course.exercises.catalogue import Exercise, find

__all__ = ["Outcome", "try_out"]

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 3.0
MEMORY = 4 << 30
STARTED = "started"


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
        What the file printed.
    """

    passed: bool
    message: str = ""
    line: int = 1
    picture: str = ""
    printed: str = ""


def try_out(
    exercise: Exercise, file: Path, seconds: float = SECONDS, seed: int | None = None
) -> Outcome:
    """Try an answer.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    file : Path
        The learner's file.
    seconds : float
        How long it may take.
    seed : int, optional
        Of the data; by default they are fresh each time.

    Returns
    -------
    Outcome
        Whether it is right, and if not, the first thing that is wrong.
    """
    text = file.read_text("utf-8", errors="replace")
    try:
        ast.parse(text)
    except SyntaxError as error:
        return Outcome(False, f"Python cannot read this line: {error.msg}", error.lineno or 1)
    except ValueError as error:  # null bytes
        return Outcome(False, f"Python cannot read this file: {error}")
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        report, traces = Path(folder, "report"), Path(folder, "traces")
        facts = [exercise.number, str(file), str(report), str(traces), seconds, seed]
        line = [sys.executable, "-m", __name__, json.dumps(facts)]
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        child = subprocess.Popen(
            line,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )
        with child:
            looped = not ended_in_time(child, seconds)
        if looped:
            where = line_in(traces, file) or place_of(text)
            return Outcome(False, f"this was still running after {seconds:g} s: does a loop "
                           "never end?", where)  # fmt: skip
        if not report.is_file():
            return Outcome(False, how_it_left(child.returncode), place_of(text))
        return Outcome(**json.loads(report.read_text("utf-8")))


def ended_in_time(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the child, from the moment that it is up; stop it when its time is over."""
    assert child.stdout is not None
    try:
        child.stdout.readline()  # it is up, or it is gone
        child.wait(seconds)
    except subprocess.TimeoutExpired:
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
        return f"this stopped Python itself (signal {-code}); it should return instead"
    return f"this left Python with exit code {code}; it should return instead"


def line_in(traces: Path, file: Path) -> int | None:
    """Find where the learner's file was, in what `faulthandler` has written."""
    if not traces.is_file():
        return None
    for text in traces.read_text("utf-8", errors="replace").splitlines():
        if f'File "{file}", line ' in text:
            return int(text.partition(", line ")[2].split()[0])
    return None


def place_of(text: str) -> int:
    """Find where to look: the first thing that the file defines."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign):
            return node.lineno
    return 1


# -- in the process of its own --------------------------------------------------------------------


def main(argument: str) -> None:
    """Try one answer, and write how it did."""
    number, name, report, traces, seconds, seed = json.loads(argument)
    exercise, file = find(number), Path(name)
    assert exercise is not None
    import numpy as np

    check = exercise.check()
    limit_memory()
    print(STARTED, flush=True)
    with open(traces, "w") as stream:
        faulthandler.dump_traceback_later(0.9 * seconds, file=stream)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            found = judged(file, check, np.random.default_rng(seed))
        faulthandler.cancel_dump_traceback_later()
    found["printed"] = printed.getvalue()[-2000:]
    Path(report).write_text(json.dumps(found), "utf-8")
    os._exit(0)  # threads that the learner left behind have no say


def judged(file: Path, check: Any, rng: Any) -> dict[str, Any]:
    """Run the file and its check; say what happened."""
    from course.exercises.speaking import Wrong

    text = file.read_text("utf-8", errors="replace")
    mine = ModuleType("mine")
    mine.__file__ = str(file)
    sys.modules["mine"] = mine
    try:
        exec(compile(text, str(file), "exec"), vars(mine))
        check(mine, rng)
    except Wrong as wrong:
        return failed(wrong.message, place_of(text), wrong.picture)
    except SystemExit:
        return failed("this leaves Python (exit); it should return instead", place_of(text))
    except MemoryError:
        return failed("this wants more memory than there is", line_of(sys.exc_info(), file))
    except RecursionError:
        message = "this calls itself again and again, without an end"
        return failed(message, line_of(sys.exc_info(), file) or place_of(text))
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
        line = line_of(sys.exc_info(), file)
        if line is None and isinstance(error, AttributeError) and error.obj is mine:
            message = f"there is no {error.name} in this file any more; it should stay"
        return failed(message, line or place_of(text))
    return {"passed": True}


def failed(message: str, line: int | None, picture: str = "") -> dict[str, Any]:
    """Write down what is wrong."""
    return {"passed": False, "message": message, "line": line or 1, "picture": picture}


def line_of(raised: Any, file: Path) -> int | None:
    """Find the innermost line of the learner's file in a traceback."""
    steps = traceback.extract_tb(raised[2])
    return next((step.lineno for step in reversed(steps) if step.filename == str(file)), None)


def limit_memory() -> None:
    """Let no answer eat the machine."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main(sys.argv[1])
