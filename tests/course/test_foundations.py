"""A chapter stands on what it can reach, and on nothing else."""

import ast
import io
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from faineant import Memory

from course.site import foundations, modules
from course.site.cells import chapters, read_chapter
from course.site.foundations import ALL, Place, digest, stands_on
from course.site.run import RUNNER, run, run_cells

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "course"

TOY = {
    "aiguille/__init__.py": "",
    "aiguille/cluster/__init__.py": """
        from aiguille.cluster.means import Means
        from aiguille.cluster.trees import Tree, cut
    """,
    "aiguille/cluster/means.py": """
        from aiguille.numbers import mean, median

        class Means:
            def fit(self, X):
                return mean(X)
    """,
    "aiguille/cluster/trees.py": """
        from aiguille.numbers import COSTS

        class Tree:
            def fit(self, X):
                return COSTS["ward"](X)

        def cut(tree):
            from aiguille.numbers import median

            return median(tree)
    """,
    "aiguille/numbers.py": """
        def mean(X): return sum(X)
        def median(X): return X[0]
        def ward(X): return 0
        COSTS = {"ward": ward}
        NOTED = []
    """,
    "faineant/__init__.py": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from faineant.memory import Memory
        def __getattr__(name): return __import__("faineant.memory").Memory
    """,
    "faineant/memory.py": "class Memory: pass",
    "faineant/parallel.py": "class Parallel: pass",
    "course/__init__.py": "",
    "course/data.py": """
        import os

        def faces(): return os.environ.get("COURSE_FACES")
        def rates(): return 1
    """,
}
CHAPTERS = {
    "means": "from aiguille.cluster import Means\nMeans().fit([1])",
    "trees": "import aiguille.cluster\naiguille.cluster.Tree()",
    "cut": "from aiguille import cluster as c\nc.cut(1)",
    "lazy": "from faineant import Memory",
    "named": "show('aiguille.cluster.trees.Tree')",
    "all": "import aiguille\nprint(aiguille)",
    "faces": "from course import data\ndata.faces()",
    "rates": "from course.data import rates\nrates()",
    "none": "print(1)",
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Put small packages in the place of ours; gives a function that changes a file."""
    for name, text in TOY.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [line.removeprefix(" " * 8) for line in text.strip("\n").splitlines()]
        file.write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(modules, "home_of", tmp_path.joinpath)

    def change(name, old, new):
        text = (tmp_path / name).read_text()
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new))

    return change


def all_digests():
    foundations.look_into.cache_clear()
    return {name: digest(text) for name, text in CHAPTERS.items()}


@pytest.mark.parametrize(
    ("file", "old", "new", "chapters"),
    [
        ("aiguille/cluster/means.py", "mean(X)", "mean([*X])", "means all"),
        ("aiguille/cluster/trees.py", "COSTS[", "+COSTS[", "trees named all"),
        ("aiguille/cluster/trees.py", "median(tree)", "median([tree])", "cut all"),
        ("aiguille/numbers.py", "sum(X)", "sum(X) / len(X)", "means all"),
        ("aiguille/numbers.py", "X[0]", "X[1]", "cut all"),
        ("aiguille/numbers.py", "return 0", "return 2", "trees named all"),
        ("aiguille/numbers.py", "NOTED = []", "NOTED = [1]", "all"),
        (
            "aiguille/numbers.py",
            "NOTED = []",
            "NOTED = []; COSTS.clear()",
            "means trees cut named all",
        ),
        (
            "aiguille/cluster/__init__.py",
            "trees import Tree, cut",
            "trees import Tree, cut, cut as prune",
            "all",
        ),
        ("faineant/memory.py", "pass", "x = 1", "lazy"),
        ("faineant/parallel.py", "pass", "x = 1", ""),
        ("course/data.py", "return 1", "return 2", "rates"),
    ],
)
def test_a_change_concerns_the_chapters_that_can_reach_it(toy, file, old, new, chapters):
    before = all_digests()
    toy(file, old, new)
    after = all_digests()
    assert {name for name in before if before[name] != after[name]} == set(chapters.split())


def test_the_environment_concerns_the_chapters_that_ask_for_it(toy, monkeypatch, tmp_path):
    before = all_digests()
    monkeypatch.setenv("COURSE_FACES", str(tmp_path / "photos"))
    named = all_digests()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.pgm").write_text("a face")
    filled = all_digests()
    for one, other in ((before, named), (named, filled)):
        assert {name for name in one if one[name] != other[name]} == {"faces"}


