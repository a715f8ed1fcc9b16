"""What a chapter is: a Python file in percent format, cut into cells.

Editors know the format: ``# %%`` starts a cell of code and ``# %% [markdown]``
a cell of prose, written as comments. So one file runs as a script, opens as a
notebook and becomes a page. This file needs the standard library alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cell", "Chapter", "WritingError", "chapters", "cut", "read_chapter"]

MARK = re.compile(r"#\s*%%(?P<rest>.*)")
NUMBERED = re.compile(r"(?P<number>\d+)-(?P<name>.+)")
PROMISE = re.compile(r"after this page,? you can:?\s+", re.IGNORECASE)
FURTHER = "\n**Further.** "
SENTENCE_END = re.compile(r"(?<=[.!?])\s")


class WritingError(Exception):
    """A chapter's prose is not written as it has to be; the message says where."""


@dataclass(frozen=True)
class Cell:
    """A piece of a chapter.

    Attributes
    ----------
    kind : {"markdown", "code"}
        Prose, or Python.
    text : str
        Prose without its comment signs, or code as it stands.
    line : int
        The line of the file at which `text` starts, counted from 1.
    """

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Chapter:
    """A chapter, read but not run.

    Attributes
    ----------
    file : Path
        Where it was read.
    text : str
        All that the file holds.
    number : int
        What one types to run it; the file's name starts with it.
    title : str
        The heading of the first cell.
    promise : str
        What the reader can do at its end, as one sentence.
    cells : tuple of Cell
        Its cells, empty ones left out.
    """

    file: Path
    text: str
    number: int
    title: str
    promise: str
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending: names folders and addresses."""
        return self.file.stem

    @property
    def further(self) -> bool:
        """Whether it lies off the short path; its first cell of prose says so."""
        prose = next((cell.text for cell in self.cells if cell.kind == "markdown"), "")
        return FURTHER in prose

    @property
    def part(self) -> str:
        """The folder that it lies in: a part of the course."""
        return self.file.parent.name

    @property
    def part_title(self) -> str:
        """The part as a heading: ``1-predict`` reads "To predict"."""
        numbered = NUMBERED.fullmatch(self.part)
        return f"To {numbered['name'].replace('-', ' ')}" if numbered else self.part


def chapters(folder: Path) -> list[Chapter]:
    """Read every chapter of the course, in order.

    Parameters
    ----------
    folder : Path
        It holds a folder for each part (``1-predict``), and those a file for
        each chapter (``0-too-much-data.py``); other names are passed over.

    Returns
    -------
    list of Chapter
        Sorted by part, then by number.
    """
    parts = (part for part in folder.iterdir() if part.is_dir() and NUMBERED.fullmatch(part.name))
    files = (file for part in parts for file in part.glob("*.py") if NUMBERED.fullmatch(file.stem))
    return sorted(
        (read_chapter(file) for file in files),
        key=lambda chapter: (chapter.part, chapter.number, chapter.name),
    )


def read_chapter(file: Path) -> Chapter:
    """Read one chapter.

    Parameters
    ----------
    file : Path
        A percent-format Python file whose name starts with a number.

    Returns
    -------
    Chapter
        The chapter; title and promise come from its first cell of prose.

    Raises
    ------
    WritingError
        A line of code stands in a cell of prose.
    """
    text = file.read_text(encoding="utf-8")
    try:
        cells = tuple(cut(text))
    except WritingError as error:
        raise WritingError(f"{file}, {error}") from None
    prose = next((cell.text for cell in cells if cell.kind == "markdown"), "")
    numbered = NUMBERED.fullmatch(file.stem)
    return Chapter(
        file=file,
        text=text,
        number=int(numbered["number"]) if numbered else 0,
        title=title_of(prose) or file.stem,
        promise=promise_of(prose),
        cells=cells,
    )


def cut(text: str) -> Iterator[Cell]:
    r"""Cut the text of a chapter into its cells.

    What stands before the first mark is code if it is anything: a script may
    open with imports or a comment.

    Examples
    --------
    >>> text = "# %% [markdown]\n# # Hello\n# %%\nprint(1)\n"
    >>> [(cell.kind, cell.text, cell.line) for cell in cut(text)]
    [('markdown', '# Hello', 2), ('code', 'print(1)', 4)]
    """
    kind, start, lines = "code", 1, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        mark = MARK.match(line)
        if mark is None:
            lines.append(line)
            continue
        yield from made_of(kind, start, lines)
        kind = "markdown" if "[markdown]" in mark["rest"] else "code"
        start, lines = number + 1, []
    yield from made_of(kind, start, lines)


def made_of(kind: str, start: int, lines: list[str]) -> Iterator[Cell]:
    """Give the cell of these lines, or none where they are all blank."""
    if kind == "markdown":
        for place, line in enumerate(lines):
            if line.strip() and not line.startswith("#"):
                raise WritingError(
                    f"line {start + place}: {line.strip()!r} stands in a cell of prose, and would "
                    "not be run. Put a line '# %%' above it."
                )
        lines = [re.sub(r"^# ?", "", line).rstrip() for line in lines]
    filled = [place for place, line in enumerate(lines) if line.strip()]
    if filled:
        first, last = filled[0], filled[-1]
        yield Cell(kind, "\n".join(lines[first : last + 1]), start + first)


def title_of(prose: str) -> str:
    """Give the first heading of some Markdown."""
    heading = re.search(r"^# +(.+)$", prose, re.MULTILINE)
    return heading[1].strip() if heading else ""


def promise_of(prose: str) -> str:
    """Give what the first paragraph promises, as one sentence."""
    body = re.sub(r"^#.*$", "", prose, flags=re.MULTILINE).strip()
    paragraph = " ".join(re.sub(r"[*_`]", "", body.split("\n\n")[0]).split())
    promise = PROMISE.search(paragraph)
    sentence = SENTENCE_END.split(paragraph[promise.end() :] if promise else paragraph)[0]
    return sentence[:1].upper() + sentence[1:]
