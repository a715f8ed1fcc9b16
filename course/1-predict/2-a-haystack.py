# %% [markdown]
# # A haystack
#
# After this page you can say what noise, clutter and the size of a picture do to two simple
# methods, why averaging helps one of them, and read a plot of error against noise.
#
# ## A question with a real picture
#
# "The fraction of interesting information is small", says the talk: "there is noise, the image is
# large" (our translation). Let us spoil some pictures. To each pixel we add a random number. A
# **noise** of 50 means that these numbers have a spread (a *standard deviation*) of 50 grey levels.
#
# Above are photos, at half their size. Below is the mean of all photos of the same person, spoiled
# in the same way. At which noise do you lose the upper row? At which the lower one?

# %%
import numpy as np
from aiguille.datasets import in_clutter, with_noise
from aiguille.model_selection import StratifiedKFold, cross_val_score, validation_curve
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid

from course import data
from course.exhibits import draw_first, slider
from course.figures import axes, face_grid, show
from course.remember import memory

# %%
faces, synthetic = data.faces(), data.synthetic_faces(people=100, photos=10)
height, width = (max(1, side // 2) for side in faces.images.shape[1:])
real = data.resized(faces.images, height, width)
album = [real[faces.names == person] for person in faces.people[:4]]
rows = {}
for noise in (0, 50, 100, 150):
    of = [with_noise(photos, noise, seed) for seed, photos in enumerate(album)]
    rows[str(noise)] = face_grid([p[0] for p in of] + [p.mean(axis=0) for p in of], columns=4)
slider("noise (grey levels)", rows, "Above: photos. Below: the mean of the same person's photos.")

# %% [markdown]
# ## Two methods fight
#
# **Typical faces** you know: one mean for each person. The other method keeps all known photos. It
# gives a new photo the name of the nearest one, its **nearest neighbour**. With five neighbours, as
# on the talk's slide, those five vote.
#
# Each error below comes from five rounds (fewer, if somebody has few photos). In each round a
# fifth of the photos is put aside and named by what was learned from the rest. So each photo is
# unseen once. The page [Judge honestly](4-judge-honestly.md) opens that box. The `@memory.cache`
# above the function means: never compute the same thing twice.


# %%
@memory.cache
def errors(images, names, folds):
    rows, one = images.reshape(len(images), -1), KNeighborsClassifier()
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    mean = cross_val_score(NearestCentroid(), rows, names, cv=cv).mean()
    k = {"param_name": "n_neighbors", "param_range": [1, 5]}
    _, votes = validation_curve(one, rows, names, cv=cv, **k)
    return [1 - mean, *(1 - votes.mean(axis=1))]  # typical faces, 1 neighbour, 5 neighbours


# %%
levels = [0, 25, 50, 75, 100, 150]
on_real = [errors(with_noise(real, n), faces.names, faces.folds) for n in levels]
draw_first(
    "Draw the error of one neighbour as the noise grows.",
    levels,
    [one for _, one, _ in on_real],
    xlabel="noise (grey levels)",
    ylabel="error",
    caption="Error of one neighbour on real photos, against noise.",
    y_range=(0.0, 1.0),
    percent=True,
)

# %% [markdown]
# Now the other methods, on the same photos and on **synthetic** faces. A small program draws
# those: 100 people who do not exist, as many as in the talk, 10 photos each. They teach us about
# methods, never about real people.

# %%
kinds = ["typical faces", "1 neighbour", "5 neighbours"]
drawn = [errors(with_noise(synthetic.images, n), synthetic.names, 5) for n in levels]
fig, both = axes("noise (grey levels)", "error", rows=2, height=3.2, percent="y")
for ax, curves, some in zip(both, (on_real, drawn), (faces, synthetic), strict=True):
    for kind, curve in zip(kinds, zip(*curves, strict=True), strict=True):
        ax.plot(levels, curve, label=kind)
    ax.set_title(some.title)
    said = [f"{kind} {e:.1%}" for kind, e in zip(kinds, curves[4], strict=True)]
    print(f"Noise {levels[4]}, {some.title}: {', '.join(said)}, chance {some.chance:.1%}.")
both[0].legend()
show(fig, "Error against noise, for three methods, on real and on synthetic photos.")

# %% [markdown]
# Look at the left end first. On clean AT&T faces one neighbour makes half as many errors as
# typical faces, and five neighbours make more than either. A person who turns the head left and
# right has no typical pose. But among the known photos there is often one that turns the same way:
# one, rarely five. The others who vote are strangers. The synthetic faces below do not show this:
# the three methods begin nearly level. Photos of one synthetic person differ little, compared with
# photos of two, so a mean or five votes do hardly worse than the nearest photo.
#
# Now go to the right. Little noise does no harm to one neighbour: the nearest photo is nearest by a
# margin. Beyond that the names go quickly. On the same faces the lines have crossed at noise 75,
# and at noise 100 typical faces make half as many errors as one neighbour. Why?
#
# **Averaging removes noise.** What the photos of a person share, the *signal*, stays. Noise is up
# in one photo and down in the next, and cancels. If noise has a spread of s grey levels, it is only
# s / √n in the mean of n photos. With eight photos that is a third. One neighbour has no such help.
# It compares one noisy photo with hundreds of noisy photos, and the luckiest of them wins.
#
# So neither method is better. A clean haystack of people who move wants the neighbour, a noisy one
# wants the mean. Measure on your own data.
#
# ## The image is large
#
# **The misconception: more pixels, more information.** Below, one neighbour gets noisy photos
# whole (at their full size this time), and then shrunk: each pixel of the small picture is the mean
# of those that it replaces. After that there is no noise, but **clutter**: the face stays as it is,
# and the picture around it grows, full of spots that mean nothing.
#
# ??? guess "Shrink noisy photos to a 64th of their pixels. What does the error do?"
#     - It grows. Details are lost, and the noise is still there.
#     - It stays. What is lost in detail may be won back elsewhere.
#     - It falls. A mean over pixels could do what the mean over photos did.

# %%
whole = with_noise(faces.images, 100)
small = data.resized(whole, *(max(1, side // 8) for side in whole.shape[1:]))
for images in (whole, small):
    error = errors(images, faces.names, faces.folds)[1]
    print(f"Noise 100, {images[0].size:,} pixels: error of one neighbour {error:.1%}.")

# %%
frames = [(round(g * height), round(g * width)) for g in (1.0, 1.2, 1.5, 2.0)]
share = [height * width / (h * w) for h, w in frames]
curves = [errors(in_clutter(real, h, w), faces.names, faces.folds) for h, w in frames]
fig, ax = axes("share of the picture that is the face", "error", percent="xy")
for kind, curve in zip(kinds, np.transpose(curves), strict=True):
    ax.plot(share, curve, label=kind)
ax.invert_xaxis()
ax.legend()
print(f"{share[3]:.0%} face: typical faces {curves[3][0]:.1%}, 1 neighbour {curves[3][1]:.1%}.")
show(fig, "Error against clutter: on the left all of the picture is face, on the right little.")

# %% [markdown]
# The typical face averages over photos, the small picture averages over neighbouring pixels, and
# both times noise cancels. Shrink too far, though, and the face is gone as well: between too large
# and too small lies a best size. Part two looks for it.
#
# But why does one neighbour err less on these whole photos than at noise 100 in the figure further
# up? There the photos were halved first, and spoiled after that: a quarter of the pixels, each as
# noisy as here, show less of the face. The small picture was spoiled first, and shrunk after that:
# it has fewer pixels still, but each is a mean, with little noise. What counts is not how many
# numbers there are, but how much face is in them, compared with the noise.
#
# Clutter takes nothing away from the face, and yet the needle gets lost. A distance adds up all
# pixels: each useless pixel adds its share. Once more the mean suffers less, as clutter that
# differs from photo to photo averages out, too.
#
# ## What to try
#
# - Replace the mean by `np.median(p, axis=0)` in the first figure. Which removes more noise?
# - Give `errors` the real photos shrunk to 28 x 23 pixels. Where do the lines cross now?
# - Ask `with_noise` for another `random_state`. Which of the numbers stay?
#
# ## Three questions
#
# ??? question "You get four times as many photos. What does the noise in the typical face do?"
#     - [ ] It falls to a quarter. Noise falls with the root of the number only.
#     - [x] It falls to half. That is 1 / √4.
#     - [ ] It stays. Each photo is as noisy as before, but they cancel each other.
#
# ??? question "Why does one neighbour suffer more from noise than the mean?"
#     - [x] It compares single photos. Both of them are noisy, and nothing cancels.
#     - [ ] It knows fewer photos. It knows all of them.
#     - [ ] It is the worse method. Without noise it is the better one.
#
# ??? question "You cut the background off all photos. What do you expect?"
#     - [ ] A higher error, as there are fewer numbers. Useless numbers are not missed.
#     - [x] A lower error, if the background says nothing about the person. A distance counts it,
#       too.
#     - [ ] Nothing, a method ignores what is useless. These two ignore nothing.
#
# ## Exercises
#
# - [Predict the noise](../exercises.md#3): `python -m course check 3`
#
# ## What to take home
#
# - Averaging removes noise, as 1 / √n: over photos (typical faces) and over pixels (smaller
#   pictures).
# - Clean data favours the nearest neighbour, noisy data the mean. Look where your lines cross.
# - More numbers are not more information: useless pixels harm a distance.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "Une botte de foin".
# - E. Fix & J. Hodges (1951), "Discriminatory analysis: nonparametric discrimination", US Air Force
#   School of Aviation Medicine: the first nearest neighbours.
#
# Next page: [Real data is rotten](3-real-data-is-rotten.md). No more made-up noise: what real
# photos do to us.