def test_a_package_counts_where_it_is_imported_and_not_where_a_word_is_its_name(monkeypatch):
    text = "import numpy\n\nmarkdown = 1\n"
    before = digest(text)
    there = {"numpy": ["numpy"], "markdown": ["Markdown"]}
    monkeypatch.setattr(foundations, "distributions", lambda: there)
    monkeypatch.setattr(
        foundations.metadata, "version", {"numpy": np.__version__, "Markdown": "3"}.get
    )
    assert digest(text) == before  # as when the site's own packages are installed later
    monkeypatch.setattr(foundations.metadata, "version", {"numpy": "99"}.get)
    assert digest(text) != before


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Put copies in the place of ours, so that a test may change them."""
    homes = {name: Path(modules.home_of(name)) for name in modules.OURS}
    only_python = shutil.ignore_patterns("[0-9]*", "*.png", "__pycache__")
    for name, home in homes.items():
        shutil.copytree(home, tmp_path / name, ignore=only_python)
    monkeypatch.setattr(modules, "home_of", tmp_path.joinpath)
    return tmp_path


def test_a_changed_function_concerns_the_real_chapters_that_stand_on_it(copied):
    real = {chapter.number: chapter.text for chapter in chapters(COURSE)}
    standing = {number: set(stands_on(text, [RUNNER])) for number, text in real.items()}
    before = {number: digest(text, [RUNNER]) for number, text in real.items()}
    for file, name in (
        ("aiguille/cluster/rena.py", "ReNA"),
        ("aiguille/neighbors/classification.py", "NearestCentroid"),
        ("aiguille/splitters/kfold.py", "StratifiedKFold"),
        ("faineant/memory.py", "Memory"),
        ("course/data.py", "faces"),
        ("course/figures.py", "show"),
        ("course/site/run.py", "drawn"),
    ):
        module = file.removesuffix(".py").replace("/", ".")
        places = {Place(module, name), Place(module, ALL)}
        concerned = {number for number, stands in standing.items() if places & stands}
        text = (copied / file).read_text(encoding="utf-8")
        [node] = [node for node in ast.parse(text).body if getattr(node, "name", "") == name]
        lines = text.splitlines()
        lines.insert(node.end_lineno, f"{' ' * node.body[-1].col_offset}CHANGED = True")
        (copied / file).write_text("\n".join(lines), encoding="utf-8")
        foundations.look_into.cache_clear()
        after = {number: digest(text, [RUNNER]) for number, text in real.items()}
        changed = {number for number in real if before[number] != after[number]}
        assert changed == concerned, file
        assert concerned >= {n for n, text in real.items() if f"import {name}" in text}, file
        assert len(concerned) == len(real) or file not in (
            "course/figures.py",
            "course/site/run.py",
        )
        before = after


def test_every_function_of_ours_that_a_chapter_calls_is_among_its_foundations():
    """What really runs is the judge of what was only read."""
    called = set()

    def note(frame, event, _):
        if event == "call":
            called.add((frame.f_code.co_filename, frame.f_code.co_qualname.split(".")[0]))

    chapter = read_chapter(COURSE / "1-predict" / "1-who-is-this.py")
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run_cells(str(chapter.file), chapter.text, "")
    finally:
        sys.setprofile(before)
    reached = stands_on(chapter.text, [RUNNER])
    ours = 0
    for file, name in called:
        for package in modules.OURS:
            home = modules.home_of(package)
            if home in Path(file).parents and Path(file) != chapter.file and name.isidentifier():
                parts = Path(file).relative_to(home).with_suffix("").parts
                module = ".".join([package, *parts]).removesuffix(".__init__")
                source = modules.read(module)
                [node, *_] = source.bound.get(name, [None])
                if isinstance(node, ast.FunctionDef):
                    assert (module, name) in reached
                    ours += 1
    assert ours > 20


def test_a_chapter_runs_again_when_what_it_stands_on_has_changed(toy, tmp_path):
    file = tmp_path / "1-predict" / "1-one.py"
    file.parent.mkdir()
    file.write_text("# %%\nif False:\n    from course.data import rates\n\n    rates()\n")
    memory = Memory(tmp_path / "memory", verbose=0)
    fresh = []
    for old, new in (("return 1", "return 1"), ("COURSE_FACES", "FACES"), ("return 1", "return 2")):
        toy("course/data.py", old, new)
        foundations.look_into.cache_clear()
        fresh.append(run(read_chapter(file), memory, io.StringIO())[1])
    assert fresh == [True, False, True]
