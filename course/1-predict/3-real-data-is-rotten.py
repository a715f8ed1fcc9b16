# %% [markdown]
# # Real data is rotten
#
# After this page you can look at a new set of photos before you trust it (how much a person
# varies, who is mistaken for whom, what a shift of a few pixels does), and run this whole course on
# photos of your own.
#
# **Further.** You may skip this page. It looks at the photos themselves; to use your own, read
# "Your own photos" below.
#
# ## A question with a real picture
#
# "Les vrais données sont pourries", says a slide of the talk: real data is rotten. Until now we
# spoiled good pictures ourselves. What is wrong with them as they come?

# %%
import numpy as np
from aiguille.metrics import pairwise_distances
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid

from course import data
from course.figures import axes, face_grid, face_wall, show

# %%
faces = data.faces()
pixels, names = faces.pixels, faces.names
shots = min(10, faces.fewest)
change = {person: pixels[names == person].std(axis=0).mean() for person in faces.people}
restless = sorted(change, key=change.get)[-4:]
wall = [faces.images[names == person][:shots, ::2, ::2] for person in restless]
show(
    face_wall(np.concatenate(wall), columns=shots),
    f"The four people who change most among {faces.title}; a row for each.",
)
print(f"{len(names)} photos of {len(faces.people)} people: {faces.title}. Credit: {faces.credit}.")

# %% [markdown]
# The AT&T faces were taken in Cambridge between 1992 and 1994: 40 people, 10 photos each, on a
# dark background. That is good data. And still, look along a row. Heads turn. The
# camera comes nearer. The light changes so much that the same cheek is dark once and white once.
#
# Nobody did anything wrong here. People move. Data about real things has causes that you did not
# ask about, and these are often larger than the one that you ask about.
#
# ## The simple idea: the same person is near
#
# Our methods seem to believe that photos of one person are near each other, and those of two people
# far apart. We compare every photo with every other, and draw two heaps of distances. The higher a
# bar, the more of its pairs have such a distance.
#
# ??? guess "How do the heap of one person's pairs and the heap of two people's pairs lie?"
#     - Apart, with a gap between. Otherwise, how could the methods name nearly all photos rightly?
#     - They overlap a little. Some photos are unusual, as in the picture above.
#     - They overlap a lot. Light and pose may move more pixels than a face does.

# %%
apart = pairwise_distances(pixels, pixels) / np.sqrt(pixels.shape[1])
same = names[:, np.newaxis] == names
itself = np.eye(len(names), dtype=bool)
fig, ax = axes("distance (grey levels)", "share of the pairs", percent="y")
bins = np.linspace(0, apart.max(), 60)
for pairs, who in ((same & ~itself, "same person"), (~same, "two people")):
    share = np.full(pairs.sum(), 1 / pairs.sum())
    ax.hist(apart[pairs], bins, weights=share, alpha=0.75, label=who)
ax.legend()
show(fig, "Distances between two photos of one person, and between photos of two people.")

# %%
own = np.where(same & ~itself, apart, np.nan)
strangers = np.where(same, np.inf, apart)
fooled = np.mean(strangers.min(axis=1) < np.nanmax(own, axis=1))
print(f"A stranger is nearer than the person's own farthest photo for {fooled:.0%} of the photos.")
wrong = strangers.min(axis=1) < np.nanmin(own, axis=1)
print(f"A stranger is nearer than all of the person's own photos for {wrong.mean():.1%}.")
print("That is the error of one neighbour that knows all other photos.", end=" ")
print(f"Chance: {faces.chance:.1%}.")

# %% [markdown]
# **The misconception: photos of one person are near each other.** On the AT&T faces the heaps
# overlap. For most photos, some stranger is nearer than the farthest photo of the same person. If
# all own photos had to be near, we could stop here.
#
# The better idea is to ask for less. For one neighbour, a single own photo must be nearer than all
# strangers. On the same faces that fails for one photo in forty. A method need not understand the
# data. It needs to ask for something that the data can give.
#
# ## Who is mistaken for whom?
#
# Below are the five photos that come out worst: where a stranger does best against the nearest own
# photo. Never skip this step. A number says how often a method is wrong, only looking says why.

# %%
hardest = np.argsort(strangers.min(axis=1) - np.nanmin(own, axis=1))[:5]
nearest, nearest_own = strangers[hardest].argmin(axis=1), np.nanargmin(own[hardest], axis=1)
pictures = faces.images[np.concatenate([hardest, nearest, nearest_own])][:, ::2, ::2]
titles = [str(name) for name in names[np.concatenate([hardest, nearest, nearest_own])]]
show(
    face_grid(pictures, titles),
    "The five hardest photos; below, the nearest stranger, and the nearest photo of themselves.",
)

