"""The course's command line, as one types it."""

import os
import shlex
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ANY_FOLDER = ("elsewhere", "a copy", "a copy/course")


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Path:
    """A Python with the standard library alone."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    venv.create(folder)
    return python_of(folder)


def python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def test_the_chapters_are_listed_with_a_sentence_each(copy):
    said = copy.course()
    assert said.returncode == 0
    assert "To predict\n  0  Counting\n     Count to three.\n  1  Drawing\n" in said.stdout
    assert "And more" not in said.stdout


@pytest.mark.parametrize("words", [(), ("list",), ("--help",)])
@pytest.mark.parametrize("cwd", ANY_FOLDER)
def test_it_starts_on_a_bare_python_from_any_folder(copy, bare, cwd, words):
    said = copy.course(*words, python=(bare, "-I"), cwd=copy.folder.parent / cwd)
    assert said.returncode == 0, said.stderr
    assert "python" in said.stdout
    assert said.stderr == ""


def test_its_own_site_never_hides_that_of_python(copy):
    program = (
        "import runpy, sys\n"
        "try: runpy.run_path(sys.argv.pop(1), run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "import site; print(site.__file__)"
    )
    said = subprocess.run(
        [sys.executable, "-S", "-c", program, copy.root / "course"],
        cwd=copy.root / "course",
        env={**os.environ, "PYTHONPATH": str(copy.root / "course"), "PYTHONSAFEPATH": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    found = Path(said.stdout.splitlines()[-1])
    assert found.name == "site.py"


def test_commands_are_said_as_they_work_in_the_folder_one_is_in(copy):
    at_home = copy.course(cwd=copy.root).stdout
    elsewhere = copy.course().stdout
    assert "python -m course run 1" in at_home
    assert "python -m course" not in elsewhere
    assert str(copy.root / "course") in elsewhere


def test_where_packages_are_missing_one_line_says_how_to_get_them(copy, bare):
    said = copy.course("run", "0", python=(bare,))
    assert said.returncode == 1
    assert said.stdout == ""
    assert "numpy" in said.stderr
    assert "python -m pip install nox && python -m nox -s course" in said.stderr.splitlines()[-2]
    assert "Traceback" not in said.stderr


def test_a_bare_python_hands_over_to_the_environment_of_the_course(copy, bare):
    environment = copy.root / ".nox" / "course"
    venv.create(environment)
    ours = [entry for entry in sys.path if Path(entry).is_dir() and entry not in stdlib()]
    packages = next(environment.rglob("site-packages"))
    (packages / "ours.pth").write_text("\n".join(ours), encoding="utf-8")
    said = copy.course("run", "0", python=(bare,))
    assert "I count to 3" in said.stdout, said.stderr
    assert said.returncode == 0
    assert copy.course("run", "7", python=(bare,)).returncode == 2
    copy.write_chapter("0-counting.py", "# %%\n1 / 0\n")
    assert copy.course("run", "0", python=(bare,)).returncode == 1


def stdlib() -> set[str]:
    program = "import sys; print(*sys.path, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True
    )
    return set(done.stdout.splitlines())


def test_an_environment_that_lacks_packages_too_is_said_not_tried_for_ever(copy, bare):
    venv.create(copy.root / ".nox" / "course")
    said = copy.course("run", "0", python=(bare,))
    assert said.returncode == 1
    assert "python -m nox -s course" in said.stderr


@pytest.mark.parametrize("command", ["run", "pages", "serve"])
def test_each_command_says_what_it_does_and_takes_photos_of_ones_own(copy, command):
    said = copy.course(command, "--help")
    assert said.returncode == 0
    for option in ("--faces", "--faces-size", "--faces-crop", "--faces-people", "--faces-photos"):
        assert f"{option} " in said.stdout
    for option in ("--rates", "--portrait"):
        assert f"{option} PATH" in said.stdout


def test_a_run_says_what_was_found_and_where_the_figures_are(copy):
    said = copy.course("run", "1", cwd=copy.root)
    place = os.path.join("build", "course", "figures", "1-drawing")
    assert f"1  Drawing\n   I drew a line.\n   1 figure in {place}\n" in said.stdout
    assert {file.name for file in copy.built("figures", "1-drawing").iterdir()} == {
        "1.png",
        "1-dark.png",
    }
    assert said.stderr == ""


def test_a_run_of_several_ends_with_what_was_remembered_and_what_to_type_next(copy):
    first = copy.course("run", "all").stdout
    second = copy.course("run", "0", "1").stdout
    assert "3 steps computed" in first
    assert "2 of 2 steps remembered" in second
    assert copy.built("figures").as_uri() in second
    assert "pages" in second.split("\nType ")[1]


def test_in_the_session_that_makes_the_pages_next_a_run_ends_with_its_sum(copy):
    said = copy.course("run", "all", NOX_CURRENT_SESSION="course").stdout
    assert said.splitlines()[-1].startswith("3 steps computed")


def test_a_chapter_that_has_not_changed_is_not_run_again_and_says_the_same(copy):
    first = copy.course("run", "0").stdout
    assert copy.ran() == "chapter three"
    second = copy.course("run", "0").stdout
    assert copy.ran() == ""
    assert first.split("\n\n")[0] == second.split("\n\n")[0] == "0  Counting\n   I count to 3"


def test_a_changed_chapter_is_run_again_but_its_slow_steps_are_remembered(copy):
    copy.course("run", "0")
    copy.ran()
    file = copy.root / "course" / "1-predict" / "0-counting.py"
    file.write_text(file.read_text().replace("I count", "You count"))
    said = copy.course("run", "0").stdout
    assert copy.ran() == "chapter"
    assert "You count to 3" in said
    assert "1 of 2 steps remembered" in said


def test_a_changed_module_runs_the_chapters_again_that_stand_on_it(copy):
    note = "# %%\nfrom course import {module}\n\n{module}\nopen('ran', 'a').write('{module} ')\n"
    for number, module in enumerate(("data", "source"), start=2):
        copy.write_chapter(f"{number}-{module}.py", note.format(module=module))
    copy.course("run", "2", "3")
    assert copy.ran() == "data source"
    with (copy.root / "course" / "data.py").open("a") as file:
        file.write("\nCHANGE = 1\n")
    copy.course("run", "2", "3")
    assert copy.ran() == "data"


def test_figures_that_a_chapter_no_longer_shows_are_removed(copy):
    copy.course("run", "1")
    copy.write_chapter("1-drawing.py", "# %%\nprint('nothing')\n")
    said = copy.course("run", "1").stdout
    assert "figure" not in said.split("Type")[0]
    assert list(copy.built("figures").rglob("*.png")) == []


def test_an_unknown_chapter_is_answered_with_those_there_are(copy):
    said = copy.course("run", "1", "7")
    assert said.returncode == 2
    assert said.stdout == ""
    assert "There is no chapter 7. There are 0, 1, and all" in said.stderr


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (["rnu", "1"], "There is no command rnu. Did you mean run?"),
        (["xyzzy"], "There is no command xyzzy. There are list, run, pages,"),
        (["check", "one"], "'one' is no number of an exercise; type one, as 2"),
        (["check", "1", "2"], "unrecognized arguments: 2"),
    ],
)
def test_a_slip_of_the_keyboard_gets_a_sentence(copy, typed, answer):
    said = copy.course(*typed)
    assert said.returncode == 2
    assert said.stderr.startswith(answer)
    assert "--help tells more." in said.stderr
    assert "usage:" not in said.stderr


def test_code_that_stands_in_prose_is_not_left_out_in_silence(copy):
    chapter = next((copy.root / "course").rglob("0-*.py"))
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(f"{text}\n# %% [markdown]\n# The end.\nprint(1)\n", encoding="utf-8")
    said = copy.course("run", "0")
    assert said.returncode == 1
    assert said.stderr.startswith(
        f"{chapter}, line {len(text.splitlines()) + 4}: 'print(1)' stands"
    )
    assert "'# %%' above it" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_broken_chapter_says_where_and_keeps_what_came_before_it(copy):
    copy.course("run", "0")
    copy.ran()
    copy.write_chapter("1-drawing.py", "# %% [markdown]\n# # Broken\n\n# %%\nx = 0\n\n1 / x\n")
    copy.write_chapter("2-after.py", "# %%\nprint('after')\n")
    said = copy.course("run", "all", cwd=copy.root)
    assert said.returncode == 1
    assert "I count to 3" in said.stdout
    assert "after" not in said.stdout
    assert "ZeroDivisionError" in said.stderr
    file = os.path.join("course", "1-predict", "1-drawing.py")
    assert f"Chapter 1, Broken, stopped in cell 2, at line 7 of {file}\n" in said.stderr
    assert "run.py" not in said.stderr
    assert copy.course("run", "0").stdout.count("1 of 1 step remembered") == 1


def test_a_chapter_that_does_not_parse_says_its_line(copy):
    copy.write_chapter("1-drawing.py", "# %%\nx = 1\n\n# %%\nx = 2\ny = = 3\n")
    said = copy.course("run", "1")
    assert said.returncode == 1
    assert "stopped in cell 2, at line 6 of" in said.stderr
    assert "SyntaxError" in said.stderr


def test_a_chapter_that_exits_is_broken_too(copy):
    copy.write_chapter("1-drawing.py", "# %%\nraise SystemExit(0)\n")
    said = copy.course("run", "1")
    assert said.returncode == 1
    assert "at line 2 of" in said.stderr


def test_ctrl_c_ends_it_in_one_line(copy):
    copy.write_chapter("1-drawing.py", "# %%\nraise KeyboardInterrupt\n")
    said = copy.course("run", "1")
    assert said.returncode == 130
    assert said.stdout.splitlines()[-1].startswith("Stopped.")
    assert said.stderr == ""


FACES = """\
# %%
import os

