"""Engines of other machines: executors of Python, of a dask cluster and of MPI."""

import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import traceback
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from faineant import effective_n_jobs
from faineant.batches import Batch
from faineant.executors import Borrowed, as_executor
from faineant.failures import Failure, TaskError, WorkerDiedError
from faineant.serving import Rules, inside_worker

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it uses Linux's signals")
MPIEXEC = str(Path(sys.executable).with_name("mpiexec"))


def outcomes(engine, tasks, size=3):
    """Run tasks in batches; give results and failures in order."""
    tasks, found = list(tasks), {}
    batches = [range(len(tasks))[start : start + size] for start in range(0, len(tasks), size)]
    with contextlib.closing(engine):
        while len(found) < len(tasks):
            while batches and engine.has_idle():
                numbers = list(batches.pop(0))
                engine.submit(Batch(numbers, [tasks[number] for number in numbers]))
            for report in engine.wait():
                found.update(zip(report.batch.numbers, report.values, strict=True))
    return [found[number] for number in range(len(tasks))]


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def threads():
    with ThreadPoolExecutor(2) as pool:
        yield pool


class Cluster:
    """A scheduler of dask's and its workers: processes of their own, which talk over TCP."""

    def __init__(self, folder):
        self.folder, self.file, self.processes = folder, folder / "scheduler.json", []
        self.count = itertools.count()
        # Whatever becomes of this process, they end soon: idle, or without a scheduler.
        self.start("scheduler", "--port", "0", "--idle-timeout", "60")

    def start(self, what, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard"]
        command += ["--host", "127.0.0.1", "--scheduler-file", str(self.file), *arguments]
        with open(self.folder / f"{what}-{next(self.count)}.log", "wb") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))

    def start_worker(self):
        self.start(
            *("worker", "--nthreads", "1", "--no-nanny", "--death-timeout", "10"),
            *("--local-directory", str(self.folder)),
        )

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("dask"))
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def connection(cluster):
    from distributed import Client

    with Client(scheduler_file=str(cluster.file), timeout=30, set_as_default=False) as client:
        yield client


@pytest.fixture
def client(cluster, connection):
    """Connect to a cluster of two workers: a test may have killed one."""
    present = len(connection.scheduler_info(n_workers=-1)["workers"])
    for _ in range(2 - present):
        cluster.start_worker()
    connection.wait_for_workers(2, timeout=30)
    return connection


@pytest.fixture(params=["threads", "processes", "client"])
def backend(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["processes", "client"])
def elsewhere(request):
    return request.getfixturevalue(request.param)


def test_tasks_run_on_it_and_results_keep_their_places(backend):
    step = 3
    found = outcomes(Borrowed(backend), [(lambda x: x + step, (x,), {}) for x in range(20)])
    assert found == [x + 3 for x in range(20)]


def test_tasks_run_in_other_processes(elsewhere):
    assert os.getpid() not in outcomes(Borrowed(elsewhere), [(os.getpid, (), {})] * 4)


def test_it_has_as_many_at_work_as_the_executor_has_workers_or_as_are_asked_for(backend):
    assert Borrowed(backend).width == 2
    assert Borrowed(backend, -2).width == 1
    assert Borrowed(backend, 5).width == 5


def test_a_client_s_executor_tells_its_width_too(client):
    assert Borrowed(client.get_executor()).width == 2


def test_an_error_keeps_its_type_and_its_line_and_harms_no_other_task(backend):
    def quotient(x):
        return 6 // x

    found = outcomes(Borrowed(backend), [(quotient, (x,), {}) for x in (1, 0, 2, 3)])
    assert [value for value in found if not isinstance(value, Failure)] == [6, 3, 2]
    failure = found[1]
    assert isinstance(failure.error, ZeroDivisionError)
    told = failure.trace or "".join(traceback.format_exception(failure.error))
    assert "in quotient" in told


def test_an_error_that_cannot_travel_is_told_in_words(elsewhere):
    def fail():
        class HereOnlyError(Exception):
            def __init__(self, one, two):
                super().__init__(one)

        raise HereOnlyError("too far", 2)

    [failure] = outcomes(Borrowed(elsewhere), [(fail, (), {})])
    assert isinstance(failure.error, TaskError)
    assert "HereOnlyError: too far" in str(failure.error)


