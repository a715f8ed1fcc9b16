"""The chapters of part one: short enough, legible, and true, on the AT&T faces and on others.

Each chapter is run as ``python chapter.py`` would run it, with a memory that forgets, and what it
prints and shows is compared with what its prose says.
"""

import contextlib
import io
import re
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import matplotlib
import numpy as np
import pytest
from aiguille.datasets import with_noise
from PIL import Image
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from course import data, figures

FOLDER = Path(__file__).resolve().parents[2] / "course" / "1-predict"
CHAPTERS = sorted(FOLDER.glob("*.py"))
NAMES = [
    "0-too-much-data",
    "1-who-is-this",
    "2-a-haystack",
    "3-real-data-is-rotten",
    "4-judge-honestly",
    "5-choose-k-twice",
]

each_chapter = pytest.mark.parametrize("chapter", NAMES)


@dataclass(frozen=True)
class Run:
    """What a chapter printed, and the figures and captions it showed."""

    printed: str
    shown: list

    @property
    def percents(self):
        """All percentages in the order of print, from 0 to 1."""
        return [float(number) / 100 for number in re.findall(r"([\d.]+)%", self.printed)]


def run(chapter, environ, monkeypatch):
    for variable in ("", "_SIZE", "_CROP", "_PEOPLE", "_PHOTOS"):
        monkeypatch.delenv(f"COURSE_FACES{variable}", raising=False)
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    forgetful = ModuleType("course.remember")
    forgetful.memory = type("Forgetful", (), {"cache": staticmethod(lambda function: function)})()
    monkeypatch.setitem(sys.modules, "course.remember", forgetful)
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    figures.shown()
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            runpy.run_path(str(FOLDER / f"{chapter}.py"), run_name="__main__")
        return Run(printed.getvalue(), figures.shown())
    finally:
        matplotlib.pyplot.close("all")
        matplotlib.use(before)


@pytest.fixture(scope="module")
def known():
    return data.faces({})


@pytest.fixture(scope="module")
def done_before():
    """Runs on the AT&T faces, by chapter: they take some seconds each."""
    return {}


@pytest.fixture
def on_att_faces(done_before, monkeypatch):
    """Run a chapter on the AT&T faces."""

    def run_or_remember(chapter):
        if chapter not in done_before:
            done_before[chapter] = run(chapter, {}, monkeypatch)
        return done_before[chapter]

    return run_or_remember


@pytest.fixture(params=["faces94", "family"])
def friends(request, tmp_path):
    """A folder of other photos: as in faces94, and the least that the course accepts."""
    people, photos, size = (6, 5, (24, 20)) if request.param == "faces94" else (4, 3, (9, 7))
    drawn = data.synthetic_faces(people, photos, size=size, noise=8.0, seed=5)
    folder = tmp_path / "friends"
    for image, name, number in zip(drawn.images, drawn.names, drawn.position, strict=True):
        person = name.replace(" ", "")
        where = folder / f"group{number // 99}" if request.param == "faces94" else folder
        (where / person).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(where / person / f"{person}.{number + 1}.png")
    return folder


def text_of(chapter):
    return (FOLDER / f"{chapter}.py").read_text("utf-8")


def cells_of(chapter):
    """Cut a chapter into (is it code?, its lines without blank ones around)."""
    _, *cells = re.split(r"(?m)^# %%", text_of(chapter))
    for cell in cells:
        head, _, body = cell.partition("\n")
        yield head.strip() != "[markdown]", body.strip("\n").split("\n")


def prose_of(chapter):
    lines = [line for code, lines in cells_of(chapter) if not code for line in lines]
    assert all(line.startswith("#") for line in lines)
    return "\n".join(re.sub("^# ?", "", line) for line in lines)


def test_these_are_the_chapters():
    assert [path.stem for path in CHAPTERS] == NAMES


