"""Workers in trouble: killed, crashing, hanging, forking, flooding; nothing lost or left behind.

What has run is counted in files, for a file outlives the worker that has made it.
"""

import contextlib
import ctypes
import gc
import inspect
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from faineant import Parallel, TaskError, TaskTimeoutError, WorkerDiedError, delayed

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks at processes as Linux shows them"
)
pytestmark = linux
processes = pytest.mark.parametrize("backend", ["fork", "spawn"])
engines = pytest.mark.parametrize("backend", ["fork", "spawn", "threads"])
MB = 1 << 20


def children() -> set[int]:
    """List the processes that this one has started."""
    found = set()
    for thread in os.listdir("/proc/self/task"):
        with (
            contextlib.suppress(FileNotFoundError),  # a thread that has just ended
            open(f"/proc/self/task/{thread}/children") as file,
        ):
            found |= set(map(int, file.read().split()))
    return found


def descriptors() -> set[tuple[str, str]]:
    """List what is open in this process, and what each leads to."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the one that lists them
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return found


def maps() -> set[str]:
    """List the files of ours that are mapped, and what is shared with other processes."""
    with open("/proc/self/maps") as file:
        return {line for line in file if "memfd:faineant" in line or "/dev/shm/" in line}


def traces() -> tuple[set, ...]:
    """List what a loop could leave behind in this process and around it."""
    gc.collect()
    ours = {thread for thread in threading.enumerate() if thread.name == "faineant worker"}
    own = f"faineant-{os.getpid()}-"  # other tests run beside this one, and make theirs
    shared = {name for name in os.listdir("/dev/shm") if own in name}
    return children(), descriptors(), ours, maps(), shared


@pytest.fixture
def leaves_nothing():
    """Check that no process, descriptor, thread, map or file stays behind.

    Each is known by what it is, so that none hides behind the number of another that has gone.
    """
    before = traces()
    yield
    for found, known in zip(traces(), before, strict=True):
        assert found <= known


def gone(pid) -> bool:
    """Tell whether a process has ended, if only as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for(condition, seconds=30) -> bool:
    """Wait until something is so; False if it never is."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def mark(folder, number) -> None:
    """Note that a task has run, in a file of its own for each run."""
    for run in itertools.count():
        with contextlib.suppress(FileExistsError):
            os.close(os.open(f"{folder}/{number}.{run}", os.O_CREAT | os.O_EXCL))
            return


def runs(folder) -> dict[int, int]:
    """Count how often each task has run."""
    counts: dict[int, int] = {}
    for name in os.listdir(folder):
        number = int(name.split(".")[0])
        counts[number] = counts.get(number, 0) + 1
    return counts


# -- killed --------------------------------------------------------------------------------------


def marked_square(folder, number):
    mark(folder, number)
    time.sleep(0.004)
    return number * number


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_workers_that_are_killed_at_random_lose_no_task_and_repeat_none_that_had_ended(
    backend, tmp_path
):
    chance, done = random.Random(5), threading.Event()
    kills = []

    def kill_at_random():
        while not done.wait(chance.uniform(0.02, 0.12)):
            victims = sorted(children() - strangers)
            if victims and len(kills) < 12:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(victims), signal.SIGKILL)
                    kills.append(1)

    strangers = children()
    killer = threading.Thread(target=kill_at_random)
    killer.start()
    try:
        found = Parallel(n_jobs=2, backend=backend, retries=12)(  # as many as kills
            delayed(marked_square)(str(tmp_path), number) for number in range(300)
        )
    finally:
        done.set()
        killer.join()
    assert found == [number * number for number in range(300)]
    counts = runs(tmp_path)
    assert set(counts) == set(range(300))
    assert sum(counts.values()) - 300 <= len(kills)


def end_behind_the_next_task(number):
    """Let the worker die when its message about this task is out, before the next begins."""
    if number == 0:
        from faineant.tokens import Pipe, Semaphore

        def take(tokens):
            os._exit(9)

        Pipe.take = Semaphore.take = take
    return number


@processes
def test_a_worker_that_dies_between_two_tasks_costs_neither(backend):
    found = Parallel(n_jobs=2, backend=backend, batch_size=5, on_error="return")(
        delayed(end_behind_the_next_task)(number) for number in range(20)
    )
    assert found == list(range(20))


def die_at(folder, number, fatal):
    mark(folder, number)
    if number == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_the_task_that_dies_in_the_middle_of_a_batch_is_named(backend, tmp_path):
    with pytest.raises(WorkerDiedError, match="SIGKILL") as caught:
        Parallel(n_jobs=2, backend=backend, batch_size=40)(
            delayed(die_at)(str(tmp_path), number, 57) for number in range(200)
        )
    assert any("task 57 (counted from 0)" in note for note in caught.value.__notes__)


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_only_the_task_that_dies_is_lost_and_every_one_runs_once(backend, tmp_path):
    found = Parallel(n_jobs=2, backend=backend, batch_size=40, on_error="return")(
        delayed(die_at)(str(tmp_path), number, 57) for number in range(200)
    )
    assert isinstance(found[57], WorkerDiedError)
    assert [*found[:57], *found[58:]] == [*range(57), *range(58, 200)]
    assert runs(tmp_path) == dict.fromkeys(range(200), 1)


def read_address_zero():
    return ctypes.string_at(0)


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_a_segmentation_fault_names_the_signal_and_the_line(backend):
    with pytest.raises(WorkerDiedError, match="SIGSEGV") as caught:
        Parallel(n_jobs=2, backend=backend)(delayed(read_address_zero)() for _ in range(2))
    assert "in read_address_zero" in str(caught.value)


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_a_task_that_leaves_the_process_is_told_with_its_exit_code(backend):
    with pytest.raises(WorkerDiedError, match="left with exit code 7"):
        Parallel(n_jobs=2, backend=backend)(delayed(os._exit)(7) for _ in range(2))


def close_every_file():
    os.closerange(3, 200)
    time.sleep(60)


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_a_task_that_closes_its_worker_s_connection_is_not_said_to_lack_memory(backend):
    with pytest.raises(WorkerDiedError, match="closed the connection to its parent"):
        Parallel(n_jobs=2, backend=backend)(delayed(close_every_file)() for _ in range(2))


@processes
def test_an_ignored_sigchld_is_no_exit_code(backend, run):
    printed = run(
        f"""
        import os, signal
        from faineant import Parallel, WorkerDiedError, delayed

        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        parallel = Parallel(n_jobs=2, backend={backend!r})
        print(parallel(delayed(abs)(x) for x in range(-3, 0)))
        try:
            parallel(delayed(os._exit)(3) for _ in range(2))
        except WorkerDiedError as error:
            print(error)
        """
    )
    assert printed.startswith("[3, 2, 1]\n")
    assert "its exit code is not known" in printed


# -- forking -------------------------------------------------------------------------------------


def fork_and(do, number):
    """Fork; the child goes its own way, and the worker gives how it ended."""
    pid = os.fork()
    if pid == 0:
        if do == "return":
            return "from the child"
        if do == "print":
            print(f"child {number}")
            return "from the child"
        if do == "sys.exit":
            sys.exit(3)
        if do == "raise":
            raise ValueError("only in the child")
    return number, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@processes
@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize(
    ("do", "status"), [("return", 0), ("print", 0), ("sys.exit", 3), ("raise", 1)]
)
def test_a_child_of_a_task_ends_as_it_would_in_a_program(backend, do, status, capfd):
    found = Parallel(n_jobs=2, backend=backend)(delayed(fork_and)(do, n) for n in range(6))
    assert found == [(n, status) for n in range(6)]
    told = capfd.readouterr()
    assert sorted(told.out.splitlines()) == ([f"child {n}" for n in range(6)] * (do == "print"))
    assert told.err.count("ValueError: only in the child") == 6 * (do == "raise")


def leave_a_child(folder):
    """Leave a child that outlives the worker, and let the worker die."""
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    Path(folder, str(os.getpid())).write_text(str(pid))
    os.kill(os.getpid(), signal.SIGKILL)


@processes
def test_a_child_that_outlives_its_worker_does_not_hide_its_death(backend, tmp_path):
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        Parallel(n_jobs=2, backend=backend)(delayed(leave_a_child)(tmp_path) for _ in range(2))
    pids = [int(text) for file in tmp_path.iterdir() if (text := file.read_text())]
    assert pids
    assert not any(gone(pid) for pid in pids)  # they are the tasks' own, and were left alone
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@engines
@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("seed", [None, 5])
def test_a_fork_of_the_caller_does_not_disturb_its_workers(backend, seed):
    with Parallel(n_jobs=2, backend=backend, seed=seed) as parallel:
        before = set(parallel(delayed(slow_worker)(x) for x in range(8)))
        pid = os.fork()
        if pid == 0:
            status = 1
            signal.alarm(20)
            with contextlib.suppress(BaseException):
                inside = set(parallel(delayed(slow_worker)(x) for x in range(8)))
                parallel.__exit__(None, None, None)
                status = 0 if not inside & before and not children() else 2
            os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert set(parallel(delayed(slow_worker)(x) for x in range(8))) <= before


@engines
@pytest.mark.usefixtures("leaves_nothing")
def test_a_forked_child_may_close_what_it_has_inherited(backend):
    with Parallel(n_jobs=2, backend=backend) as parallel:
        before = set(parallel(delayed(slow_worker)(x) for x in range(8)))
        pid = os.fork()
        if pid == 0:
            status = 1
            signal.alarm(20)
            with contextlib.suppress(BaseException):
                parallel.__exit__(None, None, None)
                status = 0
            os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert set(parallel(delayed(slow_worker)(x) for x in range(8))) <= before


def slow_worker(_):
    """Name the worker: the process, and its thread."""
    time.sleep(0.02)
    return os.getpid(), threading.get_native_id()


@engines
@pytest.mark.usefixtures("leaves_nothing")
def test_a_fork_in_the_middle_of_a_loop_cannot_go_on_with_it(backend):
    results = Parallel(n_jobs=2, backend=backend, return_as="generator")(
        delayed(slow_worker)(x) for x in range(40)
    )
    next(results)
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        try:
            list(results)
        except RuntimeError as error:
            os._exit(0 if "belong to process" in str(error) else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(list(results)) == 39


# -- hanging -------------------------------------------------------------------------------------


def hang_at(number, fatal):
    if number == fatal:
        time.sleep(60)
    time.sleep(0.01)
    return number


@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("backend", ["fork", "spawn"])
def test_a_task_that_hangs_is_stopped_though_others_go_on(backend):
    found = Parallel(n_jobs=2, backend=backend, timeout=1, on_error="return")(
        delayed(hang_at)(number, 5) for number in range(150)
    )
    assert isinstance(found[5], TaskTimeoutError)
    assert [*found[:5], *found[6:]] == [*range(5), *range(6, 150)]


def test_a_thread_that_hangs_is_given_up_and_nothing_with_it():
    forever = threading.Event()

    def wait_at(number):
        if number == 50:
            forever.wait(60)
        return number

    found = Parallel(n_jobs=2, backend="threads", timeout=0.5, on_error="return", batch_size=20)(
        delayed(wait_at)(number) for number in range(100)
    )
    forever.set()
    assert isinstance(found[50], TaskTimeoutError)
    assert [*found[:50], *found[51:]] == [*range(50), *range(51, 100)]


def test_threads_are_gone_when_their_parallel_has_ended():
    before = threading.enumerate()
    for _ in range(20):
        with Parallel(n_jobs=4, backend="threads") as parallel:
            parallel(delayed(abs)(x) for x in range(100))
        assert set(threading.enumerate()) <= set(before)
        Parallel(n_jobs=4, backend="threads")(delayed(abs)(x) for x in range(100))
        assert set(threading.enumerate()) <= set(before)


def test_a_thread_that_was_given_up_ends_with_what_it_does():
    before = threading.enumerate()
    forever = threading.Event()
    with Parallel(n_jobs=2, backend="threads", timeout=0.2, on_error="return") as parallel:
        parallel([delayed(forever.wait)(60), *(delayed(abs)(x) for x in range(5))])
        parallel(delayed(abs)(x) for x in range(5))
    assert len(set(threading.enumerate()) - set(before)) == 1
    forever.set()
    assert wait_for(lambda: set(threading.enumerate()) <= set(before))


def talk_for_ever():
    while True:
        print("still here")


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_a_task_that_talks_for_ever_is_stopped_as_well(backend, capsys):
    with pytest.raises(TaskTimeoutError, match="longer than timeout=1"):
        Parallel(n_jobs=2, backend=backend, timeout=1)(delayed(talk_for_ever)() for _ in range(2))
    assert set(capsys.readouterr().out.splitlines()) == {"still here"}


def test_a_worker_that_never_comes_out_of_its_fork_is_replaced_by_a_fresh_interpreter(run):
    printed = run(
        """
        import os, threading
        from faineant import Parallel, delayed

        lock = threading.Lock()
        lock.acquire()
        os.register_at_fork(after_in_child=lock.acquire)
        parallel = Parallel(n_jobs=2, backend="fork")
        print(parallel(delayed(abs)(x) for x in range(-3, 0)))
        print(parallel.why())
        """
    )
    found, why = printed.splitlines()
    assert found == "[3, 2, 1]"
    assert "fresh interpreters, for a forked worker did not report within a second" in why


# -- printing ------------------------------------------------------------------------------------


def flood(number):
    for _ in range(5):
        print(f"{number}" * 1023 + "\n", end="" if number % 2 else "\n")
    sys.stdout.write((f"{number}" * 1023 + "\n") * (10 * 1024))
    return number


@processes
def test_a_flood_of_output_arrives_whole(backend, capsys):
    assert Parallel(n_jobs=2, backend=backend)(delayed(flood)(n) for n in range(5)) == [*range(5)]
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert len(lines) == 5 * (10 * 1024 + 5)
    assert {(len(line), len(set(line))) for line in lines} == {(1023, 1)}


@processes
def test_printing_logging_and_warnings_come_in_whole_lines(backend, run):
    printed = run(
        f"""
        import logging, sys, threading, warnings
        from faineant import Parallel, delayed

        def tell(number):
            logging.basicConfig(stream=sys.stderr, format="%(message)s")
            warnings.simplefilter("always")
            for turn in range(5):
                print("printed", number, turn)
                logging.getLogger("stress").warning("logged %d %d", number, turn)
                warnings.warn(f"warned {{number}} {{turn}}")

        sys.stderr = sys.stdout
        Parallel(n_jobs=3, backend={backend!r})(delayed(tell)(n) for n in range(60))
        """
    )
    told = [line for line in printed.splitlines() if "{number}" not in line]  # the source's own
    for kind in ("printed", "logged", "warned"):
        expected = {f"{kind} {number} {turn}" for number in range(60) for turn in range(5)}
        lines = [line[line.index(kind) :] for line in told if f"{kind} " in line]
        assert sorted(lines) == sorted(expected)


def send_while_an_alarm_prints(number):
    signal.signal(signal.SIGALRM, lambda *_: sys.stdout.write("alarm\n"))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    sys.stdout.write("x" * 40_000 + "\n")
    return "y" * 100_000


@processes
def test_a_signal_s_handler_may_print_in_the_middle_of_a_message(backend, capsys):
    found = Parallel(n_jobs=2, backend=backend, batch_size=50)(
        delayed(send_while_an_alarm_prints)(n) for n in range(200)
    )
    assert found == ["y" * 100_000] * 200
    assert set(capsys.readouterr().out.splitlines()) == {"alarm", "x" * 40_000}


# -- results -------------------------------------------------------------------------------------


class Unpicklable:
    def __reduce__(self):
        raise ValueError("this stays here")


class NotUnpicklable:
    def __reduce__(self):
        return int, ("not a number",)


class StubbornError(Exception):
    def __reduce__(self):
        raise ValueError("this stays here")


def give(what):
    if what is StubbornError:
        raise StubbornError("stuck")
    return what() if isinstance(what, type) else what


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_what_cannot_be_sent_back_is_told_in_its_place(backend):
    wanted = [1, Unpicklable, 2, NotUnpicklable, 3, StubbornError, 4]
    found = Parallel(n_jobs=2, backend=backend, on_error="return")(
        delayed(give)(what) for what in wanted
    )
    assert found[::2] == [1, 2, 3, 4]
    assert [type(each) for each in found[1::2]] == [TaskError] * 3
    told = [str(each) for each in found[1::2]]
    assert "Unpicklable, cannot be pickled (" in told[0]
    assert "this stays here" in told[0]
    assert "its result cannot be unpickled (ValueError: invalid literal" in told[1]
    assert "StubbornError: stuck" in told[2]


class OnlyAtHome:
    """Can be unpickled in the process that made it, and in no other."""

    def __reduce__(self):
        return check_home, (os.getpid(),)


def check_home(pid):
    if os.getpid() != pid:
        raise LookupError("not at home")
    return OnlyAtHome()


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_an_argument_that_cannot_be_unpickled_spoils_no_other_task(backend):
    def tasks():  # drawn when the workers are there: what is sent is pickled
        for number in range(40):
            yield delayed(isinstance)(OnlyAtHome() if number == 23 else number, object)

    found = Parallel(n_jobs=2, backend=backend, batch_size=10, on_error="return")(tasks())
    assert [*found[:23], *found[24:]] == [True] * 39
    if backend == "spawn":
        assert "not at home" in str(found[23])


def filled(number):
    return np.full(50 * MB // 8, float(number))


def total(array):
    array[0] += 1  # it is the task's own
    return array.sum()


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_large_arrays_travel_whole_both_ways_and_leave_nothing(backend):
    results = Parallel(n_jobs=2, backend=backend)(delayed(filled)(n) for n in range(4))
    for number, array in enumerate(results):
        assert array.size == 50 * MB // 8
        assert (array == number).all()
        array[:] = 7
        assert (array == 7).all()
    size = results[0].size
    assert (
        Parallel(n_jobs=2, backend=backend)(delayed(total)(a) for a in results)
        == [7 * size + 1] * 4
    )
    assert results[0][0] == 7
    del results, array


@processes
def test_large_results_of_kept_workers_never_make_a_loop_wait_for_ever(backend, run):
    printed = run(
        f"""
        import faulthandler
        import numpy as np
        from faineant import Parallel, delayed

        def grown(array, number):
            return np.full(625_000, array[-1] + number)

        faulthandler.dump_traceback_later(40, exit=True)
        with Parallel(n_jobs=2, backend={backend!r}) as parallel:
            for _ in range(6):
                made = parallel(delayed(np.full)(625_000, float(n)) for n in range(16))
                assert [array.sum() for array in made] == [625_000 * n for n in range(16)]
                made = parallel(delayed(grown)(np.ones(400_000), n) for n in range(16))
                assert [array.sum() for array in made] == [625_000 * (n + 1) for n in range(16)]
        print("whole")
        """
    )
    assert printed == "whole\n"


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_thousands_of_arrays_do_not_use_up_the_descriptors(backend):
    before = len(os.listdir("/proc/self/fd"))
    results = Parallel(n_jobs=2, backend=backend)(
        delayed(np.full)(40_000, float(n)) for n in range(1500)
    )
    assert len(os.listdir("/proc/self/fd")) < before + 200
    assert all((array == n).all() for n, array in enumerate(results))
    results[-1][:] = 0
    del results


SHARED: list = []


def append_to_shared(number):
    SHARED.append(number)
    return SHARED


@processes
def test_each_result_is_as_it_was_at_its_task_s_end(backend):
    found = Parallel(n_jobs=2, backend=backend, batch_size=20)(
        delayed(append_to_shared)(n) for n in range(100)
    )
    assert [each[-1] for each in found] == list(range(100))


# -- who runs what -------------------------------------------------------------------------------


def wait_for_the_others(folder, number, last):
    """Mark; in the first task of a late batch, end only when all others have run."""
    if number == last - 8:
        everybody = set(range(last)) - {number}
        assert wait_for(lambda: everybody <= set(runs(folder)), 20)
    mark(folder, number)
    return number


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_tasks_behind_a_slow_one_are_run_by_idle_workers(backend, tmp_path):
    found = Parallel(n_jobs=2, backend=backend, batch_size=8)(
        delayed(wait_for_the_others)(str(tmp_path), number, 64) for number in range(64)
    )
    assert found == list(range(64))
    assert runs(tmp_path) == dict.fromkeys(range(64), 1)


POOLS = """
import contextlib, gc, os, threading
from faineant import Parallel, delayed

