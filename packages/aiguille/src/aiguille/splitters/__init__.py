"""Which samples to learn from, and which to keep for the exam.

A model that has seen the answers proves nothing by repeating them. To judge it honestly, we set
some samples aside (the *test* set), let it learn from the others (the *training* set), and count
its errors on those it has never seen. One such cut depends on luck, so *cross-validation* makes
several and takes the mean. A splitter knows one thing: how to cut.

Which one is honest depends on how the data came about. Are the samples independent of each
other? `KFold`, or `StratifiedKFold` when they have classes. Do they come in groups that resemble
each other, such as the photos of one sitting? `GroupKFold` or `LeaveOneGroupOut`, or the model
passes its exam by recognising the sitting. Do they follow each other in time?
`TimeSeriesSplit`: the future must not help to predict the past.

Read `cuts` first: every splitter offers `split` (indices) and `masks` (booleans). Most of them
are *partitions*: each sample is tested exactly once, so the whole cut is one number for each
sample, its fold. `kfold` has the simplest, `groups` those that keep groups together; they differ
only in how they give out these numbers (`dealing` has the algorithms). The splitters in
`time_series` and `shuffle` choose train and test for each cut; `shuffle` also has
`train_test_split`, for a single cut. `choice` turns what a user wrote into a splitter.

For the same arguments and seed, the folds are those of scikit-learn.
"""

from aiguille.splitters.choice import check_cv
from aiguille.splitters.cuts import Splitter
from aiguille.splitters.groups import GroupKFold, LeaveOneGroupOut
from aiguille.splitters.kfold import KFold, LeaveOneOut, StratifiedKFold
from aiguille.splitters.shuffle import ShuffleSplit, StratifiedShuffleSplit, train_test_split
from aiguille.splitters.time_series import TimeSeriesSplit

__all__ = [
    "GroupKFold",
    "KFold",
    "LeaveOneGroupOut",
    "LeaveOneOut",
    "ShuffleSplit",
    "Splitter",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
    "check_cv",
    "train_test_split",
]
