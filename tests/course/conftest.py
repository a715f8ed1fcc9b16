"""Small copies of the course, with small chapters, each in a folder of its own."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

COUNTING = """\
# %% [markdown]
# # Counting
#
# After this page you can count **to three**. And more.

# %%
from course.remember import memory


@memory.cache
def three():
    with open("ran", "a") as note:
        note.write("three ")
    return 3


# %%
with open("ran", "a") as note:
    note.write("chapter ")
print("I count to", three())
"""

DRAWING = """\
# %% [markdown]
# # Drawing
#
# After this page you can draw a line.

# %%
from matplotlib import pyplot as plt

from course.figures import show

fig, ax = plt.subplots()
ax.plot([0, 1])
show(fig, "A line, that goes up from [0] to 1 <at the right>.")
print("I drew a line.")

# %% [markdown]
# That was *easy*.
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the course that a test may change, and a folder to start it from."""

    root: Path
    folder: Path

    def course(self, *words: str, python=(sys.executable,), cwd=None, **variables: str):
        """Type ``python COPY/course ...``, by default in a folder that is not the copy's."""
        return subprocess.run(
            [*python, str(self.root / "course"), *words],
            cwd=cwd or self.folder,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    def start(self, *words: str) -> subprocess.Popen:
        """Type a command of the course, and do not wait for its end."""
        return subprocess.Popen(
            [sys.executable, str(self.root / "course"), *words],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def environment(self, **variables: str) -> dict[str, str]:
        """Give the variables of a terminal that has not been set up for anything."""
        set_up = ("COURSE_", "NOX_", "PYTHON")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(set_up)}
        return {**clean, "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1", **variables}

    def write_chapter(self, name: str, text: str) -> Path:
        file = self.root / "course" / "1-predict" / name
        file.write_text(text, encoding="utf-8")
        return file

    def built(self, *parts: str) -> Path:
        return self.root.joinpath("build", "course", *parts)

    def ran(self) -> str:
        """Say which code ran since the last time, as the chapters noted it."""
        note = self.folder / "ran"
        text = note.read_text() if note.exists() else ""
        note.unlink(missing_ok=True)
        return text.strip()


@pytest.fixture
def copy(tmp_path):
    """A copy of the course with two small chapters."""
    root = tmp_path / "a copy"
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copytree(
        ROOT / "course", root / "course", ignore=shutil.ignore_patterns("[0-9]*-*", "__pycache__")
    )
    (root / "course" / "1-predict").mkdir()
    copied = Copy(root, folder)
    copied.write_chapter("0-counting.py", COUNTING)
    copied.write_chapter("1-drawing.py", DRAWING)
    for page in (root / "course" / "reference").glob("*.md"):
        if re.search(r"\]\(\.\./(\d|exercises)", page.read_text(encoding="utf-8")):
            page.unlink()  # it leads to chapters that are not in the copy
    shutil.copy(ROOT / "mkdocs.yml", root)
    return copied
