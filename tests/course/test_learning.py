"""How a learner works on exercises: a folder of one's own, checks, watching, hints, progress."""

import json
import os
import queue
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

import pytest

from course.exercises.catalogue import exercises
from course.exercises.folder import Folder, write
from course.exercises.trial import try_out

GIVEN = '''\
"""{title}.

Give twice the number.
"""


def double(x):
    """Double a number."""
    return x
'''
CHECK = """\
from course.exercises.speaking import Wrong, same

CHAPTER = {chapter}
HINTS = ("Think of adding.", "What is x + x?", "return 2 * x")
MINE = {mine}


def check(mine, rng):
    n = int(rng.integers(10, 100))
    if mine.double(n) == n:
        raise Wrong(f"double({{n}}) should be {{2 * n}}; you gave the number back.", "## > #")
    same(mine.double(n), 2 * n, f"double({{n}})")
"""
RIGHT = "def double(x):\n    return x + x\n"


def write_exercise(course: Path, name: str, title: str, chapter: int = 0, mine: str = "{}"):
    folder = course / "exercises"
    answers = folder / "answers" / name
    answers.mkdir(parents=True, exist_ok=True)
    given = GIVEN.format(title=title)
    (folder / f"{name}.py").write_text(given)
    (answers / "solution.py").write_text(given.replace("return x", "return 2 * x"))
    (answers / "check.py").write_text(CHECK.format(chapter=chapter, mine=mine))


@pytest.fixture
def course(copy):
    """A copy of the course with two small exercises, apart from any that was started before."""
    write_exercise(copy.root / "course", "01-double", "Twice")
    write_exercise(copy.root / "course", "02-again", "Twice again", chapter=1)
    return copy


@pytest.fixture
def mine(course) -> Path:
    """The learner's own folder, whose name has a space in it."""
    assert course.course("start", "my folder").returncode == 0
    return course.folder / "my folder"


def learn(course, mine: Path, *words: str, cwd=None, **variables: str):
    """Type ``python .../learn.py ...``, by default in another folder."""
    return subprocess.run(
        [sys.executable, str(mine / "learn.py"), *words],
        cwd=cwd or course.root,
        env=course.environment(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


# -- one answer -----------------------------------------------------------------------------------


@pytest.fixture
def tried(tmp_path):
    """Try an answer to a small exercise in a process of its own."""
    write_exercise(tmp_path, "01-double", "Twice")
    (exercise,) = exercises(tmp_path / "exercises")
    folder = tmp_path / "où — 我"
    folder.mkdir()

    def trying(text: str | bytes, seconds: float = 3.0):
        file = folder / "01-double.py"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return try_out(exercise, file, seconds=seconds)

    return trying


def test_what_is_right_passes(tried):
    assert tried(RIGHT).passed
    assert tried(b"\xef\xbb\xbf" + RIGHT.encode()).passed
    assert tried(RIGHT.replace("\n", "\r\n")).passed


def test_what_is_wrong_gets_the_line_of_the_function_that_is_meant_and_a_picture(tried):
    found = tried("import math\n\n\ndef half(x):\n    return x\n\n\ndef double(x):\n    return x\n")
    assert re.fullmatch(r"double\((\d+)\) should be \d+; you gave the number back\.", found.message)
    assert (found.passed, found.line, found.picture) == (False, 8, "## > #")


def test_data_are_fresh_each_time(tried):
    assert len({tried("def double(x):\n    return x\n").message for _ in range(4)}) > 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\ndef double(x:\n", 2, "Python cannot read this line: '(' was never closed."),
        ("def double(x):\nreturn x\n", 2, "expected an indented block"),
        ("x = 1\0\n", 1, "Python cannot read this"),
        ("x = 1\nx = y\n", 2, "This line stops with NameError: name 'y' is not defined"),
        ("def double(x):\n    return x + 'a'\n", 2, "This line stops with TypeError"),
        ("import sys\ndef double(x):\n    sys.exit()\n", 3, "This leaves Python (exit)."),
        ("import os\nos._exit(3)\n", 2, "This left Python with exit code 3."),
        ("def double(x):\n    return double(x)\n", 2, "calls itself again and again"),
        ("def double(x):\n    return bytes(1 << 62)\n", 2, "more memory than there is"),
        ("def doble(x):\n    return 2 * x\n", 1, "There is no double in this file any more."),
        ("def double(x):\n    return\n", 1, "expected"),
        ("", 1, "There is no double in this file any more."),
        ("raise KeyboardInterrupt\n", 1, "KeyboardInterrupt"),
    ],
)
def test_whatever_goes_wrong_there_is_a_sentence_and_a_line(tried, text, line, message):
    found = tried(text)
    assert not found.passed
    assert message in found.message
    assert found.line == line
    assert "Traceback" not in found.message


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_an_answer_that_kills_python_is_survived(tried):
    found = tried("import os\n\n\ndef double(x):\n    os.kill(os.getpid(), 9)\n")
    assert found.message.startswith("This stopped Python itself (signal 9).")


@pytest.mark.parametrize("loop", ["while True:\n        pass", "while True:\n        print(1)"])
def test_an_endless_loop_is_stopped_and_its_line_is_said(tried, loop):
    begun = time.monotonic()
    found = tried(f"x = 1\ndef double(x):\n    {loop}\n", seconds=1)
    assert time.monotonic() - begun < 10
    assert found.message == "This was still running after 1 s. Does a loop in it never end?"
    assert found.line in (3, 4)


def test_a_thread_or_process_that_is_left_behind_holds_nobody_up(tried):
    threads = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
    assert tried(threads + RIGHT).passed
    processes = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'input()'])\n"
    assert tried(processes + RIGHT).passed


