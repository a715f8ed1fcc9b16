"""k-means on colours and on pixels, against scikit-learn, from the same first means."""

from functools import partial

import numpy as np
import pytest
from aiguille.cluster import KMeans, MiniBatchKMeans
from aiguille.datasets import make_blobs
from matplotlib.cbook import get_sample_data
from matplotlib.image import imread
from sklearn.cluster import KMeans as TheirKMeans
from sklearn.cluster import MiniBatchKMeans as TheirMiniBatchKMeans


@pytest.fixture(scope="module")
def portrait():
    """The colours of Grace Hopper and the flag behind her, 512 x 512 pixels."""
    picture = imread(get_sample_data("grace_hopper.jpg", asfileobj=False))
    return picture[:512, :512].reshape(-1, 3).astype(float)


@pytest.fixture(scope="module")
def colours():
    """As many colours as a picture of 512 x 512 pixels has, in 8 bits, around forty of them."""
    X, _ = make_blobs(2**18, 3, centers=40, cluster_std=12, center_box=(30, 220), random_state=0)
    return X.round().clip(0, 255)


@pytest.fixture(scope="module")
def pixels(haystack):
    """The values that 3,240 pixels have in a thousand faces."""
    return np.ascontiguousarray(haystack[0][:, :3240].T.astype(float))


TITLES = {
    "portrait": "colours of a portrait",
    "colours": "drawn colours, hardly two alike",
    "pixels": "pixels with 1,000 numbers each",
}


def same_groups(ours, theirs):
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-6)


@pytest.mark.parametrize(("name", "k"), [("portrait", 8), ("colours", 8), ("pixels", 30)])
def test_groups(against, request, name, k):
    X = request.getfixturevalue(name)
    title = f"`KMeans({k})`, {len(X):,} {TITLES[name]}"
    start = X[np.random.default_rng(0).choice(len(X), k, replace=False)]
    against(
        partial(KMeans(k, init=start, n_init=1).fit, X),
        partial(TheirKMeans(k, init=start, n_init=1).fit, X),
        title=title,
        peer="scikit-learn",
        target=1,
        same=same_groups,
    )


def test_groups_from_batches(against, portrait):
    start = portrait[np.random.default_rng(0).choice(len(portrait), 8, replace=False)]
    options = {"init": start, "n_init": 1, "random_state": 0}
    against(
        partial(MiniBatchKMeans(8, **options).fit, portrait),
        partial(TheirMiniBatchKMeans(8, **options).fit, portrait),
        title=f"`MiniBatchKMeans(8)`, {len(portrait):,} colours of a portrait",
        peer="scikit-learn",
        target=1,
        same=same_groups,
    )


def test_groups_without_a_start(against, portrait):
    against(
        partial(KMeans(8, random_state=0).fit, portrait),
        partial(TheirKMeans(8, random_state=0).fit, portrait),
        title=f"`KMeans(8)` from `k-means++`, {len(portrait):,} colours of a portrait",
        peer="scikit-learn",
        target=1,
        same=same_groups,
    )
