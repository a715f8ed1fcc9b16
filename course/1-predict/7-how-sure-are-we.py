# %% [markdown]
# # How sure are we?
#
# After this page you can say what chance could have done, how far an error can be trusted, and
# whether more photos would help.
#
# **Further.** This page puts a size on three doubts about an error that was measured honestly. You
# may skip it.
#
# ## A question with a real picture
#
# Below are all photos to which one neighbour gives a wrong name, in five rounds. They are few. May
# we report their share and go home? Three people have doubts. "That could be luck." "With other
# photos it would be another number." "With more photos it would be better." Each is right to ask.

# %%
import numpy as np
from aiguille.datasets import with_noise
from aiguille.model_selection import StratifiedKFold, cross_val_predict
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid

from course import data
from course.exhibits import draw_first, slider
from course.figures import COLOURS, GREY, axes, face_wall, show
from course.remember import memory

# %%
faces = data.faces()
X, names, one = faces.pixels, faces.names, KNeighborsClassifier(n_neighbors=1)
cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
wrong = cross_val_predict(one, X, names, cv=cv) != names
error, whose = wrong.mean(), len(set(names[wrong]))
missed = faces.images[wrong] if wrong.any() else faces.images[:1] * 0
show(face_wall(missed, columns=min(7, len(missed))), "The photos that got a wrong name.")
print(f"On {faces.title}, {wrong.sum()} of {len(names)} photos, of {whose} people, are misnamed:")
print(f"error {error:.1%}, chance {faces.chance:.1%}.")

# %% [markdown]
# ## The first doubt: luck
#
# What if the photos told nothing at all about names? Then any other way to hand out the names would
# do as well. So shuffle the names among the photos, and do the whole cross-validation again, a
# hundred times. That is a *permutation test*. It shows what luck can do. Count the tries that do at
# least as well as the true names, and the true names as one try more. Their share of all tries is
# the *p-value*.
#
# Let us begin with a case that looks clear: two people, and three photos of each.


# %%
from aiguille.model_selection import learning_curve, permutation_test_score


@memory.cache
def by_luck(X, names, folds, tries=100):
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    score, lucky, p = permutation_test_score(
        NearestCentroid(), X, names, cv=cv, n_permutations=tries
    )
    return 1 - score, 1 - lucky, p


six = np.isin(names, faces.people[:2]) & (faces.position < 3)
mistake, _, p = by_luck(X[six], names[six], 3, tries=1000)
print(f"Two people, three photos each: error {mistake:.0%}, p-value {p:.2f}.")

# %% [markdown]
# On the AT&T faces no name is wrong, and still luck does as well in more than one try of ten. Six
# photos can be named in few ways, so one of them is soon hit upon.
#
# Now all people, on small photos, named by typical faces. Move the noise, and watch the true error
# (the line) walk towards what luck does (the heap).
#
# ??? guess "At noise 200 most names are wrong. Could luck have done it as well?"
#     - Yes, easily. When most names are wrong, the rest are a matter of luck.
#     - In one try of ten. Then the p-value would be 10%.
#     - Not in a hundred tries. With many people even a few right names are hard to get by luck.

# %%
small, drawn = data.resized(faces.images, 28, 23).reshape(len(X), -1), {}
for noise in (0, 200, 400, 800):
    mistake, lucky, p = by_luck(with_noise(small, noise), names, faces.folds)
    fig, ax = axes("error", "number of tries", percent="x")
    ax.hist(lucky, np.linspace(0, 1, 81), color=GREY, label="names shuffled")
    ax.axvline(mistake, color=COLOURS[1], label="true names")
    ax.set(xlim=(-0.02, 1.02), ylim=(0, 100))
    fig.legend(loc="outside upper center", ncols=2)
    drawn[str(noise)] = fig
    print(f"Noise {noise}: error {mistake:.0%}, luck {lucky.mean():.0%}, p-value {p:.2f}.")
slider("noise (grey levels)", drawn, "The true error, and a hundred with names shuffled.")

# %% [markdown]
# **The misconception: a small p-value means a small error.** On the AT&T faces, at noise 200 four
# names of five are wrong, and yet luck never did as well in a hundred tries. A small p-value says
# "there is something in these photos". How much, says the error. And a hundred tries can give no
# p-value below one in 101: to be more certain, try more often.
#
# ## The second doubt: other photos
#
# How far can an error be off, if it was measured on n photos? Suppose that the true error is the
# one that we found. Let the computer draw n photos, each wrong with this probability, again and
# again. Ninety-five of a hundred draws lie inside the band.