def test_what_is_printed_is_kept_up_to_a_bound(tried):
    found = tried("def double(x):\n    print('many ' * 100_000)\n    print('here')\n    return x\n")
    assert found.printed.endswith("many \nhere\n")
    assert len(found.printed) <= 2000


# -- the learner's own folder ---------------------------------------------------------------------


def test_start_makes_a_folder_and_its_lines_can_be_pasted(course):
    said = course.course("start", "my folder")
    mine = course.folder / "my folder"
    assert {file.name for file in mine.iterdir()} == {
        "01-double.py", "02-again.py", "learn.py", "progress.json",
    }  # fmt: skip
    assert "2 exercises for you" in said.stdout
    if os.name != "nt":
        line = next(line for line in said.stdout.splitlines() if " progress " in line)
        program, script, word = shlex.split(line)[:3]
        assert program.startswith("python")
        assert word == "progress"
        done = subprocess.run(
            [sys.executable, script, word], cwd=course.folder, capture_output=True, text=True
        )
        assert "0 of 2 solved" in done.stdout


@pytest.mark.parametrize("inside", [True, False])
def test_learn_works_from_any_folder(course, mine, inside):
    said = learn(course, mine, "check", cwd=mine if inside else course.root)
    assert said.returncode == 1
    assert said.stderr == ""
    file = "01-double.py" if inside else str(mine / "01-double.py")
    assert said.stdout.splitlines()[0] == f"{file}:7"
    assert "should be" in said.stdout.splitlines()[1]
    assert "## > #" in said.stdout
    assert "Hint 1 of 3: Think of adding." in said.stdout
    again = "learn.py hint 1" if inside else f"{shlex.quote(str(mine / 'learn.py'))} hint 1"
    assert again in said.stdout


def test_without_words_learn_tells_the_next_exercise(course, mine):
    said = learn(course, mine, cwd=mine).stdout
    assert said.startswith("1  Twice\n\n   Give twice the number.\n\n   Open  01-double.py\n")


def test_the_folder_started_last_is_used_elsewhere_and_the_one_one_is_in_first(course, mine):
    course.course("start", "other")
    assert str(course.folder / "other") in course.course("progress").stdout
    assert str(mine) in course.course("progress", cwd=mine).stdout


def test_who_has_no_folder_yet_is_told_how_to_make_one(course):
    for words in (("next",), ("check", "1"), ("watch",), ("run", "0", "--mine")):
        said = course.course(*words, cwd=course.root)
        assert said.returncode != 0
        assert "python -m course start my-course" in said.stderr
        assert "Traceback" not in said.stderr


def test_a_folder_inside_the_project_is_no_business_of_git(course):
    assert course.course("start", cwd=course.root).returncode == 0
    assert (course.root / "my-course" / ".gitignore").read_text().splitlines()[-1] == "*"


def test_a_place_that_is_taken_is_left_alone(course):
    (course.folder / "full").mkdir()
    (course.folder / "full" / "diary.txt").write_text("Monday")
    (course.folder / "file").write_text("")
    for place in ("full", "file", str(course.root), str(course.root / "course" / "new")):
        said = course.course("start", place)
        assert said.returncode == 2
        assert "Give " in said.stderr
        assert len(said.stderr.splitlines()) == 1
    assert [file.name for file in (course.folder / "full").iterdir()] == ["diary.txt"]


