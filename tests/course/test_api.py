"""Pages of the API: every public name has an entry, with all that its docstring tells."""

import html
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import aiguille
import pytest

from course.site.api import Known, public_modules, signature, told, write_api

SETTINGS = Path(__file__).resolve().parents[2] / "mkdocs.yml"
MODULES = public_modules()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    write_api(folder)
    return folder


def test_each_module_that_names_what_is_public_has_a_page():
    found = {each.name for each in pkgutil.iter_modules(aiguille.__path__, "aiguille.")}
    named = {name for name in found if hasattr(importlib.import_module(name), "__all__")}
    assert set(MODULES) == {name for name in named if "._" not in name} | {"faineant"}


@pytest.mark.parametrize("name", MODULES)
def test_the_site_lists_the_page(name):
    line = f"reference/api/{name}.md"
    assert line in SETTINGS.read_text("utf-8"), f"put {line} into the nav of {SETTINGS.name}"


@pytest.mark.parametrize("name", MODULES)
def test_each_public_name_has_an_entry(name, written):
    module, page = importlib.import_module(name), (written / f"{name}.md").read_text("utf-8")
    entries = re.findall(r"^## (\w+) { #\1 }$", page, re.MULTILINE)
    assert sorted(entries) == sorted(module.__all__)
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("name", MODULES)
def test_links_lead_to_entries_and_files_that_are_there(name, written):
    page = (written / f"{name}.md").read_text("utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", page):
        file, _, anchor = link.partition("#")
        assert (written / file).exists(), link
        if anchor:
            assert f"{{ #{anchor} }}" in (written / (file or f"{name}.md")).read_text("utf-8"), link


def section(page, name):
    """One entry of a page."""
    return re.search(rf"^## {name} {{.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[0]


def test_an_entry_tells_signature_parameters_attributes_example_and_source(written):
    entry = section((written / "aiguille.neighbors.md").read_text("utf-8"), "KNeighborsClassifier")
    kind = importlib.import_module("aiguille.neighbors").KNeighborsClassifier
    for words in ("n_neighbors=5", "**Attributes**", "- `classes_`", "**Examples**", ">>> "):
        assert words in entry
    for name in inspect.signature(kind).parameters:
        assert f"- `{name}`" in entry
    for method in ("fit", "predict", "kneighbors"):
        assert f"### {method} {{ #KNeighborsClassifier.{method} }}" in entry
    assert "(aiguille.base.md#Classifier.score)" in entry
    file, line = re.search(r"Source: \[.*?\]\((.*?)\), line (\d+)", entry).groups()
    assert (written / file).read_text("utf-8").split("\n")[int(line) - 1].startswith("class KN")


def test_options_are_told_with_what_else_is_possible():
    docstring = (
        'Do.\n\nParameters\n----------\ninit : {"far", "any"}, callable or None\n    Where.\n'
    )
    [_, title, item] = told(docstring, Known({}, {}), "here")
    assert title == "**Parameters**"
    assert html.unescape(item) == '- `init`: {"far", "any"}, callable or None\n\n    Where.'


def test_a_long_signature_is_cut_at_its_commas():
    def short(a, b=1): ...

    def long(first_parameter, *, second=("a, b", 1), third="x,(y", function=len, **others): ...

    assert signature("short", short) == "short(a, b=1)"
    assert signature("long", long).split("\n") == [
        "long(",
        "    first_parameter,",
        "    *,",
        "    second=('a, b', 1),",
        "    third='x,(y',",
        "    function=len,",
        "    **others,",
        ")",
    ]


def test_pages_are_small_and_what_is_gone_is_removed(written):
    sizes = [file.stat().st_size for file in written.glob("*.md")]
    assert len(sizes) == len(MODULES)
    assert max(sizes) < 150_000  # as a page of the site it is about ten times as large
    (written / "source" / "gone.py").write_text("gone")
    write_api(written)
    assert not (written / "source" / "gone.py").exists()
