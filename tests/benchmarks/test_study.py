"""The whole demo as one program: noise, parcels, neighbours, chosen and judged in nested folds.

`studies/ours.py` and `studies/theirs.py` are the same program, for aiguille and faineant and for
scikit-learn and joblib. Each is run as one lives with it: for the first time, once more, after one
of its helpers was changed, and after it was killed half way. Whether a changed program tells the
truth is seen by running it with an empty folder too. joblib looks at the text of the function that
it remembers, and at nothing that this function calls.
"""

import ast
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from faineant import Memory

from course.measured.tables import in_words, ratio_in_words

PROGRAMS = Path(__file__).parent / "studies"
ROOT = Path(__file__).resolve().parents[2]
WHO = ("theirs", "ours")  # in turn
FEW = ["--people", "12", "--size", "28", "23", "--levels", "100", "--parcels", "30", "100"]
CHANGES = {
    "score": ("np.mean(right)", "min(np.mean(right[y == name]) for name in np.unique(y))"),
    "noise": ("photos + level * noise", "np.clip(photos + level * noise, 0, 255)"),
}
STEPS = {"ward_tree": "trees", "grown_tree": "trees", "nested": "folds"}
MARK = "STUDY_IN"  # a variable that all processes of a run inherit


@dataclass(frozen=True)
class Run:
    """What one run of a program gave, and what it took.

    Attributes
    ----------
    results : list
        For each noise and fold: the noise, what was chosen, and the score.
    computed : Counter
        How many results of each step were computed, and kept.
    seconds, cpu : float
        On the clock, and of all cores.
    """

    results: list
    computed: Counter
    seconds: float
    cpu: float


