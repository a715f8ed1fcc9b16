"""The portrait, cuts of pictures, and the top of a tree as a picture."""

from itertools import pairwise

import numpy as np
import pytest
from aiguille.cluster import cut_tree, ward_tree
from aiguille.image import grid_to_graph
from PIL import Image
from scipy.cluster.hierarchy import dendrogram

from course import figures
from course.data import DataError
from course.parcels import borders, flat_grid, squares
from course.portrait import picture_grid, portrait
from course.trees import top_order, tree_top


class TestPortrait:
    def test_it_is_a_square_in_colour_with_its_credit(self):
        found = portrait(48, {})
        assert found.image.shape == (48, 48, 3)
        assert found.image.dtype == np.uint8
        assert found.title == "Eileen Collins"
        assert "NASA" in found.credit

    def test_the_learners_picture_takes_its_place(self, tmp_path):
        Image.new("RGB", (30, 20), (200, 10, 10)).save(tmp_path / "red.png")
        found = portrait(16, {"COURSE_PORTRAIT": str(tmp_path / "red.png")})
        assert (found.image == (200, 10, 10)).all()
        assert found.title == "“red.png”"
        assert "NASA" not in found.credit

    def test_of_a_wide_picture_the_middle_is_taken(self, tmp_path):
        wide = np.zeros((20, 60, 3), np.uint8)
        wide[:, 20:40] = 255
        Image.fromarray(wide).save(tmp_path / "wide.png")
        found = portrait(20, {"COURSE_PORTRAIT": str(tmp_path / "wide.png")})
        assert (found.image == 255).all()

    def test_grey_and_transparent_pictures_become_colours(self, tmp_path):
        for kind in ("L", "RGBA", "P"):
            Image.new(kind, (9, 9)).save(tmp_path / f"{kind}.png")
            shown = portrait(9, {"COURSE_PORTRAIT": str(tmp_path / f"{kind}.png")})
            assert shown.image.shape == (9, 9, 3)

    @pytest.mark.parametrize("content", [None, b"no picture"])
    def test_what_cannot_be_read_is_named_with_what_to_do(self, tmp_path, content):
        path = tmp_path / "it.png"
        if content:
            path.write_bytes(content)
        with pytest.raises(DataError, match=r"it\.png cannot be read.*--portrait"):
            portrait(16, {"COURSE_PORTRAIT": str(path)})

    def test_a_missing_package_is_told_with_the_way_to_get_it(self, monkeypatch):
        monkeypatch.setattr("course.portrait.find_spec", lambda name: None)
        with pytest.raises(DataError, match="pip install"):
            portrait(16, {})

    def test_the_package_that_carries_it_is_never_imported(self):
        import sys

        portrait(16, {})
        assert "skimage" not in sys.modules

    def test_a_grid_holds_every_picture_and_title(self):
        fig = picture_grid([np.zeros((4, 4, 3))] * 3, ["a", "b", "c"], columns=2)
        assert [ax.get_title() for ax in fig.axes] == ["a", "b", "c", ""]
        assert sum(len(ax.images) for ax in fig.axes) == 3
        figures.plt.close(fig)


class TestParcels:
    @pytest.mark.parametrize("shape", [(56, 46), (112, 92), (9, 7), (64, 64), (5, 90)])
    @pytest.mark.parametrize("k", [1, 4, 30, 200])
    def test_squares_are_about_as_many_as_asked_for_and_all_there(self, shape, k):
        labels = squares(k, *shape)
        n = labels.max() + 1
        assert sorted(set(labels)) == list(range(n))
        assert n <= shape[0] * shape[1]
        if k <= 30 < shape[0] * shape[1] / 2 and min(shape) > 5:
            assert 0.75 * k <= n <= 1.34 * k

    def test_squares_have_nearly_one_size(self):
        sizes = np.bincount(squares(50, 56, 46))
        assert sizes.max() <= 1.5 * sizes.min()

    def test_borders_lie_between_groups_and_nowhere_else(self):
        picture, labels = np.zeros((6, 6)), squares(4, 6, 6)
        inked = borders(picture, labels)
        assert (inked[3] == 255).all()
        assert (inked[:, 3] == 255).all()
        assert (inked == 255).sum() == 11
        assert picture.max() == 0

    def test_borders_of_one_group_are_none(self):
        assert borders(np.zeros((3, 4, 3)), np.zeros(12, np.intp)).max() == 0

    def test_a_flat_grid_keeps_its_drawings_flat_and_is_smaller_than_the_page(self):
        fig = flat_grid(np.zeros((4, 6, 6)), columns=2)
        assert {image.get_interpolation() for ax in fig.axes for image in ax.images} == {"nearest"}
        assert fig.get_figwidth() < figures.WIDTH
        figures.plt.close(fig)


@pytest.fixture
def tree():
    values = np.random.default_rng(0).normal(size=(60, 2))
    return ward_tree(values, grid_to_graph(10, 6).edges)


class TestTreeTop:
    @pytest.mark.parametrize("n_groups", [1, 2, 3, 8, 59, 60])
    def test_each_group_stands_once(self, tree, n_groups):
        assert sorted(top_order(tree[0], n_groups)) == list(range(n_groups))

    def test_what_merged_stands_side_by_side(self, tree):
        children, _ = tree
        order = top_order(children, 8)
        eight = cut_tree(children, 8)
        for k in range(1, 8):
            coarse = cut_tree(children, k)
            above = [coarse[eight == group][0] for group in order]
            changes = sum(one != other for one, other in pairwise(above))
            assert changes == k - 1

    def test_the_whole_tree_has_scipys_order_of_pairs(self, tree):
        children, distances = tree
        n = len(children) + 1
        sizes = np.ones(2 * n - 1)
        for place, (one, other) in enumerate(children):
            sizes[n + place] = sizes[one] + sizes[other]
        heights = np.maximum.accumulate(distances)
        table = np.column_stack([children, heights, sizes[n:]])
        theirs = dendrogram(table, no_plot=True)["leaves"]
        assert top_order(children, n) == theirs

    def test_it_draws_a_bracket_for_each_merge_and_a_picture_for_each_group(self, tree):
        children, distances = tree
        fig = tree_top(children, distances, [np.full((4, 4), 9.0)] * 6, "cost")
        brackets = fig.axes[0].lines
        assert len(brackets) == 5
        assert [line.get_ydata()[1] for line in brackets] == list(distances[-5:])
        assert sum(len(ax.images) for ax in fig.axes) == 6
        figures.plt.close(fig)
