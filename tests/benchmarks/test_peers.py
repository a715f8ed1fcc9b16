"""Other peers: what else remembers, what else runs tasks, what else joins and measures.

The files beside this one compare with joblib and scikit-learn. Here are those that others
know: diskcache, cachetools and `functools.lru_cache`; `concurrent.futures`, `multiprocessing`,
dask and joblib's other backends; scipy, fastcluster and nilearn. One that is not installed is
left out, and named as missing in the results.
"""

import functools
import itertools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from math import sqrt

import faineant
import joblib
import numpy as np
import pytest
import scipy.cluster.hierarchy
import scipy.spatial.distance
from aiguille.cluster import ReNA, ward_tree
from aiguille.image import grid_to_graph
from aiguille.metrics import pairwise_distances
from faineant.units import size_in_words

pytestmark = pytest.mark.filterwarnings("ignore")  # the peers' own
HITS = 200
N_JOBS = 2


def equal_lists(ours, theirs):
    assert list(ours) == list(theirs)


# -- what is remembered ---------------------------------------------------------------------------


def identity(x):
    return x


def large(n):
    return np.full(n, 1.5)


def repeated(function, *arguments, times=HITS):
    for _ in range(times):
        result = function(*arguments)
    return result


def in_diskcache(function, folder):
    cache = pytest.importorskip("diskcache").Cache(folder, size_limit=2**34)
    return cache.memoize()(function)


def in_cachetools(function, folder):
    cachetools = pytest.importorskip("cachetools")
    return cachetools.cached(cachetools.LRUCache(maxsize=1000))(function)


def in_lru_cache(function, folder):
    return functools.lru_cache(maxsize=1000)(function)


OBJECTS = (
    "a dict of this process hands out one object to all, and knows nothing of the function's "
    "code; ours makes a digest of the arguments and of what the code is now, gives each caller a "
    "copy, and knows the result in the next process, too"
)
REMEMBERING = {
    "diskcache": (in_diskcache, "ours also looks whether the code and the file are the same"),
    "cachetools": (in_cachetools, OBJECTS),
    "functools.lru_cache": (in_lru_cache, OBJECTS),
}


@pytest.mark.parametrize("level", ["disk", "memory"])
@pytest.mark.parametrize("peer", REMEMBERING)
def test_warm_hit(against, tmp_path, peer, level):
    remembering, why = REMEMBERING[peer]
    theirs = remembering(identity, tmp_path / "theirs")
    ours = faineant.Memory(tmp_path / "ours", verbose=0, level=level).cache(identity)
    against(
        partial(repeated, ours, 7),
        partial(repeated, theirs, 7),
        title=f"warm hit, scalar argument, ours with level={level!r}",
        peer=peer,
        why=why,
        rounds=15,
        times=HITS,
    )


def test_cold_miss(against, tmp_path):
    theirs = in_diskcache(identity, tmp_path / "theirs")
    ours = faineant.Memory(tmp_path / "ours", verbose=0).cache(identity)
    numbers = itertools.count()

    def misses(function):
        for _ in range(HITS):
            function(next(numbers))

    against(
        partial(misses, ours),
        partial(misses, theirs),
        title="cold miss of a trivial function",
        peer="diskcache",
        why="it adds a row to one database; ours makes a file for each result, which takes the "
        "system long where many files were removed shortly before",
        times=HITS,
    )


@pytest.mark.parametrize("state", ["warm hit", "cold miss"])
def test_a_large_result(against, quick, tmp_path, state):
    theirs = in_diskcache(large, tmp_path / "theirs")
    ours = faineant.Memory(tmp_path / "ours", verbose=0).cache(large)
    n = 1_250_000 if quick else 12_500_000
    lengths = {cached: itertools.count(n + 1) for cached in (ours, theirs)}

    def call(cached):
        return cached(n if state == "warm hit" else next(lengths[cached]))

    against(
        partial(call, ours),
        partial(call, theirs),
        title=f"{state}, {size_in_words(8 * n)} array result",
        peer="diskcache",
        why="ours hashes the array, so that a damaged file is found",
        rounds=5,
    )


# -- loops ----------------------------------------------------------------------------------------


def processes():
    """How a process is started: forked where that can be, as by ours."""
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if "fork" in methods else "spawn")


