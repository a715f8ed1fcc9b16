"""How far a loop has come: the numbers, the door, and what the bar looks like on a screen."""

import contextlib
import io
import os
import subprocess
import sys
import textwrap

import pytest
from faineant.progress import ASCII, UNICODE, Bar, Progress, line, reporter
from hypothesis import given
from hypothesis import strategies as st


def event(done=0, total=100, seconds=1.0, *, failed=0, known=0, call=""):
    return Progress(done, failed, known, total, seconds, call)


# -- the numbers -----------------------------------------------------------------------------------


def test_the_rate_counts_what_was_computed():
    assert event(30, seconds=2.0).rate == 15
    assert event(30, seconds=2.0, known=20, failed=4).rate == 5
    assert event(0, seconds=0.0).rate == 0


def test_the_remaining_time_is_that_of_the_rest_at_this_rate():
    assert event(25, 100, 5.0).remaining == 15
    assert event(60, 100, 5.0, known=50).remaining == 20
    assert event(100, 100, 5.0).remaining == 0
    assert event(100, 100, 5.0, known=100).remaining == 0


@pytest.mark.parametrize("unknown", [event(25, None), event(0), event(50, known=50)])
def test_the_remaining_time_is_none_where_nobody_can_tell(unknown):
    assert unknown.remaining is None


def test_an_event_cannot_be_changed():
    with pytest.raises(AttributeError):
        event().done = 3


# -- the door --------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [None, False])
def test_nothing_is_reported_unless_asked_for(nothing):
    assert reporter(nothing) is None


def test_a_bar_is_made_anew_for_each_loop():
    assert isinstance(reporter(True), Bar)
    assert reporter(True) is not reporter(True)


def test_what_can_be_called_is_called():
    events = []
    report = reporter(events.append)
    report(event(3))
    assert events == [event(3)]


@pytest.mark.parametrize(
    ("wrong", "named"), [(1, "progress=1"), ("bar", "progress='bar'"), (Bar, "the class Bar")]
)
def test_anything_else_is_refused_at_the_door(wrong, named):
    with pytest.raises(TypeError, match=f"{named} reports nothing; give True for a bar, or a func"):
        reporter(wrong)


class LikeTqdm:
    """What tqdm, and bars made like it, offer."""

    def __init__(self, total=None):
        self.n, self.total, self.postfix = 0, total, ""

    def update(self, n=1):
        self.n += n

    def set_postfix_str(self, text):
        self.postfix = text


def test_the_bar_of_another_library_can_be_moved():
    theirs = LikeTqdm()

    def report(event):
        theirs.total = event.total
        theirs.set_postfix_str(event.call)
        theirs.update(event.done - theirs.n)

    for done in (1, 3, 7):
        reporter(report)(event(done, 7, call=f"f({done})"))
    assert (theirs.n, theirs.total, theirs.postfix) == (7, 7, "f(7)")


# -- the screen ------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A terminal, as far as Python can tell."""

    encoding = "utf-8"

    def isatty(self):
        return True


class PlainTerminal(Terminal):
    encoding = "ascii"


def screen(text: str) -> list[str]:
    """Give the lines that a terminal shows after it was sent a text."""
    lines, column = [""], 0
    for character in text:
        if character == "\n":
            lines.append("")
            column = 0
        elif character == "\r":
            column = 0
        else:
            lines[-1] = lines[-1][:column].ljust(column) + character + lines[-1][column + 1 :]
            column += 1
    return [each.rstrip() for each in lines]


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def test_the_bar_is_one_line_that_is_left_when_it_is_closed():
    bar = Bar(stream := Terminal())
    bar(event(500, 2000, 1.0))
    assert screen(stream.getvalue()) == [
        "▕█████               ▏    500 / 2,000  25 %  500/s  3.0 s left"
    ]
    bar(event(1234, 2000, 2.0))
    bar(event(2000, 2000, 4.0))
    bar.close()
    bar.close()
    assert screen(stream.getvalue()) == [
        "▕████████████████████▏  2,000 / 2,000  100 %  500/s  4.0 s",
        "",
    ]


def test_a_stream_that_has_no_blocks_gets_ascii():
    bar = Bar(stream := PlainTerminal())
    bar(event(500, 2000, 1.0))
    assert screen(stream.getvalue())[0].startswith("[#####...............]    500 / 2,000")


