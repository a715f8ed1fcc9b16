"""The learner's own copy of the exercises, and how far they have come.

``start`` makes it. A newer version of the course adds what is new and renews what was not
touched; what the learner has changed stays. Progress is one small file in that folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from course.exercises.catalogue import Exercise, exercises
from course.exercises.trial import text_of
from course.site.terminal import BY_LEARN, command, shown, typed

__all__ = ["Folder", "FolderError", "Progress", "digest", "find_folder", "start"]

ROOT = Path(__file__).resolve().parents[2]
LAST = ROOT / ".cache" / "learner"  # names the folder that was started last
PROGRESS = "progress.json"
LEARN = "learn.py"
TEMPLATE = '''\
"""Your course. In this folder type "python learn.py watch"; from elsewhere, give the path.

All is done by the course itself, which lies in the folder COURSE. Have you moved it? Then
type "python -m course start" there, with the path of this folder; or put its new place here.
"""

import os
import subprocess
import sys

COURSE = {root!r}

program = os.path.join(COURSE, "course")
if not os.path.isfile(os.path.join(program, "__main__.py")):
    raise SystemExit("The course is not in " + COURSE + ". Put its new place into " + __file__)
os.environ["{by_learn}"] = os.path.abspath(__file__)
line = [sys.executable, program] + (sys.argv[1:] or ["next"])
if os.name == "posix":
    os.execv(line[0], line)
with subprocess.Popen(line) as child:
    while True:
        try:
            raise SystemExit(child.wait())
        except KeyboardInterrupt:  # the child has had it too, and says so
            continue
'''


class FolderError(Exception):
    """There is no folder to work in; the message says what to do."""


@dataclass
class Progress:
    """What the learner has done.

    Attributes
    ----------
    solved : list of str
        Names of exercises, in the order in which they were solved.
    shown : list of str
        Exercises whose solution was looked at before.
    hints : dict of str to int
        How many hints were given.
    said : dict of str to str
        What was wrong when an exercise was tried last.
    tried : dict of str to str
        Digests of the files as they were tried last.
    given : dict of str to str
        Digests of the files as they were handed out.
    at : str
        The exercise that the learner has asked for or solved last; nothing at the beginning.
    """

    solved: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    at: str = ""


class Folder:
    """The learner's folder.

    Parameters
    ----------
    path : Path
        Where it is.
    """

    def __init__(self, path: Path):
        self.path = path

    @property
    def progress(self) -> Progress:
        """How far the learner has come, as it was noted last."""
        try:
            noted = json.loads((self.path / PROGRESS).read_text("utf-8"))
            return Progress(**{one.name: noted[one.name] for one in fields(Progress)
                               if one.name in noted})  # fmt: skip
        except FileNotFoundError:
            return Progress()
        except (ValueError, TypeError):  # broken: it is put aside, not lost
            file = self.path / PROGRESS
            file.replace(aside := free(self.path / "progress.broken"))
            print(f"{shown(file)} could not be read; it is {aside.name} now. Progress begins anew.")
            return Progress()

    @contextlib.contextmanager
    def noting(self) -> Iterator[Progress]:
        """Give progress to be changed, and write it: whole, or not at all."""
        progress = self.progress
        yield progress
        write(self.path / PROGRESS, json.dumps(asdict(progress), indent=1) + "\n")

    def file(self, exercise: Exercise) -> Path:
        """Give the place of the learner's file of an exercise."""
        return self.path / exercise.file.name

    def have(self, exercise: Exercise) -> Path:
        """Give the learner's file of an exercise, and make it where it is missing."""
        file = self.file(exercise)
        if not file.exists():
            with self.noting() as progress:
                self.hand_out(exercise, progress)
        return file

    def hand_out(self, exercise: Exercise, progress: Progress) -> None:
        """Write an exercise as it is given."""
        write(self.file(exercise), exercise.given)
        progress.given[exercise.name] = digest(exercise.given)

    def renew(self) -> tuple[int, int, list[str]]:
        """Add what is new and renew what was not touched.

        Returns
        -------
        added, renewed : int
            How many exercises are new, and how many have become newer.
        kept : list of str
            Files that the learner has changed, although there is a newer version.
        """
        added, renewed, kept = 0, 0, []
        with self.noting() as progress:
            for exercise in exercises():
                file, now = self.file(exercise), digest(exercise.given)
                before = progress.given.get(exercise.name)
                if not file.exists():
                    added += 1
                    self.hand_out(exercise, progress)
                elif digest(text_of(file)) in (before, now):
                    renewed += before != now
                    self.hand_out(exercise, progress)
                elif before != now:
                    kept.append(file.name)
        return added, renewed, kept

    def reset(self, exercise: Exercise) -> Path | None:
        """Put an exercise back as it was given; keep what was there beside it."""
        file, backup = self.file(exercise), None
        if file.exists() and digest(text_of(file)) != digest(exercise.given):
            backup = free(file.with_suffix(".before"))
            file.replace(backup)
        with self.noting() as progress:
            self.hand_out(exercise, progress)
            for names in (progress.solved, progress.shown):
                names[:] = [name for name in names if name != exercise.name]
            for noted in (progress.hints, progress.said, progress.tried):
                noted.pop(exercise.name, None)
        return backup

    def is_solved(self, exercise: Exercise) -> bool:
        """Tell whether an exercise was solved."""
        return exercise.name in self.progress.solved

    def turn_to(self, exercise: Exercise) -> None:
        """Note where the learner is."""
        with self.noting() as progress:
            progress.at = exercise.name

    def solve(self, exercise: Exercise) -> None:
        """Note that an exercise is solved."""
        with self.noting() as progress:
            progress.at = exercise.name
            if exercise.name not in progress.solved:
                progress.solved.append(exercise.name)
            progress.said.pop(exercise.name, None)

    def next(self) -> Exercise | None:
        """Give the first exercise that is not solved yet, from where the learner is, or of all."""
        progress = self.progress
        left = [one for one in exercises() if one.name not in progress.solved]
        return next((one for one in left if one.name >= progress.at), left[0] if left else None)

    def command(self, *words: str) -> str:
        """Give a command about exercises as it has to be typed where one is."""
        return self.learn(*words) if Path.cwd() == self.path else command(*words)

    def learn(self, *words: str) -> str:
        """Give a command that works in this folder, whichever was started last."""
        return typed(shown(self.path / LEARN), *words)


