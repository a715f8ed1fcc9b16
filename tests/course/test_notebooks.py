"""Each chapter as a notebook."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.site.cells import chapters, read_chapter
from course.site.notebooks import notebook

ROOT = Path(__file__).resolve().parents[2]
ALL = chapters(ROOT / "course")
TEXT = """\
# %% [markdown]
# # Counting
#
# After this page you can count. See [the next](2-next.md) and [the words](../reference/words.md).
#
# ??? guess "How many are there?"
#     - One. It looks like it.
#     - Two. It looks like that too.

# %%
from course import figures
print(len([1, 2]), figures.WIDTH > 0)
"""


@pytest.fixture
def made(tmp_path):
    file = tmp_path / "1-predict" / "1-counting.py"
    file.parent.mkdir()
    file.write_text(TEXT, encoding="utf-8")
    return json.loads(notebook(read_chapter(file)))


def text_of(cell):
    return "".join(cell["source"])


@pytest.mark.parametrize("chapter", ALL, ids=[chapter.name for chapter in ALL])
def test_a_notebook_is_valid_always_the_same_and_holds_the_code_of_its_chapter(chapter):
    nbformat = pytest.importorskip("nbformat", reason="nbformat judges what a notebook is")
    text = notebook(chapter)
    read = json.loads(text)
    nbformat.validate(read)
    assert text == notebook(chapter)
    code = [text_of(cell) for cell in read["cells"] if cell["cell_type"] == "code"]
    assert code[1:] == [cell.text for cell in chapter.cells if cell.kind == "code"]
    prose = "".join(text_of(cell) for cell in read["cells"] if cell["cell_type"] == "markdown")
    assert "???" not in prose
    assert ".md)" not in prose


def test_every_cell_has_a_name_of_its_own_and_no_output(made):
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in made["cells"]]
    assert len(set(names)) == len(names)
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_a_question_becomes_words_and_a_link_leads_to_a_notebook_or_nowhere(made):
    prose = text_of(made["cells"][0])
    assert prose.startswith("# Counting")
    assert "[the next](2-next.ipynb) and the words." in prose
    assert "**How many are there?**\n\n- One.\n- Two.\n" in prose
    assert "???" not in prose


def test_its_cells_run_anywhere_in_the_project_and_elsewhere_say_why_not(made, tmp_path):
    code = "\n".join(text_of(cell) for cell in made["cells"] if cell["cell_type"] == "code")
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    line = [sys.executable, "-I", "-c", f"import os; os.chdir(os.sys.argv[1])\n{code}"]
    inside = subprocess.run([*line, ROOT / "tests"], env=clean, capture_output=True, text=True)
    assert inside.stdout.startswith("2 True"), inside.stderr
    outside = subprocess.run([*line, tmp_path], env=clean, capture_output=True, text=True)
    assert outside.returncode == 1
    assert "is not in the project" in outside.stderr
