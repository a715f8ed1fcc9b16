# %% [markdown]
# # Parcels of faces
#
# After this page you can cut pictures into parcels of pixels that are alike in all photos, draw faces
# with 50 numbers instead of thousands, and say what parcels give and what they do not.
#
# ## How many numbers does a face need?
#
# Neighbouring pixels tell nearly the same story. So keep one number for many pixels: their mean.
# The simplest cut is a grid of squares. Here is one face, drawn
# with fewer and fewer numbers.

# %%
import numpy as np
from aiguille.cluster import FeatureAgglomeration, cut_tree
from aiguille.datasets import with_noise
from aiguille.image import grid_to_graph
from aiguille.metrics import adjusted_rand_score
from aiguille.model_selection import StratifiedKFold
from aiguille.neighbors import KNeighborsClassifier

from course import data
from course.exhibits import slider
from course.figures import axes, face_grid, show
from course.parcels import borders, flat_grid, squares
from course.remember import memory


# %%
def means(rows, labels):
    """Give each photo one number for each group of pixels: their mean."""
    return np.stack([rows[:, labels == g].mean(axis=1) for g in range(labels.max() + 1)], axis=1)


faces = data.faces()
rows, size = faces.pixels, faces.images.shape[1:]
ks = [k for k in (30, 50, 100, 200) if k < rows.shape[1]]
cuts = [squares(k, *size) for k in ks[::-1]]
pictures = [means(rows[:1], cut)[:, cut].reshape(size) for cut in cuts]  # and back to pixels
titles = [f"{rows.shape[1]:,}\npixels", *(f"{cut.max() + 1}\nsquares" for cut in cuts)]
show(face_grid([faces.images[0], *pictures], titles), "A photo, and the same one in squares.")

# %% [markdown]
# What squares get right: nothing has to be learned, and each mean removes noise. Where they break:
# a grid is blind. It spends as many squares on the wall as on the eyes, and one square may be half
# hair, half forehead.
#
# ## The better idea: let the photos say where to cut
#
# On the talk's slide, 1,000 faces are cut into k = 30, 50, 100 and 200 groups of pixels. We call
# such a group a *parcel*. Nobody draws its border. We start with every pixel as a parcel of its
# own, and merge two at a time:
#
# 1. Only parcels that **touch** may merge. Who touches whom is a graph: `grid_to_graph`.
# 2. Of all pairs that touch, take the one that costs least: the one whose grey levels are most alike,
#    *photo by photo*.
#
# The cost is Ward's. If two parcels have $a$ and $b$ pixels, and their means lie $d$ apart (the
# distance over all photos), then to merge them costs
#
# $$\frac{ab}{a+b}\,d^2.$$
#
# By so much grows the squared error of the drawings. Large parcels are dear to merge, so none eats up
# the others.
#
# All merges together, in their order, are a *tree*. Undo the last ones until k parcels are left:
# that is to cut the tree. So one tree serves every k.
#
# Now find parcels on half of the people, and draw the *other* half with 50 numbers a photo: with 50
# parcels, or with about 50 squares.
#
# ??? guess "Which drawings are nearer to the photos?"
#     - The squares. Strangers' faces are new, and squares owe nothing to any face.
#     - The parcels, by a little. Strangers have their eyes about where the others have them.
#     - The parcels, by far. They have seen faces, and squares have not.

# %%
half, touching = np.isin(faces.names, faces.people[::2]), grid_to_graph(*size)
parcels = FeatureAgglomeration(50, connectivity=touching).fit(rows[half])
strangers = rows[~half]
numbers = parcels.transform(strangers)
print(f"{len(numbers)} photos of strangers are now {numbers.shape[1]} numbers each.")
off = abs(parcels.inverse_transform(numbers) - strangers).mean()
print(f"Drawn with parcels, they are {off:.1f} grey levels off a pixel;")
cut = squares(50, *size)
print(f"with squares, {abs(means(strangers, cut)[:, cut] - strangers).mean():.1f}.")

# %% [markdown]
# `transform` takes the mean of each parcel. `inverse_transform` paints each parcel with its mean.
# Now look. In the upper row are squares, in the lower one parcels: three strangers, whom the
# parcels have never seen. On the right, their borders lie on a mean face.

# %%
some, mean_face = strangers[faces.position[~half] == 0][[0, 1, -1]], rows[half].mean(axis=0)
figures, errors = {}, []
for k in ks:
    both = squares(k, *size), cut_tree(parcels.children_, k)
    lines = [[*means(some, c)[:, c], borders(mean_face.reshape(size), c).ravel()] for c in both]
    figures[str(k)] = flat_grid(np.concatenate(lines).reshape(-1, *size), columns=4)
    errors.append([abs(means(strangers, c)[:, c] - strangers).mean() for c in both])
slider("numbers for a face", figures, "Above squares, below parcels: strangers, and the borders.")

# %%
fig, ax = axes("numbers for a face", "grey levels off", height=3.2)
for kind, curve in zip(("squares", "parcels"), np.transpose(errors), strict=True):
    ax.plot(ks, curve, label=kind)
ax.set_ylim(0)
ax.legend()
show(fig, "How far drawings of strangers are from their photos, with squares and with parcels.")

# %% [markdown]
# Move the slider to 30. Parcels keep the eyes, the mouth and the line of the hair longer than
# squares do. They are small where faces have detail, and large on cheek and wall. The curves say
# the same in grey levels. On the AT&T faces, parcels draw strangers better for every k: by a
# little, not by far.
#
# **The misconception: a parcel is a part of the face.** It looks so: here an eye, there a chin. But
# nobody told the computer what an eye is. Let us find parcels once more, on the *other* half of the
# people, and see how well both maps agree. (The adjusted Rand index is 1 for equal maps. It is 0
# for maps that agree as by chance.)

