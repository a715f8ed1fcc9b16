"""What exercise 4 expects of stratified masks."""

import numpy as np

from course.exercises.speaking import Wrong

CHAPTER = 4
HINTS = (
    "A person with five photos, three folds: the folds of the photos are 0 1 2 0 1. Which "
    "operation makes that out of 0 1 2 3 4?",
    "The remainder of a division does: 3 % 3 is 0, and 4 % 3 is 1. np.arange(5) % 3 does it for "
    "all five. As to the masks: in round n we test on fold n, and learn from all that is not.",
    "fold[own] = np.arange(len(own)) % n_folds, and each pair is (fold != n, fold == n).",
)
MINE = {}


def check(mine, rng):
    """Deal photos of people who have different numbers of them, sorted and shuffled."""
    n_folds = int(rng.integers(3, 6))
    even = np.repeat(["Ada", "Ben", "Cleo", "Dan"], 2 * n_folds)
    look(mine, even, n_folds, "sorted by name, as many of each")
    counts = rng.permutation([n_folds, n_folds + 1, 2 * n_folds - 1, 3 * n_folds + 2])
    names = rng.permutation(np.repeat(["Ada", "Ben", "Cleo", "Dan"], counts))
    look(mine, names, n_folds, "in any order, of some people more than of others")


def look(mine, names, n_folds, how):
    """See that the masks are masks, that all is tested once, and that the shares are fair."""
    given = names.copy()
    pairs = mine.stratified_masks(given, n_folds)
    if pairs is None:
        raise Wrong("stratified_masks() gave None: is there a return at the end?")
    pairs = [tuple(pair) for pair in pairs]
    if len(pairs) != n_folds:
        raise Wrong(f"Expected {n_folds} pairs of masks, one for each fold; got {len(pairs)}.")
    tests = []
    for n, (train, test) in enumerate(pairs):
        tests.append(is_mask(test, f"test mask {n}", len(names)))
        train = is_mask(train, f"training mask {n}", len(names))
        both = int(np.sum(train & test))
        if both:
            raise Wrong(
                f"In round {n}, {both} photos are in the training set *and* in the test set: "
                "the exam has leaked."
            )
        if not np.all(train | test):
            left = int(np.sum(~(train | test)))
            raise Wrong(f"In round {n}, {left} photos are in neither mask. Each must be in one.")
    fair(np.array(tests), names, how)
    if not np.array_equal(given, names):
        raise Wrong("The masks are right, but your function has changed the names it was given.")


def is_mask(mask, what, length):
    """Give it back if it is an array of True and False."""
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise Wrong(
            f"The {what} should hold True and False, one for each of the {length} photos; yours "
            f"holds {mask[:4].tolist()} ... Are these numbers of photos? fold == n is a mask."
        )
    if mask.shape != (length,):
        raise Wrong(f"The {what} has the shape {mask.shape}; there are {length} photos.")
    return mask


def fair(tests, names, how):
    """See that each photo is tested once, and each person in each round."""
    times = tests.sum(axis=0)
    if times.min() == len(tests) - 1 == times.max() and len(tests) > 2:
        raise Wrong(
            f"Each photo is tested in {times[0]} of {len(tests)} rounds, and learned from in one: "
            "the two masks are swapped. In round n we test on fold n and learn from the others.",
            drawing(tests, names),
        )
    if times.min() != 1 or times.max() != 1:
        odd = int(np.flatnonzero(times != 1)[0])
        raise Wrong(f"Photo {odd} is tested in {times[odd]} rounds; each must be tested in one.")
    for person in np.unique(names):
        share = tests[:, names == person].sum(axis=1)
        if share.max() - share.min() > 1:
            raise Wrong(unfair(person, share, tests, names, how), drawing(tests, names))


def unfair(person, share, tests, names, how):
    """Say what is not fair about the shares of a person."""
    message = f"Photos {how}: of {person}'s {share.sum()} photos the folds get {share.tolist()}. "
    if share.max() == share.sum():
        return message + (
            f"All lie in fold {share.argmax()}. In that round no photo of {person} is known, and "
            "nobody can be named whom one has never met."
        )
    sizes = tests.sum(axis=1)
    fold = tests.argmax(axis=0)
    if np.all(np.diff(fold) >= 0):
        return message + "You cut the photos into blocks in their order; deal each person's own."
    if sizes.max() - sizes.min() <= 1:
        return message + (
            "The folds are equally large, but you dealt all photos in a row: deal the photos of "
            "each person apart, so that the shares differ by one at most."
        )
    return message + "The shares of a person may differ by one at most."


def drawing(tests, names):
    """Draw the fold of each photo, a line for each person."""
    fold = tests.argmax(axis=0)
    lines = [f"{who:<5}" + " ".join(str(f) for f in fold[names == who]) for who in np.unique(names)]
    return "\n".join(["the round in which each photo is tested first", *lines])
