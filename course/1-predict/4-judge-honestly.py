# %% [markdown]
# # Judge honestly
#
# After this page you can measure how well a method does on photos it has never seen, cut data into
# folds that are fair, and catch a test that has leaked.
#
# ## A question with a picture
#
# Below are synthetic people, in two sittings of five photos each. Light and pose belong to the
# sitting. A pupil may learn from five photos of each person, and has an exam on the others. Which
# five do you put aside for an honest exam?

# %%
import numpy as np
from aiguille.model_selection import KFold, LeaveOneGroupOut, StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid

from course import data
from course.exhibits import switch
from course.figures import bars, face_wall, part_maps, show

crowd = data.synthetic_faces(people=100, photos=10, sittings=2)
wall = face_wall(crowd.images[:40], columns=10)
show(wall, "Four synthetic people; on the left their first sitting, on the right the second.")

# %% [markdown]
# Keep your answer for a while. A pupil who has seen the exam before gets a perfect mark that says
# nothing. A method that learns is such a pupil. The remedy is called
# *cross-validation*, and the talk describes it in three steps (our translation):
#
# 1. Choose a fraction of the photos as known faces: the training set.
# 2. Learn the typical faces, and how to predict, from these.
# 3. Test by naming the photos that were not used, the test set, and measure the error rate.
#
# Then put another fraction aside, until each photo was in a test set once. Each fraction that is
# put aside is a *fold*, and each fold has one round.

# %%
faces = data.faces()
X, names = faces.pixels, faces.names
e = KNeighborsClassifier(n_neighbors=1)
for folds in sorted({faces.folds, min(10, faces.fewest)}):
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    wrong = 0
    for train, test in cv.masks(X, names):
        e.fit(X[train], names[train])
        wrong += np.sum(e.predict(X[test]) != names[test])
    print(f"On {faces.title}, one neighbour, {folds} folds: error {wrong / len(names):.1%}.")

# %% [markdown]
# The inner loop is the talk's slide, nearly letter by letter. `train` and `test` are masks: arrays
# of True and False, one for each photo. `X[train]` are the photos where `train` is True. Exactly
# where `train` is False, `test` is True, and that is all the magic there is.
#
# With ten folds more photos are known in each round, nine of a person's ten instead of eight. On
# the AT&T faces that lowers the error, as you see above. Neither number is wrong.
#
# ## The simple idea: cut where you like
#
# Which photos go into which fold? Here are two ways. Each line is a person, each column a photo.

# %%
ways = {"KFold": KFold(faces.folds), "StratifiedKFold": StratifiedKFold(faces.folds)}
shots = min(10, faces.fewest)
some = faces.position < shots
maps = {}
for way, cv in ways.items():
    fold = np.sum([n * test for n, (_, test) in enumerate(cv.masks(X, names))], axis=0)
    maps[way] = fold[some].reshape(-1, shots)
    error = 1 - cross_val_score(e, X, names, cv=cv).mean()
    print(f"{way}, photos in their order: error {error:.1%}.")
parts = [f"fold {n + 1}" for n in range(faces.folds)]
show(part_maps(maps, parts, "photo", "person"), "To which fold each photo belongs, in two ways.")

# %% [markdown]
# `KFold` cuts the table into blocks. Our photos lie person by person, so on the left all photos of
# a person are tested in the same round. In that round none is
# known, and nobody can be named whom one has never met: on the AT&T faces every name is wrong.
#
# **Stratified** folds, on the right, take from each person the same share. Here the photos stay in
# their order. Further up we said `shuffle=True`: photos are dealt like cards. On the AT&T faces
# the two errors differ by a single photo. So for fifths the order makes no difference. Mind it,
# though. It will matter in a minute.
#
# ## Where it breaks: the exam that one has seen
#
# Now the pupil's trick. We measure the error on the photos that the method has learned from, and
# then on unseen ones.
#
# ??? guess "Which method makes the fewest errors on the very photos that it has learned from?"
#     - Typical faces. Each photo is a part of the mean that it is compared with.
#     - One neighbour. Its nearest known photo is one that we can guess.
#     - Five neighbours. Five know more than one.

# %%
methods = {
    "typical faces": NearestCentroid(),
    "1 neighbour": KNeighborsClassifier(n_neighbors=1),
    "5 neighbours": KNeighborsClassifier(n_neighbors=5),
}
cv = StratifiedKFold(faces.folds, shuffle=True, random_state=0)
seen = [1 - e.fit(X, names).score(X, names) for e in methods.values()]
unseen = [1 - cross_val_score(e, X, names, cv=cv).mean() for e in methods.values()]
show(bars([*methods], {"seen": seen, "unseen": unseen}), "Error on seen and on unseen photos.")
print(f"One neighbour: {seen[1]:.1%} seen, {unseen[1]:.1%} unseen; chance {faces.chance:.1%}.")

