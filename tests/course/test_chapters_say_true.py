"""The chapters of part one are true, on the AT&T faces and on others.

Their form is tested in `test_chapters_form.py`. Each chapter is run as ``python chapter.py``
would run it, with a memory that forgets, and what it prints and shows is compared with what its
prose says.
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
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline

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
    "6-features",
    "7-how-sure-are-we",
]

each_chapter = pytest.mark.parametrize("chapter", NAMES)


@dataclass(frozen=True)
class Run:
    """What a chapter printed, and the figures and captions it showed."""

    printed: str
    shown: list

    @property
    def figures(self):
        """How many there are, an exhibit counting as one."""
        return sum(not exhibit or exhibit["last"] for _, _, exhibit in self.shown)

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


class TestProse:
    @each_chapter
    def test_a_figure_comes_before_a_formula(self, chapter):
        text = text_of(chapter)
        formula = re.search("√|Σ|[Ii]n a formula|[Ii]n formulas", text)
        assert formula is None or re.search(r"\n(show|slider)\(", text).start() < formula.start()

    @each_chapter
    def test_it_ends_with_three_things_to_take_home(self, chapter):
        home = prose_of(chapter).split("## What to take home")[1].split("\n## ")[0]
        assert len(re.findall("(?m)^- ", home)) == 3

    @each_chapter
    def test_links_lead_to_other_chapters_and_to_exercises(self, chapter):
        for target in re.findall(r"\]\((.+?)\)", prose_of(chapter)):
            known = target.removesuffix(".md") in NAMES or target.startswith("../exercises.md#")
            assert known or target == "../2-summarise/8-why-reduce.md", target

    @each_chapter
    def test_a_number_in_the_prose_says_on_which_faces(self, chapter):
        told = prose_of(chapter).split("## What to try")[0]  # questions make up cases
        told = re.sub(r"(?m)^\?\?\? guess .+\n(    .*\n?)+", "", told)
        for paragraph in re.split(r"\n\n|\n- ", told):
            if re.search(r"\d%", paragraph) and "noise" not in paragraph:
                assert re.search(r"AT&T|faces94|An error\s+of", paragraph), paragraph


class TestOnTheATandTFaces:
    @each_chapter
    def test_it_says_and_shows_little_and_each_figure_in_a_sentence(self, chapter, on_att_faces):
        done = on_att_faces(chapter)
        lines = done.printed.splitlines()
        assert 1 <= len(lines) <= 10
        assert 1 <= done.figures <= 4
        for _, caption, _ in done.shown:
            assert re.fullmatch(r"\S.{15,}\.", caption)
        if "error" in done.printed or "wrong name" in done.printed:
            assert "hance" in done.printed

    def test_a_hundredth_of_the_numbers_is_as_good_as_all_and_one_is_not(self, on_att_faces):
        whole, _, _, hundredth, one, chance = on_att_faces("0-too-much-data").percents
        assert hundredth < whole
        assert whole < 0.2 < 0.8 < one < chance == 0.975
        assert one == pytest.approx(6 / 7, abs=0.01)
        assert 5 < (1 - one) / (1 - chance) < 6

    def test_typical_faces_name_one_unseen_photo_in_six_wrongly(self, on_att_faces):
        done = on_att_faces("1-who-is-this")
        assert "That is right." in done.printed
        error, chance = done.percents
        assert error == pytest.approx(1 / 6, abs=0.02)
        assert chance == 0.975

    def test_in_noise_the_mean_wins_and_a_smaller_picture_helps(self, on_att_faces):
        done = on_att_faces("2-a-haystack")
        real, synthetic, whole, small, clutter = done.printed.splitlines()
        mean, one, five, chance = Run(real, []).percents
        assert mean == pytest.approx(one / 2, rel=0.1)
        assert mean < five < chance == 0.975
        assert Run(whole, []).percents[0] < 0.5 * one  # of whole photos; this was of halved ones
        mean, one, _, chance = Run(synthetic, []).percents
        assert mean < one < chance == 0.99
        assert Run(small, []).percents[0] < 0.5 * Run(whole, []).percents[0]
        _, mean, one = Run(clutter, []).percents
        assert mean < one

    def test_a_little_noise_does_no_harm_to_one_neighbour(self, on_att_faces):
        [draw] = [e["draw"] for _, _, e in on_att_faces("2-a-haystack").shown if "draw" in e]
        error = dict(zip(draw["x"], draw["y"], strict=True))
        assert abs(error[25] - error[0]) < 0.01
        assert error[150] > 10 * error[0]

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
        (honest, around, lie, _, error, deals, low, high, chance, one_loop) = on_att_faces(
            "5-choose-k-twice"
        ).percents
        assert lie < 0.2
        assert abs(honest - 0.5) < around
        assert 0.01 < low < 0.02 < error < 0.045 < high < 0.06
        assert error == one_loop == 0.032
        assert deals < (high - low) / 4
        assert chance == 0.975

    def test_one_right_neighbour_is_voted_down(self, on_att_faces):
        votes = [e for _, _, e in on_att_faces("5-choose-k-twice").shown if e.get("label") == "k"]
        assert [vote["value"] for vote in votes] == ["1", "3", "5", "9"]

    def test_components_and_then_fisher_are_best_until_there_is_much_noise(self, on_att_faces):
        kept, *rest = on_att_faces("6-features").percents
        *errors, chance = rest
        clean, noisy, noisier = np.reshape(errors, (3, 2, 4))
        assert kept > 0.8
        assert chance == 0.975
        pixels, components, fisher, both = range(4)
        assert abs(clean[0, components] - clean[0, pixels]) < 0.01
        assert clean[0].argmin() == both
        assert clean[0, both] < 0.5 * clean[0, pixels]
        gains = clean[:, pixels] - clean[:, both]
        assert gains[1] > gains[0]  # typical faces gain most
        assert all(noisy[:, fisher] > 1.5 * noisy[:, pixels])
        assert noisy.min() == noisy[:, both].min()
        saved = 400 * (noisy[:, pixels] - noisy[:, both])
        assert all((saved > 1) & (saved < 6))  # of 400 names: nothing clear
        assert noisier.min() == noisier[1, pixels]

    def test_a_small_p_value_is_no_small_error(self, on_att_faces):
        done = on_att_faces("7-how-sure-are-we")
        first, second, six, clean, noisy, _, noisiest, ranges = done.printed.splitlines()
        assert "14 of 400 photos, of 11 people" in first
        assert Run(second, []).percents == [0.035, 0.975]
        p = {
            line: float(re.search(r"p-value (\d\.\d+)", line)[1]) for line in (six, noisy, noisiest)
        }
        assert Run(six, []).percents == [0.0]
        assert p[six] > 0.1 < p[noisiest]
        assert Run(clean, []).percents[0] < 0.1
        assert Run(noisy, []).percents[0] == pytest.approx(0.8, abs=0.05)
        assert p[noisy] == 0.01
        low, high, lower, higher = Run(ranges, []).percents
        assert higher - lower > high - low
        assert high - low == pytest.approx(4 * np.sqrt(0.035 * 0.965 / 400), rel=0.15)

    def test_more_photos_would_still_help_but_each_less(self, on_att_faces):
        [draw] = [e["draw"] for _, _, e in on_att_faces("7-how-sure-are-we").shown if "draw" in e]
        assert draw["x"] == list(range(1, 9))
        helps = -np.diff(draw["y"])
        assert all(helps > 0)
        assert helps[-1] < 0.1 * helps[0]


class TestWhatToTry:
    """Changes that a chapter proposes, made in a copy of it."""

    @staticmethod
    def tried(chapter, old, new, tmp_path, monkeypatch):
        text = text_of(chapter)
        assert text.count(old) == 1
        (tmp_path / f"{chapter}.py").write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setitem(globals(), "FOLDER", tmp_path)
        return run(chapter, {}, monkeypatch)

    def test_plain_differences_can_be_added_up(self, tmp_path, monkeypatch):
        old = "to_each = pairwise_distances(test, recogniser.centroids_)"
        new = "to_each = pairwise_distances(test, recogniser.centroids_, 'manhattan')"
        assert self.tried("1-who-is-this", old, new, tmp_path, monkeypatch).figures == 3

    def test_photos_can_be_shifted_downwards(self, tmp_path, monkeypatch):
        old, new = "(0, 0), (d, 0))", "(d, 0), (0, 0))"
        done = self.tried("3-real-data-is-rotten", old, new, tmp_path, monkeypatch)
        assert done.percents[-1] > 2 * done.percents[-2]

    def test_halves_that_are_not_shuffled_are_the_sittings(self, tmp_path, monkeypatch):
        old, new = "(2, shuffle=True, random_state=0)", "(2)"
        done = self.tried("4-judge-honestly", old, new, tmp_path, monkeypatch)
        in_order, left_out = re.findall(r"Synthetic faces.+ ([\d.]+%)", done.printed)
        assert in_order == left_out


class TestOnOtherFaces:
    @each_chapter
    def test_it_runs_and_speaks_of_these(self, chapter, friends, monkeypatch):
        done = run(chapter, {"COURSE_FACES": str(friends)}, monkeypatch)
        assert 1 <= done.figures <= 4
        assert "AT&T" not in done.printed + "".join(caption for _, caption, _ in done.shown)
        assert "nan" not in done.printed
        if chapter[0] in "13457":
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

    def test_synthetic_people_move_less_and_the_methods_begin_level(self, known):
        synthetic = data.synthetic_faces(people=100, photos=10)
        moves = []
        for faces in (synthetic, known):
            apart = pairwise_distances(faces.pixels)
            same = faces.names[:, np.newaxis] == faces.names
            moves.append(np.median(apart[same & (apart > 0)]) / np.median(apart[~same]))
        assert moves[0] < 0.4 < 0.6 < moves[1]
        methods = (NearestCentroid(), *(KNeighborsClassifier(n_neighbors=k) for k in (1, 5)))
        errors = [self.error(e, synthetic.images, synthetic.names) for e in methods]
        assert max(errors) - min(errors) < 0.02

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

    @pytest.mark.parametrize(("components", "least", "most"), [(11, 1, 3), (35, 10, 100)])
    def test_unseen_photos_fly_away_when_fisher_has_too_many_numbers(
        self, known, components, least, most
    ):
        small = data.resized(known.images, 37, 30).reshape(len(known.images), -1)
        few = np.isin(known.names, known.people[:5])
        points, who = with_noise(small, 50.0)[few], known.names[few]
        learned = known.position[few] < 8
        chain = make_pipeline(PCA(components), LinearDiscriminantAnalysis())
        places = chain.fit(points[learned], who[learned]).transform(points)[:, :2]
        home = np.array([places[learned & (who == name)].mean(axis=0) for name in who])
        away = np.linalg.norm(places - home, axis=1)
        assert least < away[~learned].mean() / away[learned].mean() < most
