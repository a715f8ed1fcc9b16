"""What exercise 20 expects of somebody who knows what invalidates a result."""

import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from faineant import Memory

from course.exercises.speaking import Wrong, choice

CHAPTER = 14
HINTS = (
    "Ask of each: would the result be another one? And could faineant see that, looking at the "
    "arguments and at the code?",
    "The key is made of what the function *does*, the functions that it uses included, and of "
    "what its parameters get. How it is written, and where, is not in it.",
    "Only one of the five changes the code that runs. And only one changes the result without "
    "changing code or arguments: it lies in a file.",
)
MINE = {}

STUDY = """
from pathlib import Path

def weigh(photo, rows):
    return [pixel * 2 * len(rows) for pixel in photo]

def darkest(photo, n=5):
    rows = Path("weights.csv").read_text().split()
    return weigh(photo, rows)[:n]
"""
COMMENTED = STUDY.replace("n=5):", "n=5):\n    'Some words about it.'\n    # and a comment")
HELPER = STUDY.replace("* 2 *", "* 3 *")
MOVED = STUDY.replace("\ndef weigh", "\ndef other():\n    return 1\n\n\n\ndef weigh")

NOT_RUN = {
    "a": "A comment and a docstring change nothing that runs, so the key stays the same.",
    "b": "Both calls give the same values to the same parameters: photo, and n = 5. So they have "
    "the same key.",
    "c": "",
    "d": "Where a function stands is not in the key: it does the same there.",
    "e": "faineant looks at arguments and at code. That the function opens a file, and what is in "
    "it, it cannot see.",
}
NOT_STALE = {
    "a": "The old result is given, and it is right: the function does what it did.",
    "b": "The old result is given, and it is right: it is the same call.",
    "c": "The helper belongs to the function: darkest() is run again, and the result is new.",
    "d": "The old result is given, and it is right: the function does what it did.",
    "e": "",
}


def check(mine, rng):
    """Do all five, and compare the answers with what has happened."""
    photo = rng.integers(0, 256, 8).tolist()
    run, stale = what_happens(photo)
    if (run, stale) != (["c"], ["e"]):
        raise Wrong(f"On this machine {run} were run again and {stale} were old: tell us, please.")
    asked("RUN_AGAIN", mine.RUN_AGAIN, NOT_RUN, "c")
    asked("OLD_AND_WRONG", mine.OLD_AND_WRONG, NOT_STALE, "e")


def asked(name, answer, reasons, right):
    """Look at one of the two choices."""
    try:
        choice(answer, reasons, right)
    except Wrong as wrong:
        if "ANSWER" in wrong.message:
            raise Wrong(wrong.message.replace("ANSWER", name)) from None
        raise Wrong(f"{name}: {wrong.message}") from None


def what_happens(photo):
    """Call a cached function after each of the five, and list which were run, and which lie."""
    run, stale = [], []
    before = Path.cwd()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        try:
            for letter, text in zip("abcde", (COMMENTED, STUDY, HELPER, MOVED, STUDY), strict=True):
                memory = Memory(Path(folder, letter), verbose=0)
                cached(memory, STUDY, "1 2 3").darkest(photo)
                study = cached(memory, text, "1 2" if letter == "e" else "1 2 3")
                named = {"photo": photo, "n": 5} if letter == "b" else {"photo": photo}
                if not study.darkest.check_call_in_cache(**named):
                    run.append(letter)
                if study.darkest(**named) != study.darkest.__wrapped__(**named):
                    stale.append(letter)
        finally:
            os.chdir(before)
            sys.modules.pop("study", None)
    return run, stale


def cached(memory, text, weights):
    """Write a program and its table, import it, and cache its function."""
    Path("weights.csv").write_text(weights, "utf-8")
    Path("study.py").write_text(text, "utf-8")
    study = ModuleType("study")
    study.__file__ = str(Path("study.py").resolve())
    sys.modules["study"] = study
    exec(compile(text, study.__file__, "exec"), vars(study))
    study.darkest = memory.cache(study.darkest)
    return study
