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
from aiguille.image import grid_to_graph
from aiguille.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, cross_validate
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import make_pipeline

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
    return 1 - found["test_score"], [next(iter(e.best_params_.values())) for e in found["estimator"]]


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
