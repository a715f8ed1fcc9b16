"""What exercise 2 expects of a nearest-mean classifier."""

import numpy as np

from course.exercises.speaking import Wrong

CHAPTER = 1
HINTS = (
    "Both lines forget somebody: fit() forgets whose photos they are, predict() forgets to look "
    "at the photo. Mend fit() first, and check again.",
    "X[y == name] holds the photos of one person. And np.linalg.norm(self.centroids_ - photo, "
    "axis=1) gives the distance of a photo to each mean.",
    "fit(): X[y == name].mean(axis=0) for name in self.classes_. predict(): the name is "
    "self.classes_[np.argmin(distances)].",
)
MINE = {"aiguille.neighbors.NearestCentroid": "TypicalFaces"}
MINE_IN = (1, 4)

PEOPLE = np.array(["Ada", "Ben", "Cleo", "Dan"])
GREYS = " .:-=+*#%@"


def check(mine, rng):
    """Learn new faces of four people, then name photos that are as near to somebody as can be."""
    X, y, means = drawn(rng)
    before = X.copy()
    learned = mine.TypicalFaces().fit(X, y)
    if learned is None or not hasattr(learned, "predict"):
        raise Wrong("fit() should end with return self: it gives back what has learned.")
    look_at_means(learned, X, y, means)
    look_at_names(learned, rng, X, y, means)
    if not np.array_equal(X, before):
        raise Wrong("All names are right, but your code has changed the photos that it was given.")


def drawn(rng):
    """Draw photos of four people, of whom the first one is not the darkest."""
    while True:
        faces = rng.uniform(0, 255, (4, 6))
        y = rng.permutation(np.repeat(PEOPLE, [3, 4, 5, 6]))
        X = faces[np.searchsorted(PEOPLE, y)] + rng.normal(0, 20, (len(y), 6))
        means = np.array([X[y == name].mean(axis=0) for name in PEOPLE])
        if means.sum(axis=1).argmin() != 0:
            return X, y, means


def look_at_means(learned, X, y, means):
    """See that there is a mean for each person."""
    found = np.asarray(getattr(learned, "centroids_", None))
    if found.shape != means.shape:
        why = "Is a mean taken over the pixels, too? Over the photos alone it is mean(axis=0)."
        raise Wrong(
            f"centroids_ should have 4 rows (people) of 6 pixels, so the shape (4, 6); yours has "
            f"{found.shape}. {why if found.size == 4 else ''}".rstrip()
        )
    if found.dtype.kind in "fiu" and np.allclose(found, means):
        return
    begin = f"Ada's typical face should be {told(means[0])}, yours is {told(found[0])}."
    if np.allclose(found, X.mean(axis=0)):
        why = f" That is the mean of all {len(X)} photos. Take only those where y is the name."
    elif np.allclose(found, np.array([X[y == name].sum(axis=0) for name in PEOPLE])):
        why = " That is a sum: divide by the number of photos, or take mean(axis=0)."
    else:
        why = " It is the mean of her photos, pixel by pixel."
    raise Wrong(begin + why, picture(["expected", "yours"], [means[0], found[0]]))


def look_at_names(learned, rng, X, y, means):
    """Name photos that lie near one mean, and whose brightness says nothing."""
    asked = rng.permutation(np.repeat(np.arange(4), 5))
    new = means[asked] + rng.normal(0, 4, (len(asked), 6))
    new += rng.permutation(np.linspace(-30, 30, len(asked)))[:, None]  # another light
    distances = np.linalg.norm(new[:, None] - means, axis=2)
    expected = PEOPLE[distances.argmin(axis=1)]
    found = learned.predict(new)
    if found is None or np.shape(found) != (len(new),):
        raise Wrong(
            f"The means are right. predict() should give {len(new)} names for {len(new)} photos; "
            f"{'nothing came' if found is None else f'it gave the shape {np.shape(found)}'}."
        )
    found = np.asarray(found)
    if np.array_equal(found, expected):
        return
    wrong = np.flatnonzero(found != expected)
    first = wrong[0]
    near = distances[first].min()
    begin = (
        f"The means are right, but predict() gave a wrong name to {len(wrong)} of {len(new)} new "
        f"photos. The first of them is {near:.0f} away from {expected[first]}, who is nearest; "
        f"you said {found[first]}. "
    )
    shown = [means[np.flatnonzero(name == PEOPLE)[0]]
             for name in (expected[first], found[first]) if name in PEOPLE]  # fmt: skip
    rows = picture(["new photo", str(expected[first]), str(found[first])], [new[first], *shown])
    raise Wrong(begin + why_not(found, new, means, distances), rows)


def why_not(found, new, means, distances):
    """Say which mistake gives these names."""
    cancelled = (means - new[:, None]).sum(axis=2)
    if len(set(found.tolist())) == 1 and found[0] == PEOPLE[0]:
        return "Everybody got the same name: look at the photo, and compare it with each mean."
    if np.array_equal(found, PEOPLE[distances.argmax(axis=1)]):
        return "These are the people who are *farthest* away: argmin finds the smallest distance."
    if np.array_equal(found, PEOPLE[cancelled.argmin(axis=1)]) or np.array_equal(
        found, PEOPLE[abs(cancelled).argmin(axis=1)]
    ):
        return (
            "The differences were added as they are, so too bright here and too dark there cancel. "
            "Square them first (or take their absolute values)."
        )
    return "Take the name whose mean has the smallest distance to the photo."


def told(pixels):
    """Write some grey levels."""
    return " ".join(f"{pixel:.0f}" for pixel in np.ravel(pixels))


def picture(labels, rows):
    """Draw rows of pixels: the brighter, the fuller the letter."""
    lines = []
    for label, row in zip(labels, rows, strict=False):
        levels = np.clip(np.ravel(row) / 25.6, 0, 9).astype(int)
        lines.append(f"{label:<10}" + "".join(GREYS[level] * 3 for level in levels))
    return "\n".join(lines)
