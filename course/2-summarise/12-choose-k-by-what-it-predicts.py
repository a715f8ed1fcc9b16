# %% [markdown]
# # Choose k by what it predicts
#
# After this page you can choose how far to sum up data by what is left to predict from it, see when
# there is nothing to choose, and compare ways to sum up fairly.
#
# ## How many parcels?
#
# The slide cuts faces into 30, 50, 100 and 200 parcels, and says: "choose k to maximise the
# prediction (one more loop of cross-validation)" (G. Varoquaux, PyCon FR 2010, our translation).
# Here is one photo, clean and with noise of 100 grey levels, each drawn with fewer and fewer
# parcels. They were found on the other photos. Which would *you* take?

# %%
import numpy as np
from aiguille.cluster import FeatureAgglomeration, cut_tree
from aiguille.cluster.agglomerative import pooled
from aiguille.datasets import with_noise
from aiguille.image import grid_to_graph
from aiguille.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, cross_validate
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import make_pipeline

from course import data
from course.exhibits import draw_first, switch
from course.figures import COLOURS, GREY, axes, bars, face_grid, show
from course.remember import memory

# %%
faces, ks, pictures = data.faces(), [30, 50, 100, 200], []
one, cv = KNeighborsClassifier(1), StratifiedKFold(faces.folds, shuffle=True, random_state=0)
inner, which = min(3, faces.inner_folds), "featureagglomeration__n_clusters"
names, size = faces.names, [max(16, side // 2) for side in faces.images.shape[1:]]
parcels = FeatureAgglomeration(connectivity=grid_to_graph(*size))
photos = data.resized(faces.images, *size)
clean, noisy = (with_noise(photos, noise).reshape(len(photos), -1) for noise in (0, 100))
for rows in (clean, noisy):
    cuts = cut_tree(parcels.fit(rows[1:]).children_, ks[::-1])
    pictures += [rows[0], *(pooled(rows[:1], cut)[0, cut] for cut in cuts)]
titles = ["pixels", *(f"k = {k}" for k in ks[::-1])]
show(face_grid(np.reshape(pictures, (-1, *size)), titles), "A photo in parcels: clean, and noisy.")

# %% [markdown]
# ## The simple idea: look at them
#
# Looking is quick, and it finds gross mistakes. It breaks where two people look at one picture. The
# eye likes a sharp drawing. But we do not want a drawing, we want a name. So ask *that*: take the k
# from which photos are named best.
#
# ## The better idea: one more loop
#
# Parcels and one nearest neighbour, in a row, are one method. Its setting is k. How to choose and
# judge it, you know from [Choose k, twice](../1-predict/5-choose-k-twice.md): an inner loop
# chooses, an outer one judges. Parcels are found inside, on training photos alone.
#
# Let us begin with clean photos.


# %%
@memory.cache
def nested(step, values, X, names, cv, inner_folds):
    """Give the error of each fold, and what the inner loop chose for it."""
    search = GridSearchCV(make_pipeline(step, KNeighborsClassifier(1)), values, cv=inner_folds)
    found = cross_validate(search, X, names, cv=cv, return_estimator=True)
    chosen = [next(iter(e.best_params_.values())) for e in found["estimator"]]
    return 1 - found["test_score"], chosen


error, chosen = nested(parcels, {which: ks}, clean, names, cv, inner)
print(f"Clean: nested error {error.mean():.1%}, chance {faces.chance:.1%}; k chosen:", *chosen)
alone = [nested(parcels, {which: [k]}, clean, names, cv, inner)[0] for k in ks]
for k, e in zip(ks, alone, strict=True):
    print(f"k = {k:3}: {e.mean():.1%}; minus {ks[-1]}:", *(f"{d:+7.2%}" for d in e - alone[-1]))

# %% [markdown]
# From fold to fold the chosen k jumps. Is there anything to choose? Some folds are hard for every k.
# So compare on the *same* folds: each line ends with the error minus that of 200 parcels, fold by
# fold. On clean AT&T faces 30 are worse in most folds, in the mean by one photo of 80. From 50 on
# **there is next to nothing to choose**: now one is ahead, now the other. A search always returns a
# best k, whether there is one or not. Do not report it as a finding.
#
# ## In noise
#
# Noise of 100 grey levels, as in the lower row. Draw first what you expect. With one parcel all
# faces are one number. With as many parcels as pixels nothing is summed up at all.

# %%
many = [k for k in (10, 20, *ks, 400, 800) if k <= clean.shape[1]]
search = GridSearchCV(make_pipeline(parcels, one), {which: many}, cv=cv).fit(noisy, names)
per_fold = [search.cv_results_[f"split{fold}_test_score"] for fold in range(faces.folds)]
in_fold = 1 - np.array(per_fold)  # a row for each fold, a column for each k
question, said = "How does the error in noise change with k?", "Error in noise against k."
words = {"xlabel": "number of parcels k", "ylabel": "error", "caption": said}
draw_first(question, many, in_fold.mean(axis=0), y_range=(0, 0.6), log=True, percent=True, **words)

# %%
from aiguille.decomposition import PCA
from aiguille.feature_selection import SelectKBest
from aiguille.preprocessing import FunctionTransformer
from aiguille.random_projection import GaussianRandomProjection

from course.parcels import squares


def in_squares(X, k, size):
    return pooled(X, squares(k, *size))


grids = {"functiontransformer__kw_args": [{"k": k, "size": size} for k in ks]}
dice = GaussianRandomProjection(30, random_state=0)
print("number of parcels:", *(f"{k:5}" for k in many))
print("error in noise   :", *(f"{error:5.1%}" for error in in_fold.mean(axis=0)))

# %% [markdown]
# Now there is a best k: on the AT&T faces about 100, of those tried. With few parcels the face is
# gone. With many, each is the mean of a few pixels, and its noise stays.
#
# **The misconception: faces have a right number of parcels.** The faces are the same ones. Only the
# noise is new, and what was no choice has become one. A best k belongs to the data, to the noise,
# to the method and to the question.
#
# ## Against other ways to sum up
#
# Parcels are one way to make 30, 50, 100 or 200 numbers of a photo. Here are four others, each with
# its own k from its own inner loop:
#
# - **squares**, blind ones, as on the page before;
# - **PCA**: the directions in which the training photos differ most;
# - **random directions**: sums of all pixels with weights that are dealt like dice;
# - *screening*: keep single pixels, those whose means differ most from person to person.


# %%
most = int(len(photos) * (1 - 1 / faces.folds) * (1 - 1 / inner)) - 2  # PCA: no more than photos
ways = {
    "parcels": (parcels, {which: ks}),
    "squares": (FunctionTransformer(in_squares), grids),
    "PCA": (PCA(random_state=0), {"pca__n_components": [min(k, most) for k in ks]}),
    "random": (dice, {"gaussianrandomprojection__n_components": ks}),
    "screening": (SelectKBest(), {"selectkbest__k": ks}),
}
if faces.fewest < 4:  # one photo of each person is too little to screen by
    del ways["screening"]
errors = {way: nested(*pair, noisy, names, cv, inner)[0] for way, pair in ways.items()}
print(f"In noise, the nested error of parcels is {errors['parcels'].mean():.1%}.")

# %% [markdown]
# Some folds are hard for every method, too. So do not compare two means with two spreads. Take the
# difference in each fold, as for the k: a *paired* comparison. What is hard for both is gone.

# %%
fig, ax = axes("error minus that of parcels, on the same fold", percent="x", height=3.4)
for place, (way, error) in enumerate(list(errors.items())[1:]):
    paired = error - errors["parcels"]
    worse = f"worse than parcels in {np.sum(paired > 0)} of {len(paired)} folds"
    print(f"{way:9}: error {error.mean():5.1%}, difference {paired.mean():+6.1%}; {worse}")
    ax.plot(paired, np.full(len(paired), -place), "o", alpha=0.5, color=COLOURS[place])
    ax.plot(paired.mean(), -place, "|", color=GREY, markersize=34, markeredgewidth=3)
ax.axvline(0, color=GREY, linestyle="--")
ax.set_ylim(1.5 - len(ways), 0.5)
ax.set_yticks(range(0, 1 - len(ways), -1), list(ways)[1:])
show(fig, "Each dot is a fold: how much worse than parcels. The bars are means, parcels are at 0.")

# %% [markdown]
# On the AT&T faces in noise, squares and parcels are far ahead of the others. The reason is the one
# that you know: a mean of *neighbours* removes noise and keeps the face. PCA learns directions of
# noise as well. Random directions mix all pixels, noise and face alike. Screening keeps single
# pixels, with all of their noise. And squares do no worse than parcels; where there is a grid, try
# them first.
#
# The dots are no independent experiments: folds share their training photos. So they show how
# stable a difference is. They do not prove it.
#
# ## Cheat, and see
#
# Three leaks. A k chosen on the very photos that judge it. Parcels found on *all* photos, those of
# the test included (the mean over four k, so nothing is chosen). And 200 pixels that were screened on
# all photos, here 60 photos of *pure noise* with two invented names: chance is 50%.

# %%
noise, invented = with_noise(np.zeros((60, *size)), 100).reshape(60, -1), ["Ada", "Bo"] * 30
tree, screen = parcels.fit(noisy).children_, SelectKBest(k=200)
of_all = [cross_val_score(one, pooled(noisy, cut_tree(tree, k)), names, cv=cv) for k in ks]
cases = (make_pipeline(screen, one), noise), (one, screen.fit_transform(noise, invented))
by_noise = [1 - cross_val_score(*case, invented, cv=cv).mean() for case in cases]
tried = in_fold[:, np.isin(many, ks)]
honest = [errors["parcels"].mean(), tried.mean(), by_noise[0]]
leaky = [tried.min(axis=1).mean(), 1 - np.mean(of_all), by_noise[1]]
print("Honest:", *(f"{e:.1%}" for e in honest), " With the leak:", *(f"{e:.1%}" for e in leaky))
groups = ["k chosen on\nthe test photos", "parcels of\nall photos", "screening,\npure noise"]
fair, unfair = bars(groups, {"honest": honest}), bars(groups, {"honest": honest, "leak": leaky})
switch("cheat: let the test photos leak", fair, unfair, "Three errors, honest and with a leak.")

# %% [markdown]
# The size of the lie is the size of the choice, and whether names were used. To choose among four k
# on the test photos makes the AT&T error look better than it is. Parcels know no names: found on
# all photos they change little. To screen pixels with the names of all photos is another matter. It
# finds people in pure noise. The remedy is always the same line: put *every* step that learns into
# the pipeline, and the pipeline inside the loop.
#
# ## What to try
#
# - Put `NearestCentroid()` in the place of the neighbour. Is the best k the same one?
# - Take noise of 50. Does the best k move? Which way would you expect?
# - Take `random_state=1` for the folds, `cv`. Which k are chosen now?
#
# ## Three questions
#
# ??? question "A search over k on clean photos returns 200. What do you report?"
#     - [ ] That 200 parcels are best. Other folds choose another k.
#     - [x] That from 50 on k hardly matters there: now one is ahead, now another.
#     - [ ] That the search is broken. It does what it was told: it names a best one.
#
# ??? question "Two methods have errors of 10% ± 5% and 7% ± 4% over folds. Is one of them better?"
#     - [ ] No, because the spreads overlap. Some folds are hard for both: that spread is shared.
#     - [ ] Yes, 7 is less than 10. It may be luck of the folds.
#     - [x] Nobody can tell from this. Take the difference in each fold, and look at those.
#
# ??? question "The tree is built once, on all photos, before the loop. It sees no names. Honest?"
#     - [ ] Yes. Photos leak without their names, too: little here, more perhaps where there are few.
#     - [x] Not strictly. Test photos shaped the parcels, and new photos could not.
#     - [ ] No, it makes the error useless. The switch shows how little it changed.
#
# ## Exercises
#
# - [Paired differences](../exercises.md#16): `python -m course check 16`
#
# ## What to take home
#
# - Choose how far to sum up by what is predicted, in a loop of its own.
# - A search always returns a best k. Look whether it is ahead of the others on the same folds.
# - Compare methods so too, pair by pair. And try the simplest cut, too.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010.
# - Ambroise & McLachlan (2002), "Selection bias in gene extraction on the basis of microarray
#   gene-expression data", PNAS 99(10): screening outside of the loop.
# - Hoyos-Idrobo et al. (2019), "Recursive nearest agglomeration (ReNA)", IEEE Transactions on
#   Pattern Analysis and Machine Intelligence 41: means of parcels remove noise.
# - The photos: AT&T Laboratories Cambridge (Samaria & Harter 1994).
#
# Next page: [Always the same thing](../3-be-lazy/13-always-the-same-thing.md). All these loops
# compute the same trees again and again.
