"""joblib's loops on our workers: the same results as with its own, and nothing left behind."""

import os
import subprocess
import sys
import threading
import time
import traceback

import joblib
import numpy as np
import pytest
from faineant.failures import Failure, WorkerDiedError
from faineant.joblib_backend import Driver, Job, register_joblib
from joblib import delayed
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.svm import SVC

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc")
ENGINES = ["faineant", "loky"]


@pytest.fixture(autouse=True)
def registered():
    register_joblib()


@pytest.fixture
def ours():
    with joblib.parallel_config(backend="faineant", n_jobs=2):
        yield


def drivers():
    """List the threads that drive an engine."""
    return [thread for thread in threading.enumerate() if thread.name == "faineant driver"]


@pytest.fixture
def leaves_nothing(children):
    """Check that no thread, process or file stays behind."""
    before = children(), len(os.listdir("/proc/self/fd"))
    yield
    assert drivers() == []
    assert (children(), len(os.listdir("/proc/self/fd"))) == before


def double(x):
    return 2 * x


def place(_):
    time.sleep(0.001)
    return os.getpid()


def invert(x):
    return 1 / x


def nested(x):
    inner = joblib.Parallel(n_jobs=2)(delayed(place)(y) for y in range(3))
    return os.getpid(), set(inner), joblib.effective_n_jobs(2)


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_loop_gives_the_results_of_a_plain_one_in_order():
    assert joblib.Parallel()(delayed(double)(x) for x in range(100)) == list(range(0, 200, 2))


@linux
@pytest.mark.usefixtures("leaves_nothing")
def test_tasks_run_in_two_other_processes_of_which_none_is_left():
    places = set(joblib.Parallel(2, backend="faineant")(delayed(place)(x) for x in range(50)))
    assert os.getpid() not in places
    assert len(places) == 2
    for pid in places:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@linux
@pytest.mark.usefixtures("ours")
def test_lambdas_and_closures_are_tasks_like_others():
    step = 3
    found = joblib.Parallel()(delayed(lambda x: x + step)(x) for x in range(10))
    assert found == list(range(3, 13))


@pytest.mark.usefixtures("ours")
def test_no_tasks_give_no_results():
    assert joblib.Parallel()([]) == []


@pytest.mark.parametrize("jobs", [1, None])
def test_one_job_is_a_plain_loop_in_the_caller_s_process(jobs):
    parallel = joblib.Parallel(n_jobs=jobs, backend="faineant")
    assert parallel(delayed(place)(x) for x in range(3)) == [os.getpid()] * 3


def test_no_job_at_all_is_refused():
    with pytest.raises(ValueError, match="n_jobs=0"):
        joblib.Parallel(n_jobs=0, backend="faineant")(delayed(double)(x) for x in range(3))


def results_of_both(compute):
    """Compute something with joblib's workers and with ours."""
    found = []
    for engine in ENGINES:
        with joblib.parallel_config(backend=engine, n_jobs=2):
            found.append(compute())
    return found


