"""The command line: what is kept, told to people and to programs."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from faineant.__main__ import main


def smooth(x, width=3):
    return np.full(x, width)


def other(x):
    return x


@pytest.fixture
def kept(memory):
    """Three results of two functions; the memory, and a cached function."""
    cached = memory.cache(smooth)
    cached(10), cached(100_000), memory.cache(other)("a\nb")
    return memory, cached


@pytest.fixture
def told(kept, capsys):
    """Run a command; give its exit code and what it printed."""

    def run(command, *words):
        code = main([command, str(kept[0].location), *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_functions_are_listed_with_calls_size_time_and_age(told):
    code, printed, _ = told("ls")
    head, *rows, total = printed.splitlines()
    assert code == 0
    assert head.split() == ["calls", "size", "took", "used", "function"]
    assert [(row.split()[0], row.split()[-1]) for row in rows] == [
        ("1", f"{__name__}.other"),
        ("2", f"{__name__}.smooth"),
    ]
    assert "801 kB" in rows[1]
    assert total.startswith("3 results, 802 kB, in ")


def test_calls_of_a_function_are_listed(told):
    code, printed, _ = told("ls", "smooth")
    head, *rows = printed.splitlines()
    assert code == 0
    assert head.split() == ["key", "size", "took", "computed", "used", "call"]
    assert [row.split()[-1] for row in rows] == ["smooth(10)", "smooth(100000)"]
    assert len(told("ls", "--calls")[1].splitlines()) == 4, "an argument's line end is shown as \\n"


def test_long_calls_are_cut_where_the_line_ends(memory, told, monkeypatch):
    memory.cache(other)("a long text " * 20)
    for columns in (80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = told("ls", "other")[1].splitlines()
        assert max(map(len, lines)) == columns
        assert sum(line.endswith("...") for line in lines) == 1


def test_listings_for_programs_are_json(told):
    functions = json.loads(told("ls", "--json")[1])
    assert [each["calls"] for each in functions] == [1, 2]
    calls = json.loads(told("ls", "--calls", "--json")[1])
    assert {"function", "key", "call", "size", "created", "used", "seconds", "file", "own"} == set(
        calls[0]
    )
    assert [call["call"] for call in calls if call["function"].endswith("smooth")] == [
        "smooth(10)",
        "smooth(100000)",
    ]


def test_a_call_is_shown_with_its_arguments_and_the_parts_of_its_function(kept, told):
    key = kept[1].key(10)
    code, printed, _ = told("show", key[:8])
    assert code == 0
    assert printed.startswith("smooth(10)\n")
    for word in (
        "argument x",
        "argument width",
        f"function {__name__}.smooth",
        key,
        np.__version__,
    ):
        assert word in printed
    [call] = json.loads(told("show", key, "--json")[1])
    assert call["input_args"] == {"x": "10", "width": "3"}
    assert call["function_parts"]["package numpy"] == np.__version__


def test_calls_and_functions_are_forgotten(kept, told):
    memory, cached = kept
    code, printed, _ = told("rm", cached.key(10)[:6])
    assert code == 0
    assert re.fullmatch(r"1 result, \d+ B, removed\n", printed)
    assert not cached.check_call_in_cache(10)
    assert cached.check_call_in_cache(100_000)
    assert told("rm", f"{__name__}.sm*", "--json")[0] == 0
    assert [entry.function for entry in memory.entries()] == [f"{__name__}.other"]


def test_everything_is_forgotten_and_other_files_stay(kept, told):
    memory, _ = kept
    (memory.location / "mine.txt").touch()
    code, printed, _ = told("clear")
    assert code == 0
    assert printed == "3 results, 802 kB, removed\n"
    assert memory.entries() == []
    assert (memory.location / "mine.txt").exists()
    assert told("ls")[1].startswith("0 results, 0 B, in ")


def test_what_names_nothing_is_said(told):
    for command in ("ls", "show", "rm"):
        code, _, complaint = told(command, "nonsense")
        assert code == 1
        assert complaint.startswith("nonsense names nothing that is kept")


def flip(file, place):
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.unlink()
    file.write_bytes(content)


@pytest.mark.parametrize("place", [3, 90, -1])
def test_damaged_files_are_named_and_counted(kept, told, place):
    memory, cached = kept
    assert told("verify")[:2] == (0, "3 of 3 results are as they were written\n")
    [file] = [entry.file for entry in cached.entries() if "100000" in entry.call]
    flip(type(memory.location)(file), place)
    code, printed, _ = told("verify")
    named, total = printed.splitlines()
    assert code == 1
    assert named.startswith(f"{file}: it")
    assert total == "2 of 3 results are as they were written"
    verified = json.loads(told("verify", "--json")[1])
    assert verified["verified"] == 3
    assert [each["file"] for each in verified["damaged"]] == [file]


def test_what_another_user_keeps_there_is_shown_as_theirs(kept, told, tmp_path, monkeypatch):
    monkeypatch.setenv("FAINEANT_KEY", str(tmp_path / "another key"))
    calls = json.loads(told("ls", "--calls", "--json")[1])
    assert [call["own"] for call in calls] == [False] * 3
    assert told("verify")[1] == "0 of 0 results are as they were written\n"
    assert "no: signed with another key" in told("show", "smooth")[1]


@pytest.mark.parametrize("where", ["nowhere", "."])
def test_a_place_without_results_is_said(tmp_path, where, capsys):
    assert main(["ls", str(tmp_path / where)]) == 2
    assert "holds no results of faineant; give the location of a Memory" in capsys.readouterr().err


def test_it_runs_as_a_module_and_helps(kept):
    memory, _ = kept
    program = [sys.executable, "-m", "faineant"]
    listed = subprocess.run([*program, "ls", memory.location], capture_output=True, text=True)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "smooth" in listed.stdout
    helped = subprocess.run([*program, "--help"], capture_output=True, text=True)
    assert all(command in helped.stdout for command in ("ls", "show", "rm", "verify", "clear"))
    refused = subprocess.run(program, capture_output=True, text=True)
    assert refused.returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="pipes end with a signal on POSIX")
def test_a_reader_that_has_seen_enough_is_no_error(kept):
    memory, _ = kept
    cached = memory.cache(other)
    for x in range(3000):
        cached(x)
    line = f"{sys.executable} -m faineant ls {memory.location} --calls | head -n 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.startswith("key")