# %% [markdown]
# One neighbour makes no error at all on photos that it knows. Of course not: the nearest known
# photo is the photo itself. The error on the training set says how well a
# method remembers. Only unseen photos tell what it has understood.
#
# ## Unseen, but not new
#
# **The misconception: what was put aside is new.** Think of photos that are frames of a film: two
# neighbouring frames are almost the same picture. Deal them like cards, and each test photo has a
# twin in the training set. It is unseen, but it is not new. Something about the test photos got
# into the training: the test has **leaked**. So it is with the sittings at the
# top of this page.

# %%
shuffled = {"cv": StratifiedKFold(2, shuffle=True, random_state=0)}
left_out = {"cv": LeaveOneGroupOut(), "groups": crowd.sittings}
leak = {}
for way, how in {"shuffled folds": shuffled, "a sitting left out": left_out}.items():
    scores = [cross_val_score(e, crowd.pixels, crowd.names, **how) for e in methods.values()]
    leak[way] = [1 - score.mean() for score in scores]
    print(f"Synthetic faces, one neighbour, {way}: error {leak[way][1]:.1%}.")
leaky, honest = (bars([*methods], {way: leak[way]}, crowd.chance) for way in leak)
caption = "Synthetic faces: error of three methods, when a sitting is left out or torn apart."
switch("cheat: deal the photos of both sittings like cards", honest, leaky, caption)

# %% [markdown]
# Turn the switch. Both ways learn from five photos of each person and test on the other five. Same
# people, same photos, same methods. Only the cut differs. `LeaveOneGroupOut` keeps a group
# together, here a sitting: it is learned from, or tested on, never torn apart. The shuffled folds
# asked "can you recognise this photo's twin?" The other cut asks "can you recognise this person
# another day?" To catch a leak, cut both ways and compare.
#
# What about the real photos? Nobody wrote down the sittings of the AT&T faces. But we can learn
# from the first half of each person's photos and name the second, and the other way round. Beside
# it stand shuffled halves, with just as many photos to learn from.

# %%
late = faces.position >= faces.fewest // 2
e = methods["1 neighbour"]
in_order = [1 - e.fit(X[m], names[m]).score(X[~m], names[~m]) for m in (late, ~late)]
dealt = [
    1 - cross_val_score(e, X, names, cv=StratifiedKFold(2, shuffle=True, random_state=seed)).mean()
    for seed in range(5)
]
print(f"On {faces.title}, halves in order: error {np.mean(in_order):.1%}.")
print(f"On {faces.title}, shuffled halves: error {np.mean(dealt):.1%}.")

# %% [markdown]
# On the AT&T faces the order matters: halves in order make more errors. So photos with near numbers
# do look more alike than photos with far ones, and shuffled folds profit a little. Remember that
# when we quote an error of shuffled folds. The talk reports 0.5% of errors on its own faces,
# *faces94*. These are frames of one film for each person: there a test photo may well have a twin.
#
# ## What to try
#
# - Give the synthetic people five sittings, `sittings=5`, and `shuffled` five folds. Does the gap
#   close?
# - Take away `, shuffle=True, random_state=0` in `shuffled`. Why is the number now that of the
#   honest cut?
#
# ## Three questions
#
# ??? question "You have ten pictures of each patient, and will meet new patients. How do you cut?"
#     - [ ] Stratified, a share of each patient. Then every patient of the test has been met.
#     - [x] Whole patients into one fold. In the clinic it will not have met them either.
#     - [ ] In the order in which they came. A border may cut through a patient.
#
# ??? question "With ten folds the error is lower than with five. Which of the two is wrong?"
#     - [ ] The one with five. It says truly what fewer known photos give.
#     - [ ] The one with ten. It says truly what more known photos give.
#     - [x] Neither. They answer two questions, about more and about fewer known photos.
#
# ??? question "A method makes no error on its training set. What do you know about new photos?"
#     - [ ] It will be nearly perfect there, too. One neighbour is always perfect on what it knows.
#     - [ ] It must be bad there. One neighbour is not bad at all.
#     - [x] Nothing. It has a good memory, and that is another matter.
#
# ## Exercises
#
# - [Masks of stratified folds](../exercises.md#4): `python -m course check 4`
# - [The split that leaks](../exercises.md#5): `python -m course check 5`
#
# ## What to take home
#
# - Judge on unseen photos only. The error on the training set tells how well a method remembers.
# - Stratified folds take a share of everybody; folds in blocks can leave out whole people.
# - Unseen is not enough, photos must be new: keep what belongs together (a sitting, a film, a
#   day) in one fold.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "Validation croisée".
# - M. Stone (1974), "Cross-validatory choice and assessment of statistical predictions", *Journal
#   of the Royal Statistical Society* B 36(2).
#
# Next page: [Choose k, twice](5-choose-k-twice.md). Choosing is learning, too, and can leak as
# well.