def test_a_bar_without_events_leaves_no_trace():
    bar = Bar(stream := Terminal())
    bar.wipe()
    with bar.aside():
        pass
    bar.close()
    assert stream.getvalue() == ""


def test_a_loop_that_ends_early_leaves_what_it_has_reached():
    bar = Bar(stream := PlainTerminal())
    bar(event(10, 40, 1.0))
    bar(event(11, 40, 1.05, failed=1))
    bar.close()
    assert screen(stream.getvalue())[0].endswith("11 / 40  27 %  1 failed  10.5/s  1.1 s")


def test_an_input_of_unknown_length_has_count_rate_and_time():
    bar = Bar(stream := Terminal())
    bar(event(1234, None, 3.0, failed=2, known=34))
    bar.close()
    assert screen(stream.getvalue()) == ["1,234 done  2 failed  34 known  400/s  3.0 s", ""]


def test_a_shorter_line_leaves_nothing_of_a_longer_one():
    bar = Bar(stream := Terminal())
    bar(event(1, None, 9.0, failed=1, known=0))
    bar(event(2, None, 10.0))
    assert screen(stream.getvalue()) == ["2 done  12.0/min  10 s"]


def test_it_is_drawn_ten_times_a_second_and_the_end_is_not_missed():
    bar = Bar(stream := Terminal())
    for done in range(1, 2001):
        bar(event(done, 2000, done / 1000))
    assert 10 < stream.getvalue().count("\r") <= 21
    bar.close()
    assert "2,000 / 2,000" in screen(stream.getvalue())[0]


def test_a_bar_that_was_closed_can_serve_another_loop():
    bar = Bar(stream := Terminal())
    for seconds in (5.0, 0.01):
        bar(event(1, None, seconds))
        bar.close()
    assert screen(stream.getvalue()) == ["1 done  12.0/min  5.0 s", "1 done  100/s  0.0 s", ""]


def test_what_is_printed_aside_stands_above_the_bar():
    bar = Bar(stream := Terminal())
    bar(event(1, None, 1.0))
    with bar.aside():
        stream.write("a line\n")
    assert screen(stream.getvalue()) == ["a line", "1 done  1.0/s  1.0 s"]
    with bar.aside(b"half"):
        stream.write("half")
    bar(event(2, None, 2.0))
    assert screen(stream.getvalue()) == ["a line", "half", "2 done  1.0/s  2.0 s"]


def test_a_wiped_bar_comes_back_with_the_next_drawing():
    bar = Bar(stream := Terminal())
    bar(event(1, None, 1.0))
    bar.wipe()
    assert screen(stream.getvalue()) == [""]
    stream.write("a\n")
    bar(event(2, None, 2.0))
    assert screen(stream.getvalue()) == ["a", "2 done  1.0/s  2.0 s"]


def closed(stream):
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [io.StringIO(), object()], ids=["file", "odd"])
def test_it_is_silent_where_nobody_looks(stream):
    bar = Bar(stream)
    bar(event(1))
    bar.wipe()
    with bar.aside():
        pass
    bar.close()
    assert getattr(stream, "getvalue", str)() == ""


@pytest.mark.parametrize("stderr", [None, closed(Terminal())], ids=["none", "closed"])
def test_a_program_without_stderr_has_no_bar_and_no_error(monkeypatch, stderr):
    monkeypatch.setattr(sys, "stderr", stderr)
    bar = reporter(True)
    bar(event(1))
    bar.close()


def test_a_terminal_that_goes_does_not_end_the_loop():
    bar = Bar(stream := Terminal())
    bar(event(1))
    stream.close()
    bar(event(2, seconds=2.0))
    with bar.aside(b"half"):
        pass
    bar.close()


def test_a_notebook_shows_the_bar_though_it_is_no_terminal():
    kernels = type("OutStream", (io.StringIO,), {"encoding": "UTF-8"})
    kernels.__module__ = "ipykernel.iostream"
    bar = Bar(stream := kernels())
    bar(event(1, 2, 1.0))
    bar.close()
    assert screen(stream.getvalue())[0].startswith("▕██████████          ▏  1 / 2  50 %")


