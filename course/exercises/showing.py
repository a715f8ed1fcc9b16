"""What the terminal shows of an exercise: its task, what is wrong, two solutions side by side."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

from course.exercises.catalogue import Exercise
from course.exercises.trial import Outcome
from course.site.terminal import shown

__all__ = ["beside", "failure", "hint", "task"]


def task(exercise: Exercise, file: Path) -> str:
    """Tell what is to be done, and where.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    file : Path
        The learner's file.

    Returns
    -------
    str
        A few lines.
    """
    return f"{exercise.number}  {exercise.title}\n\n{text(exercise.task)}\n\n   Open  {shown(file)}"


def failure(file: Path, outcome: Outcome) -> str:
    """Tell what is wrong: the place first.

    Parameters
    ----------
    file : Path
        The learner's file.
    outcome : Outcome
        How it did.

    Returns
    -------
    str
        A few lines.
    """
    parts = [f"{shown(file)}:{outcome.line}", text(outcome.message)]
    if outcome.picture:
        parts.append(textwrap.indent(outcome.picture.rstrip("\n"), "      "))
    if outcome.printed.strip():
        lines = outcome.printed.strip().splitlines()[-8:]
        parts.append("   It printed:\n" + textwrap.indent("\n".join(lines), "      "))
    return "\n".join(parts)


def hint(exercise: Exercise, number: int) -> str:
    """Give a hint, the first, second or third."""
    return text(f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}")


def text(prose: str) -> str:
    """Indent paragraphs, and break them where the terminal ends; lists and code stay."""
    width = max(40, min(shutil.get_terminal_size().columns, 100))
    blocks = []
    for block in prose.split("\n\n"):
        lines = block.splitlines()
        if any(line.startswith((" ", "-", "*")) or line[1:3] in (") ", ". ") for line in lines):
            blocks.append(textwrap.indent(block, "   "))
        else:
            whole = " ".join(block.split())
            blocks.append(
                textwrap.fill(
                    whole,
                    width,
                    initial_indent="   ",
                    subsequent_indent="   ",
                    break_on_hyphens=False,
                    break_long_words=False,
                )
            )
    return "\n\n".join(blocks)


def beside(yours: str, ours: str) -> str:
    """Show two programs: side by side where the terminal is wide enough, else in turn.

    Parameters
    ----------
    yours, ours : str
        Their texts.

    Returns
    -------
    str
        What to print.
    """
    left, right = code_of(yours), code_of(ours)
    half = max(map(len, left), default=0)
    if half + 7 + max(map(len, right), default=0) > shutil.get_terminal_size().columns:
        return "\n".join(["   Yours", *indent(left), "", "   Ours", *indent(right)])
    rows = max(len(left), len(right))
    left, right = left + [""] * (rows - len(left)), right + [""] * (rows - len(right))
    lines = [f"   {'Yours':<{half}}   Ours"]
    lines += [f"   {a:<{half}} | {b}".rstrip() for a, b in zip(left, right, strict=True)]
    return "\n".join(lines)


def indent(lines: list[str]) -> list[str]:
    """Indent lines of a program."""
    return [f"      {line}".rstrip() for line in lines]


def code_of(program: str) -> list[str]:
    """Leave out the docstring of a file: both have the same."""
    body = program.partition('"""')[2].partition('"""')[2] or program
    return body.strip("\n").splitlines()
