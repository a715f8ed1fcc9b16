"""Chapters cut into cells, run, remembered and made pages."""

import io
import os
import re
import signal
import socket
import sys
import time
from subprocess import Popen
from urllib.request import urlopen

import pytest
from faineant import Memory
from hypothesis import given
from hypothesis import strategies as st

from course.site.cells import WritingError, cut, read_chapter
from course.site.pages import markdown
from course.site.run import CellRun, ChapterError, Picture, run


@pytest.fixture
def memory(tmp_path):
    return Memory(tmp_path / "memory", verbose=0)


@pytest.fixture
def chapter(tmp_path):
    """Make a chapter of some text."""

    def made(text, name="1-drawing.py"):
        file = tmp_path / "1-predict" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return read_chapter(file)

    return made


LINES = st.sampled_from(
    ["# %%", "# %% [markdown]", "#%% a title", "x = 1", "# prose", "#", "", " "]
)


@given(st.lists(LINES))
def test_every_cell_stands_at_its_line_and_no_line_is_lost(lines):
    try:
        cells = list(cut("\n".join(lines)))
    except WritingError as error:  # code in a cell of prose, which would be lost
        place = int(re.match(r"line (\d+): 'x = 1'", str(error))[1]) - 1
        assert lines[place] == "x = 1"
        marks = [line for line in lines[:place] if line.startswith(("# %%", "#%%"))]
        assert "[markdown]" in marks[-1]
        return
    held = {
        number: text
        for cell in cells
        for number, text in enumerate(cell.text.split("\n"), start=cell.line)
    }
    for number, line in enumerate(lines, start=1):
        if number in held:
            assert line.rstrip() in (held[number].rstrip(), f"# {held[number]}", f"#{held[number]}")
        else:
            assert line.startswith(("# %%", "#%%")) or line.strip() in ("", "#")


def test_prose_loses_its_signs_and_code_stays_as_it_is():
    prose = "# %% [markdown]\n# # Title\n#\n#     code\n"
    text = f"import a  \n{prose}# %% named\n\n# why\nb = '''\n  \n'''\n"
    assert [(cell.kind, cell.text) for cell in cut(text)] == [
        ("code", "import a  "),
        ("markdown", "# Title\n\n    code"),
        ("code", "# why\nb = '''\n  \n'''"),
    ]


@pytest.mark.parametrize(
    ("prose", "promise"),
    [
        ("After this page you can *do*\n# it. And more.", "Do it."),
        ("After this page, you can read 3.5 % aloud.\n#\n# Next.", "Read 3.5 % aloud."),
        ("No promise here. None.", "No promise here."),
    ],
)
def test_title_and_promise_come_from_the_first_prose(chapter, prose, promise):
    read = chapter(f"# %% [markdown]\n# # Who is this?\n#\n# {prose}\n")
    assert (read.number, read.title, read.promise) == (1, "Who is this?", promise)
    assert (read.part, read.part_title) == ("1-predict", "To predict")


def test_cells_share_one_main_module_that_knows_its_file(chapter, memory):
    made = chapter(
        "# %%\nimport pickle, sys\n\n\ndef double(x):\n    return 2 * x\n\n\n"
        "# %%\nprint(__name__, __file__ == sys.argv[0], pickle.loads(pickle.dumps(double))(21))\n"
        "x = 5\nx\n"
    )
    cells, fresh = run(made, memory, io.StringIO())
    assert [cell.output for cell in cells] == ["", "__main__ True 42\n"]
    assert fresh


def test_what_a_cell_prints_is_heard_at_once_and_only_while_it_runs(chapter, memory, tmp_path):
    class Listener(io.StringIO):
        def write(self, text):
            times.append(((tmp_path / "done").exists(), text))
            return len(text)

    times = []
    made = chapter(f"# %%\nprint('first')\nopen({str(tmp_path / 'done')!r}, 'w').close()\n")
    run(made, memory, Listener())
    assert (False, "first") in times
    times.clear()
    cells, fresh = run(made, memory, Listener())
    assert times == []
    assert not fresh
    assert cells[0].output == "first\n"


def test_a_broken_chapter_is_not_remembered_and_leaves_the_process_as_it_was(
    chapter, memory, tmp_path
):
    before = sys.modules["__main__"], sys.argv, sys.stdout
    made = chapter(f"# %%\nopen({str(tmp_path / 'there')!r}).close()\n")
    for _ in range(2):
        with pytest.raises(ChapterError) as caught:
            run(made, memory, io.StringIO())
        assert (caught.value.cell, caught.value.line) == (1, 2)
        assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert (sys.modules["__main__"], sys.argv, sys.stdout) == before
    (tmp_path / "there").touch()
    assert run(made, memory, io.StringIO())[1]


def test_the_error_of_a_library_is_told_from_the_line_of_the_chapter_on(chapter, memory):
    made = chapter("# %%\nimport json\n\njson.loads('{')\n")
    with pytest.raises(ChapterError) as caught:
        run(made, memory, io.StringIO())
    story = caught.value.story()
    assert story.index("1-drawing.py") < story.index("json.loads('{')") < story.index("decoder.py")
    assert "run.py" not in story


