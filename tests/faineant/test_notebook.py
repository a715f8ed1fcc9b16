"""Loops in the cells of a notebook: run by a real kernel, which is asked as a notebook asks it."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks at processes as Linux shows them"
)
processes = pytest.mark.parametrize("backend", ["fork", "spawn"])
engines = pytest.mark.parametrize("backend", ["fork", "spawn", "threads"])
COLOUR = re.compile(r"\x1b\[[\d;]*m")
PATIENCE = 50  # seconds for a cell; a task that is to be interrupted would take longer


@dataclass
class Output:
    """What a cell has given: messages of the kernel, in the order in which they came."""

    messages: list[tuple[str, dict]] = field(default_factory=list)
    error: str = ""
    traceback: str = ""

    def printed(self, name: str = "stdout") -> str:
        """Give what was written to a stream."""
        streams = [content for kind, content in self.messages if kind == "stream"]
        return "".join(content["text"] for content in streams if content["name"] == name)

    def displayed(self) -> list[str]:
        """Give what was displayed, as it came to look in the end."""
        shown: dict[str, str] = {}
        for kind, content in self.messages:
            if kind in ("display_data", "update_display_data"):
                assert kind == "display_data" or content["transient"]["display_id"] in shown
                shown[content["transient"]["display_id"]] = content["data"]["text/plain"]
        return list(shown.values())


class Kernel:
    """A kernel, and the only notebook that it has."""

    def __init__(self, folder: str):
        environment = os.environ | {"IPYTHONDIR": folder, "JUPYTER_CONFIG_DIR": folder}
        self.manager = KernelManager(connection_file=f"{folder}/kernel.json", transport="ipc")
        self.manager.start_kernel(
            env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    def __call__(self, cell: str, interrupt: str | None = None, times: int = 1) -> Output:
        """Run a cell; interrupt it when it prints a word, if one is given."""
        output, left = Output(), times

        def take(message) -> None:
            nonlocal left
            kind, content = message["msg_type"], message["content"]
            output.messages.append((kind, content))
            if interrupt is not None and kind == "stream" and interrupt in content["text"] and left:
                self.manager.interrupt_kernel()
                left -= 1

        reply = self.client.execute_interactive(
            cell, output_hook=take, allow_stdin=False, timeout=PATIENCE
        )["content"]
        if reply["status"] == "error":
            output.error = reply["ename"]
            output.traceback = COLOUR.sub("", "\n".join(reply["traceback"]))
        return output

    def close(self) -> None:
        """Let the kernel go."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def started() -> Iterator[Kernel]:
    with tempfile.TemporaryDirectory(prefix="kernel") as folder:  # a short name, for its sockets
        kernel = Kernel(folder)
        yield kernel
        kernel.close()


@pytest.fixture
def kernel(started) -> Iterator[Kernel]:
    """Give a kernel that has imported what it needs; check that no process of it stays behind."""
    started("import os, sys, time\nfrom faineant import Parallel, delayed")
    yield started
    assert children(started.pid) == set()


def children(pid: int) -> set[int]:
    """List the processes that another one has started."""
    found = set()
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found |= set(map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split()))
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something is so; False if it never is."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


# -- what cells define -----------------------------------------------------------------------------


@engines
def test_functions_lambdas_and_classes_of_cells_reach_the_workers(kernel, backend):
    kernel("factor = 3")
    kernel(
        """
        class Point:
            def __init__(self, x):
                self.x = x
            def scaled(self):
                return Point(factor * self.x)

        def doubled(point):
            return Point(2 * point.scaled().x)
        """
    )
    cell = f"""
        parallel = Parallel(n_jobs=2, backend={backend!r})
        points = parallel(delayed(doubled)(Point(x)) for x in range(4))
        print([point.x for point in points], {{type(point) is Point for point in points}})
        print(parallel(delayed(lambda x: x + factor)(x) for x in range(4)))
        """
    assert kernel(cell).printed() == "[0, 6, 12, 18] {True}\n[3, 4, 5, 6]\n"


@engines
def test_kept_workers_run_what_later_cells_define_anew(kernel, backend):
    kernel("def f(x):\n    return 'before', x")
    kernel(f"parallel = Parallel(n_jobs=2, backend={backend!r}).__enter__()")
    before = kernel("print(parallel(delayed(f)(x) for x in range(2)))").printed()
    kernel("def f(x):\n    return 'after', x")
    after = kernel("print(parallel(delayed(f)(x) for x in range(2)))").printed()
    kernel("parallel.__exit__(None, None, None)")
    assert before == "[('before', 0), ('before', 1)]\n"
    assert after == "[('after', 0), ('after', 1)]\n"


def test_a_notebook_s_processes_are_forked(kernel):
    assert "forked processes" in kernel("print(Parallel(n_jobs=2).why())").printed()


