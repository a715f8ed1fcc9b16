# %% [markdown]
# # Choose k, twice
#
# After this page you can let a computer choose a setting of a method, judge the choice honestly
# with two nested loops, and report one final number with its uncertainty.
#
# One neighbour or five? The talk says: "choose k to optimise the score", and at once: "careful, 2
# nested loops of cross-validation" (G. Varoquaux, PyCon FR 2010, our translation). Why two? (A
# *score* is the share of right names: 1 minus the error.)
#
# *k* is the number of neighbours that vote. Such a setting, which a method does not learn by
# itself, is called a **hyperparameter**. Let us first see what it does.

# %%
import numpy as np
from aiguille.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from aiguille.neighbors import KNeighborsClassifier

from course import data
from course.figures import COLOURS, GREY, axes, part_maps, show

# %%
faces = data.faces()
X, names = faces.pixels, faces.names
ks = range(1, min(10, len(faces.people)) + 1)
cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
errors = [1 - cross_val_score(KNeighborsClassifier(k), X, names, cv=cv) for k in ks]
fig, ax = axes("k, the number of neighbours that vote", "error", percent="y")
ax.errorbar(ks, np.mean(errors, axis=1), np.std(errors, axis=1), capsize=4)
ax.set_xticks(ks)
show(fig, "Error against k: the mean over the folds, and how much the folds differ.")

# %% [markdown]
# The dots are means over the folds. The bars show by how much the folds differ (one standard
# deviation). Fold by fold the error jumps: a fold of the AT&T faces has 80 photos, and each wrong
# name is more than one percent.
#
# So take the k with the lowest dot, and report its error? It is tempting, and it is wrong. We
# looked at all test photos to find this k. Choosing is learning, too, and what was learned on the
# test photos must not be judged on them. The lowest of many dots is low for two reasons: because
# its k is good, and because it was *lucky*. Luck does not come back on new photos.
#
# ## Where the lie is large
#
# How much does it matter? That depends on how much there is to choose. Here is a haystack **without
# any needle**: 60 *samples* (rows of a table, as photos are), half of them called 0 and half 1
# (their *labels*, as names are those of photos), with 1,000 columns of pure noise. There is nothing
# to learn. The honest error is 50%.
#
# We choose the 20 columns in which the two halves differ most. Once we choose on all samples and
# cross-validate afterwards; once we choose inside each fold, on the training set alone.

# %%
from course.remember import memory


def best_columns(X, y, n=20):
    difference = X[y == 0].mean(axis=0) - X[y == 1].mean(axis=0)
    return np.argsort(abs(difference) / X.std(axis=0))[-n:]


# %%
@memory.cache
def both_ways(seed):
    X, y = np.random.default_rng(seed).standard_normal((60, 1000)), np.repeat([0, 1], 30)
    e, wrong, on_all = KNeighborsClassifier(n_neighbors=5), np.zeros(2), best_columns(X, y)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).masks(X, y):
        for way, columns in enumerate([on_all, best_columns(X[train], y[train])]):
            e.fit(X[train][:, columns], y[train])
            wrong[way] += np.sum(e.predict(X[test][:, columns]) != y[test])
    return wrong / len(y)


# %%
lie, honest = np.transpose([both_ways(seed) for seed in range(50)])
fig, ax = axes("error", "number of haystacks", percent="x")
bins = np.arange(-0.5, 48, 3) / 60
ax.hist(lie, bins, alpha=0.8, label="columns chosen on all samples")
ax.hist(honest, bins, alpha=0.8, label="columns chosen inside each fold")
ax.axvline(0.5, color=GREY, linestyle="--", label="chance")
fig.legend(loc="outside upper center")
show(fig, "Errors on 50 haystacks of pure noise, with two ways to choose 20 columns.")
print(f"Pure noise, chosen on all samples: error {lie.mean():.0%} ± {lie.std():.0%} (a lie).")
print(f"Pure noise, chosen inside each fold: {honest.mean():.0%} ± {honest.std():.0%}.")

# %% [markdown]
# Read that again. There is *nothing* in the data, each test sample was put aside while the
# neighbours were learned, and yet the first way looks splendid. Among 1,000 columns of noise, 20
# happen to fit the labels, those of the test samples included. The leak was before the loop.
#
# ## Two loops
#
# The remedy is to treat choosing as a part of learning. The **inner** loop cuts the training set
# once more and chooses k there. The **outer** loop judges the result on photos that nobody has
# looked at, not even to choose.

