"""The pages of the reference say what is true: their examples print what stands below them."""

import importlib
import importlib.util
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import aiguille
import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "course" / "reference"
EXAMPLE = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n^``` \{ \.text \.output \}\n(?P<printed>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)
EXAMPLES = {
    f"{page.stem}-{number}": example
    for page in sorted(REFERENCE.glob("*.md"))
    for number, example in enumerate(EXAMPLE.finditer(page.read_text(encoding="utf-8")), start=1)
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_stands_below_it(name, tmp_path):
    example = EXAMPLES[name]
    script = tmp_path / "example.py"
    script.write_text(example["code"], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=os.environ | {"FAINEANT_KEY": str(tmp_path / "key")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert without_ages(done.stdout) == without_ages(example["printed"] or "")


def without_ages(text):
    return re.sub(r"\d+ (?=m?s ago)", "", text).strip()


def test_the_commands_that_a_page_names_exist():
    named = re.findall(r"`python -m faineant (\w+)", (REFERENCE / "memory.md").read_text("utf-8"))
    assert len(set(named)) == 5
    for command in named:
        subprocess.run([sys.executable, "-m", "faineant", command, "--help"], check=True)


def test_the_page_of_the_memory_shows_the_call_of_the_slide():
    assert EXAMPLES["memory-1"]["printed"].count("[Memory] Calling square...") == 1


def test_the_page_on_scikit_learn_names_every_parameter_that_is_missing_here():
    """Compare the signatures of all estimators that both have with the page's table."""
    page = (REFERENCE / "from-scikit-learn.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|$", page, re.MULTILINE)
    told = {name: set(re.findall(r"\w+", missing)) for name, missing in rows}
    found = {}
    for module in pkgutil.iter_modules(aiguille.__path__, "aiguille."):
        theirs = module.name.replace("aiguille", "sklearn")
        if importlib.util.find_spec(theirs) is None:
            continue
        ours, theirs = importlib.import_module(module.name), importlib.import_module(theirs)
        for name in getattr(ours, "__all__", ()):
            one, other = getattr(ours, name), getattr(theirs, name, None)
            if inspect.isclass(one) and hasattr(one, "fit") and other is not None:
                missing = set(parameters(other)) - set(parameters(one)) - {"kwargs"}
                if missing:
                    found[name] = missing
    assert told == found


def parameters(kind):
    return inspect.signature(kind).parameters
