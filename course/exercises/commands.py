"""What one types about exercises: start, next, check, watch, hint, show, reset, progress."""

from __future__ import annotations

import argparse
import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path

from course.environment import EXERCISES_NEED, ready
from course.exercises.catalogue import Exercise, exercises
from course.exercises.folder import Folder, FolderError, find_folder, start
from course.exercises.showing import solutions, task
from course.exercises.trial import text_of
from course.exercises.watching import stronger_hint, tell, watch
from course.site.cells import chapters
from course.site.terminal import print_next, shown

__all__ = ["add_commands"]

COURSE = Path(__file__).resolve().parents[1]
DEFAULT = "my-course"

Command = Callable[[argparse.Namespace], int]


class Unknown(Exception):  # noqa: N818 - a slip of who types
    """There is no such exercise; the message says which there are."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to a command line.

    Parameters
    ----------
    commands : argparse sub-parsers
        Of the course.
    """
    for name, (do, text, takes, more) in COMMANDS.items():
        one = commands.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}. {more}".strip()
        )
        if takes == "folder":
            one.add_argument(
                "folder", nargs="?", default=DEFAULT, metavar="DIR", help="by default %(default)s"
            )
        if takes == "number":
            one.add_argument("number", nargs="?", type=number_of, metavar="N", help=NUMBER)
        one.set_defaults(do=answered(do))


def answered(do: Command) -> Command:
    """Let a command say in one sentence what it cannot do."""

    @functools.wraps(do)
    def wrapped(options: argparse.Namespace) -> int:
        try:
            return do(options)
        except BrokenPipeError:  # the reader has seen enough
            raise
        except (FolderError, Unknown) as error:
            print(error, file=sys.stderr)
        except OSError as error:
            print(f"{error.filename} cannot be used: {error.strerror}.", file=sys.stderr)
        return 2

    return wrapped


def start_folder(options: argparse.Namespace) -> int:
    """Make the learner's folder, and say what to type there."""
    is_new = not Path(options.folder).expanduser().exists()
    folder, added, renewed, kept = start(Path(options.folder))
    if is_new:
        print(f"{shown(folder.path)} has {added} exercises for you.")
    elif added or renewed:
        print(f"{shown(folder.path)}: {added} new exercises, {renewed} renewed.")
    else:
        print(f"{shown(folder.path)} is up to date.")
    for name in kept:
        number = str(int(name[:2]))
        print(
            f"   {name} stays as you have changed it, although there is a newer one. "
            f"{folder.learn('reset', number)} gives you that, and keeps yours beside it."
        )
    print_next(
        (folder.learn("watch"), "to begin: it looks at your file whenever you save"),
        (folder.learn("progress"), "to see what there is, and how far you are"),
    )
    return 0


def show_next(options: argparse.Namespace) -> int:
    """Tell the next exercise, or the one that is asked for."""
    folder = find_folder()
    exercise = chosen(folder, options.number)
    if exercise is None:
        return all_solved(folder)
    folder.turn_to(exercise)
    print(task(exercise, folder.have(exercise)))
    number = str(exercise.number)
    print_next(
        (folder.command("check", number), "when you have changed the file"),
        (folder.command("watch"), "to have it looked at whenever you save"),
        (folder.command("hint", number), "for a hint"),
    )
    return 0


def check(options: argparse.Namespace) -> int:
    """Try one exercise, the next one by default."""
    ready(EXERCISES_NEED, make=True)
    folder = find_folder()
    exercise = chosen(folder, options.number)
    if exercise is None:
        return all_solved(folder)
    folder.turn_to(exercise)
    if not tell(folder, exercise, text_of(folder.have(exercise)), print):
        return 1
    following = folder.next()
    if following is None:
        return all_solved(folder)
    print_next((folder.command("next"), f"for exercise {following.number}, {following.title}"))
    return 0


def watch_folder(options: argparse.Namespace) -> int:
    """Watch until Ctrl-C."""
    ready(EXERCISES_NEED, make=True)
    folder = find_folder()
    first = chosen(folder, options.number)
    if first is not None:
        folder.turn_to(first)
    try:
        return watch(folder, first, functools.partial(print, flush=True))
    except KeyboardInterrupt:
        again = folder.command("watch")
        print(f"\nStopped watching. What is solved is noted; {again} goes on.", flush=True)
        return 130


