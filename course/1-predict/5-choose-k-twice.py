# %% [markdown]
# # Choose k, twice
#
# After this page you can let a computer choose a setting of a method, judge the choice honestly
# with two nested loops, and report one final number with its uncertainty.
#
# ## A question with a real picture
#
# k is the number of neighbours that vote. Such a setting, which a method does not learn by itself,
# is a *hyperparameter*. Below is an unseen photo with its nearest known photos. Move k. Who wins
# the vote? How many should vote?

# %%
import numpy as np
from aiguille.metrics import pairwise_distances
from aiguille.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from aiguille.neighbors import KNeighborsClassifier

from course import data
from course.exhibits import slider, switch
from course.figures import GREY, axes, face_grid, part_maps, show
from course.remember import memory

faces = data.faces()
X, names = faces.pixels, faces.names
cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)

# %%
train, test = next(iter(cv.masks(X, names)))
near = pairwise_distances(X[test], X[train]).argsort(axis=1)[:, :9]
own = names[train][near] == names[test][:, np.newaxis]
one = np.argmin(own[:, 1:5].sum(axis=1) - 9 * own[:, 0])  # its nearest is right, others are not
titles = ["unseen", *np.where(own[one], "same", "stranger")]
pictures = [faces.images[test][one][::2, ::2], *faces.images[train][near[one]][:, ::2, ::2]]
votes = {}
for k in (1, 3, 5, near.shape[1]):
    voting = pictures[: k + 1] + [np.full((1, 1), np.nan)] * (len(pictures) - k - 1)
    votes[str(k)] = face_grid(voting, titles[: k + 1])
slider("k", votes, "An unseen photo, and the known photos that vote for its name.")

# %% [markdown]
# ## The simple idea: take the best
#
# "Choose k to optimise the score", says the talk. (A score is the share of right names: 1 minus the
# error.) So we try each k by cross-validation. `GridSearchCV` does that, and keeps the best.

# %%
ks = range(1, min(10, len(faces.people)) + 1)
found = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": ks}, cv=cv).fit(X, names).cv_results_
fig, ax = axes("k, the number of neighbours that vote", "error", percent="y")
ax.errorbar(ks, 1 - found["mean_test_score"], found["std_test_score"], capsize=4)
ax.set_xticks(ks)
show(fig, "Error against k: the mean over the folds, and how much the folds differ.")

# %% [markdown]
# The dots are means over the folds. The bars show by how much the folds differ (one standard
# deviation).
#
# So take the k with the lowest dot, and report its error? It gets k right. But at once the talk
# says: "careful, 2 nested loops of cross-validation" (our translation).
#
# **The misconception: the lowest error that I found is the error that I shall have.** We looked at
# all test photos to find this k. The lowest of many dots is low for two reasons: because its k is
# good, and because it was lucky. Luck does not come back on new photos.
#
# ## Where it breaks
#
# How much does it matter? That depends on how much there is to choose. Here is a haystack without
# any needle: 60 samples (rows of a table, as photos are), half of them called 0 and half 1, with
# 1,000 columns of pure noise. There is nothing to learn. The honest error is 50%.
#
# We keep the 20 columns in which the two halves differ most, and let five neighbours vote. Once we
# choose columns inside each fold, on the training set alone; once on all samples, before we
# cross-validate.


# %%
def best_columns(X, y):
    difference = X[y == 0].mean(axis=0) - X[y == 1].mean(axis=0)
    return np.argsort(abs(difference) / X.std(axis=0))[-20:]


@memory.cache
def both_ways(seed):
    X, y = np.random.default_rng(seed).standard_normal((60, 1000)), np.repeat([0, 1], 30)
    e, wrong, on_all = KNeighborsClassifier(n_neighbors=5), np.zeros(2), best_columns(X, y)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).masks(X, y):
        for way, columns in enumerate([best_columns(X[train], y[train]), on_all]):
            e.fit(X[train][:, columns], y[train])
            wrong[way] += np.sum(e.predict(X[test][:, columns]) != y[test])
    return wrong / len(y)


# %% [markdown]
# ??? guess "Pure noise, and the columns were chosen on all samples. Which error comes out?"
#     - About 50%. Each test sample is put aside while the neighbours are learned.
#     - About 45%. A little may have leaked.
#     - About 10%. A lot may have leaked.