# %%
rng, n = np.random.default_rng(0), np.unique(np.logspace(1, 4, 30).astype(int))
draws = rng.binomial(n, error, (4000, len(n))) / n
low, high = np.percentile(draws, [2.5, 97.5], axis=0)
fig, ax = axes("number of test photos", "error that one would find", percent="y")
ax.fill_between(n, low, high, alpha=0.4)
ax.axhline(error, color=GREY, linestyle="--")
ax.axvline(len(names), color=COLOURS[1])
ax.set_xscale("log")
ax.locator_params(axis="y", steps=[1, 2, 5, 10])
show(
    fig, "Where 95 of 100 measured errors lie, by the number of photos; the line: as many as ours."
)

# %%
alike = np.percentile(rng.binomial(len(names), error, 4000) / len(names), [2.5, 97.5])
each = np.array([wrong[names == person].mean() for person in faces.people])
people = np.percentile(rng.choice(each, (4000, len(each))).mean(axis=1), [2.5, 97.5])
print(f"Other photos: error {alike[0]:.1%} to {alike[1]:.1%}.", end=" ")
print(f"Other people: {people[0]:.1%} to {people[1]:.1%}.")

# %% [markdown]
# In a formula: the band is about ± 2 √(e (1 − e) / n) wide, where e is the error. Four times the
# photos, half the band. With ten test photos an error of none means hardly anything. On the left
# the edge of the band is a zigzag, for an error on few photos takes few values: on 20 photos it is
# a whole number of twentieths.
#
# The band believes that each photo is a new chance. But wrong names come in bunches: somebody who
# moves a lot is misnamed more than once. If you want to name other people, then people must be
# drawn, not photos, as in [Choose k, twice](5-choose-k-twice.md). The two lines tell both. The
# more the wrong names belong to a few people, the wider is the second.
#
# ## The third doubt: more photos
#
# Would it be better with more photos to learn from? We cannot take more. But we can take fewer, and
# look where the curve goes: a **learning curve**. Twenty times we deal everybody's photos, put a
# fifth aside, and learn from one photo of each person, from two, and so on.


# %%
def deal(seed):
    luck = np.random.default_rng(seed).random(len(names))
    turn = faces.position[np.lexsort((luck, np.cumsum(faces.position == 0)))]  # dealt anew
    kept = faces.fewest - max(1, faces.fewest // 5)
    order = np.argsort(turn, kind="stable")  # first photos of everybody, then second ones...
    return order[turn[order] < kept], order[turn[order] >= kept]


deals = [deal(seed) for seed in range(20)]
most = min(len(train) for train, _ in deals)
sizes = np.linspace(len(faces.people), most, 8).astype(int)
sizes, _, scores = learning_curve(one, X, names, cv=deals, train_sizes=sizes)

# %%
draw_first(
    "Draw the error of one neighbour as it knows more photos of each person.",
    sizes / len(faces.people),
    1 - scores.mean(axis=1),
    xlabel="known photos of each person",
    ylabel="error",
    caption="Error of one neighbour on unseen photos, against the photos that it knows.",
    y_range=(0.0, 0.6),
    percent=True,
)

# %% [markdown]
# Look at the right end of the true curve. If it still falls there, more photos would help, and it
# hints how much. If it is flat, save yourself the work and look for better features.
#
# ## What to try
#
# - Draw the learning curve of `NearestCentroid()`, and with noise. Which method needs more photos?
# - Make 1,000 tries at noise 800. Does the p-value change much?
#
# ## Three questions
#
# ??? question "p is 0.01, and the error is 84%. What do you conclude?"
#     - [ ] The method is good. Four of five names are wrong.
#     - [x] The photos tell something about names, but little. The two numbers say just that.
#     - [ ] One of the numbers must be wrong. They answer two questions.
#
# ??? question "What must a permutation test shuffle, if photos come in sittings?"
#     - [ ] The pixels. Then there are no faces left.
#     - [x] Names, but only as they could have been handed out otherwise. That keeps sittings whole.
#     - [ ] Nothing. Then it tests nothing.
#
# ??? question "You want the band half as wide. How many test photos do you need?"
#     - [ ] Twice as many. The band shrinks with the root only.
#     - [x] Four times as many. 1 / √4 is a half.
#     - [ ] None, deal them in another way. Dealing brings no new photos.
#
# ## Exercises
#
# - [What a permutation keeps](../exercises.md#8): `python -m course check 8`
#
# ## What to take home
#
# - A permutation test shows what luck can do. A small p-value is no small error.
# - An error from n photos is uncertain by about ± 2 √(e (1 − e) / n), by more if people matter.
# - A learning curve tells whether to collect more photos or to think of better features. On the
#   AT&T faces one more photo of everybody would still help, but each helps less than the one before.
#
# ## Sources
#
# - M. Ojala & G. Garriga (2010), "Permutation tests for studying classifier performance", *JMLR*
#   11.
# - B. Efron (1979), "Bootstrap methods: another look at the jackknife", *Annals of Statistics*
#   7(1).
#
# This ends part one: you can predict, and know how well.
#
# Next page: [Why reduce?](../2-summarise/8-why-reduce.md) Part two, to summarise.
