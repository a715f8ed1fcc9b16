"""What exercise 6 expects of two nested loops."""

import numpy as np
from aiguille.model_selection import GridSearchCV, StratifiedKFold
from aiguille.neighbors import KNeighborsClassifier

from course.exercises.looking import alike, array, bar, untouched
from course.exercises.speaking import Wrong

CHAPTER = 5
HINTS = (
    "Whatever is done before the last line of the loop may look only at photos that are known. "
    "Which of the lines looks at more?",
    "train is a mask: X[train] are the photos to learn from, and names[train] are their names. "
    "Both choosing and learning get these, and nothing else.",
    "scores = [score(k, X[train], names[train]) for k in ks]",
)
MINE = {}
KS = [1, 2, 3, 5, 8]


def check(mine, rng):
    """Compare with our two loops, on photos where each way to cheat gives another number."""
    X, names, ways = drawn(rng)
    before = X.copy()
    found = array(mine.nested_error(X, names, list(KS)), (), "the error")
    found = float(found)
    expected = ways.pop("honest")
    if not alike(found, expected):
        raise Wrong(why_not(found, expected, ways), picture(found, expected))
    untouched(before, X, "the photos")


def drawn(rng):
    """Draw photos until the honest error differs from that of each mistake."""
    while True:
        centres = rng.normal(0, 0.7, (4, 5))
        names = np.repeat(["Ada", "Ben", "Cleo", "Dan"], 12)
        X = np.repeat(centres, 12, axis=0) + rng.normal(0, 1, (48, 5))
        ways = errors_of(X, names)
        apart = {round(ways[way], 6) for way in ("honest", "all", "test", "seen", "inner")}
        others = [error for way, error in ways.items() if way != "honest"]
        if len(apart) == 5 and not any(alike(ways["honest"], other) for other in others):
            return X, names, ways


def errors_of(X, names):
    """Give the error of the honest way, and of the mistakes that people make."""
    on_all = scores_of(X, names)
    wrong = dict.fromkeys(["honest", "all", "test", "seen", "worst"], 0)
    inner = []
    for train, test in StratifiedKFold(4).masks(X, names):
        honest = scores_of(X[train], names[train])
        bribed = scores_of(X[test], names[test])
        inner.append(1 - max(honest))
        for way, scores in {"honest": honest, "all": on_all, "test": bribed}.items():
            wrong[way] += mistakes(KS[np.argmax(scores)], X, names, train, test)
        wrong["worst"] += mistakes(KS[np.argmin(honest)], X, names, train, test)
        wrong["seen"] += mistakes(KS[np.argmax(honest)], X, names, train | test, test)
    errors = {way: float(count) / len(names) for way, count in wrong.items()}
    return errors | {"inner": float(np.mean(inner)), "right": 1 - errors["honest"]}


def scores_of(X, names):
    """Give the score of each k in three inner folds."""
    grid = {"n_neighbors": KS}
    search = GridSearchCV(KNeighborsClassifier(), grid, cv=StratifiedKFold(3), refit=False)
    return search.fit(X, names).cv_results_["mean_test_score"]


def mistakes(k, X, names, known, test):
    """Count the wrong names of k neighbours that know some photos."""
    e = KNeighborsClassifier(n_neighbors=k).fit(X[known], names[known])
    return np.sum(e.predict(X[test]) != names[test])


REASONS = {
    "all": "That comes out when k is chosen on all photos. The photos put aside have helped to "
    "choose, and so cannot judge the choice.",
    "test": "That comes out when k is chosen on the photos put aside: the k that was lucky there. "
    "Choose on the training photos; the test photos only judge.",
    "seen": "That comes out when the neighbours know all photos, the test photos included: then "
    "each test photo is its own nearest neighbour. Learn from X[train] alone.",
    "worst": "That comes out when the k with the *lowest* score wins. A score is good when high.",
    "inner": "That is the error of the best k in the inner loop, on the photos that chose it: the "
    "lowest of all, and so lucky. Judge by e.predict(X[test]), photos nobody has looked at.",
    "right": "That is the share of right names. Asked for is the share of wrong ones.",
}


def why_not(found, expected, ways):
    """Say which mistake gives the number that came."""
    begin = f"nested_error() should give {expected:.4f} here, and gives {found:.4f}. "
    for way, error in ways.items():
        if alike(found, error):
            return begin + REASONS[way]
    if alike(found, expected * 48):
        return begin + "That is the number of wrong names; divide it by the number of photos."
    return begin + "In each round: choose k on X[train], learn from X[train], count on X[test]."


def picture(found, expected):
    """Draw both errors."""
    return "\n".join([bar("expected", expected), bar("yours", min(max(found, 0), 1))])
