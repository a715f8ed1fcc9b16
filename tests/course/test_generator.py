"""The synthetic haystack: it must be honest about what it shows, so its statistics are tested."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from course.faces_generator import in_clutter, synthetic_faces, with_noise

ONE = KNeighborsClassifier(n_neighbors=1)


@pytest.fixture(scope="module")
def crowd():
    return synthetic_faces()


@pytest.fixture(scope="module")
def sittings():
    return synthetic_faces(sittings=2)


def error(e, crowd, cv, images=None, groups=None):
    rows = (crowd.images if images is None else images).reshape(len(crowd.names), -1)
    return 1 - cross_val_score(e, rows.astype(float), crowd.names, cv=cv, groups=groups).mean()


def test_by_default_there_are_ten_photos_of_a_hundred_people_as_in_the_talk(crowd):
    assert crowd.images.shape == (1000, 56, 46)
    assert crowd.images.dtype == np.uint8
    assert len(crowd.people) == 100
    assert crowd.fewest == 10
    assert crowd.sittings is None


def test_it_says_that_it_is_synthetic(crowd):
    assert "synthetic" in crowd.title
    assert "synthetic" in crowd.credit


def test_one_seed_draws_one_crowd():
    first, again, other = (synthetic_faces(5, 3, noise=9.0, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.images != other.images).any(axis=(1, 2)).all()


def test_no_two_photos_are_the_same(crowd):
    assert len(np.unique(crowd.pixels, axis=0)) == 1000


def test_grey_levels_are_neither_cut_off_nor_squeezed(crowd):
    assert np.isin(crowd.images, [0, 255]).mean() < 0.01
    assert crowd.images.std() > 30


@pytest.mark.parametrize("asked", [{"people": 0}, {"photos": 0}, {"photos": 3, "sittings": 4}])
def test_what_cannot_be_drawn_is_refused(asked):
    with pytest.raises(ValueError, match="ask for at least one person"):
        synthetic_faces(**asked)


def test_clean_faces_are_recognised_better_by_one_neighbour_than_by_five(crowd):
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    assert error(ONE, crowd, cv) < 0.05
    assert error(ONE, crowd, cv) < error(KNeighborsClassifier(n_neighbors=5), crowd, cv)


def test_in_noise_the_mean_face_wins(crowd):
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    noisy = with_noise(crowd.images, 100.0)
    assert error(NearestCentroid(), crowd, cv, noisy) < error(ONE, crowd, cv, noisy) - 0.2


def test_the_knob_of_the_noise_is_in_grey_levels():
    clean, noisy = (synthetic_faces(20, 5, noise=noise) for noise in (0.0, 20.0))
    added = noisy.pixels - clean.pixels
    middle = (clean.pixels > 80) & (clean.pixels < 175)  # far from black and white
    assert added[middle].std() == pytest.approx(20.0, rel=0.03)
    assert added[middle].mean() == pytest.approx(0.0, abs=0.3)


def test_photos_are_shared_out_among_the_sittings(sittings):
    assert sittings.sittings.tolist() == [0] * 5 + [1] * 5 + ([0] * 5 + [1] * 5) * 99


def test_shuffled_folds_leak_a_sitting_and_leaving_it_out_shows_it(sittings):
    shuffled = error(ONE, sittings, StratifiedKFold(2, shuffle=True, random_state=0))
    left_out = error(ONE, sittings, LeaveOneGroupOut(), groups=sittings.sittings)
    assert shuffled < 0.05
    assert 0.15 < left_out < 0.5  # a leak to be seen, and still far better than chance


def test_frames_of_one_sitting_are_nearer_than_two_sittings(sittings):
    by_sitting = sittings.pixels.reshape(100, 2, 5, -1)
    within = np.abs(np.diff(by_sitting, axis=2)).mean()
    between = np.abs(by_sitting[:, 0] - by_sitting[:, 1]).mean()
    assert within < between / 2


@given(noise=st.floats(1.0, 300.0), seed=st.integers(0, 2**32 - 1))
def test_more_noise_is_the_same_noise_larger(noise, seed):
    black = np.zeros((1, 5, 4))
    one, two = with_noise(black, noise, seed), with_noise(black, 2 * noise, seed)
    np.testing.assert_allclose(two, 2 * one)


@given(more=st.tuples(st.integers(0, 40), st.integers(0, 40)), seed=st.integers(0, 99))
def test_clutter_leaves_the_face_itself_alone(more, seed):
    face = np.full((2, 7, 5), 1000.0)
    wide = in_clutter(face, 7 + more[0], 5 + more[1], seed)
    assert wide.shape == (2, 7 + more[0], 5 + more[1])
    assert (wide == 1000.0).sum() == face.size
    assert (wide[:, more[0] // 2 :, more[1] // 2 :][:, :7, :5] == 1000.0).all()


def test_each_picture_has_a_clutter_of_its_own():
    first, second = in_clutter(np.zeros((2, 3, 3)), 40, 40)
    outside = np.ones((40, 40), dtype=bool)
    outside[18:21, 18:21] = False
    assert np.abs(np.corrcoef(first[outside], second[outside])[0, 1]) < 0.5


def test_a_frame_smaller_than_the_picture_is_refused():
    with pytest.raises(ValueError, match="10 x 10 do not fit into 9 x 20"):
        in_clutter(np.zeros((1, 10, 10)), 9, 20)