def test_cross_validation_gives_the_same_scores_as_on_loky():
    X, y = load_iris(return_X_y=True)
    ours, theirs = results_of_both(
        lambda: cross_val_score(LogisticRegression(max_iter=500), X, y, cv=4, n_jobs=2)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_a_grid_search_finds_the_same_as_on_loky():
    X, y = load_iris(return_X_y=True)
    ours, theirs = results_of_both(
        lambda: GridSearchCV(SVC(), {"C": [0.01, 1, 100], "gamma": [0.01, 1]}, cv=3).fit(X, y)
    )
    assert ours.best_params_ == theirs.best_params_
    for column in ("mean_test_score", "split0_test_score", "rank_test_score"):
        np.testing.assert_array_equal(ours.cv_results_[column], theirs.cv_results_[column])


def test_a_forest_predicts_the_same_as_on_loky():
    X, y = load_iris(return_X_y=True)
    ours, theirs = results_of_both(
        lambda: RandomForestClassifier(20, random_state=0).fit(X, y).predict_proba(X)
    )
    np.testing.assert_array_equal(ours, theirs)


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
@pytest.mark.parametrize("order", ["generator", "generator_unordered"])
def test_results_stream(order):
    results = joblib.Parallel(return_as=order)(delayed(double)(x) for x in range(50))
    found = [next(results), *results]
    assert sorted(found) == list(range(0, 100, 2))
    if order == "generator":
        assert found == sorted(found)


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_reader_that_stops_early_stops_the_work():
    results = joblib.Parallel(return_as="generator", pre_dispatch=4)(
        delayed(time.sleep)(wait) for wait in (0, 600, 600, 600)
    )
    next(results)
    with pytest.warns(UserWarning, match="cancelled"):
        results.close()


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_generator_that_is_forgotten_stops_the_work():
    results = joblib.Parallel(return_as="generator")(delayed(time.sleep)(600) for _ in range(4))
    with pytest.warns(UserWarning, match="cancelled"):
        del results


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_an_error_keeps_its_type_and_its_line_and_stops_the_rest():
    tasks = [delayed(invert)(0), *(delayed(time.sleep)(600) for _ in range(3))]
    with pytest.raises(ZeroDivisionError) as caught:
        joblib.Parallel()(tasks)
    told = "".join(traceback.format_exception(caught.value))
    assert "return 1 / x" in told


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_an_error_in_the_input_ends_the_loop():
    def broken():
        yield from (delayed(double)(x) for x in range(10))
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        joblib.Parallel()(broken())


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_worker_that_dies_is_named():
    with pytest.raises(WorkerDiedError, match="exit code 3"):
        joblib.Parallel()(delayed(os._exit)(3) for _ in range(4))


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_task_that_takes_too_long_ends_the_loop():
    with pytest.raises(joblib.parallel.TimeoutError):
        joblib.Parallel(timeout=0.1)(delayed(time.sleep)(600) for _ in range(2))


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_block_keeps_the_workers_and_works_after_an_error():
    with joblib.Parallel() as parallel:
        first, second = (set(parallel(delayed(place)(x) for x in range(40))) for _ in range(2))
        assert first == second
        with pytest.raises(ZeroDivisionError):
            parallel(delayed(invert)(x) for x in (1, 0))
        assert parallel(delayed(invert)(x) for x in (1, 2)) == [1, 0.5]


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_loop_may_run_while_another_one_s_results_are_read():
    outer = joblib.Parallel(return_as="generator")(delayed(double)(x) for x in range(9))
    found = [(x, sum(joblib.Parallel()(delayed(double)(y) for y in range(3)))) for x in outer]
    assert found == [(2 * x, 6) for x in range(9)]


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_loops_of_several_threads_do_not_disturb_each_other():
    found = {}

    def loop(factor):
        with joblib.parallel_config(backend="faineant", n_jobs=2):
            found[factor] = joblib.Parallel()(delayed(pow)(x, factor) for x in range(20))

    threads = [threading.Thread(target=loop, args=(factor,)) for factor in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {factor: [x**factor for x in range(20)] for factor in range(4)}


@linux
@pytest.mark.usefixtures("leaves_nothing", "ours")
def test_a_loop_inside_a_task_is_serial():
    for outer, inner, jobs in joblib.Parallel()(delayed(nested)(x) for x in range(3)):
        assert inner == {outer}
        assert jobs == 1


def test_joblib_is_only_needed_by_whoever_asks_for_it():
    program = """
import sys
sys.modules["joblib"] = None
from faineant.joblib_backend import register_joblib
try:
    register_joblib()
except ImportError:
    print("there is none")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50
    )
    assert ended.stdout == "there is none\n"


# -- the driver, with an engine that does as told -------------------------------------------------


class Scripted:
    """An engine that reports what it is told to; it says when it is closed."""

    width = most = 2

    def __init__(self, outcome):
        self.outcome, self.batches, self.closed = outcome, [], threading.Event()

    def has_idle(self):
        return not self.batches

    def submit(self, batch):
        self.batches.append(batch)

    def wait(self, timeout=None):
        return self.outcome(self.batches)

    def close(self):
        self.closed.set()


def jobs(driver, count):
    from concurrent.futures import Future

    made = [Job(double, Future()) for _ in range(count)]
    for job in made:
        driver.inbox.put(job)
    return [job.future for job in made]


def test_a_driver_whose_engine_cannot_be_made_fails_what_comes_early_and_late():
    def make():
        raise OSError("no more processes")

    driver = Driver(make)
    for _ in range(2):
        [future] = jobs(driver, 1)
        assert isinstance(future.exception(30), OSError)
    driver.stop()
    assert not driver.thread.is_alive()


def test_a_driver_whose_engine_breaks_fails_all_jobs_and_closes_it():
    def break_down(batches):
        raise MemoryError("no more")

    engine = Scripted(break_down)
    driver = Driver(lambda: engine)
    assert all(isinstance(future.exception(30), MemoryError) for future in jobs(driver, 3))
    assert engine.closed.wait(30)
    driver.stop()


def test_a_driver_hands_on_what_failed_with_the_worker_s_traceback():
    from faineant.engines import Report

    def report(batches):
        return [Report(batches.pop(), [Failure(KeyError("k"), "line 7")], 0.1)]

    driver = Driver(lambda: Scripted(report))
    [future] = jobs(driver, 1)
    error = future.exception(30)
    driver.stop()
    assert isinstance(error, KeyError)
    assert "line 7" in str(error.__cause__)
