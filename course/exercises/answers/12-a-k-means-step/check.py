"""What exercise 12 expects of a step of k-means."""

import warnings

import numpy as np

from course.exercises.looking import alike, array
from course.exercises.speaking import Wrong

CHAPTER = 10
HINTS = (
    "Two parts, in order. labels: squares has a row for each pixel and a column for each mean; "
    "look for the smallest number of each row. moved: its rows are means of some pixels; where a "
    "group has none, there is nothing to compute, and the row stays as it is.",
    "argmin(axis=1) looks along each row. moved begins as a copy of means: whoever is not "
    "touched stays. np.any(labels == group) tells whether there is anybody.",
    "labels = squares.argmin(axis=1), and inside the loop: if np.any(labels == group): "
    "moved[group] = pixels[labels == group].mean(axis=0)",
)
MINE = {}


def check(mine, rng):
    """Take a step on new colours, then one with a mean that is far from all of them."""
    n_groups = int(rng.integers(3, 6))
    pixels = rng.uniform(0, 255, (60, 3))
    look(mine, pixels, rng.uniform(0, 255, (n_groups, 3)), "")
    far = rng.uniform(0, 255, (n_groups, 3))
    far[rng.integers(n_groups)] = 2000.0
    look(mine, pixels, far, "One mean is so far away that no pixel goes to it. ")


def look(mine, pixels, means, where):
    """Compare one step with ours."""
    given, before = means.copy(), pixels.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of means of nothing: the message says it better
        try:
            answer = mine.step(pixels, given)
        except IndexError as error:
            if "boolean index" not in str(error):
                raise
            raise Wrong(
                "labels does not have one number for each pixel. squares has a row for each "
                "pixel: look along the rows, axis=1, for the nearest mean of each."
            ) from error
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise Wrong("step() should return two things: return labels, moved.")
    squares = ((pixels[:, None] - means) ** 2).sum(axis=2)
    labels = squares.argmin(axis=1)
    look_at_labels(answer[0], labels, squares, where)
    look_at_means(answer[1], moved(pixels, means, labels), pixels, labels, where)
    if not np.array_equal(given, means):
        raise Wrong(
            "The step is right, but it wrote into the means it was given: the caller can no "
            "longer see how far they moved. moved = means is a second name for the same array; "
            "means.copy() makes a new one."
        )
    if not np.array_equal(before, pixels):
        raise Wrong("The step is right, but it has changed the pixels that it was given.")


def moved(pixels, means, labels):
    """Move the means that have pixels."""
    groups = [pixels[labels == group] for group in range(len(means))]
    rows = [g.mean(axis=0) if len(g) else m for g, m in zip(groups, means, strict=True)]
    return np.array(rows)


def look_at_labels(found, labels, squares, where):
    """See that each pixel goes to the nearest mean."""
    if np.shape(found) == (squares.shape[1],):
        raise Wrong(
            f"labels has {squares.shape[1]} numbers, one for each mean: the nearest pixel of each. "
            f"Wanted are {len(labels)}, one for each pixel: look along the rows, axis=1."
        )
    found = array(found, labels.shape, "labels")
    if np.array_equal(found, labels):
        return
    if np.array_equal(found, squares.argmax(axis=1)):
        raise Wrong("Each pixel went to the *farthest* mean: argmin, not argmax.")
    pixel = int(np.flatnonzero(found != labels)[0])
    distances = np.sqrt(squares[pixel]).round(1).tolist()
    raise Wrong(
        f"{where}Pixel {pixel} is {distances} away from the means: the nearest one is mean "
        f"{labels[pixel]}; yours goes to {found[pixel]}."
    )


def look_at_means(found, expected, pixels, labels, where):
    """See that each mean is in the middle of its pixels."""
    found = array(found, expected.shape, "the moved means")
    if alike(found, expected):
        return
    group = int(np.flatnonzero(~np.isclose(found, expected).all(axis=1))[0])
    mine, theirs = found[group].round(1).tolist(), expected[group].round(1).tolist()
    begin = f"{where}Mean {group}: expected {theirs}, got {mine}. "
    own = pixels[labels == group]
    if len(own) == 0:
        raise Wrong(
            begin + "A group without pixels keeps its mean; a mean of nothing is no number."
        )
    if alike(found[group], np.full(3, own.mean())):
        raise Wrong(
            begin + "All three numbers are the same: that is the mean over pixels *and* colours. "
            "A colour has three numbers, each with a mean of its own: axis=0."
        )
    if alike(found[group], own.sum(axis=0)):
        raise Wrong(begin + "That is the sum of its pixels; divide it by how many they are.")
    if alike(found[group], np.median(own, axis=0)):
        raise Wrong(begin + "That is the median of its pixels, not the mean.")
    raise Wrong(begin + f"It should be the mean of its {len(own)} pixels.")