class TestShape:
    @each_chapter
    def test_it_opens_with_its_title_and_with_what_the_reader_will_be_able_to_do(self, chapter):
        assert re.match(r"# .+\n\nAfter this page you can ", prose_of(chapter))

    @each_chapter
    def test_it_has_at_most_1200_words(self, chapter):
        assert len(prose_of(chapter).split()) <= 1200

    @each_chapter
    def test_it_has_at_most_eight_cells_of_at_most_twelve_lines(self, chapter):
        code = [lines for is_code, lines in cells_of(chapter) if is_code]
        assert len(code) <= 8
        assert max(map(len, code)) <= 12

    @each_chapter
    def test_a_figure_comes_before_a_formula(self, chapter):
        text = text_of(chapter)
        formula = re.search("√|Σ|[Ii]n a formula|[Ii]n formulas", text)
        assert formula is None or text.index("\nshow(") < formula.start()
        assert "$" not in prose_of(chapter)

    @each_chapter
    def test_it_ends_with_three_things_to_take_home_and_the_next_page(self, chapter):
        home = prose_of(chapter).split("## What to take home")[1]
        assert len(re.findall("(?m)^- ", home)) == 3
        target = re.findall(r"\]\((.+?)\)", home)[-1]
        number = NAMES.index(chapter)
        assert target == ([f"{name}.md" for name in NAMES] + ["../index.md"])[number + 1]

    @each_chapter
    def test_links_lead_to_other_chapters(self, chapter):
        for target in re.findall(r"\]\((.+?)\)", prose_of(chapter)):
            assert target == "../index.md" or target.removesuffix(".md") in NAMES

    @each_chapter
    def test_a_number_in_the_prose_says_on_which_faces(self, chapter):
        for paragraph in re.split(r"\n\n|\n- ", prose_of(chapter)):
            if re.search(r"\d%", paragraph) and "noise" not in paragraph:
                assert re.search(r"AT&T|faces94|An error\s+of", paragraph), paragraph


class TestOnTheATandTFaces:
    @each_chapter
    def test_it_says_and_shows_little_and_each_figure_in_a_sentence(self, chapter, on_att_faces):
        done = on_att_faces(chapter)
        lines = done.printed.splitlines()
        assert 1 <= len(lines) <= 10
        assert 1 <= len(done.shown) <= 4
        for _, caption in done.shown:
            assert re.fullmatch(r"\S.{15,}\.", caption)
        if "error" in done.printed or "wrong name" in done.printed:
            assert "hance" in done.printed

    def test_a_hundredth_of_the_numbers_is_as_good_as_all_and_one_is_not(self, on_att_faces):
        whole, _, _, hundredth, one, chance = on_att_faces("0-too-much-data").percents
        assert hundredth <= whole
        assert whole < 0.2 < 0.8 < one < chance == 0.975

    def test_typical_faces_name_one_unseen_photo_in_six_wrongly(self, on_att_faces):
        done = on_att_faces("1-who-is-this")
        assert "That is right." in done.printed
        error, chance = done.percents
        assert error == pytest.approx(1 / 6, abs=0.02)
        assert chance == 0.975

    def test_in_noise_the_mean_wins_and_a_smaller_picture_helps(self, on_att_faces):
        done = on_att_faces("2-a-haystack")
        real, synthetic, clean, noisy, noisier, clutter = done.printed.splitlines()
        mean, one, five, chance = Run(real, []).percents
        assert mean == pytest.approx(one / 2, rel=0.1)
        assert mean < five < chance == 0.975
        mean, one, _, chance = Run(synthetic, []).percents
        assert mean < one < chance == 0.99
        for line, gain in [(clean, 0.0), (noisy, 0.05), (noisier, 0.5)]:
            whole, best = Run(line, []).percents
            assert whole - best > gain
        _, mean, one = Run(clutter, []).percents
        assert mean < one

    def test_a_stranger_is_nearest_for_one_photo_in_forty(self, on_att_faces):
        farthest, nearest, chance, mean, moved_mean, one, moved_one = on_att_faces(
            "3-real-data-is-rotten"
        ).percents
        assert nearest == 1 / 40
        assert farthest > 0.5
        assert chance == 0.975
        assert moved_mean > 2 * mean
        assert moved_one > 2 * one

    def test_the_cut_makes_the_number(self, on_att_faces):
        (five, ten, blocks, _, seen, unseen, chance, shuffled, left_out, in_order, dealt) = (
            on_att_faces("4-judge-honestly").percents
        )
        assert (five, ten) == (0.035, 0.025)
        assert blocks == 1.0
        assert (seen, unseen, chance) == (0.0, 0.035, 0.975)
        assert shuffled < 0.05 < 0.15 < left_out
        assert in_order == pytest.approx(0.10, abs=0.005)
        assert dealt == pytest.approx(0.07, abs=0.005)

    def test_the_lie_is_large_on_noise_and_nothing_on_faces(self, on_att_faces):
        (lie, _, honest, around, error, deals, low, high, chance, one_loop) = on_att_faces(
            "5-choose-k-twice"
        ).percents
        assert lie < 0.2
        assert abs(honest - 0.5) < around
        assert 0.01 < low < 0.02 < error < 0.045 < high < 0.06
        assert error == one_loop == 0.032
        assert deals < (high - low) / 4
        assert chance == 0.975