# %%
inner, person, rounds = StratifiedKFold(faces.inner_folds), names == faces.people[0], []
for train, test in cv.masks(X, names):
    for _, chosen in inner.masks(X[train], names[train]):
        part = np.where(test, 2, 0)
        part[np.flatnonzero(train)[chosen]] = 1
        rounds.append(part[person])
table = {"": np.array(rounds)}
fig = part_maps(table, ["learn", "choose k", "judge"], "photo of one person", "round")
show(fig, "What the photos of one person are used for, in each round of the two loops.")

# %% [markdown]
# Each line is one round. Within a block of lines the photos that judge stay the same, and the
# others take turns: most of them teach, some choose k. No photo ever chooses and judges in the
# same block. In code, the two loops are one plain expression, the inner one inside the outer one:
#
# ```
# cross_val_score(GridSearchCV(KNeighborsClassifier(), {"n_neighbors": ks}, cv=5), X, names, cv=5)
# ```
#
# `GridSearchCV` is the inner loop: its `fit` tries each k by cross-validation and keeps the best.
# (The listing on the slide does not parse, and sums scores where it says errors. Its idea is
# right.)
#
# We deal the photos ten times anew, to see how much chance there is in the dealing.


# %%
@memory.cache
def wrong_names(X, names, ks, folds, inner_folds, seed):
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": ks}, cv=inner_folds)
    cv = StratifiedKFold(folds, shuffle=True, random_state=seed)
    one_loop = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": ks}, cv=cv).fit(X, names)
    return cross_val_predict(search, X, names, cv=cv) != names, 1 - one_loop.best_score_


how = X, names, list(ks), faces.folds, faces.inner_folds
wrong, one_loop = zip(*[wrong_names(*how, seed) for seed in range(10)], strict=True)

# %%
errors = np.mean(wrong, axis=1)
each = [np.mean(np.array(wrong)[:, names == person]) for person in faces.people]
others = np.random.default_rng(0).choice(each, (2000, len(each))).mean(axis=1)
low, high = np.percentile(others, [2.5, 97.5])
print(f"On {faces.title}, two loops: error {errors.mean():.1%} ± {errors.std():.1%} (ten deals),")
print(f"with other people like these {low:.1%} to {high:.1%}; chance {faces.chance:.1%}.")
print(f"Chosen and judged on the same photos: {np.mean(one_loop):.1%}.")
fig, ax = axes("error", "how many of 2,000 draws", percent="x")
ax.hist(others, 12, label="other people, drawn from these")
ax.vlines(errors, 0, 80, COLOURS[1], linewidth=3, label="ten deals (some coincide)")
fig.legend(loc="outside upper center", ncols=2)
show(fig, "How uncertain the final number is: by dealing the photos, and by who is on them.")

# %% [markdown]
# ## The final number
#
# The printed lines hold what an honest report needs: the error, how much it varies, and chance
# beside it.
#
# But where is the lie, choosing and judging on the same photos? On the AT&T faces it is nothing:
# each deal finds k = 1, with two loops or one. There is little to choose, ten values of k, and one
# is clearly best. With 1,000 columns to choose from it was enormous. Do not trust to luck: two
# loops cost a minute, or here a moment.
#
# There are two uncertainties. *Dealing* the same photos in another way changes little: that is the
# ±. But you will want to name *other* people. To see how much that matters, we draw as many people
# as there are, with repetition, from those we have, 2,000 times, and look at the mean error of
# each draw. (This is called the **bootstrap**.) Ninety-five of a hundred draws lie in the printed
# range. On the AT&T faces it is much wider than the ±. The honest answer there is "some three
# percent, it may be two or five", and not "3.2%".
#
# The talk reports **0.5%** of errors. That was on *faces94*, 100 people x 10 photos, frames of one
# film a person, with shuffled folds. Other faces, other number. The [page
# before](4-judge-honestly.md) tells how much of it is owed to the film.
#
# In a formula: the outer error is the mean over folds f of error(f, k_f), where k_f is the best k
# *inside of the training set of f*. The index f at the k is the whole secret.
#
# ## What to take home
#
# - Choosing is learning: whatever was chosen by looking at photos must be judged on others.
# - The lie grows with the choice: nothing for ten values of k on faces, everything for 1,000
#   columns of noise.
# - A number without its uncertainty, and without chance beside it, is half a number.
#
# This ends part one: you can predict, and know how well. Next: open [the list of
# pages](../index.md), take your own photos, and try to beat the number.