def start(path: Path) -> tuple[Folder, int, int, list[str]]:
    """Make the learner's folder, or bring it up to date.

    Parameters
    ----------
    path : Path
        Where it is to be.

    Returns
    -------
    folder, added, renewed, kept
        The folder, and what `Folder.renew` tells.

    Raises
    ------
    FolderError
        There is something else at that place.
    """
    path = path.expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise FolderError(f"{shown(path)} is a file. Give the name of a folder.")
    if path == ROOT or path.is_relative_to(ROOT / "course"):
        raise FolderError(f"{shown(path)} is the course itself. Give a new folder, as my-course.")
    if path.is_dir() and any(path.iterdir()) and not (path / LEARN).exists():
        raise FolderError(
            f"{shown(path)} has other things in it. Give a new folder, as "
            f"{shown(path / 'my-course')}"
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
        write(path / LEARN, TEMPLATE.format(root=str(ROOT), by_learn=BY_LEARN))
        if path.is_relative_to(ROOT) and not (path / ".gitignore").exists():
            write(path / ".gitignore", "# yours alone: git shall not see it in the project\n*\n")
        folder = Folder(path)
        found = folder.renew()
    except OSError as error:
        raise FolderError(f"{shown(path)} cannot be written: {error.strerror}.") from None
    remember(path)
    return folder, *found


def remember(path: Path) -> None:
    """Note which folder is the learner's, where we may write."""
    with contextlib.suppress(OSError):
        LAST.parent.mkdir(parents=True, exist_ok=True)
        write(LAST, str(path))


def find_folder() -> Folder:
    """Find the learner's folder: the one whose ``learn.py`` runs, this one, or the last one.

    Returns
    -------
    Folder
        Where to work.

    Raises
    ------
    FolderError
        None was started yet.
    """
    learn, here = os.environ.get(BY_LEARN), Path.cwd()
    for place in [Path(learn).resolve().parent] if learn else [here, *here.parents]:
        if (place / LEARN).is_file() and (learn or (place / PROGRESS).is_file()):
            return Folder(place)
    if LAST.is_file() and ((last := Path(LAST.read_text("utf-8"))) / LEARN).is_file():
        return Folder(last)
    raise FolderError(
        "You have no exercises of your own yet. This makes a folder with them:\n\n"
        f"    {command('start', 'my-course')}"
    )


def digest(text: str) -> str:
    """Give a short digest of a file's text; ends of lines do not count."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


def free(path: Path) -> Path:
    """Give a path that is not taken: this one, or the same with a number."""
    names = (path.with_name(f"{path.name}{f'-{n}' if n else ''}") for n in range(10_000))
    return next(name for name in names if not name.exists())


def write(file: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
