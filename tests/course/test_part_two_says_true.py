"""Chapters 8 and 9: what their prose says is what they print and show."""

import contextlib
import io
import re
import runpy
import sys
import warnings
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace

import matplotlib
import numpy as np
import pytest
from PIL import Image
from sklearn.cluster import AffinityPropagation
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from course import data, figures
from course.rates import COUNTRIES, weekly_moves

FOLDER = Path(__file__).resolve().parents[2] / "course" / "2-summarise"
NAMES = ["8-why-reduce", "9-groups-of-currencies"]


def run(chapter, environ, monkeypatch):
    """Run a chapter with a memory that forgets."""
    for variable in ("FACES", "FACES_SIZE", "FACES_CROP", "FACES_PEOPLE", "FACES_PHOTOS", "RATES"):
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


@pytest.fixture(scope="module")
def done():
    """Run both chapters on the data that come with the course."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return {chapter: run(chapter, {}, monkeypatch) for chapter in NAMES}


@pytest.fixture
def reduced(done):
    return done["8-why-reduce"]


@pytest.fixture
def grouped(done):
    return done["9-groups-of-currencies"]


def exhibits(shown):
    """Count the figures of a page, those of one exhibit as one."""
    return [one.exhibit.get("kind", "figure") for one in shown if one.exhibit.get("last", True)]


class TestWhyReduce:
    def test_it_shows_a_slider_a_curve_to_draw_and_two_figures(self, reduced):
        assert exhibits(reduced.shown) == ["slider", "draw", "figure", "figure"]

    @pytest.mark.parametrize(("way", "enough"), [("squares", 6), ("picked", 32)])
    def test_clean_36_squares_do_as_well_as_all_pixels_and_of_picked_ones_a_thousand(
        self, reduced, way, enough
    ):
        sides, found = reduced.names["sides"], reduced.names["found"]
        for side, error in zip(sides, found["clean", way], strict=True):
            assert (error <= found["clean", way][-1]) == (side >= enough)

    def test_each_curve_is_printed_below_its_numbers_of_pixels(self, reduced):
        row = r"(?m)^{}:((?: +[\d.%]+)+)$"
        (head,) = re.findall(row.format("pixels left +"), reduced.printed)
        assert [int(n) for n in head.split()] == reduced.names["pixels"]
        for (photos, way), curve in reduced.names["found"].items():
            (line,) = re.findall(row.format(f"{photos}, {way} *"), reduced.printed)
            assert line.split() == [f"{error:.1%}" for error in curve]

    def test_in_noise_squares_have_a_best_size_with_a_fraction_of_the_errors(self, reduced):
        curve = reduced.names["found"]["noisy", "squares"]
        best = int(np.argmin(curve))
        assert 0 < best < len(curve) - 1
        assert curve[best] < curve[-1] / 3
        assert curve[0] > 2 * curve[best]

    @pytest.mark.parametrize("way", ["picked", "mixed"])
    def test_in_noise_neither_picking_nor_mixing_helps_with_any_number(self, reduced, way):
        curve = reduced.names["found"]["noisy", way]
        assert min(curve) == curve[-1]

    def test_mixing_removes_as_much_noise_as_squares_do(self, reduced):
        noise = np.random.default_rng(0).normal(0, 100, (50, 64, 64)).astype(np.float32)
        for way in ("squares", "mixed"):
            assert reduced.names[way](noise, 32).std() == pytest.approx(50, rel=0.02)

    def test_a_mean_from_all_over_the_picture_is_nearly_the_same_for_everybody(self, reduced):
        spread = {
            way: reduced.names[way](reduced.names["clean"], 8).std(axis=0).mean()
            for way in ("squares", "mixed")
        }
        assert spread["mixed"] < 0.6 * spread["squares"]

    def test_neighbours_say_nearly_the_same_and_far_pixels_hardly_anything(self, reduced):
        for curve in (reduced.names["across"], reduced.names["down"]):
            assert curve == sorted(curve, reverse=True)
            assert curve[1] > 0.85
            assert curve[-1] < 0.25

    def test_another_library_finds_the_same_errors(self, reduced):
        noisy, faces = reduced.names["noisy"], reduced.names["faces"]
        rows = data.resized(noisy, 8, 8).reshape(len(noisy), -1).astype(float)
        cv = StratifiedKFold(5, shuffle=True, random_state=0)
        right = cross_val_score(KNeighborsClassifier(1), rows, faces.names, cv=cv).mean()
        curve = reduced.names["found"]["noisy", "squares"]
        assert 1 - right == pytest.approx(curve[reduced.names["sides"].index(8)], abs=0.02)

    def test_beside_errors_it_prints_those_of_chance(self, reduced):
        assert reduced.printed.count("chance 97.5%") == 2

    def test_it_runs_on_other_photos_and_does_not_speak_of_ours(self, tmp_path, monkeypatch):
        drawn = data.synthetic_faces(4, 3, size=(9, 7), noise=8.0, seed=5)
        for image, name, number in zip(drawn.images, drawn.names, drawn.position, strict=True):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(image).save(tmp_path / name / f"{number}.png")
        other = run("8-why-reduce", {"COURSE_FACES": str(tmp_path)}, monkeypatch)
        assert "nan" not in other.printed
        assert "AT&T" not in other.printed + "".join(one.caption for one in other.shown)


class TestGroupsOfCurrencies:
    def test_it_shows_a_figure_a_switch_a_matrix_and_a_slider(self, grouped):
        assert exhibits(grouped.shown) == ["figure", "switch", "figure", "slider"]

    def test_two_pairs_can_be_seen_without_a_method(self, grouped):
        moves = grouped.names["now"]
        alike = np.corrcoef(moves.values.T)
        place = moves.currencies.index
        assert alike[place("USD"), place("HKD")] > 0.9
        assert alike[place("AUD"), place("NZD")] > 0.5

    def test_in_euro_all_seems_to_go_with_everything_and_against_the_mean_it_does_not(
        self, grouped
    ):
        raw, against = map(float, re.findall(r"correlation over (-?[\d.]+)", grouped.printed))
        assert raw > 0.2
        assert abs(against) < 0.1

    def test_the_groups_are_those_of_another_library(self, grouped):
        moves = grouped.names["now"]
        theirs = AffinityPropagation(affinity="precomputed", random_state=0).fit(
            np.corrcoef(moves.values.T)
        )
        for number, example in enumerate(theirs.cluster_centers_indices_):
            members = np.flatnonzero(theirs.labels_ == number)
            countries = ", ".join(COUNTRIES[moves.currencies[i]] for i in members)
            assert f": {countries}." in grouped.printed
            assert example in members

    def test_much_of_asia_goes_with_the_dollar_and_the_americas_do_not(self, grouped):
        (line,) = re.findall(r"With the [^:]+: (.*United States.*)\.", grouped.printed)
        assert {"China", "Hong Kong", "Singapore", "Thailand"} <= set(line.split(", "))
        assert not {"Canada", "Mexico", "Brazil"} & set(line.split(", "))

    def test_left_out_are_those_that_are_in_the_file_and_not_among_the_moves(self, grouped):
        (line,) = re.findall(r"Left out: (.*)\.", grouped.printed)
        moves, table = grouped.names["now"], grouped.names["table"]
        assert len(line.split(", ")) == len(table.currencies) - len(moves.currencies)
        assert {"Danish krone", "Bulgarian lev"} <= set(line.split(", "))

    def test_with_those_tied_to_the_euro_in_it_runs_and_warns_of_nothing(self, monkeypatch):
        change = partial(weekly_moves, exclude=())
        monkeypatch.setattr(
            "course.rates.weekly_moves",
            lambda table, first, _: change(
                table, first, "2010-12-31" if first < "2000" else "2022-12-31"
            ),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            other = run("9-groups-of-currencies", {}, monkeypatch)
        assert "krone" not in re.findall(r"Left out: (.*)\.", other.printed)[0]

    def test_canada_and_britain_were_with_the_dollar_and_are_elsewhere_now(self, grouped):
        before, after = (
            set(line.split()) for line in re.findall(r"group of the dollar: (.*)", grouped.printed)
        )
        assert {"CAD", "GBP"} <= before
        assert not {"CAD", "GBP"} & after
        assert re.search(r"Australian dollar: .*Canada", grouped.printed)
        assert re.search(r"Czech koruna: .*United Kingdom", grouped.printed)

    def test_what_is_new_in_the_group_of_the_dollar_had_no_rates_to_2010(self, grouped):
        before, after = (
            set(line.split()) for line in re.findall(r"group of the dollar: (.*)", grouped.printed)
        )
        assert not (after - before) & set(grouped.names["then"].currencies)

    def test_those_alone_are_norway_and_turkey_and_a_quarter_to_2010(self, grouped):
        before, after = (line.split() for line in re.findall(r", alone: (.*)\.", grouped.printed))
        assert after == ["NOK", "TRY"]
        assert {"CAD", "GBP"} <= set(before)
        assert len(before) == len(grouped.names["then"].currencies) / 4
        labels = grouped.names["grouped"](np.corrcoef(grouped.names["then"].values.T)).labels_
        claimed = re.findall(r"2010, in 80% of the draws: (.*)\.", grouped.printed)[0]
        assert len(claimed.split("; ")) == len(set(labels)) + 1  # one falls in two

    def test_what_is_claimed_survives_80_percent_and_is_less_than_the_list(self, grouped):
        together, moves = grouped.names["together"], grouped.names["now"]
        (line,) = re.findall(r"2011 to now, in 80% of the draws: (.*)\.", grouped.printed)
        claimed = [group.split() for group in line.split("; ")]
        assert len(claimed) >= 2
        for group in claimed:
            places = [moves.currencies.index(name) for name in group]
            assert together[np.ix_(places, places)].min() >= 0.8 - 1e-3
        assert sum(map(len, claimed)) < len(moves.currencies)

    def test_the_years_to_2010_survive_less(self, grouped):
        share = {}
        for when, key in (("1999 to 2010", "then"), ("2011 to now", "now")):
            (line,) = re.findall(rf"{when}, in 80% of the draws: (.*)\.", grouped.printed)
            share[key] = len(line.replace(";", "").split()) / len(grouped.names[key].currencies)
        assert share["then"] < share["now"]

    def test_each_position_of_the_slider_has_other_links(self, grouped):
        together = np.triu(grouped.names["together"], 1)
        counts = [(together >= share).sum() for share in (0.3, 0.5, 0.8, 0.95, 0.99)]
        assert counts == sorted(set(counts), reverse=True)

    def test_resampling_agrees_with_a_plain_loop_over_other_draws(self, grouped):
        moves, rng = grouped.names["now"].values, np.random.default_rng(7)
        n, weeks, together = len(moves), 8, 0
        for _ in range(100):
            starts = weeks * rng.integers(n // weeks, size=n // weeks)
            drawn = np.concatenate([moves[start : start + weeks] for start in starts])
            labels = grouped.names["grouped"](np.corrcoef(drawn.T)).labels_
            together = together + (labels[:, None] == labels)
        assert np.abs(together / 100 - grouped.names["together"]).max() < 0.25

    def test_it_always_finds_groups_in_noise_as_well(self, grouped):
        noise = np.random.default_rng(0).normal(size=(27, 800))
        assert len(grouped.names["grouped"](np.corrcoef(noise)).cluster_centers_indices_) > 1

    def test_the_strongest_direct_link_is_the_peg_of_hong_kong(self, grouped):
        assert re.search(r"^(USD-HKD|HKD-USD) 0\.9", grouped.printed, re.MULTILINE)
