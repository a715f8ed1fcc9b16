"""Chapters as Markdown, and the Markdown as a site.

A page is its chapter's prose as it stands, its code, what the code printed and
the figures that it showed. The Markdown keeps to what every builder of such
sites knows; ``mkdocs.yml`` in the root names the one that we use.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from course.exercises.catalogue import exercises
from course.exercises.page import exercises_page
from course.measured.report import section
from course.measured.results import Results
from course.site.asking import AskingError, as_html, has_guess
from course.site.cells import Chapter, chapters
from course.site.exhibiting import exhibit, grouped
from course.site.formulas import with_formulas
from course.site.notebooks import notebook
from course.site.run import CellRun, Picture, run, save_pictures, write

__all__ = ["SiteError", "build_site", "markdown", "serve_site", "write_pages"]

OWN_FILES = (
    "style.css",
    "answers.css",
    "report.css",
    "asks.js",
    "exhibits.js",
    "drawing.js",
    "tables.js",
    "from-disk.js",
)
FOLD = '<div class="ask-truth" markdown="1">'
GOES_ON = re.compile(r'^(?:##+ |<div class="ask")', re.MULTILINE)
EXERCISES = "exercises.md"
REPORT = "<!-- report -->"
REFERENCE = "reference"  # a folder of pages that are written by hand and copied as they are
API = "api"  # a folder in it, of pages that `course.site.api` makes of docstrings
PLACEHOLDER = re.compile(r"<!-- (chapters|picture of (?P<number>\d+)) -->")

# The theme greets every build with a notice about its own end of life; this is
# the switch that the notice names. What it says is known: see mkdocs.yml.
NO_NOTICE = {"NO_MKDOCS_2_WARNING": "1"}

Runs = dict[int, tuple[Chapter, tuple[CellRun, ...]]]


class SiteError(Exception):
    """The site could not be built; the message is what its builder said."""


def write_pages(
    course: Path, folder: Path, memory: Any, listener: Callable[[Chapter], TextIO] | None = None
) -> int:
    """Write every page of the course as Markdown, with its figures beside it.

    Files that would not change are left alone, and files of chapters that are
    gone are removed, so that a server that watches the folder sees only changes.

    Parameters
    ----------
    course : Path
        The folder of the chapters, of ``index.md`` and of ``reference``.
    folder : Path
        Where the pages go; it is the site's alone.
    memory : faineant.Memory
        Where the runs of the chapters are kept.
    listener : callable, optional
        Called with each chapter, gives the stream that hears what it prints.

    Returns
    -------
    int
        How many chapters there are.

    Raises
    ------
    course.site.run.ChapterError
        A chapter is broken. Pages of the chapters before it are written.
    """
    runs: Runs = {}
    for chapter in chapters(course):
        cells, _ = run(chapter, memory, listener(chapter) if listener else None)
        runs[chapter.number] = chapter, cells
        place = folder / chapter.part
        save_pictures(cells, place / chapter.name)
        write(place / f"{chapter.name}.md", markdown(chapter, cells).encode())
        write(place / chapter.file.name, chapter.text.encode())
        write(place / f"{chapter.name}.ipynb", notebook(chapter).encode())
    write(folder / "index.md", home((course / "index.md").read_text("utf-8"), runs).encode())
    write(folder / EXERCISES, exercises_page(exercises(), chapters(course)).encode())
    for name in OWN_FILES:
        write(folder / name, (course / "site" / name).read_bytes())
    references = sorted((course / REFERENCE).glob("*.md"))
    for page in references:
        write(folder / REFERENCE / page.name, with_report(page.read_text("utf-8")).encode())
    remove_strangers(folder, (chapter for chapter, _ in runs.values()), references)
    return len(runs)


def build_site(config: Path, strict: bool = False) -> None:
    """Build the site from its Markdown.

    Parameters
    ----------
    config : Path
        The builder's settings, ``mkdocs.yml``; they say from where to where.
    strict : bool
        Whether its warnings are errors.

    Raises
    ------
    SiteError
        The builder failed.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(config)]
    command += ["--strict"] * strict
    environment = {**os.environ, **NO_NOTICE}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise SiteError(done.stdout.strip())


def serve_site(config: Path, address: str) -> None:
    """Serve the site, and make it anew when a chapter is saved, until Ctrl-C.

    Parameters
    ----------
    config : Path
        The builder's settings, ``mkdocs.yml``.
    address : str
        Where to serve, such as ``127.0.0.1:8000``.
    """
    os.environ.update(NO_NOTICE)
    serving = import_module("mkdocs.commands.serve")
    serving.serve(config_file=str(config), dev_addr=address)


