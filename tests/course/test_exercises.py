"""Every exercise of the course: what it says to those who have it wrong, and to those who have not.

How one works on them, in a folder of one's own, is in test_learning.py.
"""

import ast
import pkgutil
import re
import sys
import warnings
from types import ModuleType

import numpy as np
import pytest
from faineant import Memory

from course.exercises import mine
from course.exercises.catalogue import HERE, exercises
from course.exercises.folder import Folder
from course.exercises.page import exercises_page
from course.exercises.showing import solutions
from course.exercises.trial import syntax_of
from course.exercises.trying import imported, judged
from course.site.cells import chapters
from course.site.run import run_cells

LISTED = exercises()
SEEDS = range(3)
NUMBERS = re.compile(r"-?\d[\d.,]*")


@pytest.fixture(params=LISTED, ids=[exercise.name for exercise in LISTED])
def exercise(request):
    return request.param


def outcome(exercise, text: str, seed: int) -> dict:
    """Try an answer as the learner's process does, but here, for speed."""
    if unreadable := syntax_of(text):
        return vars(unreadable)
    rng = np.random.default_rng(seed)
    check = imported(exercise.answers / "check.py").check
    file = str(exercise.answers / "mine.py")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an answer may divide by nothing; its check says so
            return judged(text, file, check, rng)
    finally:
        sys.modules.pop("mine", None)


def said_of(exercise, text: str, seed: int) -> str:
    """Give what is said of an answer that is wrong; it must speak to the learner."""
    found = outcome(exercise, text, seed)
    assert not found["passed"]
    message = found["message"]
    assert 30 <= len(message) <= 700, message
    assert "Traceback" not in message
    assert "could not be used" not in message, "the check itself stumbles"
    assert "This line stops with" not in message, "Python's words, not the check's"
    assert message[-1] not in ",:;", message
    assert 1 <= found["line"] <= len(text.splitlines())
    assert all(len(line) <= 100 for line in found.get("picture", "").splitlines())
    return message


def test_exercises_are_numbered_one_after_the_other():
    numbers = [exercise.number for exercise in LISTED]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)
    assert {folder.name for folder in (HERE / "answers").iterdir() if folder.name[0] != "_"} == {
        exercise.name for exercise in LISTED
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_as_given_it_fails_with_a_helpful_message(exercise, seed):
    said_of(exercise, exercise.given, seed)


@pytest.mark.parametrize("seed", range(6))
def test_the_solution_passes(exercise, seed):
    found = outcome(exercise, exercise.solution, seed)
    assert found["passed"], found["message"]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_wrong_answer_is_told_what_is_wrong_with_it(exercise, seed):
    said = [
        NUMBERS.sub("0", said_of(exercise, file.read_text("utf-8"), seed))
        for file in sorted(exercise.answers.glob("wrong-*.py"))
    ]
    assert len(said) == len(set(said)) == 3


def test_it_has_what_an_exercise_needs(exercise):
    files = {file.name for file in exercise.answers.iterdir() if file.suffix == ".py"}
    assert files == {"check.py", "solution.py", "wrong-1.py", "wrong-2.py", "wrong-3.py"}
    assert len(exercise.title) <= 50
    assert len(exercise.task) >= 100
    assert exercise.given != exercise.solution
    assert len(exercise.hints) == len(set(exercise.hints)) == 3
    assert all(20 <= len(hint) <= 400 for hint in exercise.hints)


def test_it_is_small_and_its_files_share_their_task(exercise):
    assert len(exercise.given.splitlines()) <= 80
    docstring = exercise.given.split('"""')[1]
    for file in exercise.answers.glob("*.py"):
        if file.name != "check.py":
            assert file.read_text("utf-8").split('"""')[1] == docstring


def test_its_chapter_is_there(exercise):
    assert exercise.chapter in {chapter.number for chapter in chapters(HERE.parent)}


def test_it_stands_in_only_for_what_there_is(exercise):
    solution = ModuleType("solution")
    exec(compile(exercise.solution, exercise.name, "exec"), vars(solution))
    for theirs, own in exercise.mine.items():
        assert callable(pkgutil.resolve_name(theirs))
        assert callable(getattr(solution, own))


MINE = [(exercise, number) for exercise in LISTED for number in exercise.mine_in]


@pytest.mark.parametrize(
    ("exercise", "number"), MINE, ids=[f"{one.number}-in-{number}" for one, number in MINE]
)
def test_a_chapter_runs_with_the_solution_in_the_place_of_the_library(
    exercise, number, tmp_path, monkeypatch
):
    monkeypatch.setattr(mine, "memory", lambda: Memory(tmp_path / "kept", verbose=0))
    chapter = next(one for one in chapters(HERE.parent) if one.number == number)
    folder = Folder(tmp_path)
    folder.have(exercise).write_text(exercise.solution, encoding="utf-8")
    folder.solve(exercise)
    with mine.in_place(folder, chapter) as (_, said):
        assert any(line.startswith("Yours: ") for line in said)
        cells = run_cells(str(chapter.file), chapter.text, "")
    assert any(cell.output for cell in cells)


def test_what_is_to_be_written_uses_nothing_slow_to_import(exercise):
    for file in [exercise.answers / "check.py", exercise.answers / "solution.py"]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not {name.split(".")[0] for name in names} & {"sklearn", "scipy", "matplotlib"}


def test_the_page_has_a_place_for_each_exercise():
    page = exercises_page(LISTED, chapters(HERE.parent))
    for exercise in LISTED:
        assert f"## {exercise.number}. {exercise.title} {{ #{exercise.number} }}\n" in page
        assert f"`python -m course check {exercise.number}`" in page
    assert page.count("<details>") == page.count("</details>") == len(LISTED)


def test_where_answers_are_asked_for_only_answers_are_compared():
    [pays] = [exercise for exercise in exercises() if exercise.name == "24-does-it-pay"]
    same = pays.solution.replace("AT_BEST = 2.0", "AT_BEST = 2  # twice")
    assert solutions(pays, same) == "   Our answer is the same as yours."
    shown = solutions(pays, pays.given)
    assert "GAINS_MOST = None" in shown
    assert "LOOPS" not in shown
    assert all(one.blanks for one in exercises() if "def " not in one.given)


def test_exercises_come_in_the_order_of_the_chapters():
    assert [one.chapter for one in LISTED] == sorted(one.chapter for one in LISTED)


@pytest.mark.parametrize(
    ("slips", "first"),
    [
        (
            {"axis=1": "axis=0", "return c": "return 1 - c"},
            "2 steps are wrong. The first is step 2.",
        ),
        (
            {"rowvar=False": "", "return c": "return 1 - c"},
            "2 steps are wrong. The first is step 3.",
        ),
        ({"corrcoef": "cov", "return c": "return -c"}, "2 steps are wrong. The first is step 3."),
        ({"axis=1": "axis=0", "rowvar=False": ""}, "2 steps are wrong. The first is step 2."),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_slips_in_exercise_10_the_first_is_named(slips, first, seed):
    exercise = next(each for each in LISTED if each.number == 10)
    text = exercise.solution
    for right, wrong in slips.items():
        text = text.replace(right, wrong)
    assert said_of(exercise, text, seed).startswith(first)
