"""Put the lines in order.

No code in this one, or rather: all of it is there. These are the lines of a whole study. It
chooses k in each training set, judges it on photos put aside, and is lazy: score() runs once for
the same arguments. Somebody has shuffled them.

Write the letters in their order into ORDER, as in "badc...". The spaces before a line are part of
it.

One line must come before the loop, or nothing will be remembered. The check runs the lines in your
order, twice, as one does the next morning: the second time no score may be computed anew.
"""

LINES = {
    "a": "    best = max(ks, key=lambda k: score(k, X[train], names[train]))",
    "b": "error = wrong / len(names)",
    "c": "score = memory.cache(score)",
    "d": "    wrong += np.sum(e.predict(X[test]) != names[test])",
    "e": "for train, test in folds.masks(X, names):",
    "f": "wrong = 0",
    "g": "    e = KNeighborsClassifier(best).fit(X[train], names[train])",
}

ORDER = "cfbeagd"
