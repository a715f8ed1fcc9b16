"""What an exercise is: a small file to mend, with its solution and its check beside it.

``12-a-k-means-step.py`` is what the learner gets. ``answers/12-a-k-means-step`` holds
``solution.py``, ``check.py`` and three wrong answers that people give. The chapter, the
hints and the check stand in ``check.py``, which is imported only when it is needed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Exercise", "exercises"]

HERE = Path(__file__).resolve().parent
NAMED = re.compile(r"(?P<number>\d\d)-(?P<slug>[a-z0-9-]+)")
FACTS = ("CHAPTER", "HINTS", "MINE", "MINE_IN")


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    number : int
        What one types.
    file : Path
        What the learner gets.
    title : str
        The first line of the file's docstring.
    task : str
        The rest of it.
    chapter : int
        The number of the chapter that it belongs to.
    hints : tuple of str
        Three, of rising strength.
    mine : dict of str to str
        Names of the library that the learner's own can stand in for.
    mine_in : tuple of int
        In which chapters: its own, unless its check says more in ``MINE_IN``.
    """

    number: int
    file: Path
    title: str
    task: str
    chapter: int
    hints: tuple[str, ...]
    mine: dict[str, str]
    mine_in: tuple[int, ...]

    @property
    def name(self) -> str:
        """What the file is called, without its ending."""
        return self.file.stem

    @property
    def answers(self) -> Path:
        """The folder of the solution, the check and the wrong answers."""
        return self.file.parent / "answers" / self.name

    @property
    def solution(self) -> str:
        """Our solution, as text."""
        return (self.answers / "solution.py").read_text("utf-8")

    @property
    def blanks(self) -> list[str]:
        """Names that are None as given: the answers of an exercise without code."""
        return [
            node.targets[0].id
            for node in ast.parse(self.given).body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
            and node.value.value is None
        ]

    @property
    def given(self) -> str:
        """What the learner gets, as text."""
        return self.file.read_text("utf-8")


def exercises(folder: Path = HERE) -> list[Exercise]:
    """Read all exercises, in order.

    Parameters
    ----------
    folder : Path
        Where they lie.

    Returns
    -------
    list of Exercise
        Sorted by number.
    """
    return [
        read(file, int(named["number"]))
        for file in sorted(folder.glob("*.py"))
        if (named := NAMED.fullmatch(file.stem))
    ]


def read(file: Path, number: int) -> Exercise:
    """Read one exercise; nothing of it is run."""
    solution = file.parent / "answers" / file.stem / "solution.py"
    text = ast.get_docstring(ast.parse(solution.read_text("utf-8"))) or file.stem
    title, _, task = text.partition("\n")
    facts = facts_of(solution.with_name("check.py"))
    return Exercise(
        number=number,
        file=file,
        title=title.strip().rstrip("."),
        task=task.strip("\n"),
        chapter=facts["CHAPTER"],
        hints=tuple(facts["HINTS"]),
        mine=facts["MINE"],
        mine_in=facts.get("MINE_IN", (facts["CHAPTER"],)) if facts["MINE"] else (),
    )


def facts_of(check: Path) -> dict[str, Any]:
    """Read the constants of a check without running it."""
    return {
        target.id: ast.literal_eval(node.value)
        for node in ast.parse(check.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in FACTS
    }