TRACES

def invert(x):
    return 1 / x

def pool(number):
    with contextlib.suppress(ZeroDivisionError), Parallel(n_jobs=2, backend=BACKEND) as parallel:
        assert parallel(delayed(invert)(x) for x in (number, -number)) == [1 / number, -1 / number]
        parallel(delayed(invert)(x) for x in range(FAILING))

def pools(numbers):
    for number in numbers:
        pool(number)
    if FAILING:  # a thread that was at work as its loop failed ends with its task
        for thread in threading.enumerate():
            if thread.name == "faineant worker":
                thread.join(10)

pools([1])
before = traces()
pools(range(1, COUNT))
assert traces() == before, (before, traces())
"""


@pytest.mark.parametrize(
    ("backend", "count", "failing"),
    [
        ("fork", 500, False),
        ("fork", 500, True),
        ("threads", 1000, False),
        ("threads", 1000, True),
        ("spawn", 5, False),
        ("spawn", 5, True),
    ],
)
def test_a_thousand_pools_come_and_go_whether_their_loops_fail_or_not(backend, count, failing, run):
    program = POOLS.replace(
        "TRACES", "\n".join(map(inspect.getsource, (children, descriptors, maps, traces)))
    )
    for name, value in {"BACKEND": backend, "COUNT": count, "FAILING": 2 * failing}.items():
        program = program.replace(name, repr(value))
    run(program)  # one of its own: a small process is forked in no time


@processes
@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("return_as", ["generator", "generator_unordered"])
def test_a_reader_that_stops_early_stops_the_work(backend, return_as, tmp_path):
    results = Parallel(n_jobs=2, backend=backend, return_as=return_as)(
        delayed(marked_square)(str(tmp_path), n) for n in itertools.count()
    )
    for _ in range(3):
        next(results)
    results.close()
    count = len(os.listdir(tmp_path))
    time.sleep(0.1)
    assert len(os.listdir(tmp_path)) == count


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_loops_may_run_in_several_threads_at_once(backend):
    found = {}

    def loop(base):
        found[base] = Parallel(n_jobs=2, backend=backend)(delayed(pow)(base, x) for x in range(60))

    threads = [threading.Thread(target=loop, args=(base,)) for base in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {base: [base**x for x in range(60)] for base in range(2, 6)}


def inner_sum(number, backend):
    return (
        os.getpid(),
        sum(Parallel(n_jobs=2, backend=backend)(delayed(pow)(number, x) for x in range(4))),
        len(children()),
    )


@processes
@pytest.mark.usefixtures("leaves_nothing")
def test_a_nested_loop_starts_no_more_processes(backend):
    found = Parallel(n_jobs=2, backend=backend)(delayed(inner_sum)(n, backend) for n in range(6))
    assert [(total, n) for _, total, n in found] == [
        (sum(n**x for x in range(4)), 0) for n in range(6)
    ]


# -- ends ----------------------------------------------------------------------------------------

BUSY = """
    import os, signal, time
    from faineant import Parallel, delayed

    def work(number):
        os.write(1, f"{os.getpid()}\\n".encode())
        if number % 2:  # deaf and busy
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            while True:
                pass
        time.sleep(600)

    Parallel(n_jobs=2, backend=BACKEND)(delayed(work)(n) for n in range(4))
