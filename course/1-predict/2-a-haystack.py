# %% [markdown]
# # A haystack
#
# After this page you can say what noise, clutter and the size of a picture do to two simple
# methods, and why averaging helps one of them. You can also read a plot of error against noise.
#
# "The fraction of interesting information is small", says the talk: "there is noise, the image is
# large" (G. Varoquaux, PyCon FR 2010, our translation). Let us spoil some pictures and see.

# %%
from aiguille.datasets import in_clutter, with_noise
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid

from course import data
from course.figures import axes, face_grid, show
from course.remember import memory

# %%
faces, synthetic = data.faces(), data.synthetic_faces(people=100, photos=10)
height, width = (max(1, side // 2) for side in faces.images.shape[1:])
real = data.resized(faces.images, height, width)
rows = []
for images in (real[:1], synthetic.images[:1]):
    large = in_clutter(images, 2 * images.shape[1], 2 * images.shape[2])
    rows += [*(with_noise(images, noise)[0] for noise in (0, 50, 100, 150)), large[0]]
titles = ["as it is", "noise 50", "noise 100", "noise 150", "clutter"]
show(
    face_grid(rows, titles), "A real photo and a synthetic one: as they are, in noise, in clutter."
)

# %% [markdown]
# The upper face is real, at half its size. The lower one is **synthetic**: a small program draws
# people who do not exist, 100 of them, 10 photos each, with other light and another pose on each
# photo. It teaches us about methods, never about real people. But there we know which part of a
# grey level comes from the person (the *signal*) and which does not.
#
# **Noise** of 50 means: to each pixel we add a random number, with a spread (a *standard
# deviation*) of 50 grey levels. **Clutter** is a larger picture around the face, full of spots
# that mean nothing.
#
# ## Two methods fight
#
# *Typical faces* you know: one mean for each person. The other method keeps all known photos. It
# gives a new photo the name of the nearest one: its *nearest neighbour*. With five neighbours, as
# on the talk's slide, those five vote.
#
# Each error below comes from five rounds (fewer, if somebody has fewer photos). In each round a
# fifth of the photos is put aside and named by what was learned from the rest. So each photo is
# unseen once. (The page [Judge honestly](4-judge-honestly.md) opens that box.) The `@memory.cache`
# above the function means: never compute the same thing twice.


# %%
@memory.cache
def errors(images, names, folds):
    methods = {
        "typical faces": NearestCentroid(),
        "1 neighbour": KNeighborsClassifier(n_neighbors=1),
        "5 neighbours": KNeighborsClassifier(n_neighbors=5),
    }
    rows = images.reshape(len(images), -1)
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    return [1 - cross_val_score(e, rows, names, cv=cv).mean() for e in methods.values()]


# %%
levels = [0, 25, 50, 75, 100, 125, 150]
kinds = ["typical faces", "1 neighbour", "5 neighbours"]
fig, both = axes("noise (grey levels)", "error", rows=2, height=3.2, percent="y")
for ax, (images, some) in zip(both, [(real, faces), (synthetic.images, synthetic)], strict=True):
    curves = [errors(with_noise(images, noise), some.names, some.folds) for noise in levels]
    for kind, curve in zip(kinds, zip(*curves, strict=True), strict=True):
        ax.plot(levels, curve, label=kind)
    ax.set_title(some.title)
    said = [f"{kind} {e:.1%}" for kind, e in zip(kinds, curves[4], strict=True)]
    print(f"Noise {levels[4]}, {some.title}: {', '.join(said)}, chance {some.chance:.1%}.")

# %%
both[0].legend()
show(fig, "Error against noise, for three methods, on real and on synthetic photos.")

# %% [markdown]
# Chance names 39 of 40 people wrong on the AT&T faces, and 99 of 100 on the synthetic ones. In
# enough noise every line climbs towards that.
#
# Look at the left end first. On clean AT&T faces one neighbour makes half as many errors as
# typical faces, and five neighbours make more than either. A person who turns the head left and
# right has no typical pose. But among the known photos there is often one that turns the same way:
# *one*, rarely five. The others who vote are strangers.
#
# Now go to the right. On the same faces the lines have crossed at noise 75, and at noise 100
# typical faces make half as many errors as one neighbour. Why?
#
# **Averaging removes noise.** What the photos of a person share, stays. Noise is up in one photo
# and down in the next, and cancels: in the mean of n photos, noise of s grey levels is only s /
# √n. With eight photos that is a third. One neighbour has no such help. It compares one noisy
# photo with hundreds of noisy photos, and the luckiest of them wins.
#
# So neither method is better. A clean haystack wants the neighbour, a noisy one wants the mean.
# Measure on *your* data.
#
# ## The image is large
#
# Is a larger picture a better one? Let us put noise on the full picture, like a bad camera, and
# shrink it afterwards. Each pixel of the small picture is the mean of those that it replaces.

# %%
full = faces.images.shape[1:]
cuts = [1, 2, 4, 8, 11, 16, 24, 32]
sizes = [(max(1, full[0] // cut), max(1, full[1] // cut)) for cut in cuts]
pixels = [h * w for h, w in sizes]
fig, ax = axes("size of the picture (pixels)", "error of one neighbour", percent="y")
for noise in (0, 100, 200):
    noisy = with_noise(faces.images, noise)
    small = [data.resized(noisy, *size) for size in sizes]
    curve = [errors(images, faces.names, faces.folds)[1] for images in small]
    ax.semilogx(pixels, curve, label=f"noise {noise}")
    print(f"Noise {noise}: {curve[0]:.1%} with all pixels, {min(curve):.1%} with the best size.")

# %%
ax.legend()
show(fig, "Error of one neighbour against the size of the picture, with and without noise.")

# %% [markdown]
# Without noise, nearly all pixels are hay: on the AT&T faces a picture of 80 pixels does as well
# as one of 10,304. With noise it is worse than that: the large picture *harms*. Shrunk to some
# hundred pixels, the same noisy photos are recognised again. Shrink them too far, and the face is
# gone as well.
#
# It is the same idea as before. The typical face averages over photos, the small picture averages
# over neighbouring pixels, and both times noise cancels. Between too large and too small lies a
# best size. Part two of this course looks for better ways to make data small.
#
# ## Things that mean nothing
#
# Now no noise, but clutter: the face stays as it is, and the picture around it grows.

# %%
frames = [(round(g * height), round(g * width)) for g in (1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0)]
share = [height * width / (h * w) for h, w in frames]
curves = [errors(in_clutter(real, h, w), faces.names, faces.folds) for h, w in frames]
fig, ax = axes("share of the picture that is the face", "error", percent="xy")
for kind, curve in zip(kinds, zip(*curves, strict=True), strict=True):
    ax.plot(share, curve, label=kind)
ax.set_xlim(1.02, 0)
ax.legend()
mean, one, _ = curves[4]
print(f"When {share[4]:.0%} is face: typical faces {mean:.1%}, 1 neighbour {one:.1%}.")
show(fig, "Error against clutter: on the left all of the picture is face, on the right little.")

# %% [markdown]
# Nothing was taken away from the face, and yet its needle gets lost, because a distance adds up
# *all* pixels. Each useless pixel adds its share to every distance. Once more the mean suffers
# less: clutter that differs from photo to photo averages out, too.
#
# ## What to take home
#
# - Averaging removes noise, as 1 / √n: over photos (typical faces) and over pixels (smaller
#   pictures).
# - Clean data favours the nearest neighbour, noisy data the mean. Look where *your* lines cross.
# - More numbers are not more information: useless pixels harm a distance. The art is to have less
#   hay.
#
# Next page: [Real data is rotten](3-real-data-is-rotten.md). No more made-up noise: what real
# photos do to us.