# %% [markdown]
# On the AT&T faces, see what a photo shares with its stranger below: much the same light, and a
# head of much the same size at the same place. In the first column (`s28`) the own photo has a
# smaller head. In the third (`s36`) you would not have erred: to you glasses and a beard count, to
# a distance they are a few pixels among ten thousand.
#
# ## "Roughly aligned"
#
# The talk calls its photos "à peu près alignées", roughly *aligned*: the faces lie in the same
# place. That innocent word does a lot of work. We train on the first half of each person's photos,
# shift the others to the side, by a few pixels, and let them be named.

# %%
known = faces.position < faces.fewest // 2
height, width = faces.images.shape[1:]
shifts = [round(width * share) for share in (0, 0.02, 0.04, 0.07, 0.1, 0.13, 0.17)]
fig, ax = axes("shift to the side (pixels)", "error", percent="y")
for kind, e in {"typical faces": NearestCentroid(), "1 neighbour": KNeighborsClassifier(1)}.items():
    e.fit(pixels[known], names[known])
    moved = [np.pad(faces.images[~known], ((0, 0), (0, 0), (d, 0)), mode="edge") for d in shifts]
    rows = [images[:, :height, :width].reshape(len(images), -1) for images in moved]
    curve = [1 - e.score(row, names[~known]) for row in rows]
    ax.plot(shifts, curve, label=kind)
    print(f"{kind}: error {curve[0]:.1%}; shifted by {shifts[3]} pixels {curve[3]:.1%}.")

# %%
ax.legend()
show(fig, "Error against the shift of the unseen photos.")

# %% [markdown]
# You would hardly see a shift of six pixels. To a distance between pixels, every edge is in
# another place. On the AT&T faces it more than doubles the error. So much of what looks like
# "recognising faces" was done by the person who centred the photos. When somebody shows you a fine
# result, ask how the data was prepared.
#
# ## Your own photos
#
# The talk's own set is Essex *faces94*: "100 individus, 10 photos par individu". We may not ship
# it, and its old address (`cswww.essex.ac.uk/mv/allfaces`) may not answer any more. If you have
# it, or photos of your friends, one line makes every page of this course anew with them:
#
# ```
# python -m nox -s course -- --faces PATH
# ```
#
# `PATH` is a folder that holds a folder for each person, with at least three photos in it
# (`PERSON/photo.jpg`, `.png` or `.pgm`), or groups of such folders (`GROUP/PERSON/PERSON.N.jpg`, as
# in *faces94*). You need four people or more. Colour becomes grey. Photos of different sizes need
# `--faces-size 112x92` (height x width), which makes them 112 pixels high and 92 wide. Margins are
# cut off with `--faces-crop 20,0,10,10` (top, bottom, left, right). To have as many as in the talk,
# add `--faces-people 100 --faces-photos 10`.
#
# The numbers on the pages are then those of your photos. Where the text says "on the AT&T faces",
# it still means these.
#
# ## What to try
#
# - Shift downwards instead of to the side: swap the two last pairs in `np.pad`. Is it as bad?
# - Subtract from each photo its mean grey level, and draw the heaps again. Do they part?
# - Look at `change`: does the person who changes most also have the most wrong names?
#
# ## Three questions
#
# ??? question "A person's photos differ a lot. Must one neighbour fail?"
#     - [ ] Yes, the distances within a person are large. Only the nearest own photo counts.
#     - [x] No, if each photo has one own photo that is near. The others may be anywhere.
#     - [ ] No, one neighbour never fails. A stranger may be nearer still.
#
# ??? question "With photos from another camera, the error doubles. Where do you look first?"
#     - [ ] At the method's settings. They were good enough before.
#     - [x] At the photos. Size, place and light of the faces may have changed.
#     - [ ] At chance. It depends on the number of people only.
#
# ??? question "Why look at the five worst photos, when there is a number?"
#     - [x] To see why names are wrong. The number says only how often.
#     - [ ] To remove them. Then the number is of other photos than you will meet.
#     - [ ] To check the number. Counting does that better.
#
# ## Exercises
#
# There is none. The best one is to take ten photos each of four friends, and to run the line above.
#
# ## What to take home
#
# - Real data varies for many reasons, and the one you ask about is seldom the largest. Look first.
# - A method works when it asks for what the data can give: one near photo is less than all near.
# - Preparing data (here, centring faces) can do more than the method. Say how yours was prepared.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "Les vrais données sont pourries".
# - F. Samaria & A. Harter (1994), "Parameterisation of a stochastic model for human face
#   identification". L. Spacek, *faces94*, University of Essex.
#
# Next page: [Judge honestly](4-judge-honestly.md). We have trusted our error rates so far. Should
# we?