def futures(stack):
    pool = stack.enter_context(ProcessPoolExecutor(N_JOBS, mp_context=processes()))
    return lambda function, given: list(
        pool.map(function, given, chunksize=-(-len(given) // (4 * N_JOBS)))
    )


def pool(stack):
    return stack.enter_context(processes().Pool(N_JOBS)).map


def dask_threads(stack):
    dask = pytest.importorskip("dask")
    return lambda function, given: dask.compute(
        [dask.delayed(function)(one) for one in given], scheduler="threads", num_workers=N_JOBS
    )[0]


def dask_processes(stack):
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=N_JOBS, threads_per_worker=1, processes=True, dashboard_address=None
    )
    client = stack.enter_context(distributed.Client(stack.enter_context(cluster)))
    return lambda function, given: client.gather(client.map(function, given, pure=False))


def joblib_backend(backend, stack):
    parallel = stack.enter_context(joblib.Parallel(N_JOBS, backend=backend))
    return lambda function, given: parallel(joblib.delayed(function)(one) for one in given)


CHUNKS = (
    "it is given one function and a list that it cuts into eight pieces beforehand; ours takes "
    "tasks as they are drawn, each with a function and arguments of its own, and sees how long "
    "they take before it puts some together"
)
THREADS = (
    "threads of one process read the same array, and sums let go of the GIL; ours forks two "
    "workers for each loop, so that they see what the arrays hold now"
)
WRITTEN = (
    "joblib has written these arrays into files in its first loop, and maps them ever after: what "
    "changes in them later it does not see; ours forks workers anew, which do"
)
LOOPS = {
    "concurrent.futures": (futures, CHUNKS),
    "multiprocessing": (pool, CHUNKS),
    "dask, threads": (dask_threads, ""),
    "dask, local cluster": (dask_processes, ""),
    "joblib, threading": (partial(joblib_backend, "threading"), THREADS),
    "joblib, multiprocessing": (partial(joblib_backend, "multiprocessing"), WRITTEN),
}


def ours_of(stack, backend=None):
    parallel = stack.enter_context(faineant.Parallel(N_JOBS, backend=backend))
    return lambda function, given: parallel(faineant.delayed(function)(one) for one in given)


@pytest.mark.parametrize("peer", list(LOOPS)[:4])
def test_trivial_tasks(against, peer):
    begin, why = LOOPS[peer]
    count = 1_000 if "dask" in peer else 10_000  # it would take half a minute
    numbers = range(count)
    with ExitStack() as stack:
        ours, theirs = ours_of(stack), begin(stack)
        against(
            partial(ours, sqrt, numbers),
            partial(theirs, sqrt, numbers),
            title=f"{count:,} trivial tasks, warm",
            peer=peer,
            why=why,
            rounds=2 if "dask" in peer else 15,
            same=equal_lists,
            memory=False,
        )


SLICES = [
    ("multiprocessing", None),
    ("joblib, threading", None),
    ("joblib, threading", "threads"),
    ("joblib, multiprocessing", None),
]


@pytest.mark.parametrize(("peer", "backend"), SLICES)
def test_slices_of_an_array(against, quick, peer, backend):
    array = np.random.default_rng(0).random(5_000_000 if quick else 50_000_000)
    slices = np.split(array, 16)
    begin, why = LOOPS[peer]
    with ExitStack() as stack:
        ours, theirs = ours_of(stack, backend), begin(stack)
        title = f"16 slices of an array of {size_in_words(array.nbytes)} summed, warm"
        against(
            partial(ours, np.sum, slices),
            partial(theirs, np.sum, slices),
            title=f"{title}, ours with {backend}" if backend else title,
            peer=peer,
            why=why if backend is None and "joblib" in peer else "",
            rounds=5,
            same=equal_lists,
            memory=False,
        )


# -- clusters and distances -----------------------------------------------------------------------


def scipy_ward(X):
    return scipy.cluster.hierarchy.linkage(X, "ward")


def fastcluster_ward(X):
    return pytest.importorskip("fastcluster").linkage(X, "ward")


def fastcluster_ward_of_vectors(X):
    return pytest.importorskip("fastcluster").linkage_vector(X, "ward")


WARDS = {
    "scipy, linkage": scipy_ward,
    "fastcluster, linkage": fastcluster_ward,
    "fastcluster, linkage_vector": fastcluster_ward_of_vectors,
}


def same_heights(ours, theirs):
    np.testing.assert_allclose(ours[1], theirs[:, 2], rtol=1e-6)


@pytest.mark.parametrize("peer", WARDS)
def test_ward_without_a_graph(against, quick, peer):
    n = 1000 if quick else 4000
    X = np.random.default_rng(0).normal(size=(n, 20))
    against(
        partial(ward_tree, X),
        partial(WARDS[peer], X),
        title=f"Ward without a graph, {n:,} x 20",
        peer=peer,
        why="compiled code merges without numpy's calls, of which ours makes some for each merge",
        rounds=3,
        same=same_heights,
    )


METRICS = {"euclidean": 20, "sqeuclidean": 200, "cosine": 200, "cityblock": 20, "chebyshev": 20}


@pytest.mark.parametrize("metric", METRICS)
def test_distances(against, quick, metric):
    n = 500 if quick else 2000
    X = np.random.default_rng(0).normal(size=(n, METRICS[metric]))
    Y = np.random.default_rng(1).normal(size=(n, METRICS[metric]))
    against(
        partial(pairwise_distances, X, Y, metric=metric),
        partial(scipy.spatial.distance.cdist, X, Y, metric=metric),
        title=f"{metric} distances of {n:,} to {n:,} samples of {METRICS[metric]} features",
        peer="scipy, cdist",
        why="compiled code keeps the sum or maximum of a pair in a register; numpy subtracts, "
        "drops the sign and joins in three passes",
        same=partial(np.testing.assert_allclose, rtol=1e-6),
    )


def same_groups(ours, theirs):
    pairs = np.unique(np.column_stack([ours, theirs]), axis=0)
    assert len(pairs) == len(np.unique(ours)) == len(np.unique(theirs))


def test_pixels_that_join_their_nearest(against, quick):
    """Later rounds differ: nilearn takes the mean of clusters' means, however large they are."""
    nibabel = pytest.importorskip("nibabel")
    regions = pytest.importorskip("nilearn.regions")
    side = 64 if quick else 256
    rough = np.random.default_rng(0).normal(size=(20, side, side))
    X = rough.cumsum(axis=1).cumsum(axis=2).reshape(20, -1)
    mask = nibabel.Nifti1Image(np.ones((side, side, 1), np.int8), np.eye(4))
    ours = ReNA(2, connectivity=grid_to_graph(side, side), n_iter=2)
    theirs = regions.ReNA(mask, n_clusters=2, n_iter=2)
    against(
        lambda: ours.fit(X).labels_,
        lambda: theirs.fit(X).labels_,
        title=f"the first two rounds of ReNA, 20 images of {side} x {side} pixels",
        peer="nilearn",
        rounds=3,
        same=same_groups,
    )
