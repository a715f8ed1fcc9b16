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
from aiguille.cluster import FeatureAgglomeration
from aiguille.datasets import with_noise
from aiguille.decomposition import PCA
from aiguille.feature_selection import SelectKBest
from aiguille.image import grid_to_graph
from aiguille.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, cross_validate
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import make_pipeline
from aiguille.random_projection import GaussianRandomProjection

from course import data
from course.exhibits import draw_first, switch
from course.figures import COLOURS, GREY, axes, bars, face_grid, show
from course.remember import memory

# %%
faces, ks = data.faces(), [30, 50, 100, 200]
names, size = faces.names, [max(16, side // 2) for side in faces.images.shape[1:]]
touching, small = grid_to_graph(*size), data.resized(faces.images, *size)
clean, noisy = (with_noise(small, noise).reshape(len(small), -1) for noise in (0, 100))
pictures = []
for rows in (clean, noisy):
    cuts = [FeatureAgglomeration(k, connectivity=touching).fit(rows[1:]) for k in ks[::-1]]
    pictures += [rows[0], *(cut.inverse_transform(cut.transform(rows[:1]))[0] for cut in cuts)]
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
# Parcels and the one nearest neighbour, in a row, are one method. Its setting is k. How to choose a
# setting and to judge the choice, you know from [Choose k, twice](../1-predict/5-choose-k-twice.md):
# an inner loop chooses, an outer one judges. Parcels are found inside, on training photos alone.
# And one tree serves every k, so four of them cost little more than one.
#
# Let us begin with clean photos.


# %%
@memory.cache
def nested(model, values, X, names, folds, inner_folds, seed):
    """Give the error of each fold, and what the inner loop chose for it."""
    search = GridSearchCV(model, values, cv=inner_folds)
    cv = StratifiedKFold(folds, shuffle=True, random_state=seed)
    found = cross_validate(search, X, names, cv=cv, return_estimator=True)
    return 1 - found["test_score"], [
        next(iter(e.best_params_.values())) for e in found["estimator"]
    ]


model = make_pipeline(FeatureAgglomeration(connectivity=touching), KNeighborsClassifier(1))
settings, folds = {"featureagglomeration__n_clusters": ks}, (faces.folds, min(3, faces.inner_folds))
error, chosen = nested(model, settings, clean, names, *folds, 0)
print(f"Clean: nested error {error.mean():.1%}, folds from {error.min():.1%} to {error.max():.1%}.")
print("The k that was chosen, fold by fold:", *chosen)

# %% [markdown]
# Look at the last line. From fold to fold the choice jumps. Now look at the folds: they lie further
# apart than the curves of [the page before](11-parcels-of-faces.md) for noise 0. On clean AT&T
# faces **there is nothing to choose**: every k names about as well. A search always returns a best
# k, whether there is one or not. Do not report it as a finding.
#
# Now with noise.


# %%
@memory.cache
def curve(model, values, noise, photos, names, folds, seed):
    """Give the error for each value (rows) in each fold (columns), with one loop."""
    cv = StratifiedKFold(folds, shuffle=True, random_state=seed)
    X = with_noise(photos, noise, seed).reshape(len(photos), -1)
    found = GridSearchCV(model, values, cv=cv, refit=False).fit(X, names).cv_results_
    return 1 - np.transpose([found[f"split{fold}_test_score"] for fold in range(folds)])


many, how = [10, 20, *ks, 400, 800], (small, names, faces.folds)
many = [k for k in many if k < clean.shape[1]]
curves = [curve(model, {next(iter(settings)): many}, 100, *how, seed) for seed in range(2)]
draw_first(
    "Noise of 100 grey levels: how does the error change with the number of parcels?",
    many, np.mean(curves, axis=(0, 2)), xlabel="number of parcels k", ylabel="error",
    caption="Error of one neighbour in noise, against the number of parcels.",
    y_range=(0, 0.6), log=True, percent=True,
)  # fmt: skip

# %% [markdown]
# With noise a best k is there: too few parcels cannot draw a face, too many keep the noise. Choose it
# in the inner loop again, and compare with other ways to have fewer numbers, on the **same folds**:
# components (PCA), sums with random weights (*random projection*), and *screening*, which keeps the
# pixels that tell people apart best, each looked at alone.

# %%
one = KNeighborsClassifier(1)
ways = {
    "PCA": (PCA(random_state=0), "pca__n_components"),
    "random": (GaussianRandomProjection(random_state=0), "gaussianrandomprojection__n_components"),
    "screening": (SelectKBest(), "selectkbest__k"),
}
parcels, picked = nested(model, settings, noisy, names, *folds, 0)
print(f"Noise 100: nested error {parcels.mean():.1%}; chosen, fold by fold:", *picked)
fig, ax = axes("error above that of parcels, fold by fold", percent="x", height=3)
for place, (word, (way, setting)) in enumerate(ways.items()):
    others, _ = nested(make_pipeline(way, one), {setting: ks}, noisy, names, *folds, 0)
    ax.plot(others - parcels, [place] * len(others), "o", color=COLOURS[place])
    print(f"{word}: {(others - parcels).mean():+.1%}, better in {(others < parcels).sum()} folds")
ax.set_yticks(range(len(ways)), ways)
ax.axvline(0, color=GREY, linestyle="--")
show(
    fig,
    "How much more errors other ways make than parcels, in each fold: right of the line is worse.",
)

# %% [markdown]
# Each dot is a *paired difference*: two methods, judged on the same photos. Folds are easy or hard
# for all methods alike, and in the difference that cancels. If all dots are on one side, you need no
# more statistics.
#
# Plain squares are not in the drawing. [The page before](11-parcels-of-faces.md) has measured them:
# in noise they do no worse than parcels. What parcels give beside that, it says as well.
#
# ## The cheating switch
#
# **The misconception: a step that does not look at the test names cannot leak.** And one that does
# look leaks for sure. Screening looks at names. Below there is nothing to find: 60 samples of two
# kinds, and 1,000 columns of pure noise. Screen all samples first, then cross-validate, and see.


# %%
rng = np.random.default_rng(0)
noise, kinds = rng.normal(size=(60, 1000)), np.repeat([0, 1], 30)
honest = 1 - cross_val_score(make_pipeline(SelectKBest(k=20), one), noise, kinds, cv=5).mean()
leaky = SelectKBest(k=20).fit(noise, kinds).transform(noise)
cheated = 1 - cross_val_score(one, leaky, kinds, cv=5).mean()
drawn = [bars([word], {"error": [e]}, chance=0.5) for word, e in
         (("inside each fold", honest), ("on all samples", cheated))]  # fmt: skip
switch("cheat: screen all samples first", *drawn, "Errors on pure noise: honest is near chance.")
print(f"Pure noise: screened inside each fold {honest:.0%}, on all samples {cheated:.0%} errors.")

# %% [markdown]
# That is why everything here stands in a pipeline.
#
# ## What to try
#
# - Noise of 50 and of 150: does the best k move?
# - Take typical faces (`NearestCentroid`) in place of one neighbour.
# - Choose k on the outer folds, without the inner loop. How much better does it look?
#
# ## Three questions
#
# ??? question "On clean photos the inner loop chooses another k in each fold. What do you report?"
#     - [ ] The k that was chosen most often. It is as good as the others.
#     - [x] That there is nothing to choose, and the nested error.
#     - [ ] The lowest error of all. That one was chosen by looking.
#
# ??? question "Why are the differences taken fold by fold?"
#     - [x] A fold is hard or easy for both methods, and that cancels.
#     - [ ] There are more numbers then. There are as many.
#     - [ ] Means cannot be compared. They can, but with more doubt.
#
# ??? question "Screening is done on all samples, then cross-validation. What is wrong?"
#     - [ ] Nothing: the classifier never sees the test samples. The screening did.
#     - [x] The columns were chosen with the names of the test samples.
#     - [ ] It keeps too few columns. With any number it leaks.
#
# ## Exercises
#
# - [Paired differences](../exercises.md#16): `python -m course check 16`
#
# ## What to take home
#
# - Choose by what you want to predict, not by what looks good.
# - A search always returns a best value. Ask whether there is one.
# - Compare on the same folds, in differences.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010.
# - C. Ambroise & G. McLachlan (2002), "Selection bias in gene extraction", *PNAS* 99(10): the switch.
#
# Next page: [Always the same thing](../3-be-lazy/13-always-the-same-thing.md).
