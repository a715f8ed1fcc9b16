"""What one types about exercises: next, check, watch, hint, show, reset, progress, start."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable
from pathlib import Path

from course.exercises.catalogue import Exercise, exercises, find
from course.exercises.folder import (
    Folder,
    FolderError,
    find_folder,
    learn_command,
    start,
)
from course.exercises.showing import beside, hint, task
from course.exercises.watching import tell, watch
from course.site.terminal import command, indented, print_next, shown

__all__ = ["COMMANDS"]

Command = Callable[[argparse.Namespace], int]


def in_folder(do: Callable[[Folder, argparse.Namespace], int]) -> Command:
    """Make a command that works in the learner's folder, or says that there is none."""

    @functools.wraps(do)
    def wrapped(options: argparse.Namespace) -> int:
        try:
            return do(find_folder(), options)
        except FolderError as error:
            print(error, file=sys.stderr)
            return 2

    return wrapped


def start_folder(options: argparse.Namespace) -> int:
    """Make the learner's folder, and say what to type there."""
    path = Path(options.folder).expanduser()
    is_new = not path.exists()
    try:
        folder, added, kept = start(path)
    except FolderError as error:
        print(error, file=sys.stderr)
        return 2
    total = len(exercises())
    if is_new:
        print(f"{shown(folder.path)} has {total} exercises for you.")
    else:
        print(f"{shown(folder.path)} is up to date: {added} new or renewed of {total}.")
    for name in kept:
        print(f"   {name} stays as you have it, although there is a newer one; reset renews it.")
    print_next(
        (learn_command(folder.path, "watch"), "to begin: it watches you work"),
        (learn_command(folder.path, "progress"), "to see how far you are"),
    )
    return 0


@in_folder
def show_next(folder: Folder, options: argparse.Namespace) -> int:
    """Tell the next exercise."""
    exercise = folder.next()
    if exercise is None:
        print("All exercises are solved.")
        return 0
    file = folder.file(exercise)
    folder.save()
    print(task(exercise, file))
    number = str(exercise.number)
    print_next(
        (command("check", number), "when you have changed the file"),
        (command("watch"), "to have it looked at whenever you save"),
        (command("hint", number), "for a hint"),
    )
    return 0


@in_folder
def check(folder: Folder, options: argparse.Namespace) -> int:
    """Try one exercise, the next one by default."""
    exercise = chosen(folder, options.number)
    if exercise is None:
        return 0 if options.number is None else 2
    if not tell(folder, exercise):
        return 1
    following = folder.next()
    if following is None:
        print("\n   All exercises are solved.")
    else:
        print_next((command("next"), f"for exercise {following.number}, {following.title}"))
    return 0


@in_folder
def watch_folder(folder: Folder, options: argparse.Namespace) -> int:
    """Watch until Ctrl-C."""
    try:
        return watch(folder, functools.partial(print, flush=True))
    except KeyboardInterrupt:
        print(f"\nStopped watching. Type {command('watch')} to go on; what is solved is noted.")
        return 130


@in_folder
def give_hint(folder: Folder, options: argparse.Namespace) -> int:
    """Give the next hint."""
    exercise = chosen(folder, options.number)
    if exercise is None:
        return 2
    given = min(folder.progress.hints.get(exercise.file.stem, 0) + 1, len(exercise.hints))
    folder.progress.hints[exercise.file.stem] = given
    folder.save()
    print(hint(exercise, given))
    number = str(exercise.number)
    if given < len(exercise.hints):
        print_next((command("hint", number), "for a stronger one"))
    else:
        print_next((command("show", number), "to see the solution"))
    return 0


@in_folder
def show_solution(folder: Folder, options: argparse.Namespace) -> int:
    """Show our solution beside the learner's."""
    exercise = chosen(folder, options.number)
    if exercise is None:
        return 2
    file = folder.file(exercise)
    if not folder.is_solved(exercise) and file.stem not in folder.progress.shown:
        folder.progress.shown.append(file.stem)
    folder.save()
    print(f"{exercise.number}  {exercise.title}\n")
    print(beside(file.read_text("utf-8", errors="replace"), exercise.solution))
    return 0


@in_folder
def reset(folder: Folder, options: argparse.Namespace) -> int:
    """Put an exercise back as it was given."""
    exercise = chosen(folder, options.number)
    if exercise is None:
        return 2
    backup = folder.reset(exercise)
    print(f"{shown(folder.file(exercise))} is as it was given.")
    if backup is not None:
        print(f"What you had is in {shown(backup)}")
    return 0


@in_folder
def show_progress(folder: Folder, options: argparse.Namespace) -> int:
    """List the exercises: which are solved, and what comes next."""
    listed, following = exercises(), folder.next()
    for exercise in listed:
        name = exercise.file.stem
        mark = "x" if folder.is_solved(exercise) else " "
        words = ["next"] if exercise == following else []
        if hints := folder.progress.hints.get(name):
            words.append(f"{hints} hint{'s' * (hints > 1)}")
        if name in folder.progress.shown:
            words.append("solution shown")
        said = f" ({', '.join(words)})" if words else ""
        print(f"[{mark}] {exercise.number:2}  {exercise.title}, chapter {exercise.chapter}{said}")
    solved = sum(map(folder.is_solved, listed))
    print(f"\n{solved} of {len(listed)} solved, in {shown(folder.path)}")
    if following is not None:
        print_next((command("next"), f"for exercise {following.number}, {following.title}"))
    return 0


def chosen(folder: Folder, number: int | None) -> Exercise | None:
    """Give the exercise that was asked for, or the next one; say so where there is none."""
    if number is None:
        exercise = folder.next()
        if exercise is None:
            print("All exercises are solved.")
        return exercise
    exercise = find(number)
    if exercise is None:
        there = exercises()
        print(
            f"There is no exercise {number}; there are {there[0].number} to {there[-1].number}. "
            f"{command('progress')} lists them.",
            file=sys.stderr,
        )
    return exercise


NUMBER = "an exercise's number; by default the next one"
COMMANDS: dict[str, tuple[Command, str, str]] = {
    "start": (start_folder, "make a folder with your own copy of the exercises", "folder"),
    "next": (show_next, "tell the next exercise", ""),
    "check": (check, "look at an exercise, and say the first thing that is wrong", "number"),
    "watch": (watch_folder, "look at it whenever you save", ""),
    "hint": (give_hint, "give a hint, each time a stronger one", "number"),
    "show": (show_solution, "show our solution beside yours", "number"),
    "reset": (reset, "put an exercise back as it was given", "number"),
    "progress": (show_progress, "list what is solved and what comes next", ""),
}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to a command line.

    Parameters
    ----------
    commands : argparse sub-parsers
        Of the course.
    """
    for name, (do, text, takes) in COMMANDS.items():
        one = commands.add_parser(name, help=text, description=indented(text, 0).capitalize() + ".")
        if takes == "folder":
            one.add_argument("folder", metavar="DIR", help="where it is to be, such as my-course")
        if takes == "number":
            one.add_argument("number", nargs="?", type=int, metavar="N", help=NUMBER)
        one.set_defaults(do=do)