def test_a_page_holds_prose_code_output_and_both_colours_of_each_figure(chapter):
    made = chapter(
        "# %% [markdown]\n# # Title\n\n# %%\nprint('1')\n\n# %%\nfence = '```'\n\n"
        "# %% [markdown]\n# The end.\n"
    )
    picture = Picture(b"light", b"dark", "A_b_ [c] & <d>.")
    page = markdown(made, [CellRun("1\n", ()), CellRun("", (picture, picture))])
    assert page.startswith(
        "# Title\n\n``` python\nprint('1')\n```\n\n``` { .text .output }\n1\n```\n\n"
        "```` python\nfence = '```'\n````\n\n"
        '<figure markdown="span">\n'
        r"![A\_b\_ \[c\] &amp; &lt;d&gt;.](1-drawing/1.png#only-light)"
    )
    assert "](1-drawing/2-dark.png#only-dark)" in page
    assert page.index("The end.") > page.index("2-dark.png")
    assert "[Open the script](1-drawing.py)" in page
    assert "[Download as notebook](1-drawing.ipynb)" in page


def test_pages_that_did_not_change_are_left_alone_and_strangers_are_removed(copy):
    pages = copy.built("pages")
    copy.course("pages", "--markdown")
    before = {file: file.stat().st_mtime_ns for file in pages.rglob("*") if file.is_file()}
    assert {file.name for file in before} >= {"index.md", "1-drawing.md", "1.png", "1-dark.png"}
    (pages / "1-predict" / "9-gone.md").write_text("gone")
    (pages / "0-gone" / "deep").mkdir(parents=True)
    copy.course("pages", "--markdown")
    assert before == {file: file.stat().st_mtime_ns for file in pages.rglob("*") if file.is_file()}
    assert not (pages / "0-gone").exists()


def test_pages_of_the_reference_are_copied_as_they_are_and_go_when_they_are_gone(copy):
    written = copy.root / "course" / "reference" / "memory.md"
    copy.course("pages", "--markdown")
    page = copy.built("pages", "reference", "memory.md")
    assert page.read_bytes() == written.read_bytes()
    written.unlink()
    copy.course("pages", "--markdown")
    assert not page.exists()
    assert copy.built("pages", "reference", "from-joblib.md").exists()


def test_the_home_page_shows_the_chapters_and_the_picture_of_the_first(copy):
    copy.course("pages", "--markdown")
    home = copy.built("pages", "index.md").read_text(encoding="utf-8")
    assert "| 0 | [Counting](1-predict/0-counting.md) | Count to three. |" in home
    assert "](1-predict/1-drawing/1.png#only-light)" in home
    assert "<!--" not in home


def test_the_site_is_built_without_a_word_from_the_theme_or_to_another_host(copy):
    said = copy.course("pages", "--strict", cwd=copy.root)
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    assert said.stdout.startswith("Running 0  Counting\nRunning 1  Drawing\n3 steps computed")
    index = copy.built("site", "index.html")
    assert index.as_uri() in said.stdout
    page = copy.built("site", "1-predict", "1-drawing.html").read_text(encoding="utf-8")
    assert "I drew a line." in page
    for source in ('src="http', 'rel="stylesheet" href="http', 'rel="preconnect"', "<br"):
        assert source not in page


def test_a_second_build_runs_nothing_and_prints_only_its_summary(copy):
    copy.course("run", "all")
    copy.ran()
    said = copy.course("pages", cwd=copy.root)
    assert copy.ran() == ""
    assert said.stdout.startswith("2 of 2 steps remembered")
    assert len(said.stdout.splitlines()) == 8


def test_a_link_that_leads_nowhere_is_an_error_for_the_strict_alone(copy):
    copy.write_chapter("1-drawing.py", "# %% [markdown]\n# # Lost\n#\n# [there](nowhere.md)\n")
    assert copy.course("pages").returncode == 0
    said = copy.course("pages", "--strict")
    assert said.returncode == 1
    assert "nowhere.md" in said.stderr


COUNTED = """\
def on_pre_build(**_):
    with open({file!r}, "a") as builds:
        builds.write("built ")
"""


def test_a_saved_chapter_changes_its_page_in_one_build_while_the_site_is_served(copy):
    builds = copy.folder / "builds"
    (copy.root / "counted.py").write_text(COUNTED.format(file=str(builds)))
    settings = copy.root / "mkdocs.yml"
    settings.write_text(settings.read_text().replace("hooks:\n", "hooks:\n  - counted.py\n"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/1-predict/1-drawing.html"
    copy.course("pages", "--markdown")
    server = copy.start("serve", "--port", str(port))
    try:
        assert "That was" in wait_for(address, "That was", server)
        file = copy.root / "course" / "1-predict" / "1-drawing.py"
        file.write_text(file.read_text() + "\n# %%\nprint('changed', 6 * 7)\n")
        assert "changed 42" in wait_for(address, "changed 42", server)
        time.sleep(4)  # for a second build, were there one
        assert builds.read_text() == "built built "
    finally:
        server.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        server.communicate()


def wait_for(address: str, words: str, server: Popen) -> str:
    """Read a page until it has the words; give what it has at last."""
    page = ""
    end = time.monotonic() + 60
    while words not in page and server.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
        try:
            with urlopen(address) as answer:
                page = answer.read().decode()
        except OSError:
            continue
    return page