print({name: os.environ[name] for name in sorted(os.environ) if name.startswith("COURSE_")})
"""


def test_the_options_for_photos_reach_the_chapters(copy):
    copy.write_chapter("1-drawing.py", FACES)
    (copy.folder / "photos").mkdir()
    options = "--faces photos --faces-size 64x48 --faces-crop 1,2,3,4 --faces-people 5"
    said = copy.course("run", "1", *options.split(), "--faces-photos", "6", COLUMNS="2000").stdout
    wanted = {
        "COURSE_FACES": str(copy.folder / "photos"),
        "COURSE_FACES_CROP": "1,2,3,4",
        "COURSE_FACES_PEOPLE": "5",
        "COURSE_FACES_PHOTOS": "6",
        "COURSE_FACES_SIZE": "64x48",
    }
    printed = " ".join(said.split("\n\n")[0].split("\n", 1)[1].split())
    assert eval(printed) == wanted


def test_rates_and_a_portrait_reach_the_chapters_and_are_named_again(copy):
    copy.write_chapter("1-drawing.py", FACES)
    own = {}
    for option, name in (("--portrait", "my photo.png"), ("--rates", "rates.zip")):
        (copy.folder / name).write_bytes(b"")
        own[option] = str(copy.folder / name)
    options = ("--rates", "rates.zip", "--portrait", "my photo.png")
    said = copy.course("run", "1", *options, COLUMNS="2000").stdout
    printed = " ".join(said.split("\n\n")[0].split("\n", 1)[1].split())
    assert eval(printed) == {
        "COURSE_PORTRAIT": own["--portrait"],
        "COURSE_RATES": own["--rates"],
    }
    if os.name != "nt":
        again = shlex.join(word for option in own.items() for word in option)
        assert f"run 1 {again}  once" in said
        assert f"pages {again}  to" in said


@pytest.mark.parametrize("option", ["--rates", "--portrait"])
def test_a_file_that_is_not_there_is_said_at_once(copy, option):
    said = copy.course("run", "1", option, "nowhere")
    assert said.returncode == 2
    assert "'nowhere' is no file" in said.stderr


def test_a_reader_who_has_seen_enough_is_no_fault_of_the_chapter(copy):
    copy.write_chapter("1-drawing.py", "# %%\nfor n in range(100_000):\n    print(n)\n")
    with copy.start("run", "1") as child:
        child.stdout.readline()
        child.stdout.close()
    assert child.returncode == 1


def test_what_to_type_next_names_the_photos_again(copy):
    (copy.folder / "photos").mkdir()
    options = ("--faces", "photos", "--faces-people", "5")
    again = f"--faces {copy.folder / 'photos'} --faces-people 5"
    said = copy.course("run", "1", *options).stdout.split("\nType ")[1]
    assert f"run 1 {again}  once" in said
    assert f"pages {again}  to" in said
    copy.write_chapter("1-drawing.py", "# %%\n1 / 0\n")
    assert copy.course("run", "1", *options).stderr.rstrip().endswith(f"run 1 {again}")


def test_chapters_run_again_for_other_photos_and_when_a_photo_changes(copy):
    note = "# %%\nfrom course import data\n\ndata.faces\nopen('ran', 'a').write('chapter')\n"
    copy.write_chapter("1-drawing.py", note)
    photos = copy.folder / "photos"
    photos.mkdir()
    ran = []
    for options in ((), ("--faces", "photos"), ("--faces", "photos", "--faces-people", "3")):
        copy.course("run", "1", *options)
        ran.append(copy.ran())
    (photos / "1.pgm").write_text("another")
    for _ in range(2):
        copy.course("run", "1", *options)
        ran.append(copy.ran())
    assert ran == ["chapter", "chapter", "chapter", "chapter", ""]


@pytest.mark.parametrize("command", [("run", "1"), ("pages", "--markdown")])
def test_a_folder_that_holds_no_photos_gets_a_sentence(copy, command):
    copy.write_chapter("1-drawing.py", "# %%\nfrom course import data\n\ndata.faces()\n")
    (copy.folder / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        said = copy.course(*command, "--faces", folder)
        assert said.returncode == 2
        assert len(said.stderr.splitlines()) == 1
        assert folder in said.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [("size", "64"), ("size", "0x5"), ("crop", "1,2,3"), ("people", "0"), ("photos", "few")],
)
def test_an_option_that_makes_no_sense_is_answered_with_one_that_does(copy, option, value):
    said = copy.course("run", "1", f"--faces-{option}", value)
    assert said.returncode == 2
    assert f"'{value}' is not" in said.stderr


def test_a_terminal_that_cannot_show_a_letter_gets_the_others(copy):
    copy.write_chapter("1-drawing.py", "# %%\nprint('10 × 10')\n")
    said = copy.course("run", "1", PYTHONIOENCODING="ascii")
    assert said.returncode == 0, said.stderr
    assert "10 ? 10" in said.stdout
