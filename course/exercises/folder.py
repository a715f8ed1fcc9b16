"""The learner's own copy of the exercises, and how far they have come.

``start`` makes it. A newer version of the course adds what is new and renews what was not
touched; what the learner has changed stays. Progress is one small file in that folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.exercises.catalogue import Exercise, exercises

__all__ = ["Folder", "FolderError", "digest", "find_folder", "start"]

ROOT = Path(__file__).resolve().parents[2]
LAST = ROOT / ".cache" / "learner"  # names the folder that was started last
PROGRESS = "progress.json"
LEARN = "learn.py"
TEMPLATE = '''"""Your course: type "python learn.py" in this folder, or give its path from anywhere.

It hands over to the course itself, which lies in the folder below. Have you moved the
course? Then put its new place here.
"""

import os
import subprocess
import sys
from pathlib import Path

COURSE = Path({root!r})

if not (COURSE / "course" / "__main__.py").is_file():
    raise SystemExit(f"The course is no longer in {{COURSE}}. Put its new place into {{__file__}}")
os.environ["COURSE_LEARN"] = str(Path(__file__).resolve())
line = [sys.executable, str(COURSE / "course"), *(sys.argv[1:] or ["next"])]
if os.name == "posix":
    os.execv(line[0], line)
try:
    raise SystemExit(subprocess.call(line))
except KeyboardInterrupt:
    raise SystemExit(130) from None
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
    hints : dict of str to int
        How many hints were given.
    shown : list of str
        Exercises whose solution was asked for.
    given : dict of str to str
        Digests of the files as they were handed out.
    """

    solved: list[str] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)


class Folder:
    """The learner's folder.

    Parameters
    ----------
    path : Path
        Where it is.
    """

    def __init__(self, path: Path):
        self.path = path
        self.progress = self.read()

    def read(self) -> Progress:
        """Read how far the learner has come; a broken file is put aside, not lost."""
        file = self.path / PROGRESS
        try:
            return Progress(**json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            return Progress()
        except (ValueError, TypeError):
            file.replace(aside := free(file.with_suffix(".broken")))
            print(f"{file} could not be read. It is now {aside}, and progress begins anew.")
            return Progress()

    def save(self) -> None:
        """Write progress whole, or not at all."""
        write(self.path / PROGRESS, json.dumps(asdict(self.progress), indent=1) + "\n")

    def file(self, exercise: Exercise) -> Path:
        """Give the learner's file of an exercise, and make it where it is missing."""
        file = self.path / exercise.file.name
        if not file.exists():
            self.hand_out(exercise)
        return file

    def hand_out(self, exercise: Exercise) -> None:
        """Write an exercise as it is given."""
        write(self.path / exercise.file.name, exercise.given)
        self.progress.given[exercise.file.stem] = digest(exercise.given)

    def renew(self) -> tuple[int, list[str]]:
        """Add what is new and renew what was not touched.

        Returns
        -------
        added : int
            How many exercises are new or renewed.
        kept : list of str
            Files that the learner has changed, although there is a newer version.
        """
        added, kept = 0, []
        for exercise in exercises():
            file = self.path / exercise.file.name
            now = digest(exercise.given)
            before = self.progress.given.get(exercise.file.stem)
            if file.exists() and before == now:
                continue
            if file.exists() and digest(file.read_text("utf-8", errors="replace")) != before:
                kept.append(file.name)
                continue
            self.hand_out(exercise)
            added += 1
        self.save()
        return added, kept

    def reset(self, exercise: Exercise) -> Path | None:
        """Put an exercise back as it was given; keep what was there beside it."""
        file = self.path / exercise.file.name
        backup = None
        if file.exists() and file.read_text("utf-8", errors="replace") != exercise.given:
            backup = free(file.with_suffix(".before.py"))
            file.replace(backup)
        self.hand_out(exercise)
        self.progress.solved = [name for name in self.progress.solved if name != file.stem]
        self.progress.hints.pop(file.stem, None)
        self.save()
        return backup

    def is_solved(self, exercise: Exercise) -> bool:
        """Tell whether an exercise was solved."""
        return exercise.file.stem in self.progress.solved

    def solve(self, exercise: Exercise) -> None:
        """Note that an exercise is solved."""
        if not self.is_solved(exercise):
            self.progress.solved.append(exercise.file.stem)
            self.save()

    def next(self) -> Exercise | None:
        """Give the first exercise that is not solved yet."""
        return next((one for one in exercises() if not self.is_solved(one)), None)


def start(path: Path) -> tuple[Folder, int, list[str]]:
    """Make the learner's folder, or bring it up to date.

    Parameters
    ----------
    path : Path
        Where it is to be.

    Returns
    -------
    folder, added, kept
        The folder, and what `Folder.renew` tells.

    Raises
    ------
    FolderError
        There is something else at that place.
    """
    if path.exists() and not path.is_dir():
        raise FolderError(f"{path} is a file; give the name of a folder")
    if path.resolve() == ROOT or path.resolve().is_relative_to(ROOT / "course"):
        raise FolderError(f"{path} is the course itself; give another folder")
    if path.is_dir() and any(path.iterdir()) and not (path / LEARN).exists():
        raise FolderError(f"{path} has other things in it; give a new folder, or an empty one")
    path.mkdir(parents=True, exist_ok=True)
    write(path / LEARN, TEMPLATE.format(root=str(ROOT)))
    folder = Folder(path)
    added, kept = folder.renew()
    LAST.parent.mkdir(parents=True, exist_ok=True)
    write(LAST, str(path.resolve()))
    return folder, added, kept


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
    learn = os.environ.get("COURSE_LEARN")
    here = Path.cwd()
    for place in [Path(learn).parent] if learn else [here, *here.parents]:
        if (place / LEARN).is_file() and ((place / PROGRESS).is_file() or learn):
            return Folder(place)
    if LAST.is_file() and (last := Path(LAST.read_text("utf-8"))).is_dir():
        return Folder(last)
    from course.site.terminal import command

    raise FolderError(
        "You have no exercises of your own yet. This makes a folder with them:\n\n"
        f"    {command('start', 'my-course')}"
    )


def digest(text: str) -> str:
    """Give a short digest of a file's text; ends of lines do not count."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


def free(path: Path) -> Path:
    """Give a path that is not taken: this one, or the same with a number."""
    names = (path.with_name(f"{path.name}{f'.{n}' if n else ''}") for n in range(10_000))
    return next(name for name in names if not name.exists())


def write(file: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_text(text, "utf-8")
    part.replace(file)


def learn_command(folder: Path, *words: str) -> str:
    """Give a command as it has to be typed to work in that folder."""
    line = ["python", str(folder / LEARN), *words]
    if sys.platform == "win32":
        import subprocess

        return subprocess.list2cmdline(line)
    return shlex.join(line)
