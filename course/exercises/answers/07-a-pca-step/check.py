"""What exercise 7 expects of a step of PCA."""

import numpy as np

from course.exercises.looking import alike, array, untouched
from course.exercises.speaking import Wrong

CHAPTER = 6
HINTS = (
    "The mean photo comes three times: taken away before the directions are sought, taken away "
    "before numbers are computed, and put back when a photo is painted.",
    "X - self.mean_ takes the mean photo from each row of X, and that may be one row only. "
    "X.mean(axis=0) in transform() would be another mean: that of the photos to be described.",
    "fit: np.linalg.svd(X - self.mean_, full_matrices=False); transform: (X - self.mean_) @ ...; "
    "inverse_transform: numbers @ self.components_ + self.mean_",
)
MINE = {"aiguille.decomposition.PCA": "FewNumbers"}


def check(mine, rng):
    """Describe new photos by a few numbers, and paint them again."""
    n_components = int(rng.integers(2, 5))
    X, new = photos(rng)
    before = X.copy(), new.copy()
    mean = X.mean(axis=0)
    directions = np.linalg.svd(X - mean, full_matrices=False)[2]
    kept = directions[:n_components]
    model = mine.FewNumbers(n_components)
    if model.fit(X) is None:
        raise Wrong("fit() gave None: it ends with return self.")
    look_at_directions(model, X, kept, directions)
    look_at_numbers(model, new, mean)
    look_at_paintings(model, new, mean)
    untouched(before[0], X, "the photos")
    untouched(before[1], new, "the new photos")


def photos(rng):
    """Draw photos that lie far from zero, and differ in few directions."""
    parts = rng.normal(0, 1, (5, 12)) * np.array([[9], [6], [4], [2], [1]])
    mean = rng.uniform(80, 160, 12)
    X = mean + rng.normal(0, 1, (30, 5)) @ parts + rng.normal(0, 0.1, (30, 12))
    return X, mean + 20 + rng.normal(0, 1, (4, 5)) @ parts


def look_at_directions(model, X, kept, directions):
    """See that fit has found the directions in which photos differ, and not the mean."""
    found = array(model.components_, kept.shape, "components_")
    if spans(found, kept):
        return
    if spans(found, np.linalg.svd(X, full_matrices=False)[2][: len(kept)]):
        raise Wrong(
            "fit() found the directions of the photos themselves: the first one is nearly the "
            "mean photo, in which they all agree. Take the mean photo away before the SVD."
        )
    if spans(found, directions[-len(kept) :]):
        raise Wrong("fit() kept the *last* directions, in which photos differ least.")
    rows = X - X.mean(axis=1, keepdims=True)
    if spans(found, np.linalg.svd(rows, full_matrices=False)[2][: len(kept)]):
        raise Wrong(
            "fit() took from each photo its own mean brightness (axis=1). The mean photo is the "
            "mean over the photos, pixel by pixel: axis=0."
        )
    raise Wrong(
        "fit() did not find the directions in which the photos differ most: those that the SVD "
        "gives for the photos minus their mean photo."
    )


def spans(found, expected):
    """Tell whether two sets of directions are the same, but for signs."""
    return alike(np.abs(found @ expected.T), np.eye(len(expected)), 1e-5)


def look_at_numbers(model, new, mean):
    """See that transform subtracts the mean that fit has kept."""
    expected = (new - mean) @ model.components_.T
    found = array(model.transform(new), expected.shape, "transform(new photos)")
    if alike(found, expected):
        return
    if alike(found, new @ model.components_.T):
        raise Wrong("transform() did not take the mean photo away before it computed the numbers.")
    if alike(found, (new - new.mean(axis=0)) @ model.components_.T):
        raise Wrong(
            "transform() took away the mean of the *new* photos. Then a photo's numbers depend on "
            "its company, and a single photo is all zeros. Use self.mean_, which fit() has kept."
        )
    raise Wrong(
        f"transform() gave {np.round(found[0], 1).tolist()} for the first new photo; expected "
        f"{np.round(expected[0], 1).tolist()}: the photo minus the mean photo, times components_."
    )


def look_at_paintings(model, new, mean):
    """See that inverse_transform adds the mean photo."""
    numbers = (new - mean) @ model.components_.T
    expected = numbers @ model.components_ + mean
    found = array(model.inverse_transform(numbers), expected.shape, "inverse_transform(numbers)")
    if alike(found, expected):
        return
    if alike(found, expected - mean):
        raise Wrong(
            "inverse_transform() paints only what differs from the mean photo: its pixels are "
            f"{np.abs(found - expected).mean():.0f} grey levels off. Add the mean photo at the end."
        )
    if alike(found, expected - 2 * mean):
        raise Wrong("inverse_transform() took the mean photo away once more; it should be added.")
    raise Wrong(
        f"inverse_transform() gave pixels {np.round(found[0, :4], 1).tolist()} ...; expected "
        f"{np.round(expected[0, :4], 1).tolist()} ...: numbers times components_, plus the mean."
    )