def test_a_newer_version_adds_and_renews_and_keeps_what_was_edited(course, mine):
    (mine / "01-double.py").write_text(RIGHT)
    assert learn(course, mine, "check", "1").returncode == 0
    for number, name in enumerate(("01-double", "02-again", "03-new"), start=1):
        write_exercise(course.root / "course", name, f"Newer {number}")
    said = course.course("start", "my folder").stdout
    assert "1 new exercises, 1 renewed" in said
    assert "01-double.py stays as you have changed it" in said
    assert (mine / "01-double.py").read_text() == RIGHT
    assert "Newer 2" in (mine / "02-again.py").read_text()
    assert "Newer 3" in (mine / "03-new.py").read_text()
    assert "[x]  1" in learn(course, mine, "progress").stdout
    assert course.course("start", "my folder").stdout.startswith("my folder is up to date")


def test_a_course_that_has_moved_is_asked_for(course, mine):
    course.root.rename(course.root.with_name("moved"))
    said = learn(course, mine, cwd=mine)
    assert said.returncode == 1
    assert "Put its new place into" in said.stderr
    moved = course.root.with_name("moved") / "course"
    subprocess.run([sys.executable, moved, "start", mine], env=course.environment(), check=True)
    assert learn(course, mine, cwd=mine).returncode == 0


def test_a_hint_is_stronger_each_time_and_the_last_one_stays(course, mine):
    said = [learn(course, mine, "hint", "1").stdout for _ in range(4)]
    assert [line[0] for line in (re.findall(r"Hint \d of 3: .*", one) for one in said)] == [
        "Hint 1 of 3: Think of adding.",
        "Hint 2 of 3: What is x + x?",
        "Hint 3 of 3: return 2 * x",
        "Hint 3 of 3: return 2 * x",
    ]


def test_who_is_stuck_gets_the_next_hint_and_who_has_come_further_does_not(course, mine):
    def hinted() -> str:
        return re.findall(r"Hint (\d)", learn(course, mine, "check", "1").stdout)[0]

    def written(text: str):
        (mine / "01-double.py").write_text(text)

    written("def double(x):\n    return x\n")
    assert [hinted(), hinted()] == ["1", "1"]  # nothing was changed in between
    written("def double(x):\n    return x + 0\n")
    assert hinted() == "2"
    written("def double(x):\n    return None\n")
    assert hinted() == "2"


@pytest.mark.parametrize("text", ["def double(x:\n", "import os\nos._exit(3)\n"])
def test_where_python_itself_cannot_go_on_no_hint_is_given_away(course, mine, text):
    (mine / "01-double.py").write_text(text)
    said = learn(course, mine, "check", "1").stdout
    assert "Hint " not in said
    assert "hint 1" in said  # how to ask for one
    assert "hint" not in learn(course, mine, "progress").stdout


def test_progress_lists_what_is_solved_shown_and_next(course, mine):
    (mine / "01-double.py").write_text(RIGHT)
    learn(course, mine, "check", "1")
    learn(course, mine, "show", "2")
    said = learn(course, mine, "progress", cwd=mine).stdout
    assert "Chapter 0  Counting\n  [x]  1  Twice\n" in said
    assert "Chapter 1  Drawing\n  [ ]  2  Twice again  (next, solution shown)\n" in said
    assert "1 of 2 solved" in said
    assert "learn.py next" in said


def test_passing_shows_both_solutions_side_by_side_if_there_is_room(course, mine):
    given = (mine / "01-double.py").read_text()
    (mine / "01-double.py").write_text(given.replace("return x", "return x + x"))
    wide = learn(course, mine, "check", "1", COLUMNS="100").stdout
    assert re.search(r"return x \+ x +\| +return 2 \* x", wide)
    narrow = learn(course, mine, "show", "1", COLUMNS="40").stdout
    assert narrow.index("Yours") < narrow.index("return x + x") < narrow.index("Ours")


def test_reset_keeps_what_was_there_beside_it(course, mine):
    for text in ("first", "second"):
        (mine / "01-double.py").write_text(text)
        said = learn(course, mine, "reset", "1", cwd=mine).stdout
        assert "What you had is in 01-double.before" in said
    assert (mine / "01-double.py").read_text() == GIVEN.format(title="Twice")
    assert (mine / "01-double.before").read_text() == "first"
    assert (mine / "01-double.before-1").read_text() == "second"


def test_a_file_that_is_gone_is_handed_out_again(course, mine):
    (mine / "01-double.py").unlink()
    assert "Hint 1" in learn(course, mine, "check", "1").stdout
    assert (mine / "01-double.py").exists()


def test_an_exercise_that_is_not_there_is_answered_with_those_that_are(course, mine):
    said = learn(course, mine, "hint", "9")
    assert said.returncode == 2
    assert said.stderr.startswith("There is no exercise 9; there are 1 to 2. ")


