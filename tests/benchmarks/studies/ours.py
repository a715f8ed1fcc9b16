"""How many parcels name a face best, in how much noise? Written for the needle and the lazy one."""

import argparse
import itertools
import json

import numpy as np
from aiguille.cluster import FeatureAgglomeration
from aiguille.image import grid_to_graph
from aiguille.model_selection import GridSearchCV, StratifiedKFold
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import Pipeline
from faineant import Memory, Parallel, delayed

from course import data

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--people", type=int, default=40)
parser.add_argument("--size", type=int, nargs=2, default=(56, 46))
parser.add_argument("--levels", type=int, nargs="+", default=(0, 50, 100))
parser.add_argument("--parcels", type=int, nargs="+", default=(30, 50, 100, 200))
parser.add_argument("--neighbours", type=int, nargs="+", default=(1, 3, 5))
parser.add_argument("--inner", type=int, default=3)
options = parser.parse_args()
memory = Memory(options.folder, verbose=0)


def noisy(photos, level):
    """Add noise of so many grey levels, the same for everybody who asks."""
    noise = np.random.default_rng(0).normal(size=photos.shape)
    return photos + level * noise


def named_right(model, X, y):
    """Give the share of photos that are named right."""
    right = model.predict(X) == y
    return float(np.mean(right))


@memory.cache
def nested(photos, names, train, test, level, settings, inner):
    """Choose parcels and neighbours on training photos alone; judge the choice on the others."""
    X = noisy(photos, level).reshape(len(photos), -1)
    pixels = grid_to_graph(*photos.shape[1:])
    parcels = FeatureAgglomeration(connectivity=pixels, memory=memory)
    model = Pipeline([("parcels", parcels), ("knn", KNeighborsClassifier())])
    search = GridSearchCV(model, settings, scoring=named_right, cv=StratifiedKFold(inner))
    search.fit(X[train], names[train])
    return search.best_params_, search.score(X[test], names[test])


def study():
    """Run all folds in all noises on two workers."""
    faces = data.faces()
    some = np.isin(faces.names, faces.people[: options.people])
    photos, names = data.resized(faces.images[some], *options.size), faces.names[some]
    settings = {"parcels__n_clusters": options.parcels, "knn__n_neighbors": options.neighbours}
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(photos, names)
    tasks = list(itertools.product(options.levels, folds))
    found = Parallel(n_jobs=2)(
        delayed(nested)(photos, names, train, test, level, settings, options.inner)
        for level, (train, test) in tasks
    )
    return [(level, *one) for (level, _), one in zip(tasks, found, strict=True)]


if __name__ == "__main__":
    print(json.dumps(study()))
