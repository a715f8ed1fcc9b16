"""Workers are forked where that is safe, and what makes it unsafe is recognised.

What Linux would tell of a process with a GPU or with other libraries' threads is laid out as files.
"""

import os
import sys
import sysconfig

import pytest
from faineant import starting
from faineant.starting import start_method, threads_are_free

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="workers are forked on Linux"
)

PYTHON = "5580a0000000-5580a0300000 r-xp 00000000 08:01 11 /usr/bin/python3.11\n"
CUDA = "7f10a0000000-7f10a1000000 r-xp 00000000 08:01 12 /usr/lib/x86_64-linux-gnu/libcuda.so.550\n"
CUDART = "7f20a0000000-7f20a1000000 r-xp 00000000 08:01 13 /opt/cuda/lib64/libcudart.so.12\n"
GNU_OPENMP = "7f30a0000000-7f30a1000000 r-xp 00000000 08:01 14 /usr/lib/libgomp.so.1\n"
INSIDE, OUTSIDE = "202 0x1 0x7ffc0 0x7f30a0000010\n", "202 0x1 0x7ffc0 0x7f40a0000010\n"
THREAD = "999999999"  # larger than Linux's numbers get


@pytest.fixture
def process(tmp_path, monkeypatch):
    """Lay out what Linux tells of a process."""

    def lay_out(maps: str, files: tuple[str, ...] = (), thread: str | None = None) -> None:
        (tmp_path / "fd").mkdir()
        (tmp_path / "task").mkdir()
        (tmp_path / "maps").write_text(PYTHON + maps)
        for number, file in enumerate(("/dev/null", "pipe:[7]", *files)):
            os.symlink(file, tmp_path / "fd" / str(number))
        if thread is not None:
            (tmp_path / "task" / THREAD).mkdir()
            (tmp_path / "task" / THREAD / "syscall").write_text(thread)
        monkeypatch.setattr(starting, "PROCESS", tmp_path)

    return lay_out


@linux
@pytest.mark.parametrize(
    "files",
    [
        ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia0"),
        ("/dev/nvhost-ctrl-gpu",),
        ("/dev/dxg",),
    ],
)
def test_a_process_that_uses_cuda_is_not_forked(process, files):
    process(CUDA, files)
    method, reason = start_method()
    assert method == "spawn"
    assert "CUDA" in reason


@linux
@pytest.mark.parametrize(
    ("maps", "files"),
    [
        ("", ()),
        (CUDA + CUDART, ()),  # imported, and not used
        ("", ("/dev/nvidiactl", "/dev/nvidia0")),  # a monitor
        (CUDART, ("/dev/nvidiactl",)),
        (CUDA, ("/srv/dev/nvidia0", "/dev/null")),
    ],
)
def test_a_process_that_does_not_use_cuda_is_forked(process, maps, files):
    process(maps, files)
    assert start_method()[0] == "fork"


@linux
def test_a_file_that_is_closed_meanwhile_is_no_obstacle(process, tmp_path):
    process(CUDA)
    (tmp_path / "fd" / "9").touch()  # no link: it cannot be read as one
    assert start_method()[0] == "fork"
    os.symlink("/dev/nvidia0", tmp_path / "fd" / "99")
    assert start_method()[0] == "spawn"


@linux
@pytest.mark.parametrize(
    ("maps", "thread", "method"),
    [
        (GNU_OPENMP, INSIDE, "spawn"),
        (GNU_OPENMP, OUTSIDE, "fork"),  # another library's thread
        (GNU_OPENMP, None, "fork"),  # loaded, and without a team
        ("", INSIDE, "fork"),
        (GNU_OPENMP, "running\n", "spawn"),  # it does not come to rest, and may be one of a team
    ],
)
def test_a_thread_that_waits_inside_gnu_openmp_forbids_to_fork(
    process, monkeypatch, maps, thread, method
):
    monkeypatch.setattr(starting, "SPIN", 0.01)
    process(maps, thread=thread)
    found, reason = start_method()
    assert found == method
    assert ("GNU OpenMP" in reason) == (method == "spawn")


@linux
def test_where_linux_tells_nothing_workers_are_forked(tmp_path, monkeypatch):
    monkeypatch.setattr(starting, "PROCESS", tmp_path / "none")
    assert start_method()[0] == "fork"


@linux
def test_a_plain_process_is_forked(run):
    program = "from faineant.starting import start_method; print(start_method()[0])"
    assert run(program) == "fork\n"


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_workers_are_spawned_and_the_reason_names_the_system(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    method, reason = start_method()
    assert method == "spawn"
    assert platform in reason


def test_threads_are_free_only_in_a_python_without_its_lock(monkeypatch):
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert not threads_are_free()
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert threads_are_free()
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True)
    assert not threads_are_free()
    monkeypatch.delattr(sys, "_is_gil_enabled")  # as before Python 3.13
    assert not threads_are_free()
