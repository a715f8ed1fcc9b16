"""The READMEs tell the truth: their examples run, their files and commands exist."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course.site.cells import chapters

HOUSE = Path(__file__).parents[2]
READMES = ["README.md", "packages/aiguille/README.md", "packages/faineant/README.md"]


def text_of(name):
    return (HOUSE / name).read_text(encoding="utf-8")


def python_blocks(name):
    return re.findall(r"```python\n(.*?)```", text_of(name), flags=re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_examples_run_as_they_stand(name, tmp_path):
    blocks = python_blocks(name)
    assert blocks
    for number, block in enumerate(blocks):
        script = tmp_path / f"example{number}.py"
        script.write_text(block, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, script], cwd=tmp_path, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), block


def test_the_front_page_shows_ten_lines_of_each_package():
    for package in ("aiguille", "faineant"):
        [block] = [b for b in python_blocks("README.md") if f"from {package}" in b]
        assert len([line for line in block.splitlines() if line]) <= 10


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_to_files_that_are_there(name):
    links = re.findall(r"\]\(([^)#:]+)\)|(?:src|srcset)=\"([^\":]+)\"", text_of(name))
    for link in filter(None, sum(links, ())):
        assert ((HOUSE / name).parent / link).exists(), link


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "course/index.md"])
def test_sessions_that_are_named_exist(name):
    tree = ast.parse(text_of("noxfile.py"))
    sessions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = re.findall(r"nox -s ([a-z]+)", text_of(name))
    assert set(named) <= sessions


def test_the_front_page_lists_the_chapters_and_counts_the_exercises():
    text = text_of("README.md")
    row = re.compile(r"^\| (\d+) \| \[(.+?)\]\((.+?)\)(, \*further\*)? \|", re.MULTILINE)
    listed = [(int(n), title, path, bool(further)) for n, title, path, further in row.findall(text)]
    there = chapters(HOUSE / "course")
    assert listed == [
        (chapter.number, chapter.title, chapter.file.relative_to(HOUSE).as_posix(), chapter.further)
        for chapter in there
    ]
    [count] = re.findall(r"There are (\d+), each a small file", text)
    assert int(count) == len(list((HOUSE / "course" / "exercises").glob("[0-9]*.py")))


def test_the_two_commands_are_those_that_are_tested():
    for session in ("course", "tests"):
        assert f"python -m pip install nox && python -m nox -s {session}" in text_of("README.md")
    assert "python -m pip install nox && python -m nox -s tests" in text_of(".ci/run")