def test_when_all_is_solved_it_is_said(course, mine):
    for name in ("01-double.py", "02-again.py"):
        (mine / name).write_text(RIGHT)
        said = learn(course, mine, "check")
    assert said.stdout.splitlines()[-1] == "All exercises are solved. Well done."
    for word in ("next", "check", "watch", "hint"):
        said = learn(course, mine, word)
        assert (said.returncode, said.stdout.strip()) == (0, said.stdout.strip())
        assert "All exercises are solved" in said.stdout


def test_progress_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    with folder.noting() as progress:
        progress.solved.append("01-double")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="disk full"), folder.noting() as progress:
        progress.solved.append("02-again")
    assert folder.progress.solved == ["01-double"]
    assert [file.name for file in tmp_path.iterdir()] == ["progress.json"]


def test_progress_that_cannot_be_read_is_put_aside(course, mine):
    (mine / "progress.json").write_text("{")
    said = learn(course, mine, "progress", cwd=mine)
    assert "could not be read" in said.stdout
    assert "0 of 2 solved" in said.stdout
    assert (mine / "progress.broken").read_text() == "{"


def test_progress_of_another_version_is_read(tmp_path):
    write(tmp_path / "progress.json", json.dumps({"solved": ["01-double"], "stars": 5}))
    assert Folder(tmp_path).progress.solved == ["01-double"]


# -- where numpy is not installed -----------------------------------------------------------------


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bare") / "environment"
    venv.create(folder)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def by_bare(bare, course, mine, *words):
    return subprocess.run(
        [bare, mine / "learn.py", *words],
        cwd=course.folder,
        env=course.environment(),
        capture_output=True,
        text=True,
    )


def test_most_commands_need_no_package(course, mine, bare):
    for word in ("next", "hint", "show", "progress", "reset"):
        said = by_bare(bare, course, mine, word)
        assert (said.returncode, said.stderr) == (0, "")


def test_a_bare_python_finds_the_environment_of_the_course(course, mine, bare):
    environment = course.root / ".nox" / "course"
    venv.create(environment)
    packages = next(environment.rglob("site-packages"))
    ours = [entry for entry in sys.path if entry.endswith("-packages")]
    (packages / "ours.pth").write_text("\n".join(ours), encoding="utf-8")
    said = by_bare(bare, course, mine, "check", "1")
    assert said.returncode == 1, said.stderr
    assert "Hint 1 of 3" in said.stdout


def test_where_none_can_be_made_it_is_said_after_saying_that_one_is_made(course, mine, bare):
    said = by_bare(bare, course, mine, "check", "1")  # the copy has no list of what it needs
    assert said.returncode == 1
    assert "numpy" in said.stdout
    assert "So I make an environment for it, once" in said.stdout
    assert "The environment could not be made" in said.stderr
    assert "python -m pip install nox && python -m nox -s course" in said.stderr


# -- watching -------------------------------------------------------------------------------------


class Watching:
    """A process that watches, what it has said so far, and its Enter key."""

    def __init__(self, course, mine: Path, *words: str, **options):
        self.file = mine / "01-double.py"
        self.child = subprocess.Popen(
            [sys.executable, str(mine / "learn.py"), "watch", *words],
            cwd=course.folder,
            env=course.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            **options,
        )
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.lines.put(line)

    def until(self, wanted: str) -> str:
        """Give what is said up to the line that has this in it."""
        said, until = "", time.monotonic() + 30
        while time.monotonic() < until:
            try:
                said += (line := self.lines.get(timeout=1))
            except queue.Empty:
                assert self.child.poll() is None, said
                continue
            if wanted in line:
                return said
        raise AssertionError(f"{wanted!r} was not said, but:\n{said}")

    def save(self, text: str, name: str = "01-double.py"):
        """Save as many editors do: write another file, and give it the name."""
        other = self.file.with_name(f"{name}~")
        other.write_text(text)
        other.replace(self.file.with_name(name))


@pytest.fixture
def watching(course, mine):
    started = Watching(course, mine, stdin=subprocess.PIPE)
    started.until("Save the file")
    yield started
    started.child.kill()
    started.child.communicate()


