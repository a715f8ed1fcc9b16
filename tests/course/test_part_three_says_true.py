"""Chapters 13 to 16: short enough, legible, and true, on the AT&T faces and on a family's.

Of the later ones only what they count is compared here.

Each is run as the site runs it, cell by cell in one ``__main__``. What it prints and draws is
compared with what its prose says. What depends on the machine is held to no number.
"""

import contextlib
import io
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import faineant
import matplotlib
import numpy as np
import pytest
from faineant import Memory, Parallel, cpu_count, delayed
from PIL import Image
from sklearn.decomposition import PCA

from course import data, figures, source
from course.limits import within
from course.site.asking import questions
from course.site.cells import read_chapter
from course.site.pages import markdown
from course.site.run import CellRun, Picture, as_main, execute

FOLDER = Path(__file__).resolve().parents[2] / "course" / "3-be-lazy"
NAMES = ["13-always-the-same-thing", "14-memory", "15-parallel", "16-big-data"]
NEXT = [*NAMES[1:], "17-when-things-go-wrong"]

each_chapter = pytest.mark.parametrize("name", NAMES)


@dataclass(frozen=True)
class Done:
    """A chapter that was run: its text, what its cells gave, and the names it left."""

    chapter: Any
    printed: list[str]
    shown: list[list[figures.Shown]]
    left: dict[str, Any]

    @property
    def text(self):
        """All that was printed."""
        return "".join(self.printed)

    @property
    def figures(self):
        """All figures, in order."""
        return [shown for cell in self.shown for shown in cell]

    def page(self):
        """Write the page of it, as the site does."""
        runs = [
            CellRun(text, tuple(Picture(b"", b"", s.caption, dict(s.exhibit)) for s in shown))
            for text, shown in zip(self.printed, self.shown, strict=True)
        ]
        return markdown(self.chapter, runs)


def run(name):
    chapter = read_chapter(FOLDER / f"{name}.py")
    printed, shown = [], []
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    figures.shown()
    try:
        with as_main(str(chapter.file)) as namespace:
            for number, cell in enumerate(chapter.cells, start=1):
                if cell.kind == "code":
                    with contextlib.redirect_stdout(io.StringIO()) as heard:
                        execute(cell.text, str(chapter.file), number, cell.line, namespace)
                    printed.append(heard.getvalue())
                    shown.append(figures.shown())
            return Done(chapter, printed, shown, dict(namespace))
    finally:
        matplotlib.pyplot.close("all")
        matplotlib.use(before)


def forget_own_photos(patch):
    for variable in ("", "_SIZE", "_CROP", "_PEOPLE", "_PHOTOS"):
        patch.delenv(f"COURSE_FACES{variable}", raising=False)


@pytest.fixture(scope="module")
def done():
    """Run a chapter on the AT&T faces, or give what it gave before."""

    @lru_cache(None)
    def run_once(name):
        with pytest.MonkeyPatch.context() as patch:
            forget_own_photos(patch)
            return run(name)

    return run_once


@pytest.fixture
def family(tmp_path, monkeypatch):
    """Put the least that the course accepts in the place of the AT&T faces."""
    drawn = data.synthetic_faces(4, 3, size=(9, 7), noise=8.0, seed=5)
    for image, name, number in zip(drawn.images, drawn.names, drawn.position, strict=True):
        person = tmp_path / name.replace(" ", "")
        person.mkdir(exist_ok=True)
        Image.fromarray(image).save(person / f"{number}.png")
    forget_own_photos(monkeypatch)
    monkeypatch.setenv("COURSE_FACES", str(tmp_path))


def prose(name):
    cells = read_chapter(FOLDER / f"{name}.py").cells
    return "\n\n".join(cell.text for cell in cells if cell.kind == "markdown")


def asked(name):
    chapter = read_chapter(FOLDER / f"{name}.py")
    return [
        question
        for cell in chapter.cells
        if cell.kind == "markdown"
        for _, question in questions(cell, chapter.file)
    ]


