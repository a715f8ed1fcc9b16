"""A long run of benchmarks: how far it is, how long it will take, and where it goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from course.measured.results import Table, kept, restored

__all__ = ["Journal"]

ROOT = Path(__file__).resolve().parents[2]
UNFINISHED = ROOT / ".benchmarks" / "unfinished.jsonl"
COUNTS = ("packages", "tests/benchmarks", "course/measured")


class Journal:
    """What was measured so far, kept in a file until all is.

    Parameters
    ----------
    how : sequence of str
        What else makes two runs the same: options.
    file : Path
        Where it is kept.
    """

    def __init__(self, how: Sequence[str], file: Path = UNFINISHED):
        self.file = file
        self.key = digest(how)
        self.took: dict[str, float] = {}
        self.rows: dict[str, list[tuple[str, Table]]] = {}

    def go_on(self) -> None:
        """Take up what an interrupted run of the same has measured; after another, begin anew."""
        held = [json.loads(line) for line in whole_lines(self.file)]
        if not held or held[0] != {"key": self.key}:
            self.begin()
            return
        for one in held[1:]:
            self.took[one["test"]] = one["took"]
            self.rows[one["test"]] = [(row.pop("block"), restored(row)) for row in one["rows"]]

    def begin(self) -> None:
        """Forget what there is."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({"key": self.key}) + "\n", encoding="utf-8")

    def note(self, test: str, took: float, rows: Iterable[tuple[str, Table]]) -> None:
        """Note that a benchmark is done."""
        self.took[test], self.rows[test] = took, list(rows)
        told: dict[str, Any] = {"test": test, "took": took}
        told["rows"] = [{"block": block, **kept(row)} for block, row in self.rows[test]]
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    def end(self) -> None:
        """Remove the file: all is measured."""
        self.file.unlink(missing_ok=True)

    def left(self, tests: Sequence[str], known: dict[str, float]) -> float | None:
        """Guess how many seconds some benchmarks will take.

        Parameters
        ----------
        tests : sequence of str
            Which are left.
        known : dict of str to float
            What each took when it was measured before.

        Returns
        -------
        float or None
            Seconds; None where nothing is known yet.
        """
        both = [test for test in self.took if test in known]
        if both:
            pace = sum(self.took[test] for test in both) / max(
                sum(known[test] for test in both), 1e-9
            )
        else:
            pace = 1.0
        here = sum(self.took.values()) / len(self.took) if self.took else None
        guesses = [pace * known[test] if test in known else here for test in tests]
        if any(guess is None for guess in guesses):
            return None
        return sum(guess for guess in guesses if guess is not None)


def whole_lines(file: Path) -> list[str]:
    """Read lines; one that was cut off when a run was stopped is left out."""
    if not file.is_file():
        return []
    return [line for line in file.read_text(encoding="utf-8").split("\n")[:-1] if line]


def digest(how: Sequence[str]) -> str:
    """Give a digest of the code that is measured and of how it is."""
    whole = hashlib.sha256(repr(list(how)).encode())
    for folder in COUNTS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            whole.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return whole.hexdigest()