# -- the line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (20, "1,234 / 2,000  61 %"),
        (40, "1,234 / 2,000  61 %  3 failed  418/s"),
        (80, "[############........]  1,234 / 2,000  61 %  3 failed  418/s  1.8 s left"),
        (
            200,
            "[########################................]  1,234 / 2,000  61 %  3 failed  190 known"
            "  418/s  1.8 s left",
        ),
    ],
)
def test_what_matters_most_is_told_at_any_width(monkeypatch, width, expected):
    monkeypatch.setenv("COLUMNS", str(width))
    bar = Bar(stream := PlainTerminal())
    bar(event(1234, 2000, 2.5, failed=3, known=190))
    assert screen(stream.getvalue()) == [expected]


events = st.builds(
    Progress,
    done=st.integers(0, 10**7),
    failed=st.integers(0, 10**4),
    known=st.integers(0, 10**4),
    total=st.none() | st.integers(0, 10**7),
    seconds=st.floats(0, 10**7),
    call=st.text(),
)


@given(events, st.integers(1, 250), st.sampled_from([ASCII, UNICODE]), st.booleans())
def test_a_line_never_reaches_the_last_column(event, width, cells, ended):
    text = line(event, width, cells, ended=ended)
    assert len(text) < width
    assert text.isprintable()


@pytest.mark.parametrize("cells", [ASCII, UNICODE])
@pytest.mark.parametrize("total", [1, 7, 20, 1000])
def test_the_bar_grows_and_is_full_only_at_the_end(cells, total):
    levels = cells[2:]
    drawn = [line(event(done, total), 80, cells)[:22] for done in range(total + 1)]
    filled = [[levels.index(cell) for cell in each[1:-1]] for each in drawn]
    assert {(each[0], each[-1]) for each in drawn} == {(cells[0], cells[1])}
    assert filled == sorted(filled)
    assert set(filled[0]) == {0}
    assert [set(each) == {len(levels) - 1} for each in filled] == [False] * total + [True]


@pytest.mark.parametrize(
    ("done", "total", "percentage"),
    [(0, 3, "0 %"), (29, 100, "29 %"), (1999, 2000, "99 %"), (3, 3, "100 %"), (0, 0, "100 %")],
)
def test_percentages_are_exact_and_100_means_all(done, total, percentage):
    assert f"/ {total:,}  {percentage}" in line(event(done, total), 80)


@pytest.mark.parametrize(
    ("done", "seconds", "rate"),
    [(1234, 1, "1,234/s"), (5, 2, "2.5/s"), (1, 30, "2.0/min"), (1, 1800, "2.0/h")],
)
def test_slow_tasks_are_counted_by_the_minute_or_hour(done, seconds, rate):
    assert f"done  {rate}  " in line(event(done, None, seconds), 80)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.7, "1 min 0 s"),
        (3599.2, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_times_are_told_in_one_unit_or_two(seconds, words):
    assert line(event(0, None, seconds), 80) == f"0 done  {words}"


# -- a real terminal -------------------------------------------------------------------------------

PROGRAM = """
import sys
from faineant.progress import Progress, reporter

bar = reporter(True)
for done in range(1, 101):
    bar(Progress(done, 0, 0, 100, done / 25))
    if done % 50 == 0:
        with bar.aside():
            print(f"line {done}", file=sys.stderr)
bar.close()
print("finished")
"""


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(
    ("columns", "last"),
    [
        (20, "100 / 100  100 %"),
        (40, f"▕{'█' * 10}▏  100 / 100  100 %  4.0 s"),
        (100, f"▕{'█' * 25}▏  100 / 100  100 %  25.0/s  4.0 s"),
    ],
)
def test_on_a_real_terminal_of_any_width(columns, last):
    import pty
    import termios

    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    shown = b"".join(chunks(master)).decode().replace("\r\n", "\n")
    os.close(master)
    assert program.communicate(timeout=50)[0].split() == [b"finished"]
    assert program.returncode == 0
    assert screen(shown) == ["line 50", "line 100", last, ""]
    assert all(len(drawn) < columns for drawn in shown.replace("\n", "\r").split("\r"))


def chunks(descriptor):
    """Read what a program writes to a terminal, until it ends."""
    with contextlib.suppress(OSError):  # on Linux, that is how the end is told
        while chunk := os.read(descriptor, 4096):
            yield chunk


def test_where_stderr_is_no_terminal_nothing_is_drawn(start):
    process = start(PROGRAM)
    assert process.communicate(timeout=50) == ("finished\n", "line 50\nline 100\n")