def test_watch_looks_at_each_save_and_lives_on(watching):
    watching.save("def double(x:\n")
    said = watching.until("A hint:")
    assert ":1\n   Python cannot read this line: '(' was never closed.\n" in said
    watching.save("import os\nos._exit(3)\n")
    assert "exit code 3" in watching.until("A hint:")
    watching.save("def double(x):\n    while True: pass\n")
    said = watching.until("A hint:")
    assert "01-double.py:2\n" in said
    assert "still running after 3 s" in said
    watching.save("def double(x):\n    return y\n")
    assert "name 'y' is not defined" in watching.until("Hint")
    watching.save(RIGHT)
    assert "1  Twice: that is right." in watching.until("Enter goes on")
    watching.child.stdin.write("\n")
    watching.child.stdin.flush()
    assert "2  Twice again" in watching.until("Save the file")
    watching.save(RIGHT, "02-again.py")
    watching.until("All exercises are solved")
    assert watching.child.wait(30) == 0


def test_watch_looks_when_the_content_changes_and_only_then(watching):
    watching.file.write_text("def double(x):\n    return 3 * x\n")
    watching.until("Hint 1")
    watching.file.touch()
    watching.save(watching.file.read_text())
    watching.file.unlink()
    time.sleep(0.5)
    watching.save("def double(x):\n    return 4 * x\n")
    assert watching.until("Hint 2").count("Hint") == 1


def test_h_gives_a_hint_while_it_watches_and_anything_else_says_so(watching):
    for typed, answer in (("h", "Hint 1 of 3"), ("what", "h and Enter"), ("hint", "Hint 2 of 3")):
        watching.child.stdin.write(f"{typed}\n")
        watching.child.stdin.flush()
        watching.until(answer)
    watching.save(RIGHT)
    watching.until("Enter goes on")


def test_it_begins_where_one_says_and_goes_on_from_there(course, mine):
    started = Watching(course, mine, "2", stdin=subprocess.PIPE)
    try:
        assert "2  Twice again" in started.until("Save the file")
    finally:
        started.child.kill()
        started.child.communicate()
    assert "2  Twice again" in learn(course, mine).stdout
    (mine / "02-again.py").write_text(RIGHT)
    said = learn(course, mine, "check", "02-again.py").stdout
    assert "for exercise 1" in said  # what is left before it comes at the end
    assert "1  Twice" in learn(course, mine, "next", "1").stdout


def test_watch_looks_at_other_exercises_too(watching):
    watching.save("def double(x):\n    return 3 * x\n", "02-again.py")
    assert "02-again.py:1\n" in watching.until("Hint 1")
    watching.save(RIGHT, "02-again.py")
    watching.until("2  Twice again: that is right.")


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot press Ctrl-C for one process alone")
@pytest.mark.parametrize("solved", [False, True])
def test_ctrl_c_ends_it_with_a_sentence(watching, solved):
    if solved:
        watching.save(RIGHT)
        watching.until("Enter goes on")
    watching.child.send_signal(signal.SIGINT)
    said = watching.until("Stopped watching")
    assert "learn.py' watch goes on" in said
    assert watching.child.wait(30) == 130
    assert "Traceback" not in said


def test_without_a_terminal_it_goes_on_by_itself(course, mine):
    started = Watching(course, mine, stdin=subprocess.DEVNULL)
    try:
        started.until("Save the file")
        started.save(RIGHT)
        assert "2  Twice again" in started.until("Save the file")
    finally:
        started.child.kill()
        started.child.communicate()


# -- one's own code in a chapter ------------------------------------------------------------------

CHAPTER = """\
# %% [markdown]
# # Drawing
#
# After this page you can double.

# %%
from aiguille.linalg import nearest as twice

print("It gives", twice(21))
"""


def test_solved_exercises_stand_in_for_the_library(course, mine):
    course.write_chapter("1-drawing.py", CHAPTER)
    stand_in = '{"aiguille.linalg.nearest": "double"}'
    write_exercise(course.root / "course", "02-again", "Twice again", 1, stand_in)
    said = learn(course, mine, "run", "1", "--mine", COLUMNS="2000")
    assert "Not yet: " in said.stdout
    (mine / "02-again.py").write_text(RIGHT)
    learn(course, mine, "check", "2")
    for remembered in ("1 step computed", "1 of 1 step remembered"):
        said = learn(course, mine, "run", "1", "--mine", COLUMNS="2000").stdout
        assert "Yours: double, in 02-again.py, stands in for aiguille.linalg.nearest." in said
        assert "It gives 42" in said
        assert remembered in said
    with (mine / "02-again.py").open("a") as file:
        file.write("# changed\n")
    assert "1 step computed" in learn(course, mine, "run", "1", "--mine").stdout
    (mine / "02-again.py").write_text("def double(x):\n    return 3 * x\n")
    said = learn(course, mine, "run", "1", "--mine", COLUMNS="2000")
    assert "No longer right: " in said.stdout
    assert "It gives" not in said.stdout  # the library's own takes more than one argument
