"""The README's examples run as they stand."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "packages" / "faineant" / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_runs_and_shows_what_it_says(run, number):
    printed = run(BLOCKS[number])
    assert printed.count("Calling count_primes") == 1
    assert "CacheInfo(hits=1, misses=1" in printed
    assert "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]" in printed


def test_there_is_an_example():
    assert BLOCKS