# %%
haystacks = np.transpose([both_ways(seed) for seed in range(50)])
drawn = []
for errors, how in zip(haystacks, ("inside each fold", "on all samples"), strict=True):
    fig, ax = axes("error", "number of haystacks", percent="x")
    ax.hist(errors, np.arange(-0.5, 48, 3) / 60, label=f"columns chosen {how}")
    ax.axvline(0.5, color=GREY, linestyle="--", label="chance")
    ax.set(xlim=(0, 0.8), ylim=(0, 30))
    fig.legend(loc="outside upper center", ncols=2)
    drawn.append(fig)
    print(f"Pure noise, columns chosen {how}: error {errors.mean():.0%} ± {errors.std():.0%}.")
switch("cheat: choose the columns on all samples", *drawn, "Errors on 50 haystacks of pure noise.")

# %% [markdown]
# Read that again. There is nothing in the data, and yet cheating looks splendid. Among 1,000
# columns of noise, 20 happen to fit the labels, those of the test samples included. The leak was
# before the loop.
#
# ## The better idea: two loops
#
# Choosing is a part of learning. The *inner loop* cuts the training set once more and chooses k
# there. The outer loop judges the result on photos that nobody has looked at, not even to choose.

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
# same block. In code, the two loops are one expression, the inner one inside the outer one:
#
# ```
# cross_val_score(GridSearchCV(KNeighborsClassifier(), {"n_neighbors": ks}, cv=5), X, names, cv=5)
# ```
#
# `GridSearchCV` is the inner loop. We deal the photos ten times anew, to see how much chance there
# is in the dealing.


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

# %% [markdown]
# ## The final number
#
# But where is the lie, choosing and judging on the same photos? On the AT&T faces it is nothing.
# There is little to choose, ten values of k, and one is clearly best. With 1,000 columns it was
# enormous. Do not trust to luck: two loops cost a moment.
#
# There are two uncertainties. Dealing the same photos in another way changes little: that is the ±.
# But you will want to name other people. So we draw as many people as there are, with repetition,
# from those we have, 2,000 times (a **bootstrap**), and look at the mean error of each draw.
# Ninety-five of a hundred lie in the printed range. The honest answer is that range, and not a
# single number with a digit behind the point.
#
# The talk reports **0.5%** of errors, on *faces94*, frames of one film a person, with shuffled
# folds. [Judge honestly](4-judge-honestly.md) says why that need not hold on another day.
#
# ## What to try
#
# - Keep 200 columns of noise instead of 20. Does the lie grow or shrink?
# - Offer other values of k: `ks = range(3, 11)`.
#
# ## Three questions
#
# ??? question "Which step may look at all samples, before any loop?"
#     - [ ] Choosing the columns that tell the classes apart. That was the lie.
#     - [ ] Choosing k. It looks at names, too.
#     - [x] Making every photo smaller in the same way. It looks at no name and chooses nothing.
#
# ??? question "The inner loop chose k = 1 in four folds, and k = 3 in the fifth. What is wrong?"
#     - [x] Nothing. The outer loop judges the way of choosing, not one k.
#     - [ ] The k must be equal in all folds. Each fold chooses from other photos.
#     - [ ] The fifth fold must be left out. Then somebody chooses folds.
#
# ??? question "You try 500 settings instead of ten, with one loop. What does the lowest error do?"
#     - [ ] It stays. There is more to choose from, so the luckiest choice is luckier.
#     - [x] It falls, even if no setting is better. The luckiest of 500 is luckier.
#     - [ ] It gets honest. Only unseen photos make it so.
#
# ## Exercises
#
# - [Two loops: choose k, and judge the choice](../exercises.md#6): `python -m course check 6`
#
# ## What to take home
#
# - Choosing is learning: what was chosen by looking at photos must be judged on others.
# - The lie grows with the choice: nothing for ten values of k on faces, everything for 1,000
#   columns of noise.
# - A number without its uncertainty, and without chance beside it, is half a number.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "2 boucles imbriquées".
# - C. Ambroise & G. McLachlan (2002), "Selection bias in gene extraction", *PNAS* 99(10).
#
# Next page: [What a classifier sees](6-features.md). Other numbers than pixels.
