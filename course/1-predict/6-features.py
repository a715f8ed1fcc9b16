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

# %%
faces = data.faces()
height, width = (max(1, side // 2) for side in faces.images.shape[1:])
images, names = data.resized(faces.images, height, width), faces.names
X = images.reshape(len(images), -1).astype(float)
most = max(3, min(40, len(X) // 2 - len(faces.people)))
pca = PCA(most).fit(X)
fisher = LinearDiscriminantAnalysis().fit(pca.transform(X), names)
ghosts = np.array([*pca.components_[:3], *fisher.scalings_.T[:3] @ pca.components_])
ghosts = 128 + 120 * ghosts / abs(ghosts).max(axis=1, keepdims=True)
titles = [f"{kind} {n}" for kind in ("eigenface", "Fisher's face") for n in (1, 2, 3)]
ghosts = face_grid(ghosts.reshape(-1, height, width), titles, columns=3)
show(
    ghosts,
    "Six ghosts: what is bright counts for, what is dark counts against, grey does not count.",
)

# %% [markdown]
# ## The simple idea: what varies most
#
# Take the mean face away from every photo. In which direction do the rest differ most? That is the
# first *component*, the second is what varies most of what then is left, and so on. This is
# principal component analysis, PCA. Drawn as pictures, components of faces are called eigenfaces.
#
# A photo becomes a short row of numbers, one for each component. From these one can go back to a
# picture: that shows what they have kept. Move the slider.

# %%
rebuilt, some = {}, [np.flatnonzero(names == person)[0] for person in faces.people[:4]]
for n in sorted({1, 3, min(10, most), most}):
    numbers = (X[some] - pca.mean_) @ pca.components_[:n].T  # how much of each ghost
    pictures = pca.mean_ + numbers @ pca.components_[:n]  # and back
    rebuilt[str(n)] = face_grid([*images[some], *pictures.reshape(-1, height, width)], columns=4)
slider("components", rebuilt, "Above: four photos. Below: what so many numbers have kept of them.")
kept, all_of_it = pca.explained_variance_.sum(), X.var(axis=0, ddof=1).sum()
print(f"{most} numbers instead of {X.shape[1]:,} keep {kept / all_of_it:.0%} of the variance.")

# %% [markdown]
# What PCA gets right: few numbers, and most of the picture. It never asks for names, though. Look
# at the first eigenfaces: much of what varies most is light. That is not who it is.
#
# ## The better idea: what tells people apart
#
# Fisher asked: in which direction do *means of people* differ most, compared with how much the
# photos of one person differ? He did it for flowers, and here it gives **Fisher's faces**. Light
# that changes from photo to photo of one person now counts little. The method is called linear
# discriminant analysis, LDA.
#
# It needs to know how the photos of one person differ. With fewer photos than pixels it finds
# directions in which they do not differ at all. So one does PCA first, and Fisher after it. In code
# these are steps in a row, and each learns from the training set alone.
#
# ??? guess "Which description gives one neighbour the fewest wrong names on clean photos?"
#     - Pixels. They have all the information, and the others are made from them.
#     - PCA. It drops what varies little, which might be noise.
#     - Fisher from pixels. It is the only one with names that sees everything.
#     - PCA, then Fisher. Fewer numbers, made for the question.

# %%
steps = {"pixels": [], "PCA": [PCA(most)], "Fisher": [LinearDiscriminantAnalysis()]}
steps["PCA, Fisher"] = [PCA(most), LinearDiscriminantAnalysis()]
methods = {"1 neighbour": KNeighborsClassifier(1), "typical faces": NearestCentroid()}
cv, drawn = StratifiedKFold(faces.folds, shuffle=True, random_state=0), {}
for noise in (0, 50, 100):
    noisy, found = with_noise(X, noise), {}
    for kind, e in methods.items():
        chains = [make_pipeline(*before, e) for before in steps.values()]
        found[kind] = [1 - cross_val_score(chain, noisy, names, cv=cv).mean() for chain in chains]
    drawn[str(noise)] = bars([*steps], found)
    said = ", ".join(f"{way} {e:.1%}" for way, e in zip(steps, found["1 neighbour"], strict=True))
    print(f"Noise {noise}, error of one neighbour: {said}.")

# %%
print(f"Chance: {faces.chance:.1%}.")
slider("noise (grey levels)", drawn, "Error with four descriptions, for two methods.")

# %% [markdown]
# Without noise, on the AT&T faces, PCA alone changes next to nothing: it keeps what the distances
# were made of. PCA and then Fisher is best, with far fewer errors than pixels have. Typical faces
# gain most of all. A mean is a good summary where light and pose have been turned down.
#
# ## Where it breaks
#
# Move the slider to noise 50. Fisher from pixels falls apart, and PCA before it still helps. At 100
# nothing beats the mean of plain pixels. The descriptions were learned from noisy photos, and
# learned the noise. To see how, draw photos as points: their first two numbers are the place on a
# map. Each colour is a person.

# %%
few = np.isin(names, faces.people[:5])
train, test = next(iter(cv.masks(X[few], names[few])))
chains = {"PCA": [PCA(2)], "Fisher": steps["Fisher"]}
chains["PCA, then Fisher"] = [PCA(min(10, train.sum() - 5)), LinearDiscriminantAnalysis()]
maps = [axes(rows=3, height=2.6) for _ in range(2)]
for place, (title, before) in enumerate(chains.items()):
    chain = make_pipeline(*before).fit(X[few][train], names[few][train])
    for (_, grid), photos in ((maps[0], [train]), (maps[1], [train, test])):
        grid[place].set_title(title)
        for seen, marker in zip(photos, "ox", strict=False):
            points = chain.transform(X[few][seen])[:, :2]
            for colour, person in zip(COLOURS, faces.people[:5], strict=False):
                x, y = points[names[few][seen] == person].T
                grid[place].plot(x, y, marker, color=colour)
switch("show unseen photos (crosses) too", maps[0][0], maps[1][0], "Photos of five people.")
