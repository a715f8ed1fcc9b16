"""Chapters 10 to 12: what their prose says is what they print and show."""

import contextlib
import io
import re
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import matplotlib
import numpy as np
import pytest
from PIL import Image
from sklearn.cluster import FeatureAgglomeration
from sklearn.feature_extraction.image import grid_to_graph
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from course import data, figures

FOLDER = Path(__file__).resolve().parents[2] / "course" / "2-summarise"
PORTRAIT = "10-cutting-a-portrait"
PARCELS = "11-parcels-of-faces"
CHOOSE = "12-choose-k-by-what-it-predicts"
WISHES = ("FACES", "FACES_SIZE", "FACES_CROP", "FACES_PEOPLE", "FACES_PHOTOS", "PORTRAIT")


def run(chapter, environ, monkeypatch):
    """Run a chapter with a memory that forgets."""
    for variable in WISHES:
        monkeypatch.delenv(f"COURSE_{variable}", raising=False)
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    forgetful = ModuleType("course.remember")
    forgetful.memory = SimpleNamespace(cache=lambda function: function)
    monkeypatch.setitem(sys.modules, "course.remember", forgetful)
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    figures.shown()
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            names = runpy.run_path(str(FOLDER / f"{chapter}.py"), run_name="__main__")
        return SimpleNamespace(printed=printed.getvalue(), shown=figures.shown(), names=names)
    finally:
        matplotlib.pyplot.close("all")
        matplotlib.use(before)


def kinds(shown):
    """Name the figures of a page, those of one exhibit once."""
    return [one.exhibit.get("kind", "figure") for one in shown if one.exhibit.get("last", True)]


def numbers(pattern, text):
    return [[float(number) for number in found.groups()] for found in re.finditer(pattern, text)]


@pytest.fixture(scope="module")
def portrait():
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(PORTRAIT, {}, monkeypatch)


@pytest.fixture(scope="module")
def parcels():
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(PARCELS, {}, monkeypatch)


@pytest.fixture(scope="module")
def choose():
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(CHOOSE, {}, monkeypatch)


@pytest.fixture(params=[(9, 7), (40, 30)], ids=["tiny", "small"])
def few_photos(request, tmp_path):
    drawn = data.synthetic_faces(4, 3, size=request.param, noise=8.0, seed=5)
    for image, name, number in zip(drawn.images, drawn.names, drawn.position, strict=True):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / name / f"{number}.png")
    return {"COURSE_FACES": str(tmp_path)}


class TestCuttingAPortrait:
    def test_it_shows_two_figures_around_a_slider_and_the_tree(self, portrait):
        assert kinds(portrait.shown) == ["figure", "slider", "figure", "figure"]

    def test_eight_colours_lie_in_hundreds_of_regions(self, portrait):
        ((regions,),) = numbers(r" 8 colours lie in +(\d+) regions", portrait.printed)
        assert 200 < regions < 2000

    @pytest.mark.parametrize("kind", ["Ward", "ReNA"])
    def test_where_only_neighbours_merge_every_group_is_in_one_piece(self, portrait, kind):
        n_regions, four_cuts = portrait.names["n_regions"], portrait.names["four_cuts"]
        pixels, size = portrait.names["pixels"], portrait.names["size"]
        for k in (4, 16):
            assert n_regions(four_cuts(pixels, size, k)[kind]) == k

    def test_k_means_is_nearest_then_ward_then_rena_then_spectral(self, portrait):
        each = numbers(
            r"k-means ([\d.]+), Ward ([\d.]+), ReNA ([\d.]+), spectral ([\d.]+)", portrait.printed
        )
        assert len(each) == 4
        for off in each:
            assert off == sorted(off)

    def test_every_border_of_the_4_regions_is_among_those_of_the_8(self, portrait):
        cut = portrait.names["cut_tree"]
        children = portrait.names["children"]
        pairs = set(zip(cut(children, 8).tolist(), cut(children, 4).tolist(), strict=True))
        assert len(pairs) == 8

    def took(self, portrait, kind):
        (line,) = re.findall(rf"{kind} *:((?: +[\d.]+ s)+)", portrait.printed)
        return [float(each) for each in re.findall(r"[\d.]+", line)]

    @pytest.mark.parametrize("kind", ["ReNA", "k-means"])
    def test_rena_and_k_means_take_a_small_part_of_the_time_of_ward(self, portrait, kind):
        assert self.took(portrait, kind)[-1] < self.took(portrait, "Ward")[-1] / 5

    def test_all_four_are_timed_and_spectral_on_the_two_small_pictures_only(self, portrait):
        kinds = ("k-means", "Ward", "ReNA", "spectral")
        assert [len(self.took(portrait, kind)) for kind in kinds] == [4, 4, 4, 2]

    def test_the_regions_of_k_means_are_hundreds_or_thousands(self, portrait):
        counts = [count for (count,) in numbers(r"k-means: (\d+) regions", portrait.printed)]
        assert len(counts) == 4
        assert min(counts) > 200
        assert max(counts) > 2000

    def test_it_takes_another_picture_and_does_not_speak_of_ours(self, tmp_path, monkeypatch):
        levels = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(levels).save(tmp_path / "mine.png")
        other = run(PORTRAIT, {"COURSE_PORTRAIT": str(tmp_path / "mine.png")}, monkeypatch)
        said = other.printed + "".join(one.caption for one in other.shown)
        assert "mine.png" in said
        assert "Collins" not in said


