"""What the terminal shows of an exercise: its task, what is wrong, two solutions side by side."""

from __future__ import annotations

import ast
import contextlib
import difflib
import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

from course.exercises.catalogue import Exercise
from course.exercises.trial import Outcome
from course.site.terminal import shown, width

__all__ = ["beside", "code_of", "failure", "hint", "prose", "solutions", "task"]

ITEM = re.compile(r"(?P<mark>\s*(?:\d+[.)]|[-*]|[a-h](?= {2,}))\s+)(?P<rest>.*)")
DOCSTRING = re.compile(r"""\A\s*(?P<quotes>\"{3}|'{3}).*?(?P=quotes)""", re.DOTALL)
MARGIN = "   "


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
    head = f"{exercise.number}  {exercise.title}"
    return f"{head}\n\n{prose(exercise.task)}\n\n   Open  {shown(file)}"


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
    parts = [f"{shown(file)}:{outcome.line}", prose(outcome.message)]
    if outcome.picture:
        parts.append(textwrap.indent(outcome.picture.rstrip("\n"), "      "))
    if outcome.printed.strip():
        lines = outcome.printed.strip("\n").splitlines()[-8:]
        parts.append("   It printed:\n" + textwrap.indent("\n".join(lines), "      "))
    return "\n".join(parts)


def hint(exercise: Exercise, number: int) -> str:
    """Give a hint, the first, second or third."""
    return prose(f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}")


def prose(text: str) -> str:
    r"""Indent paragraphs and lists, and break them where the terminal ends; code stays as it is.

    Examples
    --------
    >>> print(prose("Two\nslips.\n\n1. The first,\n   here.\n2. The second.\n\n    x = 1"))
       Two slips.
    <BLANKLINE>
       1. The first, here.
       2. The second.
    <BLANKLINE>
           x = 1
    """
    return "\n\n".join("\n".join(laid_out(block)) for block in re.split(r"\n\s*\n", text))


def laid_out(block: str) -> Iterator[str]:
    """Lay out one block of lines."""
    if block.startswith("    ") and not ITEM.match(block):
        yield from (f"{MARGIN}{line}" for line in block.splitlines())
        return
    marks, words = [""], [""]
    for line in block.splitlines():
        if found := ITEM.match(line):
            marks.append(f"{found['mark'].strip():<2} ")
            words.append(found["rest"])
        else:
            words[-1] += f" {line.strip()}"
    yield from (filled(*item) for item in zip(marks, words, strict=True) if item[1].strip())


def filled(mark: str, words: str) -> str:
    """Break one paragraph, whose first line begins with a mark."""
    return textwrap.fill(
        words.strip(),
        width(),
        initial_indent=MARGIN + mark,
        subsequent_indent=MARGIN + " " * len(mark),
        break_on_hyphens=False,
        break_long_words=False,
    )


def solutions(exercise: Exercise, text: str) -> str:
    """Show the learner's solution and ours; where only answers were asked for, only these.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    text : str
        What the learner's file holds.

    Returns
    -------
    str
        What to print.
    """
    if not exercise.blanks:
        return beside(text, exercise.solution)
    yours, ours = (answers(program, exercise.blanks) for program in (text, exercise.solution))
    if yours == ours:
        return f"{MARGIN}Our answer is the same as yours."
    return beside(*("\n".join(f"{name} = {value!r}" for name, value in one.items())
                    for one in (yours, ours)))  # fmt: skip


def answers(program: str, names: list[str]) -> dict[str, object]:
    """Find what a program gives some names, as far as it can be read; else there is none."""
    found = dict.fromkeys(names)
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.parse(program).body:
            if isinstance(node, ast.Assign):
                [*_, target] = node.targets
                if isinstance(target, ast.Name) and target.id in found:
                    found[target.id] = ast.literal_eval(node.value)
    return found


def beside(yours: str, ours: str) -> str:
    r"""Show two programs: side by side where the terminal is wide enough, else one below the other.

    Lines that differ are marked.

    Parameters
    ----------
    yours, ours : str
        Their texts.

    Returns
    -------
    str
        What to print.

    Examples
    --------
    >>> print(beside("a = 1\nb = 2", "a = 1\nb = 3\nc = 4"))
       Yours   Ours
       a = 1   a = 1
       b = 2 | b = 3
             > c = 4
    """
    left, right = code_of(yours), code_of(ours)
    if left == right:
        return f"{MARGIN}Our solution is the same as yours, line for line."
    rows = list(paired(left, right))
    half = max(5, *(len(mine) for mine, _, _ in rows))
    if len(MARGIN) + half + 3 + max(map(len, right)) <= shutil.get_terminal_size().columns:
        lines = [("Yours", " ", "Ours"), *rows]
        return "\n".join(f"{MARGIN}{a:<{half}} {mark} {b}".rstrip() for a, mark, b in lines)
    yours_below = [f" {'>' if mark != ' ' else ' '} {a}" for a, mark, _ in rows if mark != ">"]
    ours_below = [f" {'>' if mark != ' ' else ' '} {b}" for _, mark, b in rows if mark != "<"]
    lines_below = ["   Yours", *yours_below, "", "   Ours", *ours_below]
    return "\n".join(line.rstrip() for line in lines_below)


def paired(left: list[str], right: list[str]) -> Iterator[tuple[str, str, str]]:
    """Put lines side by side that belong together, with a mark between those that differ."""
    steps = difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes()
    for kind, a, b, c, d in steps:
        for place in range(max(b - a, d - c)):
            mine, theirs = a + place < b, c + place < d
            mark = " " if kind == "equal" else "|" if mine and theirs else "<" if mine else ">"
            yield left[a + place] if mine else "", mark, right[c + place] if theirs else ""


def code_of(program: str) -> list[str]:
    """Leave out the docstring of a file: both have the same."""
    body = DOCSTRING.sub("", program, count=1)
    return [line.expandtabs(4).rstrip() for line in body.strip("\n").splitlines()]