def test_sys_exit_ends_the_task_and_not_the_worker(elsewhere):
    found = outcomes(Borrowed(elsewhere), [(sys.exit, (3,), {}), (abs, (-1,), {})])
    assert "sys.exit(3)" in str(found[0].error)
    assert found[1] == 1


def test_what_cannot_be_sent_fails_alone_and_says_why(elsewhere):
    lock = threading.Lock()
    tasks = [(abs, (-1,), {}), (lock.acquire, (), {}), (threading.Lock, (), {}), (abs, (-2,), {})]
    found = outcomes(Borrowed(elsewhere), tasks, size=4)
    assert [found[0], found[3]] == [1, 2]
    assert "acquire or its arguments cannot be sent to another process" in str(found[1].error)
    assert "its result, a lock, cannot be sent" in str(found[2].error)


class Fleeting:
    """Cannot be unpickled."""

    def __reduce__(self):
        return int, ("no number",)


def test_what_cannot_be_unpickled_there_fails_alone_and_breaks_nothing(elsewhere):
    tasks = [(abs, (-1,), {}), (str, (Fleeting(),), {}), (abs, (-2,), {})]
    found = outcomes(Borrowed(elsewhere), tasks, size=3)
    assert [found[0], found[2]] == [1, 2]
    assert "str or its arguments cannot be unpickled by the worker" in str(found[1].error)
    assert outcomes(Borrowed(elsewhere), [(abs, (-3,), {})]) == [3]


def test_a_result_that_cannot_be_unpickled_here_fails_alone_and_breaks_nothing(elsewhere):
    def fleeting():
        class Fleeting:
            def __reduce__(self):
                return int, ("no number",)

        return Fleeting()

    found = outcomes(Borrowed(elsewhere), [(fleeting, (), {}), (abs, (-2,), {})], size=2)
    assert "its result cannot be unpickled" in str(found[0].error)
    assert found[1] == 2


def test_large_arrays_come_back_whole_and_can_be_written_to(elsewhere):
    array = np.arange(300_000.0)
    for k, result in enumerate(
        outcomes(Borrowed(elsewhere), [(np.multiply, (array, k), {}) for k in range(3)])
    ):
        np.testing.assert_array_equal(result, array * k)
        result[0] = 1

    def raise_by_one(given):
        given += 1
        return given[-1]

    assert outcomes(Borrowed(elsewhere), [(raise_by_one, (array,), {})]) == [300_000]


def test_nested_loops_are_serial_there_and_parallel_again_afterwards(backend):
    found = outcomes(Borrowed(backend), [(effective_n_jobs, (2,), {})] * 3)
    assert found == [1, 1, 1]
    pool = as_executor(backend)
    assert pool.submit(inside_worker).result() is False


def test_a_batch_that_is_sent_twice_runs_twice(client):
    # Not random.random itself: its pickle has the state of this process's generator.
    batch = Batch([0], [(lambda: random.random(), (), {})])
    engine = Borrowed(client)
    with contextlib.closing(engine):
        engine.submit(batch)
        engine.submit(batch)
        reports = []
        while len(reports) < 2:
            reports += engine.wait()
    assert reports[0].values != reports[1].values


def test_a_seed_gives_the_same_numbers_on_any_executor_and_batch_size(processes, client):
    def draw():
        return random.random(), np.random.random()

    def drawn(backend, seed, size):
        return outcomes(Borrowed(backend, rules=Rules(seed=seed)), [(draw, (), {})] * 5, size)

    first, other = drawn(processes, 7, 1), drawn(client, 8, 3)
    # A thread of dask's own may draw from its worker's generators in the midst of a task.
    assert any(drawn(client, 7, 3) == first for _ in range(3))
    assert len({*first, *other}) == 10


@linux
def test_a_task_whose_worker_is_killed_runs_again_on_another_machine(client, tmp_path):
    mark = tmp_path / "killed"

    def die_once(x):
        if x == 4 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    found = outcomes(Borrowed(client), [(die_once, (x,), {}) for x in range(12)])
    assert mark.exists()
    assert found == list(range(12))


