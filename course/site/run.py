"""Run chapters: what their cells print and draw, never computed twice.

A chapter runs as ``python chapter.py`` would run it: its cells in order, in one
``__main__``, with the line numbers of its file. What comes out is plain data
(texts and PNG files as bytes), so the memory can keep it: a chapter is run
again only when it has changed, or something that it stands on.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TextIO

from course.site.cells import Chapter, cut
from course.site.foundations import Place, digest

__all__ = ["CellRun", "ChapterError", "Picture", "run", "save_pictures"]

RUNNER = Place("course.site.run", "run_cells")  # every chapter stands on it


class Picture(NamedTuple):
    """A figure as two PNG files, the sentence that says what one sees, and its exhibit."""

    light: bytes
    dark: bytes
    sentence: str
    exhibit: dict[str, Any] = {}  # noqa: RUF012 - of which exhibit it is a part, if of any


class CellRun(NamedTuple):
    """What one cell of code printed, and the figures that it showed."""

    output: str
    pictures: tuple[Picture, ...]


class ChapterError(Exception):
    """A cell of a chapter raised; the cause is what it raised.

    Parameters
    ----------
    file : str
        The chapter.
    cell : int
        The number of the cell, counted from 1 over prose and code.
    line : int
        The line of the file.
    cause : BaseException
        What was raised.
    """

    def __init__(self, file: str, cell: int, line: int, cause: BaseException):
        super().__init__(f"cell {cell}, line {line} of {file}")
        self.file, self.cell, self.line = file, cell, line
        self.__cause__ = cause

    def story(self) -> str:
        """Give the cause as Python tells it, from the chapter's own line on."""
        cause = self.__cause__
        assert cause is not None
        steps = cause.__traceback__
        while steps is not None and steps.tb_frame.f_code.co_filename != self.file:
            steps = steps.tb_next
        return "".join(traceback.format_exception(type(cause), cause, steps))


def run(
    chapter: Chapter, memory: Any, listener: TextIO | None = None
) -> tuple[tuple[CellRun, ...], bool]:
    """Run a chapter, or remember what it gave.

    Parameters
    ----------
    chapter : Chapter
        What to run.
    memory : faineant.Memory
        Where the run is kept.
    listener : text stream, optional
        Hears what the cells print, as they print it; silent where the chapter
        is remembered. By default the terminal.

    Returns
    -------
    cells : tuple of CellRun
        One for each cell of code.
    fresh : bool
        Whether the chapter was really run.

    Raises
    ------
    ChapterError
        A cell raised; nothing is kept of the chapter.
    """
    remembered = memory.cache(run_cells)
    before = remembered.cache_info().misses
    foundations = digest(chapter.text, [RUNNER])
    with contextlib.redirect_stdout(listener or sys.stdout):
        cells: tuple[CellRun, ...] = remembered(str(chapter.file), chapter.text, foundations)
    return cells, remembered.cache_info().misses > before


def save_pictures(cells: tuple[CellRun, ...], folder: Path) -> list[Picture]:
    """Write the pictures of a chapter as ``1.png``, ``1-dark.png``, ``2.png``...

    Files that are already there and equal are left alone, so that whoever
    watches the folder sees only changes; other pictures in it are removed.

    Parameters
    ----------
    cells : tuple of CellRun
        What the chapter gave.
    folder : Path
        Made where it is missing.

    Returns
    -------
    list of Picture
        The pictures, in order: the first is ``1.png``.
    """
    pictures = [picture for cell in cells for picture in cell.pictures]
    wanted = {}
    for number, picture in enumerate(pictures, start=1):
        wanted[folder / f"{number}.png"] = picture.light
        wanted[folder / f"{number}-dark.png"] = picture.dark
    for file, content in wanted.items():
        write(file, content)
    for stale in set(folder.glob("*.png")) - set(wanted):
        stale.unlink()
    return pictures


def write(file: Path, content: bytes) -> None:
    """Write a file, unless that is what it holds."""
    if not file.is_file() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def run_cells(file: str, text: str, foundations: str) -> tuple[CellRun, ...]:
    """Run a chapter's text; `foundations` is here to be part of the memory's key."""
    import matplotlib

    matplotlib.use("agg")
    from course import figures

    print(end="", flush=True)  # tells the listener that the chapter really runs
    runs = []
    with matplotlib.rc_context(), as_main(file) as namespace:
        figures.shown()  # what a broken chapter may have left
        for number, cell in enumerate(cut(text), start=1):
            if cell.kind == "code":
                with listening() as heard:
                    execute(cell.text, file, number, cell.line, namespace)
                runs.append(CellRun(heard.getvalue(), drawn()))
    return tuple(runs)


def execute(source: str, file: str, number: int, line: int, namespace: dict[str, Any]) -> None:
    """Execute one cell; whatever it raises comes out with its place."""
    try:
        # Blank lines above the cell give its code the file's line numbers.
        exec(compile("\n" * (line - 1) + source, file, "exec"), namespace)
    except (Exception, SystemExit) as error:
        raise ChapterError(file, number, line_of(error, file) or line, error) from error


def line_of(error: BaseException, file: str) -> int | None:
    """Give the line of the file that an error comes from."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    steps = traceback.extract_tb(error.__traceback__)
    return next((step.lineno for step in reversed(steps) if step.filename == file), None)


@contextlib.contextmanager
def as_main(file: str) -> Iterator[dict[str, Any]]:
    """Put a fresh ``__main__`` in place, as if Python had been started with the file."""
    module = ModuleType("__main__")
    module.__file__ = file
    before = sys.modules["__main__"], sys.argv
    sys.modules["__main__"], sys.argv = module, [file]
    try:
        yield vars(module)
    finally:
        sys.modules["__main__"], sys.argv = before


class Tee(io.StringIO):
    """Keeps what is written, and passes it on at once."""

    def __init__(self, listener: TextIO):
        super().__init__()
        self.listener = listener

    def write(self, text: str) -> int:
        self.listener.write(text)
        return super().write(text)

    def flush(self) -> None:
        self.listener.flush()


@contextlib.contextmanager
def listening() -> Iterator[Tee]:
    """Keep what is printed, while whoever listened before still hears it."""
    with contextlib.redirect_stdout(Tee(sys.stdout)) as heard:
        yield heard


def drawn() -> tuple[Picture, ...]:
    """Save the figures shown since the last time, in light and dark."""
    from matplotlib import pyplot

    from course import figures

    pictures = []
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "figure"
        for figure, sentence, exhibit in figures.shown():
            light, dark = map(lighter, figures.save_both(figure, stem))
            pictures.append(Picture(light, dark, sentence, dict(exhibit)))
    pyplot.close("all")
    return tuple(pictures)


def lighter(file: Path) -> bytes:
    """Give a picture in few colours, where nobody sees a difference and it takes fewer bytes."""
    from PIL import Image

    from course.site.palette import few_colours

    whole = file.read_bytes()
    with Image.open(file) as picture:
        few_colours(picture).save(small := io.BytesIO(), "PNG", optimize=True)
    return min(whole, small.getvalue(), key=len)