class Program:
    """One of the two, in a folder of its own, where it is changed and keeps its results."""

    def __init__(self, who, folder, options):
        self.file, self.options = folder / who / f"{who}.py", options
        self.temporary = folder / who / "temporary"
        self.temporary.mkdir(parents=True)
        self.processes = set()
        self.write(self.original)

    @property
    def original(self):
        return (PROGRAMS / self.file.name).read_text(encoding="utf-8")

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")

    @contextlib.contextmanager
    def changed(self, old, new):
        """Write one line anew, for a while."""
        assert self.original.count(old) == 1
        self.write(self.original.replace(old, new))
        yield
        self.write(self.original)

    def start(self, kept):
        """Start it, with all that it starts itself in one group of processes."""
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        mine = {"PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(self.temporary)}
        mine[MARK] = str(self.temporary)
        process = subprocess.Popen(
            [sys.executable, self.file, self.file.parent / kept, *self.options],
            env=os.environ | mine,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.add(str(process.pid))
        return process

    def run(self, kept):
        """Run it to its end; what it remembers is in the folder of this name."""
        before, cpu, begun = self.kept(kept), cpu_of_children(), time.perf_counter()
        with self.start(kept) as process:
            said = process.communicate()[0]
        seconds, cpu = time.perf_counter() - begun, cpu_of_children() - cpu
        assert process.returncode == 0
        fresh = self.kept(kept) - before
        return Run(json.loads(said), Counter(step for step, *_ in fresh), seconds, cpu)

    def run_until_killed(self, kept, count):
        """Kill it and its workers as soon as so many results are kept."""
        with self.start(kept) as process:
            while len(self.kept(kept)) < count:
                assert process.poll() is None
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL

    def kept(self, kept):
        """List the results in a folder: the step, the file, and when it was written."""
        folder = self.file.parent / kept
        if not folder.exists():
            return set()
        if self.file.stem == "ours":
            found = [(e.function.rpartition(".")[2], e.file) for e in Memory(folder).entries()]
        else:
            found = [(file.parts[-3], file) for file in folder.rglob("output.pkl")]
        return {(STEPS[name], str(file), os.stat(file).st_mtime_ns) for name, file in found}

    def size(self, kept):
        """Say how much room the results take, in MB."""
        files = (self.file.parent / kept).rglob("*")
        return (
            f"{sum(file.stat().st_blocks * 512 for file in files if file.is_file()) / 1e6:.1f} MB"
        )

    def left_behind(self):
        """List files outside of its folders, and processes that are alive after a while."""
        for _ in range(20):
            left = [*self.temporary.iterdir(), *self.shared(), *self.alive()]
            if not left:
                break
            time.sleep(0.1)
        return left

    def shared(self):
        """List files in shared memory that bear the number of a run."""
        for file in Path("/dev/shm").glob("*"):
            if self.processes.intersection(re.split(r"[^0-9a-f]", file.name)):
                yield file

    def alive(self):
        """List the processes of a run that have not ended, where the system tells."""
        mark = f"{MARK}={self.temporary}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    yield process.name

    def clean(self):
        """Remove what a killed run has left in shared memory."""
        for file in self.shared():
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    @property
    def lines(self):
        """Count the lines of code: no blank ones, comments and docstrings."""
        nodes = [node for node in ast.walk(ast.parse(self.original)) if is_documented(node)]
        said = {line for node in nodes for line in lines_of(node.body[0])}
        lines = enumerate(map(str.strip, self.original.splitlines()), start=1)
        return sum(line not in said and text != "" and text[0] != "#" for line, text in lines)


def is_documented(node):
    """Tell whether a docstring comes first."""
    kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def lines_of(node):
    """Give the numbers of the lines of something."""
    return range(node.lineno, node.end_lineno + 1)


def cpu_of_children():
    """Seconds of all cores that processes took which have ended since this one began."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def programs(tmp_path, quick):
    """Both programs; afterwards nothing of them is left."""
    both = [Program(who, tmp_path, FEW if quick else []) for who in WHO]
    yield both
    for program in both:
        program.clean()
        shutil.rmtree(program.file.parent)


def same(*runs):
    """Tell whether all chose the same, and scored the same but for rounding."""
    chosen = [[found[:2] for found in run.results] for run in runs]
    scores = [[score for *_, score in run.results] for run in runs]
    return all(one == chosen[0] for one in chosen) and np.ptp(scores, axis=0).max() < 1e-12


def test_the_study_as_one_lives_with_it(programs, study, quick):
    cold = [program.run("kept") for program in programs]
    warm = [program.run("kept") for program in programs]
    assert same(*cold, *warm)
    lines = [in_a_line("for the first time", cold), in_a_line("once more", warm)]
    for helper, change in list(CHANGES.items())[: 1 if quick else None]:
        changed = [run_changed(program, change, "kept") for program in programs]
        anew = programs[1:] if quick else programs
        honest = [run_changed(program, change, f"kept with another {helper}") for program in anew]
        assert same(*honest, changed[1])
        assert not same(cold[1], changed[1])
        lines.append(in_a_line(f"the helper of the {helper} was changed", changed, honest[-1]))
        if not quick:
            lines.append(in_a_line("the same, into an empty folder", honest))
    again = [run_interrupted(*both) for both in zip(programs, cold, strict=True)]
    assert same(*cold, *again)
    lines.append(in_a_line("once more, after it was killed half way", again))

    assert not warm[1].computed
    assert again[1].computed.total() < cold[1].computed.total()
    left = [program.left_behind() for program in programs]
    assert left[1] == []
    lines += [
        beside("files and processes that the killed one leaves behind", map(len, left)),
        beside("kept by the first run", [program.size("interrupted") for program in programs]),
        beside("lines of code", [program.lines for program in programs]),
    ]
    columns = ["time", "CPU", "computed"]
    peers = [f"scikit-learn and joblib: {columns[0]}", *columns[1:]]
    photos = "120 small" if quick else "400"
    title = f"noise, parcels and neighbours of {photos} faces, in nested 5 x 3 folds, 2 workers"
    study(title, ["run", *peers, f"ours: {columns[0]}", *columns[1:], "ratio"], lines)


def run_changed(program, change, kept):
    """Run a program of which a line was changed."""
    with program.changed(*change):
        return program.run(kept)


def run_interrupted(program, cold):
    """Kill a program as soon as half of its results are kept, and run it again."""
    program.run_until_killed("interrupted", cold.computed.total() // 2)
    return program.run("interrupted")


def in_a_line(what, runs, honest=None):
    """Write what a run of both took and computed; no ratio where one is not what it should be."""
    cells, stale = [what], [honest is not None and not same(run, honest) for run in runs]
    for run, is_stale in zip(runs, stale, strict=True):
        steps = [f"{count} {step}" for step, count in sorted(run.computed.items(), reverse=True)]
        computed = (", ".join(steps) or "nothing") + ": stale results" * is_stale
        cells += [in_words(run.seconds), in_words(run.cpu), computed]
    theirs, ours = runs
    return [*cells, "" if any(stale) else ratio_in_words(theirs.seconds / ours.seconds)]


def beside(what, values):
    """Write something of both that takes no time."""
    theirs, ours = map(str, values)
    return [what, theirs, "", "", ours, "", "", ""]