@linux
def test_a_broken_pool_is_named_and_takes_no_more():
    with ProcessPoolExecutor(1) as pool:
        [failure] = outcomes(Borrowed(pool), [(os._exit, (3,), {})])
        assert isinstance(failure.error, WorkerDiedError)
        assert "BrokenProcessPool" in str(failure.error)
        [failure] = outcomes(Borrowed(pool), [(abs, (3,), {})])
        assert isinstance(failure.error, WorkerDiedError)
        assert "ProcessPoolExecutor takes no tasks" in str(failure.error)


def test_an_executor_that_was_shut_down_says_so():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    [failure] = outcomes(Borrowed(pool), [(abs, (3,), {})])
    assert "cannot schedule new futures after shutdown" in str(failure.error)


def test_tasks_that_the_owner_cancels_are_told_to_be():
    class Cancelling(Executor):
        def submit(self, function, /, *args, **kwargs):
            future = Future()
            future.cancel()
            return future

    [failure] = outcomes(Borrowed(Cancelling()), [(abs, (3,), {})])
    assert isinstance(failure.error, WorkerDiedError)
    assert "Cancelling has cancelled the task" in str(failure.error)


def test_workers_without_faineant_are_told_what_they_miss():
    class Bare(Executor):
        def submit(self, function, /, *args, **kwargs):
            future = Future()
            future.set_exception(ModuleNotFoundError("No module named", name="faineant"))
            return future

    [failure] = outcomes(Borrowed(Bare()), [(abs, (3,), {})])
    assert "the workers of Bare have no faineant; install it there too" in str(failure.error)


def test_closing_cancels_what_has_not_begun_and_leaves_the_executor_open():
    begun, gate = threading.Event(), threading.Event()
    ran = []

    def hold():
        begun.set()
        assert gate.wait(30)

    with ThreadPoolExecutor(1) as pool:
        engine = Borrowed(pool, 3)
        for number, function in enumerate((hold, lambda: ran.append(1), lambda: ran.append(2))):
            engine.submit(Batch([number], [(function, (), {})]))
        assert begun.wait(30)
        assert not engine.has_idle()
        engine.close()
        gate.set()
        assert pool.submit(abs, -1).result() == 1
    assert ran == []


def test_waiting_ends_with_the_time_that_was_given():
    gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        engine = Borrowed(pool)
        engine.submit(Batch([0], [(gate.wait, (30,), {})]))
        assert engine.wait(0.01) == []
        gate.set()
        [report] = engine.wait(30)
        assert (report.batch.numbers, report.values) == ([0], [True])


def test_only_executors_and_what_has_one_to_give_are_taken(client, threads):
    assert as_executor(threads) is threads
    assert isinstance(as_executor(client), Executor)
    for wrong in ("fork", None, ThreadPoolExecutor, 3):
        assert as_executor(wrong) is None
    with pytest.raises(TypeError, match="'slurm' is no executor; give a concurrent"):
        Borrowed("slurm")


def test_mpi_s_workers_take_tasks(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
        import os
        from faineant.batches import Batch
        from faineant.executors import Borrowed
        from mpi4py.futures import MPIPoolExecutor

        def place(x):
            return x, os.getpid()

        def main():
            with MPIPoolExecutor() as pool:
                engine = Borrowed(pool)
                print(engine.width)
                for number in range(6):
                    engine.submit(Batch([number], [(place, (number,), {})]))
                found = {}
                while len(found) < 6:
                    for report in engine.wait():
                        found[report.batch.numbers[0]] = report.values[0]
                print([found[number][0] for number in range(6)])
                print(len({pid for _, pid in found.values()} - {os.getpid()}))

        if __name__ == "__main__":
            main()
    """)
    )
    ended = subprocess.run(
        [MPIEXEC, "-n", "3", sys.executable, "-m", "mpi4py.futures", str(program)],
        capture_output=True,
        text=True,
        timeout=50,
        cwd=tmp_path,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split("\n")[:3] == ["2", "[0, 1, 2, 3, 4, 5]", "2"]
