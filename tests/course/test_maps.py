"""Maps of what is alike: places, colours, and names that can all be read."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from PIL import Image, ImageColor
from scipy.spatial.distance import pdist, squareform

from course.figures import COLOURS, save_both
from course.maps import DARK_GROUND, LIGHT_GROUND, draw_map, matrix, places, pushed_apart
from course.rates import rates, weekly_moves


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def alike():
    """Two groups, the first of four things and the second of three."""
    rng = np.random.default_rng(0)
    drivers = rng.normal(size=(200, 2))[:, [0, 0, 0, 0, 1, 1, 1]]
    return np.corrcoef((drivers + 0.5 * rng.normal(size=(200, 7))).T)


def overlapping(boxes):
    """Name the pairs of rectangles (left, low, right, high) that cover each other."""
    return [
        (i, j)
        for i, a in enumerate(boxes)
        for j, b in enumerate(boxes[:i])
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def boxes_of(fig):
    fig.canvas.draw()
    texts = [text for text in fig.axes[0].texts if text.get_text()]
    return [text.get_window_extent().extents for text in texts]


class TestPlaces:
    def test_alike_things_are_nearer_than_others(self, alike):
        apart = squareform(pdist(places(alike)))
        assert apart[:4, :4].max() < apart[:4, 4:].min()
        assert apart[4:, 4:].max() < apart[:4, 4:].min()

    def test_they_fill_the_square_and_are_the_same_each_time(self, alike):
        where = places(alike)
        assert np.abs(where).max() == pytest.approx(1)
        np.testing.assert_array_equal(where, places(alike))

    @pytest.mark.parametrize(("left", "top"), [(0, 1), (5, 2), (6, 0)])
    def test_one_is_on_the_left_and_another_in_the_upper_half(self, alike, left, top):
        where = places(alike, left=left, top=top)
        assert where[left, 0] < 0
        assert where[left, 1] == pytest.approx(0, abs=1e-9)
        assert where[top, 1] >= 0
        turned = pdist(where) / pdist(places(alike))
        np.testing.assert_allclose(turned, turned[0])


class TestNames:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 25), st.integers(0, 10_000))
    def test_pushed_apart_they_do_not_overlap_each_other(self, n, seed):
        rng = np.random.default_rng(seed)
        points, boxes = rng.uniform(0, 500, (n, 2)), np.full((n, 2), [34.0, 16.0])
        spots = pushed_apart(points, boxes)
        corners = np.hstack([spots - boxes / 2 + 0.5, spots + boxes / 2 - 0.5])
        assert overlapping(corners) == []

    def test_things_in_one_spot_get_names_in_different_ones(self):
        boxes = np.full((3, 2), [30.0, 15.0])
        spots = pushed_apart(np.zeros((3, 2)), boxes)
        corners = np.hstack([spots - boxes / 2 + 0.5, spots + boxes / 2 - 0.5])
        assert overlapping(corners) == []

    def test_a_name_alone_stands_close_above_its_point(self):
        spot = pushed_apart(np.array([[10.0, 20.0]]), np.array([[30.0, 15.0]]))
        assert spot[0, 0] == pytest.approx(10, abs=0.1)
        assert 20 < spot[0, 1] < 20 + 15

    @pytest.mark.parametrize("years", [("1999-01-01", "2010-12-31"), ("2011-01-01", "2026-01-01")])
    def test_on_the_maps_of_currencies_all_can_be_read(self, years):
        moves = weekly_moves(rates({}), *years)
        where = places(np.corrcoef(moves.values.T), left=0)
        fig = draw_map(moves.currencies, where, np.zeros(len(where), int), [])
        boxes = boxes_of(fig)
        assert len(boxes) == len(moves.currencies)
        assert overlapping(boxes) == []
        frame = fig.bbox.extents
        assert all(box[0] >= frame[0] and box[2] <= frame[2] for box in boxes)


class TestMap:
    def test_it_has_a_line_for_each_link_and_a_colour_for_each_group(self, alike):
        groups = np.array([0, 0, 0, 0, 1, 1, 1])
        fig = draw_map("ABCDEFG", places(alike), groups, [(0, 1), (4, 6)], "seven")
        (ax,) = fig.axes
        assert len(ax.lines) == 2
        assert [len(some.get_offsets()) for some in ax.collections] == [4, 3]
        assert ax.get_title() == "seven"

    def test_around_names_the_ground_of_a_light_page_or_of_a_dark_one_covers_the_links(
        self, alike, tmp_path
    ):
        fig = draw_map("ABCDEFG", places(alike), np.zeros(7, int), [(0, 1), (4, 6)])
        for file, ground in zip(
            save_both(fig, tmp_path / "1"), (LIGHT_GROUND, DARK_GROUND), strict=True
        ):
            rims = [ImageColor.getrgb(each) for each in (LIGHT_GROUND, DARK_GROUND)]
            pixels = np.asarray(Image.open(file).convert("RGBA")).reshape(-1, 4)
            opaque = {tuple(pixel[:3].tolist()) for pixel in pixels[pixels[:, 3] == 255]}
            assert opaque & set(rims) == {ImageColor.getrgb(ground)}

    def test_groups_of_those_named_first_have_the_first_colours(self, alike):
        groups = np.array([0, 0, 0, 0, 1, 1, 1])
        fig = draw_map("ABCDEFG", places(alike), groups, [], first=("Z", "F", "A"))
        groups_drawn = fig.axes[0].collections
        drawn = {len(one.get_offsets()): to_hex(one.get_facecolor()[0]) for one in groups_drawn}
        assert drawn == {3: COLOURS[0], 4: COLOURS[1]}


def test_in_a_matrix_things_that_go_together_are_beside_each_other():
    belongs = np.array([0, 1, 0, 1, 0, 1])
    shares = np.where(belongs[:, None] == belongs, 0.9, 0.1)
    np.fill_diagonal(shares, 1)
    fig = matrix(shares, "abcdef", "share")
    names = [label.get_text() for label in fig.axes[0].get_yticklabels()]
    assert {"".join(sorted("".join(names[:3]))), "".join(sorted("".join(names[3:])))} == {
        "ace",
        "bdf",
    }
    (image,) = fig.axes[0].images
    assert (np.asarray(image.get_array())[:3, :3] >= 0.9).all()