class TestShape:
    @each_chapter
    def test_it_opens_with_its_title_and_a_promise_and_ends_with_the_next_page(self, name):
        assert re.match(r"# .+\n\nAfter this page you can ", prose(name))
        target = dict(zip(NAMES, NEXT, strict=True))[name]
        assert re.search(rf"\nNext page: \[.+\]\({target}\.md\)\.$", prose(name))

    @each_chapter
    def test_its_sections_stand_in_the_order_of_all_chapters(self, name):
        found = re.findall(r"(?m)^## (.+)$", prose(name))
        assert found[0] == "A question with a real picture"
        assert found[1].startswith("The simple idea: ")
        home = ["What to try", "Three questions", "Exercises", "What to take home", "Sources"]
        assert found[-5:] == home

    @each_chapter
    def test_it_has_at_most_1200_words(self, name):
        assert len(prose(name).split()) <= 1200

    @each_chapter
    def test_it_has_at_most_eight_cells_of_at_most_twelve_lines(self, name):
        cells = read_chapter(FOLDER / f"{name}.py").cells
        lines = [
            sum(bool(line.strip()) for line in cell.text.split("\n"))
            for cell in cells
            if cell.kind == "code"
        ]
        assert len(lines) <= 8
        assert max(lines) <= 12

    @each_chapter
    def test_it_explains_at_most_two_words_and_names_one_misconception(self, name):
        told = re.sub(r"(?ms)^(\?\?\?.*?(\n\n|\Z)|## Sources.*)", "", prose(name))
        plain = told.replace("**", "").replace("`", "")
        new = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", re.sub(r"`[^`]*`|\*\*", "", told))
        assert plain
        assert len(set(new)) <= 2
        assert len(re.findall(r"(?m)^\*\*The misconception: [^*]+\*\*", told)) == 1

    @each_chapter
    def test_it_asks_before_it_shows_and_three_times_at_the_end(self, name):
        kinds = [question.kind for question in asked(name)]
        assert "guess" in kinds
        assert kinds.count("question") == 3

    def test_only_the_chapter_off_the_short_path_says_further(self):
        assert [name for name in NAMES if "**Further.** " in prose(name)] == ["16-big-data"]


class TestRun:
    @each_chapter
    def test_the_site_makes_a_page_of_it(self, name, done):
        assert 'class="ask"' in done(name).page()

    @each_chapter
    def test_it_shows_at_most_four_figures_each_in_a_sentence(self, name, done):
        shown = done(name).figures
        assert 1 <= sum(figure.exhibit.get("last", True) for figure in shown) <= 4
        for figure in shown:
            assert re.fullmatch(r"\S.{15,}\.", figure.caption)

    @each_chapter
    def test_it_leaves_no_folder_behind(self, name, done):
        folder = done(name).left.get("folder")
        assert folder is None or not Path(folder.name).exists()

    @each_chapter
    def test_it_runs_on_the_photos_of_a_family(self, name, family):
        done = run(name)
        assert done.figures
        assert "nan" not in done.text
        assert "AT&T" not in done.text + "".join(figure.caption for figure in done.figures)


class TestAlwaysTheSameThing:
    def test_loops_compute_each_step_36_times_and_33_times_for_nothing(self, done):
        text = done(NAMES[0]).text
        assert re.findall(r"(?m)^(\D+): (\d+) times$", text) == [
            ("name", "36"),
            ("shrink", "36"),
            ("make noisy", "36"),
        ]
        assert "33 times, the noisy photos were there already" in text

    def test_functions_that_remember_and_a_graph_compute_each_step_once(self, done):
        text = done(NAMES[0]).text
        assert "13 boxes, 13 steps computed, the same photos: True" in text
        assert "{'name': 36, 'shrink': 9, 'make noisy': 3}" in text
        assert "the same errors: True" in text

    def test_the_curve_is_that_of_loops_which_are_counted(self, done):
        figure = next(s for s in done(NAMES[0]).figures if s.exhibit.get("kind") == "draw")
        for loops, told in zip(*(figure.exhibit["draw"][axis] for axis in "xy"), strict=True):
            assert told == sum(1 for _ in np.ndindex((4,) * int(loops)))

    def test_the_python_cache_takes_no_array(self):
        with pytest.raises(TypeError, match="unhashable"):
            lru_cache(None)(np.sum)(np.ones(3))


class TestMemory:
    def test_three_calls_of_which_two_are_computed(self, done):
        left = done(NAMES[1]).left
        assert done(NAMES[1]).text.count("[Memory] Calling square...") == 2
        assert (left["b"] == left["c"]).all()
        assert left["d"][0, 0] == 25

    def test_three_ways_to_write_a_call_have_one_key_and_other_calls_have_others(self, done):
        keys = re.findall(r"(?m)^([0-9a-f]{8})  shrunk", done(NAMES[1]).text)
        assert len(keys) == 5
        assert len(set(keys[:3])) == 1
        assert len(set(keys)) == 3

    def test_a_constant_and_a_helper_count_and_a_comment_does_not(self, done):
        comment, constant, helper = re.findall(
            r"(?m)^(?:comment|constant|helper): (.+(?:\n- .+)*)$", done(NAMES[1]).text
        )
        assert "is remembered" in comment
        assert "constant __main__.white differs" in constant
        assert "function __main__.contrast differs" in helper

    def test_both_results_are_kept_each_in_a_file(self, done):
        text = done(NAMES[1]).text
        assert len(re.findall(r"bytes  stretched\(0\)", text)) == 2
        assert len(re.findall(" bytes  ", text)) == int(re.search(r"(\d+) files", text)[1])
        key = re.search(r"such as ([0-9a-f]{8})", text)[1]
        assert re.search(rf"(?m)^{key} .* stretched\(0\)$", text)

    def test_a_helper_that_is_changed_back_finds_the_old_result(self, tmp_path):
        scope = {"memory": Memory(tmp_path, verbose=0), "ran": []}
        body = "def helper(x):\n    return {} * x\n"
        with as_main(str(tmp_path / "study.py")) as main:
            main |= scope
            for factor in (2, 3, 2):
                exec(body.format(factor), main)
                exec("@memory.cache\ndef f(x):\n    return helper(x)", main)
                main["ran"].append((main["f"].why(1).hit, main["f"](1)))
        assert scope["ran"] == [(False, 2), (False, 3), (True, 2)]

    def test_the_folder_stays_below_its_limit(self, done):
        line = done(NAMES[1]).figures[-1].figure.axes[0].lines[0]
        kilobytes = line.get_ydata()
        assert len(kilobytes) == 12
        assert 0 < kilobytes[0] < max(kilobytes) <= 60


class TestParallel:
    def test_seven_numbers_come_out_of_a_range_of_seven(self, done):
        first, cores, *_ = done(NAMES[2]).text.splitlines()
        assert first == str([float(number) for number in range(7)])
        assert f" {cpu_count()} cores" in cores

    def test_tasks_are_done_before_the_first_worker_is_there(self, done):
        gains = done(NAMES[2]).left["gains"]
        assert [len(gain) for gain in gains.values()] == [5, 5, 5]
        assert gains["new workers"][0] < 0.5
        assert all(gain > 0 for way in gains.values() for gain in way)

    def test_photos_are_lost_without_a_lock_and_none_with_it(self, done):
        found = done(NAMES[2])
        with_lock, photos, without = map(
            int, re.search(r"(\d+) of (\d+) photos .* some (\d+) without", found.text).groups()
        )
        assert without < with_lock == photos == 20
        assert np.allclose(found.left["sums"][0], found.left["photos"].sum(axis=0))

    def test_a_process_changes_its_own_copy_of_a_list(self):
        found = []
        Parallel(n_jobs=2)(delayed(found.append)(number) for number in range(4))
        assert found == []


class TestBigData:
    def test_the_file_is_larger_than_the_memory_that_is_allowed(self, done):
        size = int(re.search(r"a file of (\d+) MB", done(NAMES[3]).text)[1])
        assert size > 3 * 40

    def test_reading_asks_for_the_file_mapping_for_nothing_and_pieces_for_little(self, done):
        bars = done(NAMES[3]).figures[1].figure.axes[0].patches
        everything, mapped, pieces = [bar.get_width() for bar in bars]
        assert everything > 3 * 40
        assert mapped < 1
        assert 1 < pieces < 40

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse nothing")
    def test_the_system_refuses_what_is_too_much_and_nothing_else(self, done):
        text = done(NAMES[3]).text
        assert "read it all: refused\nmap it: done\nin pieces: done\n" in text

    def test_the_components_of_the_pieces_are_nearly_those_of_all_photos(self, done):
        left = done(NAMES[3]).left
        small, rng = left["small"], np.random.default_rng(0)
        rows = np.concatenate(
            [
                rng.uniform(0.5, 1.2, (len(small), 1)) * small + rng.normal(0, 20, small.shape)
                for _ in range(3)
            ]
        )
        whole = PCA(n_components=3, svd_solver="randomized", random_state=0).fit(rows)
        alike = np.abs(np.sum(whole.components_ * left["model"].components_[:3], axis=1))
        assert (alike > 0.95).all()
        assert left["alike"] ** 2 > 0.95

    def test_a_large_result_comes_back_without_asking_for_memory(self, done):
        computed, mapped = re.findall(r"([\d.]+) MB asked for", done(NAMES[3]).text)
        assert float(computed) > 25
        assert float(mapped) < 1

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse nothing")
    def test_a_limit_is_kept_and_lifted_again(self):
        def refused():
            try:
                within(40, lambda: np.empty(50_000_000))
            except MemoryError:
                return np.empty(50_000_000).size == 50_000_000

        assert Parallel(n_jobs=2)(delayed(refused)() for _ in range(2)) == [True, True]


class TestBothTogether:
    def test_errors_and_sets_of_parcels_are_counted_apart(self, done):
        found = done("18-both-together")
        errors, parcels = zip(*found.left["runs"].values(), strict=True)
        assert errors == (40, 95, 0, 45, 135)
        assert parcels[2:] == (0, 0, 0)
        assert sum(parcels) == 45
        printed = re.findall(r"(\d+) computed, +(\d+) sets of parcels", found.text)
        assert [tuple(map(int, row)) for row in printed] == list(zip(errors, parcels, strict=True))


class TestPhilosophyAndFuture:
    def test_every_file_of_faineant_is_counted_once(self, done):
        left = done("19-philosophy-and-future").left
        named = " ".join(left["wishes"].values()).split()
        assert len(named) == len(set(named))
        assert all(left["parts"][name] > 10 for name in named)
        total = sum(
            source.lines_of_code(file.read_text("utf-8"))
            for file in source.files_of(faineant).values()
        )
        assert sum(left["parts"].values()) == sum(left["cost"].values()) + left["rest"] == total

    def test_the_dearest_wish_is_the_longest_bar(self, done):
        found = done("19-philosophy-and-future")
        axes = found.figures[0].figure.axes[0]
        lengths = [bar.get_width() for bar in axes.patches]
        wishes = [label.get_text().partition(":")[0] for label in axes.get_yticklabels()]
        dearest = wishes[lengths.index(max(lengths))]
        assert f"The dearest wish is {dearest}: {max(lengths):,.0f} lines." in found.text
