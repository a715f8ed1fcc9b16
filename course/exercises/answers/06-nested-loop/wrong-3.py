"""Two loops: choose k, and judge the choice.

Below, k is chosen and judged. The outer loop puts a fold aside to judge; score() is the inner
loop, it tells how well k neighbours do on the photos that it is handed. But somebody was in a
hurry: k is chosen with all photos, those put aside included. Choosing is learning, so the
judge has been bribed.

Mend nested_error(): in each round choose k on the training photos alone, and learn, with this k,
from the training photos alone. Then name the photos put aside.

What to return: the share of wrong names over all rounds.
"""

import numpy as np
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier


def score(k, X, names):
    """Give the share of right names of k neighbours on these photos, in three inner folds."""
    e = KNeighborsClassifier(n_neighbors=k)
    return cross_val_score(e, X, names, cv=StratifiedKFold(3)).mean()


def nested_error(X, names, ks):
    """Choose the best of ks in each training set; give the share of wrong names."""
    wrong = 0
    for train, test in StratifiedKFold(4).masks(X, names):
        scores = [score(k, X[train], names[train]) for k in ks]
        best = ks[np.argmax(scores)]
        e = KNeighborsClassifier(n_neighbors=best).fit(X, names)
        wrong += np.sum(e.predict(X[test]) != names[test])
    return wrong / len(names)
