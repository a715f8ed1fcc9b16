"""What the tests of faineant share: a key of their own, and programs run as processes."""

import contextlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from faineant import Memory


@pytest.fixture(autouse=True)
def key(tmp_path_factory, monkeypatch) -> Path:
    """Sign with a key that is only for these tests."""
    file = tmp_path_factory.getbasetemp() / "faineant-key"
    monkeypatch.setenv("FAINEANT_KEY", str(file))
    return file


@pytest.fixture
def memory(tmp_path) -> Memory:
    return Memory(tmp_path / "cache", verbose=0)


@pytest.fixture
def start(tmp_path) -> Callable[..., subprocess.Popen]:
    """Start a program, given as text, in a process of its own."""

    def start_program(text: str, name: str = "program.py", **environment: str) -> subprocess.Popen:
        file = tmp_path / name
        text = textwrap.dedent(text)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")  # not while another process starts with it
        return subprocess.Popen(
            [sys.executable, str(file)],
            cwd=tmp_path,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start_program


@pytest.fixture
def run(start) -> Callable[..., str]:
    """Run a program to its end; give what it printed."""

    def run_program(text: str, name: str = "program.py", **environment: str) -> str:
        process = start(text, name, **environment)
        printed, complaint = process.communicate(timeout=50)
        assert process.returncode == 0, complaint
        return printed

    return run_program


@pytest.fixture
def children() -> Callable[[], set[int]]:
    """List the processes that this one has started, from any thread."""

    def started() -> set[int]:
        found = set()
        for thread in os.listdir("/proc/self/task"):
            with (
                contextlib.suppress(FileNotFoundError),  # a thread that has just ended
                open(f"/proc/self/task/{thread}/children") as file,
            ):
                found |= set(map(int, file.read().split()))
        return found

    return started