def markdown(chapter: Chapter, cells: Iterable[CellRun]) -> str:
    """Write a chapter as Markdown.

    Parameters
    ----------
    chapter : Chapter
        What was run.
    cells : iterable of CellRun
        What its cells of code gave.

    Returns
    -------
    str
        The page, whose figures lie in the folder of the chapter's name. What answers a guess, or
        tells what a curve to draw is like, is folded up to the next heading or guess.
    """
    blocks, runs, number, waits, folded = list[str](), iter(cells), 0, False, False
    for cell in chapter.cells:
        if cell.kind == "markdown":
            text = with_formulas(as_html(cell, chapter), chapter.file, cell.line)
            waits = has_guess(cell)
            ends = GOES_ON.search(text) if folded else None
            if ends:
                before = text[: ends.start()].rstrip()
                blocks[-1:] = (
                    [] if blocks[-1] == FOLD and not before else [blocks[-1], before, "</div>"]
                )
                text, folded = text[ends.start() :], False
            blocks.append(text)
            continue
        blocks.append(fenced(cell.text, "python"))
        run = next(runs)
        answers = list(given(run, chapter, number))
        number += len(run.pictures)
        if waits and answers and not folded:  # a cell that only defines something is no answer
            answers.insert(0, FOLD)
            waits, folded = False, True
        blocks += answers
        if not folded and any((picture.exhibit or {}).get("draw") for picture in run.pictures):
            blocks.append(FOLD)  # what follows tells what the curve is like
            folded = True
    if waits:
        raise AskingError(f"{chapter.file}: no cell answers the last guess")
    blocks += ["</div>"] * folded
    return "\n\n".join([*filter(None, blocks), *colophon(chapter)]) + "\n"


def given(run: CellRun, chapter: Chapter, number: int) -> Iterator[str]:
    """Write what a cell printed and showed; the pictures are counted on from `number`."""
    if run.output.strip():
        yield fenced(run.output.rstrip(), "{ .text .output }")
    for group in grouped(enumerate(run.pictures, start=number + 1)):
        figures = [figure(picture, f"{chapter.name}/{place}") for place, picture in group]
        pictures = [picture for _, picture in group]
        yield exhibit(figures, pictures) if pictures[0].exhibit else figures[0]


def fenced(text: str, kind: str) -> str:
    """Put text into a code block, whose fence is longer than any in the text."""
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`{3,}", text)), default=0))
    return f"{fence} {kind}\n{text}\n{fence}"


def figure(picture: Picture, stem: str) -> str:
    """Show the picture that fits the page's scheme, over its sentence."""
    alt = re.sub(r"([\\\[\]*_`])", r"\\\1", html.escape(picture.sentence, quote=False))
    return (
        '<figure markdown="span">\n'
        f"![{alt}]({stem}.png#only-light){on_sight(picture.light)}\n"
        f"![{alt}]({stem}-dark.png#only-dark){on_sight(picture.dark)}\n"
        f"<figcaption>{alt}</figcaption>\n"
        "</figure>"
    )


def on_sight(png: bytes) -> str:
    """Have a picture loaded when it is seen, so never in the other scheme, and keep its place."""
    if not png.startswith(b"\x89PNG"):
        return ""
    width, height = struct.unpack(">II", png[16:24])
    return f'{{ loading="lazy" width="{width}" height="{height}" }}'


def colophon(chapter: Chapter) -> Iterator[str]:
    """Say where the page comes from, and how to make it one's own."""
    yield "---"
    yield (
        f"[Open the script]({chapter.file.name}) · "
        f'[Download as notebook]({chapter.name}.ipynb){{ download="" }}'
    )
    yield (
        "This page is a Python script. "
        f"In your copy of the project it is `course/{chapter.part}/{chapter.file.name}`: "
        f"change a line, then type `python -m course run {chapter.number}`."
    )


def home(text: str, runs: Runs) -> str:
    """Fill in the table of chapters and the pictures that the home page asks for."""

    def filled(place: re.Match[str]) -> str:
        if place["number"] is None:
            return table(chapter for chapter, _ in runs.values())
        chapter, cells = runs.get(int(place["number"]), (None, ()))
        pictures = [picture for cell in cells for picture in cell.pictures]
        if chapter is None or not pictures:
            return ""
        return figure(pictures[0], f"{chapter.part}/{chapter.name}/1")

    return PLACEHOLDER.sub(filled, text)


def with_report(text: str) -> str:
    """Put what was measured last where a page asks for it."""
    return text.replace(REPORT, section(Results.read())) if REPORT in text else text


def table(listed: Iterable[Chapter]) -> str:
    """List chapters with what they promise, and say which lie off the short path."""
    rows = ["| | Chapter | After it you can |", "|---|---|---|"]
    rows += [
        f"| {chapter.number} | [{chapter.title}]({chapter.part}/{chapter.name}.md)"
        f"{', *further*' if chapter.further else ''} | {chapter.promise.replace('|', '&#124;')} |"
        for chapter in listed
    ]
    return "\n".join(rows)


def remove_strangers(folder: Path, listed: Iterable[Chapter], references: Iterable[Path]) -> None:
    """Remove from the pages' folder what belongs to no chapter and is no page of the reference."""
    wanted = {folder / "index.md", folder / EXERCISES, folder / REFERENCE / API}
    wanted |= {folder / name for name in OWN_FILES}
    for page in references:
        wanted |= {folder / REFERENCE, folder / REFERENCE / page.name}
    for chapter in listed:
        place = folder / chapter.part
        wanted |= {place, place / chapter.name}
        wanted |= {place / f"{chapter.name}{ending}" for ending in (".md", ".py", ".ipynb")}
    for found in [*folder.glob("*"), *folder.glob("*/*")]:
        if found not in wanted and found.exists():
            shutil.rmtree(found) if found.is_dir() else found.unlink()
