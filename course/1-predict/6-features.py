# %% [markdown]
# # What a classifier sees
#
# After this page you can say what features are, replace pixels by better ones, and see with your
# own eyes what a method has learned from faces.
#
# **Further.** This page is off the short path. It looks at pixels, principal components and Fisher's
# faces, and asks which of them tells people apart.
#
# ## A question with a real picture
#
# To a program a photo is a row of numbers. Each number is a *feature*: here a pixel. But one may
# compute other features from the pixels. Here are three photos of one person, and three of another.
# What do *you* look at, to tell the two apart?

# %%
import numpy as np
from aiguille.datasets import with_noise
from aiguille.decomposition import PCA
from aiguille.discriminant_analysis import LinearDiscriminantAnalysis
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import make_pipeline

from course import data
from course.exhibits import slider, switch
from course.figures import COLOURS, axes, bars, face_grid, show

# %%
faces = data.faces()
height, width = 56, 46
photos = data.resized(faces.images, height, width).reshape(len(faces.images), -1).astype(float)
people = np.unique(faces.names)
who = np.concatenate([np.flatnonzero(faces.names == name)[:3] for name in people[:2]])
show(face_grid(faces.images[who], columns=6), "Three photos of one person, three of another.")
print(f"{len(photos)} photos with {photos.shape[1]:,} pixels each.")

# %% [markdown]
# ## The simple idea: pixels
#
# Take the pixels as they are. What it gets right: nothing is lost. Where it breaks: two photos are
# near each other if they are equally bright in the same places. Light and pose change *thousands* of
# pixels. Glasses change a few.
#
# ## Better: the directions in which photos differ
#
# *Principal components* (PCA) are pictures, too. The first one is the direction in which all photos
# differ most, the second one comes next, and so on. Each photo is the mean face, plus so much of
# the first component, plus so much of the second. These few amounts are its new features.
#
# ??? guess "What does the first component of all faces show?"
#     - Who somebody is. That would be handy.
#     - Light, or where the head is. That moves the most pixels.
#     - A typical face. That is the mean, which was taken away before.

# %%
pca = PCA(60, random_state=0).fit(photos)
shown = [pca.mean_, *(128 + 1500 * pca.components_[:4])]
names = ["mean", *(f"{share:.0%}" for share in pca.explained_variance_ratio_[:4])]
show(
    face_grid([row.reshape(height, width) for row in shown], names),
    "The mean face and the first four principal components, with the share of all differences.",
)
rebuilt = {}
for count in (1, 5, 20, 60):
    amounts = pca.transform(photos[who[:1]])
    amounts[:, count:] = 0
    two = [photos[who[0]], pca.inverse_transform(amounts)[0]]
    rebuilt[f"{count}"] = face_grid([p.reshape(height, width) for p in two], columns=4)
slider("components", rebuilt, "A photo, and what is left of it with so many components.")

# %% [markdown]
# **The misconception: what differs most matters most.** The first components are light and hair,
# for they move the most pixels. They know nothing of names: PCA never looked at one.
#
# ## Fisher's idea: the directions that tell people apart
#
# *Fisher's faces* are directions that do know the names. They are chosen so that photos of one
# person fall together, and different people fall apart. Below each photo is a point, and four
# people have a colour. Turn the switch: what did the names change?


# %%
def scattered(amounts):
    fig, ax = axes("first feature", "second feature")
    for place, name in enumerate(people[:4]):
        some = amounts[faces.names == name]
        ax.scatter(some[:, 0], some[:, 1], color=COLOURS[place], marker="os^D"[place], label=name)
    ax.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1))
    return fig


fisher = make_pipeline(PCA(60, random_state=0), LinearDiscriminantAnalysis(n_components=10))
fishers_view = fisher.fit(photos, faces.names).transform(photos)
switch("look at the names", scattered(pca.transform(photos)), scattered(fishers_view),
       "The photos of four people, by the first two components, or by Fisher's faces.")  # fmt: skip

# %% [markdown]
# ## Who wins?
#
# The map is drawn with photos that Fisher's faces were made from, so it flatters them. Judge them on
# photos that were not seen. In a *pipeline* the features are learned in each fold, on the training
# photos alone.


# %%
def error(steps, rows):
    cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
    return 1 - cross_val_score(make_pipeline(*steps), rows, faces.names, cv=cv).mean()


one, few = KNeighborsClassifier(1), PCA(60, random_state=0)
ways = {
    "pixels": [one],
    "components": [few, one],
    "Fisher": [few, LinearDiscriminantAnalysis(), one],
}
noisy = with_noise(photos, 100)
errors = {word: [error(steps, rows) for rows in (photos, noisy)] for word, steps in ways.items()}
show(bars(["clean", "noise 100"], errors), "Errors of one neighbour on three kinds of features.")
for word, (clean, loud) in errors.items():
    print(f"{word}: {clean:.1%} errors, and {loud:.1%} in noise.")

# %% [markdown]
# On clean photos components do about as well as pixels, with a fraction of the numbers, and Fisher's
# faces do best: they know what they look for. In noise, components suffer most. Noise is a
# difference between photos, too, so it has its place among the components.
#
# And without PCA before it? Fisher's faces would have as many directions to choose from as there are
# pixels, and fewer photos than that. They could tell all *training* photos apart perfectly, by
# chance alone. First fewer numbers, then names.
#
# ## What to try
#
# - Leave out the first three components (the light). Do the errors fall?
# - Take 10 and 200 components in place of 60.
# - Rebuild a photo of somebody whom PCA has never seen.
#
# ## Three questions
#
# ??? question "What are the new features of a photo after PCA?"
#     - [ ] Its most important pixels. No pixel is chosen: each component uses all of them.
#     - [x] How much of each component it has.
#     - [ ] Its distances to other photos. These can be computed from them.
#
# ??? question "Why is a pipeline fitted anew in each fold?"
#     - [ ] It saves time. It takes more.
#     - [x] So that the features are not learned from test photos.
#     - [ ] Because the folds differ in size. They hardly do.
#
# ??? question "Fisher's faces separate the training photos perfectly. What do you know?"
#     - [ ] That they will name new photos. Only new photos can tell.
#     - [x] Little: with enough features that happens by chance.
#     - [ ] That there is a mistake. It is what they are made for.
#
# ## Exercises
#
# - [A step of PCA](../exercises.md#8): `python -m course check 8`
#
# ## What to take home
#
# - A feature is whatever number you compute. You choose what a method sees.
# - What differs most is not what matters most.
# - Features that know the names must be learned on training photos alone.
#
# ## Sources
#
# - M. Turk & A. Pentland (1991), "Eigenfaces for recognition", *Journal of Cognitive Neuroscience*
#   3(1).
# - P. Belhumeur, J. Hespanha & D. Kriegman (1997), "Eigenfaces vs. Fisherfaces", *IEEE PAMI* 19(7).
#
# Next page: [How sure are we?](7-how-sure-are-we.md).