class TestOnOtherFaces:
    @each_chapter
    def test_it_runs_and_speaks_of_these(self, chapter, friends, monkeypatch):
        done = run(chapter, {"COURSE_FACES": str(friends)}, monkeypatch)
        assert 1 <= len(done.shown) <= 4
        assert "AT&T" not in done.printed + "".join(caption for _, caption in done.shown)
        assert "nan" not in done.printed
        if chapter[0] in "1345":
            assert "“friends”" in done.printed


class TestFacts:
    """What the prose says beyond what the chapters print, measured with another library."""

    @staticmethod
    def error(e, images, names, folds=5):
        cv = StratifiedKFold(folds, shuffle=True, random_state=0)
        rows = images.reshape(len(images), -1).astype(float)
        return 1 - cross_val_score(e, rows, names, cv=cv).mean()

    @pytest.mark.parametrize(("folds", "expected"), [(5, 0.035), (10, 0.025)])
    def test_one_neighbour_at_full_size(self, known, folds, expected):
        one = KNeighborsClassifier(n_neighbors=1)
        assert self.error(one, known.images, known.names, folds) == pytest.approx(expected)

    def test_deals_of_fifths_give_three_to_three_and_a_half_percent_as_does_no_deal(self, known):
        rows, one = known.pixels, KNeighborsClassifier(n_neighbors=1)
        cuts = [StratifiedKFold(5)]
        cuts += [StratifiedKFold(5, shuffle=True, random_state=seed) for seed in range(5)]
        errors = [1 - cross_val_score(one, rows, known.names, cv=cv).mean() for cv in cuts]
        assert errors[0] == pytest.approx(0.0325)
        assert all(0.03 - 1e-9 <= error <= 0.035 + 1e-9 for error in errors)

    def test_clean_one_neighbour_beats_the_mean_and_five_lose(self, known):
        one, five = (KNeighborsClassifier(n_neighbors=k) for k in (1, 5))
        errors = [self.error(e, known.images, known.names) for e in (one, NearestCentroid(), five)]
        assert errors == sorted(errors)
        assert errors[0] < 0.55 * errors[1]

    def test_the_lines_have_crossed_at_noise_75_and_not_at_50(self, known):
        half = data.resized(known.images, 56, 46)
        one, mean = KNeighborsClassifier(n_neighbors=1), NearestCentroid()
        gains = [
            self.error(one, noisy, known.names) - self.error(mean, noisy, known.names)
            for noisy in (with_noise(half, noise) for noise in (50.0, 75.0))
        ]
        assert gains[0] < 0 < gains[1]

    def test_k_of_one_is_the_best_by_far(self, known):
        errors = [
            self.error(KNeighborsClassifier(n_neighbors=k), known.images, known.names)
            for k in range(1, 11)
        ]
        assert np.argmin(errors) == 0
        assert errors[0] < 0.6 * min(errors[1:])