"""


@processes
def test_busy_workers_go_when_their_parent_is_killed(backend, start):
    process = start(BUSY.replace("BACKEND", repr(backend)))
    pids = [int(process.stdout.readline()) for _ in range(2)]
    process.kill()
    process.communicate()
    assert wait_for(lambda: all(map(gone, pids)))


@processes
@pytest.mark.parametrize("pause", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_ctrl_c_at_any_moment_of_the_start_gives_one_traceback_and_leaves_nobody(
    backend, pause, tmp_path
):
    program = tmp_path / "program.py"
    program.write_text(
        "import os, time\n"
        "from faineant import Parallel, delayed\n"
        "print(os.getpid(), flush=True)\n"
        f"Parallel(n_jobs=4, backend={backend!r})(delayed(time.sleep)(60) for _ in range(8))\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    group = int(process.stdout.readline())
    time.sleep(pause)
    os.killpg(group, signal.SIGINT)  # as a terminal does: to the whole group
    _, complaint = process.communicate(timeout=50)
    assert process.returncode == -signal.SIGINT
    assert complaint.count("Traceback") == complaint.count("KeyboardInterrupt") == 1, complaint
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


@processes
def test_a_program_from_standard_input_has_its_workers(backend):
    program = (
        "from faineant import Parallel, delayed\n"
        "factor = 3\n"
        "def scaled(x):\n"
        "    return factor * x\n"
        f"print(Parallel(n_jobs=2, backend={backend!r})(delayed(scaled)(x) for x in range(3)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-"], input=program, capture_output=True, text=True, timeout=50
    )
    assert (done.stdout, done.stderr, done.returncode) == ("[0, 3, 6]\n", "", 0)