class TestParcelsOfFaces:
    def test_it_shows_two_curves_and_a_slider(self, parcels):
        assert kinds(parcels.shown) == ["figure", "slider", "figure", "figure"]

    def test_parcels_draw_strangers_better_for_every_k_by_a_little(self, parcels):
        for squares, ours in parcels.names["errors"]:
            assert 0.8 * squares < ours < squares

    def test_two_halves_agree_hardly_better_than_a_map_and_a_grid(self, parcels):
        ((halves,),) = numbers(r"of the other agree by ([\d.]+),", parcels.printed)
        ((blind,),) = numbers(r"blind squares by ([\d.]+):", parcels.printed)
        assert blind < halves < blind + 0.15
        assert halves < 0.6

    def curves(self, parcels, noise):
        pattern = rf"Noise +{noise}, ([^:]+(?:: \w+)?) *:((?: +[\d.]+%)+)"
        return {
            kind.strip(): np.array([float(part) for part in line.replace("%", "").split()])
            for kind, line in re.findall(pattern, parcels.printed)
        }

    def test_clean_the_lines_lie_close_together(self, parcels):
        curves = self.curves(parcels, 0)
        assert len(curves) == 4
        assert np.ptp(np.concatenate(list(curves.values()))) < 2.5

    def test_clean_50_numbers_name_as_well_as_all_pixels_and_more_hardly_better(self, parcels):
        curves = self.curves(parcels, 0)
        for kind in ("squares", "parcels: numbers", "parcels: drawings"):
            first, fifty, _, last = curves[kind]
            assert fifty <= curves["pixels"][1]
            assert 0 < first - last < 2

    def test_in_noise_both_cuts_beat_the_pixels_by_far(self, parcels):
        curves = self.curves(parcels, 100)
        for kind in ("squares", "parcels: numbers", "parcels: drawings"):
            assert (curves[kind] < 0.6 * curves["pixels"]).all()

    def test_in_noise_squares_do_no_worse_and_drawings_close_most_of_the_gap(self, parcels):
        curves = self.curves(parcels, 100)
        gap = curves["parcels: numbers"] - curves["squares"]
        left = curves["parcels: drawings"] - curves["squares"]
        assert (gap > 0).all()
        assert (left > -0.5).all()
        assert left.mean() < gap.mean() / 2

    def test_scikit_learn_finds_the_same_parcels(self, parcels):
        rows, half, size = (parcels.names[name] for name in ("rows", "half", "size"))
        small = data.resized(rows.reshape(-1, *size), 28, 23).reshape(len(rows), -1)[half]
        graph = grid_to_graph(28, 23)
        theirs = FeatureAgglomeration(50, connectivity=graph).fit(small).labels_
        ours = parcels.names["FeatureAgglomeration"](50, connectivity=graph).fit(small).labels_
        assert len(set(zip(theirs, ours, strict=True))) == 50

    def test_it_runs_on_few_photos_and_does_not_speak_of_ours(self, few_photos, monkeypatch):
        other = run(PARCELS, few_photos, monkeypatch)
        assert "nan" not in other.printed
        assert "AT&T" not in other.printed + "".join(one.caption for one in other.shown)


