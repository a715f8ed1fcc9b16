"""The learner's command line: list the chapters, run them, make them pages.

It starts with the standard library alone, from any folder. What needs more is
imported where it is used; where that is not installed, the environment that
``nox -s course`` has made takes over, or one line says how to make it.
"""

from __future__ import annotations

import argparse
import difflib
import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

COURSE = Path(__file__).resolve().parent
ROOT = COURSE.parent

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts us may have read nothing yet
        raise SystemExit("The course needs Python 3.11 or later; this is " + sys.version.split()[0])
    # `import course` finds this copy, and its folder `site` does not hide Python's own `site`.
    elsewhere = [entry for entry in sys.path if Path(entry).resolve() not in (COURSE, ROOT)]
    sys.path[:] = [str(ROOT), *elsewhere]

from course.environment import RUNNING_NEEDS, SITE_NEEDS, ready  # noqa: E402
from course.exercises.commands import add_commands  # noqa: E402
from course.site.cells import Chapter, WritingError, chapters  # noqa: E402
from course.site.own import own_data, own_options, put_in_force  # noqa: E402
from course.site.terminal import (  # noqa: E402
    BY_LEARN,
    Announcing,
    Indented,
    command,
    indented,
    print_next,
    print_place,
    shown,
)

if TYPE_CHECKING:
    from course.site.run import ChapterError

BUILT = ROOT / "build" / "course"
SETTINGS = ROOT / "mkdocs.yml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give its exit code."""
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without "×" still gets the rest
    put_in_force(options)
    try:
        return int(options.do(options))
    except WritingError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was finished is remembered; type the same again to go on.")
        return 130
    except BrokenPipeError:  # the reader, such as "head", has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


