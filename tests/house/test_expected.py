"""What of scikit-learn's checks is failed on purpose stands in the docs, word for word.

``python tests/house/test_expected.py`` writes the table anew.
"""

import importlib.util
import re
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]
CONVENTIONS = HOUSE / "tests" / "aiguille" / "test_conventions.py"
PAGE = HOUSE / "course" / "reference" / "estimators.md"
BLOCK = re.compile(r"(?<=<!-- expected failures -->\n).*?(?=<!-- /expected)", re.DOTALL)


def conventions():
    """The checks of all estimators, as a module."""
    spec = importlib.util.spec_from_file_location("conventions_and_exceptions", CONVENTIONS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(expected):
    """The checks that are failed on purpose, as a table: one row for each estimator and reason."""
    rows = ["| Estimator | Check that it fails | Why |", "|---|---|---|"]
    for estimator, failures in sorted(expected.items()):
        for reason in dict.fromkeys(failures.values()):
            checks = [f"`{check}`" for check, why in failures.items() if why == reason]
            rows.append(f"| `{estimator}` | {', '.join(checks)} | {reason} |")
    return "\n".join(rows) + "\n"


def test_the_docs_tell_what_is_failed_on_purpose(checked):
    [told] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    told_again = f"write it anew: python {Path(__file__).relative_to(HOUSE).as_posix()}"
    assert told == table(checked.EXPECTED), told_again


def test_what_is_expected_is_about_estimators_that_are_checked(checked):
    names = {type(estimator).__name__ for estimator in checked.ESTIMATORS}
    assert set(checked.EXPECTED) <= names


def test_one_row_tells_all_checks_of_one_reason():
    assert table({"B": {"x": "so", "y": "so", "z": "no"}, "A": {"x": "so"}}).splitlines()[2:] == [
        "| `A` | `x` | so |",
        "| `B` | `x`, `y` | so |",
        "| `B` | `z` | no |",
    ]


if __name__ == "__main__":
    sys.path.insert(0, str(HOUSE))
    expected = table(conventions().EXPECTED)
    PAGE.write_text(BLOCK.sub(lambda _: expected, PAGE.read_text("utf-8")), encoding="utf-8")
