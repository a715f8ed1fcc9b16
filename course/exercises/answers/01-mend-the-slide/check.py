"""What exercise 1 expects of the mended slide."""

import numpy as np
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier

from course.exercises.looking import alike, array, bar
from course.exercises.speaking import Wrong, same

CHAPTER = 0
HINTS = (
    "Three things are made here, one after the other: cv (how to cut), e (who learns), and the "
    "numbers. Give each a line of its own, so that no bracket holds another name's beginning.",
    "cross_val_score gives five numbers, one for each fold, and each is a *score*: the share of "
    "right names in that fold. So their mean is the share of right names in all folds.",
    "scores = cross_val_score(e, data, labels, cv=cv), and then return 1 - np.mean(scores). "
    "In roots(), eight numbers need range(8).",
)
MINE = {}


def check(mine, rng):
    """Compare the error rate with ours, on new photos of eight people."""
    data, labels, scores = drawn(rng)
    right = float(np.mean(scores))
    found = array(mine.error_rate(data, labels), (), "the error rate")
    if not alike(found, 1 - right):
        raise Wrong(why_not(float(found), data, labels, scores), picture(right))
    eight = mine.roots()
    if isinstance(eight, list) and len(eight) == 7:
        raise Wrong(
            "error_rate() is mended. In roots(), range(7) makes seven numbers, 0 to 6; the slide "
            "shows eight, 0.0 to 7.0. The number in range() is the first that does not come."
        )
    same(eight, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "roots()")


def drawn(rng):
    """Draw photos of eight people, until each slip would give another number."""
    while True:
        centres = rng.normal(0, 1, (8, 6))
        labels = np.repeat([f"person {n}" for n in range(8)], 10)
        data = np.repeat(centres, 10, axis=0) + rng.normal(0, 1.2, (80, 6))
        cv = StratifiedKFold(n_splits=5)
        scores = cross_val_score(KNeighborsClassifier(n_neighbors=5), data, labels, cv=cv)
        if 0.1 < 1 - scores.mean() < 0.4:
            return data, labels, scores


def why_not(found, data, labels, scores):
    """Say which slip explains the number that came."""
    right, total = scores.mean(), scores.sum()
    expected = f"Expected an error rate of {1 - right:.4f}, got {found:.4f}. "
    if alike(found, right):
        return expected + (
            "That is the share of *right* names: cross_val_score gives scores, not errors. "
            "An error is one minus a score."
        )
    if alike(found, total / len(data)):
        return expected + (
            "That is the sum of five scores, divided by the 80 photos, as on the slide. But each "
            "score is already a share: there are five of them, so take their mean. And they are "
            "scores, not errors."
        )
    if alike(found, 1 - total / len(data)):
        return expected + (
            "You turned scores into errors: good. But each of the five scores is already a share "
            "of a fold: divide their sum by five, not by the 80 photos. np.mean does it."
        )
    if alike(found, total) or alike(found, 5 - total):
        return expected + "An error rate goes from 0 to 1: take the mean of the folds, not the sum."
    for k in (1, 3, 4, 6):
        e = KNeighborsClassifier(n_neighbors=k)
        if alike(found, 1 - cross_val_score(e, data, labels, cv=StratifiedKFold(5)).mean()):
            return expected + f"That is the error of n_neighbors={k}; the slide asks five."
    return expected + "It should be 1 minus the mean of the five scores of cross_val_score."


def picture(right):
    """Draw right and wrong names as bars."""
    return "\n".join(
        [bar("right names", right, "the score"), bar("wrong names", 1 - right, "the error")]
    )
