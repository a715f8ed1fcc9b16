"""Mend the slide.

In 2010 these lines stood on a slide, in front of a room full of programmers. They were to say how
often five nearest neighbours, who vote, give a wrong name. Nobody protested. You will.

Two names in them come from a library. StratifiedKFold, here called cv, cuts the photos into parts,
the folds. cross_val_score puts each fold aside in turn, learns from the others, and gives the share
of right names in that fold.

There are three slips in error_rate(). The first is one that Python finds by itself: it cannot even
read the lines (a bracket never ends, and names are given in the wrong place). The second and the
third it would never tell you. Ask of the last line: what are these numbers shares of, and how many
are there? And what is the result to be?

Then look at roots(). Under that line the slide printed eight numbers, 0.0 to 7.0. Count.

What to return: error_rate() gives the share of wrong names, a number from 0 (none is wrong) to 1;
roots() gives the eight numbers of the slide.
"""

from math import sqrt

import numpy as np
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier


def error_rate(data, labels):
    """Give the share of wrong names of five nearest neighbours, in five folds."""
    cv = StratifiedKFold(n_splits=5)
    e = KNeighborsClassifier(n_neighbors=5)
    scores = cross_val_score(e, data, labels, cv=cv)
    return np.mean(scores)


def roots():
    """Give the square roots of 0, 1, 4, 9 ... as the slide shows them: eight of them."""
    return [sqrt(i**2) for i in range(8)]