# -- what comes out in the cell --------------------------------------------------------------------


@processes
def test_what_workers_print_comes_out_in_the_cell(kernel, backend):
    output = kernel(
        f"""
        def tell(number):
            print("task", number)
            print("warning", number, file=sys.stderr)

        Parallel(n_jobs=2, backend={backend!r})(delayed(tell)(n) for n in range(20));
        """
    )
    assert sorted(output.printed().splitlines()) == sorted(f"task {n}" for n in range(20))
    told = sorted(output.printed("stderr").splitlines())
    assert told == sorted(f"warning {n}" for n in range(20))


@engines
def test_a_bar_has_an_output_of_its_own_above_what_tasks_print(kernel, backend):
    output = kernel(
        f"""
        def tell(number):
            time.sleep(0.05)
            sys.stdout.write(f"task {{number}}\\n")  # at once, for threads cut each other's lines

        tasks = [delayed(tell)(number) for number in range(9)]
        for _ in range(2):
            Parallel(n_jobs=2, backend={backend!r}, progress=True)(tasks)
        """
    )
    assert sorted(output.printed().splitlines()) == sorted(2 * [f"task {n}" for n in range(9)])
    assert output.printed("stderr") == ""
    first, second = output.displayed()
    assert first.startswith("▕████████████████████▏  9 / 9  100 %")
    assert second.startswith("▕████████████████████▏  9 / 9  100 %")
    kinds = [kind for kind, _ in output.messages]
    assert kinds.count("update_display_data") >= 2


def test_a_bar_says_where_an_interrupted_loop_has_come_to(kernel):
    output = kernel(
        """
        def work(number):
            if number == 3:
                print("at work", flush=True)
                time.sleep(600)

        Parallel(n_jobs=2, progress=True)([delayed(work)(number) for number in range(4)])
        """,
        "at work",
    )
    assert output.error == "KeyboardInterrupt"
    (bar,) = output.displayed()
    assert re.search(r"[123] / 4  \d+ %", bar)


@processes
def test_a_task_s_error_shows_the_failing_lines_of_the_cells(kernel, backend):
    kernel("def inverse(x):\n    return 1 / x")
    output = kernel(
        "def shifted(x):\n"
        "    return inverse(x - 2)\n"
        f"Parallel(n_jobs=2, backend={backend!r})(delayed(shifted)(x) for x in range(4))"
    )
    assert output.error == "ZeroDivisionError"
    worker, caller = output.traceback.split("direct cause of the following exception")
    assert "in shifted\n    return inverse(x - 2)\n" in worker
    assert "in inverse\n    return 1 / x\n" in worker
    assert "----> 3 Parallel(n_jobs=2" in caller
    assert "This was task 2 (counted from 0): shifted(2)" in caller


# -- interrupts ------------------------------------------------------------------------------------


@engines
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("progress", [False, True])
def test_an_interrupted_loop_ends_and_the_kernel_lives_on(kernel, backend, progress, times):
    pid = kernel.pid
    output = kernel(
        f"""
        def work(number):
            print("at work", flush=True)
            for _ in range({600 if backend != "threads" else 20}):  # threads end by themselves
                time.sleep(0.1)

        Parallel(n_jobs=2, backend={backend!r}, progress={progress})(
            delayed(work)(number) for number in range(4)
        )
        """,
        "at work",
        times,
    )
    assert output.error == "KeyboardInterrupt", output.traceback
    assert "another exception" not in output.traceback
    assert children(pid) == set()
    assert kernel("print(Parallel(n_jobs=2)(delayed(abs)(x) for x in range(3)))").printed() == (
        "[0, 1, 2]\n"
    )
    assert kernel.pid == pid


@processes
def test_kept_workers_can_be_used_after_an_interrupt(kernel, backend):
    kernel(f"parallel = Parallel(n_jobs=2, backend={backend!r}).__enter__()")
    kernel("def work(number):\n    print('at work', flush=True)\n    time.sleep(600)")
    cell = "parallel(delayed(work)(number) for number in range(4))"
    assert kernel(cell, interrupt="at work").error == "KeyboardInterrupt"
    assert kernel("print(parallel(delayed(abs)(x) for x in range(3)))").printed() == "[0, 1, 2]\n"
    kernel("parallel.__exit__(None, None, None)")


@processes
def test_kept_workers_go_when_the_kernel_is_restarted(kernel, backend):
    kernel(f"parallel = Parallel(n_jobs=2, backend={backend!r}).__enter__()")
    printed = kernel("print(*parallel(delayed(os.getpid)() for _ in range(9)))").printed()
    workers = set(map(int, printed.split()))
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=PATIENCE)
    assert wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))
