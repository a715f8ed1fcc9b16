# %% [markdown]
# # What a classifier sees
#
# After this page you can describe photos by other numbers than pixels, draw them as points on a
# map, and say which description helps a classifier, and when it harms.
#
# **Further.** This page adds two famous descriptions of faces, Turk and Pentland's and Fisher's.
# You may skip it.
#
# ## A question with a real picture
#
# A classifier never sees a face. It sees a row of numbers, the *features*. Until now these were
# pixels. But one can ask a photo other things: how much does it look like this ghost? The answer
# is one number for each ghost. What do these ghosts ask for?

# %%
import numpy as np
from aiguille.datasets import with_noise
from aiguille.decomposition import PCA
from aiguille.discriminant_analysis import LinearDiscriminantAnalysis
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from aiguille.pipeline import make_pipeline

from course import data
from course.exhibits import slider, switch
from course.figures import COLOURS, axes, bars, face_grid, show
from course.remember import memory

# %%
faces = data.faces()
height, width = (max(1, side // 3) for side in faces.images.shape[1:])
images, names = data.resized(faces.images, height, width), faces.names
X = images.reshape(len(images), -1).astype(float)
most = max(3, min(40, len(X) // 2 - len(faces.people)))
pca = PCA(most).fit(X)
fisher = LinearDiscriminantAnalysis().fit(pca.transform(X), names)
ghosts = np.array([*pca.components_[:3], *fisher.scalings_.T[:3] @ pca.components_])
ghosts = 128 + 120 * ghosts / abs(ghosts).max(axis=1, keepdims=True)
titles = [f"{kind} {n}" for kind in ("eigenface", "Fisher's face") for n in (1, 2, 3)]
ghosts = face_grid(ghosts.reshape(-1, height, width), titles, columns=3)
show(ghosts, "Six ghosts: bright counts for, dark counts against, and grey does not count.")

# %% [markdown]
# ## The simple idea: what varies most
#
# Take the mean face away from every photo. In which direction do the rest differ most? That is the
# first *component*, the second is what varies most of what then is left, and so on. This is
# principal component analysis, PCA. Drawn as pictures, components of faces are called eigenfaces.
#
# A photo becomes a short row of numbers, one for each component. From these one can go back to a
# picture: that shows what they have kept. Move the slider. The printed line tells how much of the
# *variance* is kept, that is, of the squared differences from the mean face.

# %%
rebuilt, some = {}, [np.flatnonzero(names == person)[0] for person in faces.people[:4]]
for n in sorted({1, min(10, most), most}):
    numbers = (X[some] - pca.mean_) @ pca.components_[:n].T  # how much of each ghost
    pictures = pca.mean_ + numbers @ pca.components_[:n]  # and back
    rebuilt[str(n)] = face_grid([*images[some], *pictures.reshape(-1, height, width)], columns=4)
slider("components", rebuilt, "Above: four photos. Below: what so many numbers have kept of them.")
kept, all_of_it = pca.explained_variance_.sum(), X.var(axis=0, ddof=1).sum()
print(f"{most} numbers instead of {X.shape[1]:,} keep {kept / all_of_it:.0%} of the variance.")

# %% [markdown]
# What PCA gets right: few numbers, and most of the picture. Where it breaks: it never asks for
# names. The first eigenfaces are broad: hair, forehead, light from a side. Some of that tells who
# it is, and some changes from photo to photo of one person. PCA does not know which.
#
# ## The better idea: what tells people apart
#
# Fisher asked: in which directions do the means of classes differ most, compared with how much the
# members of one class differ? He did it for flowers. Here the classes are people, and the
# directions are **Fisher's faces**. What changes from photo to photo of one person now counts
# little. This is linear discriminant analysis, LDA.
#
# To know how the photos of one person differ, it needs many photos. There are fewer photos than
# pixels. So one does PCA first, and Fisher after it. In code these are steps in a row, and each
# learns from the training set alone.


# %%
@memory.cache
def errors(X, names, folds, most):
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    fisher = LinearDiscriminantAnalysis()
    steps = {"pixels": [], "PCA": [PCA(most)], "Fisher": [fisher], "both": [PCA(most), fisher]}
    methods = {"1 neighbour": KNeighborsClassifier(1), "typical faces": NearestCentroid()}
    found = {}
    for kind, e in methods.items():
        chains = [make_pipeline(*before, e) for before in steps.values()]
        found[kind] = [1 - cross_val_score(chain, X, names, cv=cv).mean() for chain in chains]
    return list(steps), found


# %% [markdown]
# ??? guess "Which description gives one neighbour the fewest wrong names on clean photos?"
#     - Pixels. They have all the information, and the others are made from them.
#     - PCA. It drops what varies little, which might be noise.
#     - Fisher, from pixels. It knows the names, and sees everything.
#     - Both, PCA and then Fisher. Fewer numbers, made for the question.

# %%
drawn = {}
for noise in (0, 50, 100):
    steps, found = errors(with_noise(X, noise), names, faces.folds, most)
    drawn[str(noise)] = bars(steps, found)
    for kind in found:
        said = ", ".join(f"{way} {e:.1%}" for way, e in zip(steps, found[kind], strict=True))
        print(f"Noise {noise}, {kind}: {said}.")
print(f"These are errors; chance: {faces.chance:.1%}.")
slider("noise (grey levels)", drawn, "Error with four descriptions, for two methods.")

# %% [markdown]
# Without noise, on the AT&T faces, PCA alone changes next to nothing: it keeps what the distances
# were made of. PCA and then Fisher is best, with far fewer errors than pixels have. Typical faces
# gain most of all. A mean says more once light and pose are turned down.
#
# ## Where it breaks
#
# Move the slider. At noise 50, Fisher from pixels falls apart. PCA before it prevents that, but no
# longer clearly helps: on the AT&T faces it saves a few names of 400, compared with pixels. At 100
# nothing on these faces beats the mean of plain pixels. What was learned from noisy photos is partly
# noise.
#
# To see how, let us learn from few photos, those of five people at noise 50, and draw each photo
# as a point: its first two numbers are the place on a map. Each colour is a person. Above are
# two components. In the middle Fisher comes after a few components, below after as many as these
# photos have left, once each person's mean is known.

# %%
few = np.isin(names, faces.people[:5])
points, who = with_noise(X, 50)[few], names[few]
cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
train, test = next(iter(cv.masks(points, who)))
left = int(np.sum(train)) - len(set(who))
fisher = LinearDiscriminantAnalysis()
chains = {"PCA to 2 numbers": make_pipeline(PCA(2))}
for n in (max(2, left // 3), left):
    chains[f"PCA to {n} numbers, then Fisher"] = make_pipeline(PCA(n), fisher)


# %%
def draw(which):
    fig, grid = axes(rows=len(chains), height=2.4)
    for ax, (title, chain) in zip(grid, chains.items(), strict=True):
        ax.set_title(title)
        chain.fit(points[train], who[train])
        for photos, marker in which:
            for colour, person in zip(COLOURS, faces.people, strict=False):
                x, y = chain.transform(points[photos & (who == person)]).T[:2]
                ax.plot(x, y, marker, color=colour)
    return fig


off, on = draw([(train, "o")]), draw([(train, "o"), (test, "x")])
switch("show unseen photos too, as crosses", off, on, "Photos of five people, on three maps.")

# %% [markdown]
# **The misconception: what tells the known photos apart tells people apart.** Look at the lowest
# map before you turn the switch. Each person is nearly one point: nothing could be clearer. Then
# turn it. On the AT&T faces the crosses lie far from their own people's points, compared with how
# close those are. With as many numbers as photos there is always a direction in which the known
# photos of a person agree, by luck. In the middle map most crosses lie with their people. A picture
# of the training set is no evidence.
#
# ## What to try
#
# - Set `most` to 10, to 100, to 200. Where is "both" best?
# - Give `PCA` the option `whiten=True`: then all components count alike. Does that help?
#
# ## Three questions
#
# ??? question "Why does PCA alone hardly change what one neighbour says?"
#     - [x] It keeps most of the distances. The nearest photo is mostly the same one.
#     - [ ] It keeps the names in mind. It never sees them.
#     - [ ] It has too few numbers. Even so it keeps most of what varies.
#
# ??? question "Somebody shows a map with every class as a neat cloud. What do you ask?"
#     - [ ] How many photos are on it. More photos that it has learned from prove nothing more.
#     - [x] Whether the map has learned from these very photos. Only others count.
#     - [ ] Which colours were used. Any will do.
#
# ??? question "PCA is fitted on all photos, before the folds. Is that a leak?"
#     - [ ] No, it sees no names. It still sees the test photos, which may suit it.
#     - [x] Yes, if mostly a small one. A pipeline learns each step from the training set.
#     - [ ] Yes, it always makes the error zero. It has no names to cheat with.
#
# ## Exercises
#
# - [A step of PCA](../exercises.md#7): `python -m course check 7`
#
# ## What to take home
#
# - A classifier sees the numbers you give it. Choosing them can do more than choosing a method.
# - PCA keeps what varies, Fisher what tells people apart. Fisher needs few numbers and many photos.
# - A neat picture of known photos proves nothing. Show the unseen ones.
#
# ## Sources
#
# - M. Turk & A. Pentland (1991), "Eigenfaces for recognition", *Journal of Cognitive Neuroscience*
#   3(1).
# - R. Fisher (1936), "The use of multiple measurements in taxonomic problems", *Annals of Eugenics*
#   7(2).
# - P. Belhumeur, J. Hespanha & D. Kriegman (1997), "Eigenfaces vs. Fisherfaces", *IEEE Transactions
#   on Pattern Analysis and Machine Intelligence* 19(7).
#
# Next page: [How sure are we?](7-how-sure-are-we.md) What chance can do, and more photos.
