# %% [markdown]
# # How sure are we?
#
# After this page you can say how far an error rate may be trusted, what chance would have reached,
# and whether more photos would help.
#
# **Further.** This page is off the short path. Read it before you publish a number.
#
# ## A question with a real picture
#
# We test on the photos of a few people, and find an error. Somebody else tests on the photos of
# others. Below are the errors of fifty such tests, each on 40 photos. All use the same method.
#
# ??? guess "The method makes 6 % errors in the long run. How far apart are the best and the worst of fifty tests on 40 photos?"
#     - About 1 %. It is the same method every time.
#     - About 5 %. One photo in 40 is 2.5 % already.
#     - More than 10 %. Chance plays a large part with so few photos.

# %%
import numpy as np
from aiguille.datasets import with_noise
from aiguille.model_selection import (
    StratifiedKFold,
    cross_val_predict,
    learning_curve,
    permutation_test_score,
)  # fmt: skip
from aiguille.neighbors import NearestCentroid

from course import data
from course.exhibits import draw_first
from course.figures import GREY, axes, show
from course.remember import memory

# %%
faces = data.faces()
photos = data.resized(faces.images, 28, 23).reshape(len(faces.images), -1).astype(float)
cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
wrong = cross_val_predict(NearestCentroid(), photos, faces.names, cv=cv) != faces.names
rng = np.random.default_rng(0)
tests = [wrong[rng.choice(len(wrong), 40, replace=False)].mean() for _ in range(50)]
fig, ax = axes("error of one test", "tests", height=3)
ax.hist(tests, bins=np.arange(-0.0125, max(tests) + 0.03, 0.025), rwidth=0.9)
ax.xaxis.set_major_formatter("{x:.0%}")
show(fig, "The errors of fifty tests on 40 photos each: one method, very different numbers.")
print(
    f"All {len(wrong)} photos: {wrong.mean():.1%}. Fifty tests: {min(tests):.1%} to {max(tests):.1%}."
)

# %% [markdown]
# ## The simple idea: one number
#
# One reports the error and is done. What it gets right: it is the best guess. Where it breaks: the
# next test gives another one, and nobody was told.
#
# ## Better: an interval
#
# Draw the photos anew, with replacement, a thousand times, and look where the error falls 95 times
# in a hundred. That is an *interval*. It says how far chance in the choice of photos reaches. It does
# not know of other light, other cameras, other people.


# %%
def interval(wrong, times=1000):
    rng = np.random.default_rng(0)
    errors = rng.choice(wrong, (times, len(wrong))).mean(axis=1)
    return np.percentile(errors, [2.5, 97.5])


counts = [20, 40, 80, 160, len(wrong)]
some = [rng.permutation(wrong)[:count] for count in counts]
ends = np.array([interval(each) for each in some])
means = np.array([each.mean() for each in some])
fig, ax = axes("photos in the test", "error", percent="y")
ax.errorbar(counts, means, np.abs(ends.T - means), fmt="o", capsize=6)
ax.set_xscale("log")
show(fig, "Error and interval against the number of test photos: four times as many, half as wide.")
print(f"{len(wrong)} photos: between {ends[-1, 0]:.1%} and {ends[-1, 1]:.1%}.")

# %% [markdown]
# To halve an interval you need four times as many photos. So a method that makes 3 % errors on 40
# photos is not known to be better than one that makes 6 %.
#
# ## What would chance have reached?
#
# Is our method better than none? With many people in the photos, yes, and you see it. With few
# samples one has to ask. A *permutation test* shuffles the names, so that they belong to nothing,
# and lets the method learn all the same. It does so many times. That is what chance reaches. Below
# are two people, in so much noise that nobody could name them.


# %%
@memory.cache
def tested(rows, names, permutations):
    """Score once with the true names and often with shuffled ones."""
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    return permutation_test_score(NearestCentroid(), rows, names, cv=cv,
                                  n_permutations=permutations, random_state=0)  # fmt: skip


two = np.isin(faces.names, np.unique(faces.names)[:2])
loud = with_noise(photos[two].reshape(-1, 28, 23), 200).reshape(two.sum(), -1)
score, chance, p = tested(loud, faces.names[two], 200)
fig, ax = axes("error", "shuffles", height=3)
ax.hist(1 - chance, bins=20, rwidth=0.9, label="with shuffled names")
ax.axvline(1 - score, color=GREY, linestyle="--", label="with the true names")
ax.legend()
ax.xaxis.set_major_formatter("{x:.0%}")
show(fig, "Errors with shuffled names, and the error with the true ones.")
print(f"Error {1 - score:.0%}; shuffled {1 - chance.mean():.0%} in the mean; p = {p:.3f}.")

# %% [markdown]
# The *p-value*, the last number, is the share of shuffles that did at least as well as the true
# names. If it is small, the names matter.
#
# **The misconception: a small p-value means a small error.** It says that the method has found
# *something*. It does not say that it is good. With thousands of photos an error of 49 % where
# chance makes 50 has a tiny p-value, and is of no use.
#
# ## Would more photos help?
#
# Somebody offers to take more photos of each person. Is it worth it? A *learning curve* shows the
# error against the number of photos to learn from.

# %%
folds = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
shares = np.array([0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1])
sizes, _, scores = learning_curve(NearestCentroid(), photos, faces.names, cv=folds,
                                  train_sizes=shares, shuffle=True, random_state=0)  # fmt: skip
each = sizes / len(np.unique(faces.names))
draw_first(
    "How does the error of typical faces fall with the photos of each person? Draw it.",
    each.tolist(), (1 - scores.mean(axis=1)).tolist(), percent=True, y_range=(0, 0.5),
    xlabel="photos of each person, on average", ylabel="error",
    caption="Each new photo helps, and each a little less than the one before.",
)  # fmt: skip

# %% [markdown]
# If the curve still falls at its right end, take the photos. If it is flat, more of the same does
# not help: then another method has to.
#
# ## What to try
#
# - Make the interval of the difference of two methods on the *same* photos. Is it narrower?
# - Take noise of 400 in the permutation test.
# - Draw the learning curve of one neighbour instead.
#
# ## Three questions
#
# ??? question "Two methods make 3 % and 6 % errors, each on 40 photos of its own. What do you know?"
#     - [ ] The first is twice as good. It made one error, the other two or three.
#     - [x] Hardly anything: the intervals overlap widely.
#     - [ ] They are equally good. That is not shown either.
#
# ??? question "What does shuffling the names keep?"
#     - [ ] Nothing. The photos are what they were.
#     - [x] All photos, and how many each name has.
#     - [ ] Which photo belongs to whom. That is what it destroys.
#
# ??? question "The learning curve is flat. What do you do?"
#     - [ ] Take more photos. They would not change it.
#     - [x] Try another method, or other features.
#     - [ ] Stop: it is as good as can be. As this method can be.
#
# ## Exercises
#
# - [What a permutation keeps](../exercises.md#7): `python -m course check 7`
#
# ## What to take home
#
# - An error without its interval is half a result.
# - Ask what chance would have reached.
# - A learning curve says whether to collect or to think.
#
# ## Sources
#
# - B. Efron & R. Tibshirani (1993), *An Introduction to the Bootstrap*.
# - M. Ojala & G. Garriga (2010), "Permutation tests for studying classifier performance", *JMLR* 11.
#
# Next page: [Why reduce?](../2-summarise/8-why-reduce.md)