def give_hint(options: argparse.Namespace) -> int:
    """Give the next hint."""
    folder = find_folder()
    exercise = chosen(folder, options.number)
    if exercise is None:
        return all_solved(folder)
    print(f"{exercise.number}  {exercise.title}\n\n{stronger_hint(folder, exercise)}")
    number = str(exercise.number)
    if folder.progress.hints[exercise.name] < len(exercise.hints):
        print_next((folder.command("hint", number), "for a stronger one"))
    else:
        print_next((folder.command("show", number), "to see our solution"))
    return 0


def show_solution(options: argparse.Namespace) -> int:
    """Show our solution beside the learner's."""
    folder = find_folder()
    exercise = chosen(folder, options.number)
    if exercise is None:
        return all_solved(folder)
    text = text_of(folder.have(exercise))
    with folder.noting() as progress:
        if exercise.name not in (*progress.solved, *progress.shown):
            progress.shown.append(exercise.name)
    print(f"{exercise.number}  {exercise.title}\n")
    print(solutions(exercise, text))
    return 0


def reset(options: argparse.Namespace) -> int:
    """Put an exercise back as it was given."""
    folder = find_folder()
    exercise = chosen(folder, options.number)
    if exercise is None:
        return all_solved(folder)
    backup = folder.reset(exercise)
    print(f"{shown(folder.file(exercise))} is as it was given.")
    if backup is not None:
        print(f"What you had is in {shown(backup)}")
    return 0


def show_progress(options: argparse.Namespace) -> int:
    """List the exercises, chapter by chapter: which are solved, and what comes next."""
    folder = find_folder()
    progress, following = folder.progress, folder.next()
    titles = {chapter.number: chapter.title for chapter in chapters(COURSE)}
    before = None
    for exercise in exercises():
        if exercise.chapter != before:
            before = exercise.chapter
            print(f"Chapter {before}  {titles.get(before, '')}".rstrip())
        words = ["next"] if exercise == following else []
        if hints := progress.hints.get(exercise.name):
            words.append(f"{hints} hint{'s' * (hints > 1)}")
        if exercise.name in progress.shown:
            words.append("solution shown")
        mark = "x" if exercise.name in progress.solved else " "
        said = f"  ({', '.join(words)})" if words else ""
        print(f"  [{mark}] {exercise.number:2}  {exercise.title}{said}")
    there = {exercise.name for exercise in exercises()}
    print(f"\n{len(there & {*progress.solved})} of {len(there)} solved, in {folder.path}")
    if following is not None:
        print_next((folder.command("next"), f"for exercise {following.number}, {following.title}"))
    return 0


def number_of(typed: str) -> int:
    """Read the number of an exercise, or the name of its file."""
    found = re.match(r"(\d+)(-[a-z0-9-]+(\.py)?)?$", Path(typed).name)
    if found is None:
        raise argparse.ArgumentTypeError(f"{typed!r} is no number of an exercise; type one, as 2")
    return int(found[1])


def chosen(folder: Folder, number: int | None) -> Exercise | None:
    """Give the exercise that was asked for, or the next one, which may not be there."""
    if number is None:
        return folder.next()
    there = exercises()
    for exercise in there:
        if exercise.number == number:
            return exercise
    ends = f"{there[0].number} to {there[-1].number}" if there else "none"
    raise Unknown(
        f"There is no exercise {number}; there are {ends}. {folder.command('progress')} lists them."
    )


def all_solved(folder: Folder) -> int:
    """Say so."""
    print("\nAll exercises are solved. Well done.")
    return 0


NUMBER = "an exercise's number; by default the next one"
COMMANDS: dict[str, tuple[Command, str, str, str]] = {
    "start": (
        start_folder,
        "make a folder with your own copy of the exercises",
        "folder",
        "Run it again when there is a newer version of the course: it adds what is new, renews "
        "what you have not touched, and keeps what you have changed.",
    ),
    "next": (show_next, "tell the next exercise", "number", ""),
    "check": (check, "look at an exercise, and say the first thing that is wrong", "number", ""),
    "watch": (
        watch_folder,
        "look at your exercises whenever you save",
        "number",
        "With a number it begins there. Ctrl-C ends it.",
    ),
    "hint": (give_hint, "give a hint, each time a stronger one", "number", ""),
    "show": (show_solution, "show our solution beside yours", "number", ""),
    "reset": (
        reset,
        "put an exercise back as it was given",
        "number",
        "What you had is kept beside it.",
    ),
    "progress": (show_progress, "list what is solved and what comes next", "", ""),
}