class Parser(argparse.ArgumentParser):
    """Says in a sentence what it did not understand."""

    def error(self, message: str) -> NoReturn:
        """Say which command may be meant, and how to see them all."""
        wrong = re.search(r"invalid choice: '(\S+)' \(choose from (.*)\)", message)
        if wrong:
            known = re.findall(r"[a-z]+", wrong[2])
            near = difflib.get_close_matches(wrong[1], known, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            message = f"There is no command {wrong[1]}. {meant}"
        message = message.removeprefix("argument N: ")
        self.exit(2, f"{message}\n{self.prog} --help tells more.\n")


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    by_learn = os.environ.get(BY_LEARN)
    top: argparse.ArgumentParser = Parser(
        prog=f"python {Path(by_learn).name}" if by_learn else "python -m course",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The course: recognise faces, and know how well you do it.\n"
        "Without a command it lists the chapters.",
        epilog="examples:\n"
        "  python -m course               list the chapters\n"
        "  python -m course run 1         run chapter 1\n"
        "  python -m course run all       run them all\n"
        "  python -m course pages         make pages that you can read in a browser\n"
        "  python -m course start         make a folder with exercises of your own\n"
        "  python -m course run --help    say more about one command",
    )
    top.set_defaults(do=list_chapters)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    listing = commands.add_parser(
        "list", help="list the chapters", description="List the chapters."
    )
    listing.set_defaults(do=list_chapters)

    own = own_options()
    running = commands.add_parser(
        "run",
        parents=[own],
        help="run chapters and say what they found",
        description="Run chapters, say what each found and where its figures are. A chapter that "
        "has not changed since its last run is remembered, not run again.",
        epilog="examples: 'run 1', 'run 3 4', 'run all'",
    )
    running.add_argument("chapters", nargs="+", metavar="N", help='a chapter\'s number, or "all"')
    running.add_argument(
        "--mine",
        action="store_true",
        help="let the exercises that you have solved take the place of the library",
    )
    running.set_defaults(do=run_chapters)

    paging = commands.add_parser(
        "pages",
        parents=[own],
        help="make pages that you can read in a browser",
        description="Make the pages of the course, in build/course/site. Chapters that have "
        "changed are run for it; the others are remembered.",
    )
    paging.add_argument("--markdown", action="store_true", help="write the Markdown only, no site")
    paging.add_argument("--strict", action="store_true", help="take warnings for errors")
    paging.set_defaults(do=make_pages)

    serving = commands.add_parser(
        "serve",
        parents=[own],
        help="show the pages while you change the chapters",
        description="Serve the pages, until Ctrl-C. Save a chapter, and its page is made anew.",
    )
    serving.add_argument("--port", type=int, default=8000, help="by default %(default)s")
    serving.set_defaults(do=serve_pages)
    add_commands(commands)
    return top


def list_chapters(_: argparse.Namespace) -> int:
    """Print what there is, and what to type next."""
    print("Needle & Haystack, the course. After each chapter you can do what stands below it.")
    print("The short path takes 90 minutes; chapters marked (further) are not on it.")
    part = None
    for chapter in chapters(COURSE):
        if chapter.part != part:
            part = chapter.part
            print(f"\n{chapter.part_title}")
        print(f"  {chapter.number}  {chapter.title}{' (further)' if chapter.further else ''}")
        print(indented(chapter.promise, 5))
    print_next(
        (command("run", "1"), "to run chapter 1"),
        (command("run", "all"), "to run them all"),
        (command("pages"), "to make pages that you can read in a browser"),
        (command("start", "my-course"), "to make a folder with exercises of your own"),
    )
    return 0


def run_chapters(options: argparse.Namespace) -> int:
    """Run the chapters that were asked for, and say what each found."""
    chosen = choose(options.chapters)
    if chosen is None:
        return 2
    ready(RUNNING_NEEDS, make=BY_LEARN in os.environ)
    from course.exercises import mine
    from course.remember import report
    from course.site.run import ChapterError

    for chapter in chosen:
        try:
            if options.mine:
                run_with_mine(chapter)
            else:
                run_chapter(chapter)
        except ChapterError as error:
            return explain(error, chapter)
    print(mine.report() if options.mine else report())
    if os.environ.get("NOX_CURRENT_SESSION") == "course":
        return 0  # it goes on with the pages by itself, and they say what to do next
    if len(chosen) > 1:
        print_place("Figures", BUILT / "figures")
    again = chosen[0] if len(chosen) == 1 else first_with_faces()
    own = own_data()
    same = command("run", str(again.number), *["--mine"] * options.mine, *own)
    print_next(
        (same, f"once you have changed {'your code' if options.mine else shown(again.file)}"),
        (command("pages", *own), "to make pages that you can read in a browser"),
    )
    return 0


def run_chapter(chapter: Chapter, place: str = "", news: Sequence[str] = ()) -> None:
    """Run one chapter; print the news, what it found and where its figures are."""
    from course.remember import memory
    from course.site.run import run, save_pictures

    print(f"{chapter.number}  {chapter.title}", flush=True)
    listener = Indented(sys.stdout)
    listener.write("".join(f"{line}\n" for line in news))
    cells, fresh = run(chapter, memory, listener)
    if not fresh:
        listener.write("".join(cell.output for cell in cells))
    listener.finish()
    folder = BUILT / "figures" / (place or chapter.name)
    drawn = len(save_pictures(cells, folder))
    if drawn:
        print(f"   {drawn} figure{'s' * (drawn > 1)} in {shown(folder)}")
    print()


def run_with_mine(chapter: Chapter) -> None:
    """Run one chapter with what the learner has solved in the place of the library."""
    from course.exercises.folder import FolderError, find_folder
    from course.exercises.mine import in_place

    try:
        folder = find_folder()
    except FolderError as error:
        raise SystemExit(str(error)) from None
    with in_place(folder, chapter) as (with_mine, news):
        run_chapter(with_mine, f"{chapter.name}-mine", news)


def make_pages(options: argparse.Namespace) -> int:
    """Make the pages, and the site of them."""
    ready((*RUNNING_NEEDS, "latex2mathml") if options.markdown else SITE_NEEDS)
    from course.remember import report
    from course.site.pages import SiteError, build_site

    code = write_markdown()
    if code:
        return code
    if options.markdown:
        return 0
    write_names()
    try:
        build_site(SETTINGS, strict=options.strict)
    except SiteError as error:
        print(f"{error}\nThe site could not be built from {shown(SETTINGS)}.", file=sys.stderr)
        return 1
    print(report())
    print_place("Open", BUILT / "site" / "index.html")
    chapter, own = first_with_faces(), own_data()
    print_next(
        (command("run", str(chapter.number), *own), f"once you have changed {shown(chapter.file)}"),
        (command("serve", *own), "to see a page change when you save its chapter"),
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
    write_names()
    address = f"127.0.0.1:{options.port}"
    print(f"Open    http://{address}/", flush=True)
    print("        Save a chapter, and its page is made anew. Ctrl-C ends it.", flush=True)
    serve_site(SETTINGS, address)
    return 0


def write_markdown() -> int:
    """Write the pages; say which chapters have to be run for it."""
    from course.remember import memory
    from course.site.pages import write_pages
    from course.site.run import ChapterError

    terminal = sys.stdout

    def listener(chapter: Chapter) -> Announcing:
        return Announcing(terminal, f"Running {chapter.number}  {chapter.title}")

    try:
        write_pages(COURSE, BUILT / "pages", memory, listener)
    except ChapterError as error:
        return explain(error, next(c for c in chapters(COURSE) if str(c.file) == error.file))
    return 0


def write_names() -> None:
    """Write the pages that tell of the packages, name by name."""
    from course.site.api import write_api
    from course.site.pages import API, REFERENCE

    write_api(BUILT / "pages" / REFERENCE / API)


def choose(asked: Sequence[str]) -> list[Chapter] | None:
    """Find the chapters asked for; say so where there is none."""
    there = {str(chapter.number): chapter for chapter in chapters(COURSE)}
    unknown = [name for name in asked if name not in there and name != "all"]
    if unknown:
        print(
            f"There is no chapter {unknown[0]}. There are {', '.join(there)}, and all for all of "
            f"them; {command()} says what they are about.",
            file=sys.stderr,
        )
        return None
    return [there[name] for name in (there if "all" in asked else dict.fromkeys(asked))]


def explain(error: ChapterError, chapter: Chapter) -> int:
    """Say what went wrong in a chapter, and where; give the exit code."""
    from course.data import DataError

    if isinstance(error.__cause__, BrokenPipeError):
        raise error.__cause__  # the reader, not the chapter
    if isinstance(error.__cause__, DataError):
        print(error.__cause__, file=sys.stderr)
        return 2
    print(
        f"\n{error.story()}\n"
        f"Chapter {chapter.number}, {chapter.title}, stopped in cell {error.cell}, at line "
        f"{error.line} of {shown(chapter.file)}\n"
        f"Mend it, then type {command('run', str(chapter.number), *own_data())}",
        file=sys.stderr,
    )
    return 1


def first_with_faces() -> Chapter:
    """Give chapter 1, the one to change first, or the first one that there is."""
    listed = chapters(COURSE)
    return next((chapter for chapter in listed if chapter.number == 1), listed[0])


if __name__ == "__main__":
    raise SystemExit(main())
