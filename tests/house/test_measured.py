"""Tables of what was measured: well formed, from the benchmarks, and not about anyone's machine."""

import re
from pathlib import Path

import pytest
from course.site.measured import BLOCK, Row, in_words, ratio_in_words, record, rewritten

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "course" / "reference").glob("*.md"))]
# A table may stand on several pages.
BLOCKS = {
    (page.stem, block["name"]): block["inside"]
    for page in PAGES
    for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
}
NOTE = re.compile(
    r"Measured on \d{4}-\d\d-\d\d, on a small shared machine with \d+ cores, one thread\."
)


def cells(line):
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def test_each_mark_that_opens_is_closed_and_names_a_file_of_benchmarks():
    marks = [
        mark
        for page in PAGES
        for mark in re.findall(r"<!-- /?measured.*?-->", page.read_text(encoding="utf-8"))
    ]
    assert len(marks) == 2 * len(BLOCKS)
    for _, name in BLOCKS:
        assert (HOUSE / "tests" / "benchmarks" / f"test_{name}.py").is_file()


@pytest.mark.parametrize("place", BLOCKS, ids="-".join)
def test_each_table_has_as_many_cells_in_each_row_and_says_when_it_was_measured(place):
    *table, empty, note = BLOCKS[place].splitlines()
    header, rule, *rows = map(cells, table)
    assert rows
    assert set(rule) == {"---"}
    assert {len(row) for row in (rule, *rows)} == {len(header)}
    assert all(row[1] and row[2] and row[3].endswith(" x") for row in rows)
    assert empty == ""
    assert NOTE.fullmatch(note)


PAGE = """before
<!-- measured: faces -->
| what | joblib 0.1 | ours | ratio | aimed at |
|---|---|---|---|---|
| old | 1 s | 2 s | 0.5 x | |
<!-- /measured -->
after <!-- a remark -->
<!-- measured: other -->
| what | joblib | ours | ratio |
<!-- /measured -->
"""


def test_a_table_is_written_anew_below_its_header_and_nothing_else_changes():
    rows = [Row("a", "joblib", 0.3, 0.02, 10), Row("b", "ours, alone", 2e-6, 2e-6, None)]
    page = rewritten(PAGE, {"faces": rows}, "A note.")
    first = BLOCK.search(page)
    header, rule, *lines = first["inside"].splitlines()
    assert re.fullmatch(r"\| what \| joblib \d+\.\d+ \| ours \| ratio \| aimed at \|", header)
    assert rule == "|---|---|---|---|---|"
    assert lines == [
        "| a | 300 ms | 20 ms | 15 x | 10 x |",
        "| b | 2.0 µs (ours, alone) | 2.0 µs | 1.0 x | |",
        "",
        "A note.",
    ]
    assert page.startswith("before\n<!-- measured: faces -->\n|")
    assert page.endswith(PAGE[PAGE.index("<!-- /measured -->") :])
    assert rewritten(page, {"faces": rows}, "A note.") == page


def test_a_table_without_aims_gets_none():
    page = rewritten(PAGE, {"other": [Row("a", "joblib", 12, 1, 10)]}, "A note.")
    assert "| a | 12 s | 1.0 s | 12 x |\n\nA note.\n<!-- /measured -->\n" in page


def test_what_is_recorded_finds_its_page(tmp_path):
    (tmp_path / "course" / "reference").mkdir(parents=True)
    readme, page = tmp_path / "README.md", tmp_path / "course" / "reference" / "page.md"
    readme.write_text("no table", encoding="utf-8")
    page.write_text(PAGE, encoding="utf-8")
    assert record({"faces": [Row("a", "joblib", 1, 1, 1)]}, tmp_path) == [page]
    *_, note = BLOCK.search(page.read_text(encoding="utf-8"))["inside"].splitlines()
    assert NOTE.fullmatch(note)


@pytest.mark.parametrize(
    ("number", "time", "ratio"),
    [
        (1e-6, "1.0 µs", "1e-06 x"),
        (0.00123, "1.2 ms", "0.0012 x"),
        (0.9996, "1.0 s", "1.0 x"),
        (26.44, "26 s", "26 x"),
        (1432, "1,400 s", "1,400 x"),
    ],
)
def test_numbers_are_read_at_a_glance(number, time, ratio):
    assert (in_words(number), ratio_in_words(number)) == (time, ratio)