class TestChooseK:
    def test_it_shows_a_curve_to_draw_two_figures_and_a_switch(self, choose):
        assert kinds(choose.shown) == ["figure", "draw", "figure", "switch"]

    def test_clean_the_choice_jumps(self, choose):
        chosen = re.search(r"k chosen: ([\d ]+)", choose.printed)[1].split()
        assert len(set(chosen)) > 1

    def test_clean_30_are_worse_in_most_folds_and_from_50_on_now_one_is_ahead_now_another(
        self, choose
    ):
        minus = {
            int(k): np.array([float(each) for each in line.replace("%", "").split()])
            for k, line in re.findall(r"k = +(\d+): .*; minus 200:(.*)", choose.printed)
        }
        assert list(minus) == choose.names["ks"]
        assert (minus[30] > 0).sum() > len(minus[30]) / 2
        assert (minus[30] >= 0).all()
        assert minus[30].mean() == pytest.approx(100 / 80, abs=0.3)
        for k in (50, 100):
            assert (minus[k] > 0).any()
            assert (minus[k] < 0).any()
            assert abs(minus[k].mean()) < 100 / 80 / 2

    def test_clean_scikit_learn_finds_the_same_errors(self, choose):
        model, cv = self.theirs(choose)
        clean, names = choose.names["clean"], choose.names["names"]
        for k, ours in zip(choose.names["ks"], choose.names["alone"], strict=True):
            theirs = 1 - cross_val_score(model(k), clean, names, cv=cv)
            assert theirs.mean() == pytest.approx(ours.mean(), abs=0.01)

    def theirs(self, choose):
        graph = grid_to_graph(*choose.names["size"])

        def model(k):
            return make_pipeline(
                FeatureAgglomeration(k, connectivity=graph), KNeighborsClassifier(1)
            )

        return model, StratifiedKFold(5, shuffle=True, random_state=0)

    def test_in_noise_there_is_a_best_k_about_100_of_those_tried(self, choose):
        curve = choose.names["in_fold"].mean(axis=0)
        many = choose.names["many"]
        assert many[int(curve.argmin())] == 100
        line = re.search(r"error in noise +:(.*)", choose.printed)[1]
        assert line.split() == [f"{error:.1%}" for error in curve]
        assert curve[0] > 2 * curve.min()
        assert curve[-1] > 3 * curve.min()
        assert curve.max() < 0.6  # all of it can be drawn

    def test_scikit_learn_finds_the_same_error_in_noise(self, choose):
        model, cv = self.theirs(choose)
        right = cross_val_score(model(100), choose.names["noisy"], choose.names["names"], cv=cv)
        column = choose.names["many"].index(100)
        ours = choose.names["in_fold"][:, column].mean()
        assert 1 - right.mean() == pytest.approx(ours, abs=0.015)

    def test_squares_and_parcels_are_far_ahead_and_squares_do_no_worse(self, choose):
        errors = {way: each.mean() for way, each in choose.names["errors"].items()}
        assert errors["squares"] <= errors["parcels"]
        for way in ("PCA", "random", "screening"):
            assert errors[way] > 2 * errors["parcels"]
        assert choose.printed.count("worse than parcels in 5 of 5 folds") == 3

    def test_the_leaks_are_some_little_and_large(self, choose):
        honest, leaky = (choose.names[name] for name in ("honest", "leaky"))
        assert leaky[0] < honest[0] - 0.01
        assert honest[1] - 0.03 < leaky[1] < honest[1]
        each = [f"{error:.1%}" for error in (*honest, *leaky)]
        line = re.search(r"Honest: (.*)", choose.printed)[1]
        assert re.findall(r"[\d.]+%", line) == each
        assert honest[2] > 0.35
        assert leaky[2] < 0.1

    def test_beside_errors_it_prints_that_of_chance(self, choose):
        assert "chance 97.5%" in choose.printed

    def test_it_runs_on_few_photos_and_does_not_speak_of_ours(self, few_photos, monkeypatch):
        other = run(CHOOSE, few_photos, monkeypatch)
        assert "nan" not in other.printed
        assert "AT&T" not in other.printed + "".join(one.caption for one in other.shown)
