"""The synthetic haystack: it must be honest about what it shows, so its statistics are tested."""

import numpy as np
import pytest
from aiguille.datasets import in_clutter, make_faces, with_noise
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

ONE = KNeighborsClassifier(n_neighbors=1)


@pytest.fixture(scope="module")
def crowd():
    return make_faces(random_state=0)


@pytest.fixture(scope="module")
def in_sittings():
    return make_faces(n_sittings=2, random_state=0, return_sittings=True)


def error(e, X, y, cv, groups=None):
    return 1 - cross_val_score(e, X, y, cv=cv, groups=groups).mean()


def test_by_default_there_are_ten_photos_of_a_hundred_people_as_in_the_talk(crowd):
    X, y = crowd
    assert X.shape == (1000, 56 * 46)
    assert X.dtype == np.float64
    assert y.tolist() == [person for person in range(100) for _ in range(10)]


def test_one_number_draws_one_crowd():
    first, again, other = (make_faces(5, 3, noise=9.0, random_state=n)[0] for n in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=1).all()


def test_a_generator_is_used_and_advanced_and_nothing_draws_anew():
    random = np.random.RandomState(0)
    one, two = (make_faces(2, 2, random_state=random)[0] for _ in range(2))
    assert (one != two).any()
    again, _ = make_faces(2, 2, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(one, again)
    assert (make_faces(2, 2)[0] != make_faces(2, 2)[0]).any()


def test_no_two_photos_are_the_same(crowd):
    assert len(np.unique(crowd[0], axis=0)) == 1000


def test_grey_levels_are_whole_and_neither_cut_off_nor_squeezed(crowd):
    X, _ = crowd
    np.testing.assert_array_equal(X, np.rint(X))
    assert np.isin(X, [0, 255]).mean() < 0.01
    assert X.std() > 30


def test_a_photo_is_a_face_of_the_shape_that_was_asked_for():
    X, _ = make_faces(3, 2, image_shape=(30, 20), random_state=0)
    faces = X.reshape(-1, 30, 20)
    mirrored = [np.corrcoef(face.ravel(), face[:, ::-1].ravel())[0, 1] for face in faces]
    assert min(mirrored) > 0.5
    assert (faces[:, 12:18, 8:12].mean(axis=(1, 2)) > faces[:, :, 0].mean(axis=1)).all()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"n_people": 0}, "n_people=0 is not possible"),
        ({"n_photos": 0}, "n_photos=0 is not possible"),
        ({"n_photos": 3, "n_sittings": 4}, "n_sittings=4 .* at most 3"),
        ({"noise": -1.0}, "noise=-1.0 is not possible"),
        ({"image_shape": (0, 4)}, "height=0 is not possible"),
        ({"random_state": "now"}, "'now' cannot be used to seed"),
    ],
)
def test_what_cannot_be_drawn_is_refused(asked, told):
    with pytest.raises(ValueError, match=told):
        make_faces(**asked)


def test_clean_faces_are_recognised_better_by_one_neighbour_than_by_five(crowd):
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    assert error(ONE, *crowd, cv) < 0.05
    assert error(ONE, *crowd, cv) < error(KNeighborsClassifier(n_neighbors=5), *crowd, cv)


def test_in_noise_the_mean_face_wins(crowd):
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    noisy, y = with_noise(crowd[0], 100.0), crowd[1]
    assert error(NearestCentroid(), noisy, y, cv) < error(ONE, noisy, y, cv) - 0.2


def test_the_knob_of_the_noise_is_in_grey_levels():
    clean, noisy = (make_faces(20, 5, noise=noise, random_state=0)[0] for noise in (0.0, 20.0))
    middle = (clean > 80) & (clean < 175)  # far from black and white
    added = (noisy - clean)[middle]
    assert added.std() == pytest.approx(20.0, rel=0.03)
    assert added.mean() == pytest.approx(0.0, abs=0.3)


def test_photos_are_shared_out_among_the_sittings(in_sittings):
    assert in_sittings[2].tolist() == ([0] * 5 + [1] * 5) * 100


def test_shuffled_folds_leak_a_sitting_and_leaving_it_out_shows_it(in_sittings):
    X, y, sittings = in_sittings
    shuffled = error(ONE, X, y, StratifiedKFold(2, shuffle=True, random_state=0))
    left_out = error(ONE, X, y, LeaveOneGroupOut(), groups=sittings)
    assert shuffled < 0.05
    assert 0.15 < left_out < 0.5  # a leak to be seen, and still far better than chance


def test_frames_of_one_sitting_are_nearer_than_two_sittings(in_sittings):
    by_sitting = in_sittings[0].reshape(100, 2, 5, -1)
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