# %%
again = FeatureAgglomeration(50, connectivity=touching).fit(strangers)
agreement = adjusted_rand_score(parcels.labels_, again.labels_)
blind = adjusted_rand_score(parcels.labels_, squares(50, *size))
print(f"Parcels of one half of the people and of the other agree by {agreement:.2f},")
print(f"parcels and blind squares by {blind:.2f}: groups that lie in one place overlap.")

# %% [markdown]
# On the AT&T faces that is sobering: two maps agree hardly better than a map and a blind grid. So
# parcels are a good way to *draw*, and no discovery about faces.
#
# ## Do they help to recognise?
#
# To draw is one thing, to name another. Let one nearest neighbour name photos at half the size:
# clean, and with noise of 100 grey levels. Parcels are found on the training photos of each fold
# alone. The neighbour may compare the *numbers*, one for each parcel. Or it may compare the
# *drawings*: then a parcel counts as often as it has pixels. Noise and folds are dealt three times.


# %%
@memory.cache
def wrong(photos, names, noise, ks, folds, seed):
    X, shape = with_noise(photos, noise, seed).reshape(len(photos), -1), photos.shape[1:]
    one, touching, errors = KNeighborsClassifier(1), grid_to_graph(*shape), []
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, names):
        tree = FeatureAgglomeration(connectivity=touching).fit(X[train]).children_
        for cut, grid in [(cut_tree(tree, k), squares(k, *shape)) for k in ks]:
            numbers = means(X, cut)
            kinds = means(X, grid), numbers, numbers[:, cut], X
            errors += [one.fit(k[train], names[train]).score(k[test], names[test]) for k in kinds]
    return 1 - np.reshape(errors, (folds, len(ks), len(kinds))).mean(axis=0)


# %%
half_size = data.resized(faces.images, *(max(16, side // 2) for side in size))
kinds = ["squares", "parcels: numbers", "parcels: drawings", "pixels"]
fig, both = axes("numbers for a face", "error", rows=2, height=3.1, percent="y")
both[0].sharey(both[1])
for ax, noise in zip(both, (0, 100), strict=True):
    deals = [wrong(half_size, faces.names, noise, ks, faces.folds, seed) for seed in range(3)]
    for kind, curve in zip(kinds, np.mean(deals, axis=0).T, strict=True):
        ax.plot(ks, curve, label=kind)
        print(f"Noise {noise:3}, {kind:17}:", *(f"{error:6.1%}" for error in curve))
    ax.set_title(f"noise {noise}")
fig.legend(*both[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
show(fig, "Error of one neighbour against the number of squares or parcels, clean and in noise.")

# %% [markdown]
# On clean AT&T faces the lines lie close together, and fall but a little: 50 numbers name as well as
# all pixels. In noise both cuts beat the pixels by far, because means remove noise. But **plain squares do no worse than
# parcels** there, and better than their numbers. A small parcel, the mean of a few pixels, is
# noisier than a large one, and yet its number counts as much. Compare drawings, and most of the gap
# is gone.
#
# So why parcels? They follow what is in the data, eyes and mouth and hair, and draw it better. And
# they ask for no grid, only for a graph of who touches whom. The folded surface of a brain, the
# weather stations of a country: nobody can lay squares on these. There parcels do what squares do
# for a photo.
#
# ## What to try
#
# - Leave `connectivity` out. Which pixels are merged now?
# - Fit the `tree` to clean photos, `photos.reshape(X.shape)[train]`. Whose fault is the gap?
#
# ## Three questions
#
# ??? question "You have parcels for k = 200 and want k = 30. What has to be computed?"
#     - [ ] Everything anew, with the new k. The merges would be the same ones, in the same order.
#     - [x] Nothing but a cut: undo fewer of the last merges of the same tree.
#     - [ ] 30 means of neighbouring parcels, by hand. Who belongs together is in the tree.
#
# ??? question "Why are large parcels dear to merge?"
#     - [ ] Because it takes longer to add up their pixels. The cost is not time.
#     - [x] Because of their many pixels. Each is then drawn by a mean that fits it less.
#     - [ ] Because they touch more others. That decides who may merge, not what it costs.
#
# ??? question "Two groups of people give two maps, which agree by 0.4. What of the parcels?"
#     - [ ] 40% of the parcels are real. The number does not tell which ones came back, if any.
#     - [ ] They are useless. They still draw strangers better than squares do.
#     - [x] They are a way to sum up. Most borders would move with other people.
#
# ## Exercises
#
# - [One merge of Ward's](../exercises.md#14): `python -m course check 14`
# - [Parcels, and back](../exercises.md#15): `python -m course check 15`
#
# ## What to take home
#
# - Parcels are groups of pixels that touch, and are alike photo by photo. One tree serves every k.
# - With as many numbers they draw strangers a little better than squares. They name them no better.
# - They need no grid, only a graph. And they are a summary, no discovery.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "form groups on the 1000 faces".
# - Ward (1963), "Hierarchical grouping to optimize an objective function", Journal of the American
#   Statistical Association 58.
# - Michel et al. (2012), "A supervised clustering approach for fMRI-based inference of brain
#   states", Pattern Recognition 45: parcels of brains.
# - The photos: AT&T Laboratories Cambridge (Samaria & Harter 1994).
#
# Next page: [Choose k by what it predicts](12-choose-k-by-what-it-predicts.md).
