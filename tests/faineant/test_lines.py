"""What workers print arrives: in whole lines, in time, and wherever the caller looks."""

import contextlib
import io
import logging
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading

import pytest
from faineant.lines import LONGEST, show, take_over

fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


def sent_by(task) -> list[tuple[str, bytes]]:
    """Run a task in a forked worker; give what it sent, message by message."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os._exit(worker(writing, task))
    os.close(writing)
    with os.fdopen(reading, "rb") as messages:
        sent = list(unpickled(messages))
    os.waitpid(pid, 0)
    return sent


def worker(writing, task) -> int:
    """Be the worker: what it sends are pickles in a pipe."""
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        send_rest = take_over(lambda name, data: pipe.write(pickle.dumps((name, data))) and None)
        try:
            task()
        except BaseException as error:
            print(f"the task failed: {error!r}", file=sys.stderr)
        send_rest()
    return 0


def unpickled(file):
    with contextlib.suppress(EOFError):
        while True:
            yield pickle.load(file)


def joined(sent, name="stdout") -> bytes:
    return b"".join(data for kind, data in sent if kind == name)


@fork
def test_each_printed_line_is_sent_whole_and_at_once():
    def task():
        print("one", 1, True)
        sys.stderr.write("two\n")
        sys.stdout.write("three\nfour\n")

    assert sent_by(task) == [
        ("stdout", b"one 1 True\n"),
        ("stderr", b"two\n"),
        ("stdout", b"three\nfour\n"),
    ]


@fork
def test_what_is_printed_to_the_interpreter_s_own_streams_is_sent_too():
    def task():
        print("one", file=sys.__stdout__)
        with contextlib.redirect_stdout(sys.__stderr__):
            print("two")

    assert sent_by(task) == [("stdout", b"one\n"), ("stderr", b"two\n")]


@fork
def test_what_was_printed_before_a_crash_has_been_sent():
    def task():
        print("before")
        os.kill(os.getpid(), signal.SIGKILL)

    assert sent_by(task) == [("stdout", b"before\n")]


@fork
def test_a_line_without_an_end_is_sent_when_it_is_flushed_or_the_task_has_ended():
    def task():
        print(".", end="", flush=True)
        print(".", end="")
        sys.stderr.write("odd")

    assert sent_by(task) == [("stdout", b"."), ("stdout", b"."), ("stderr", b"odd")]


def test_nothing_is_sent_twice_and_a_second_task_starts_afresh():
    sent = []
    streams = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    try:
        send_rest = take_over(lambda name, data: sent.append(data))
        print("a", end="")
        send_rest()
        send_rest()
        print("b")
    finally:
        sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__ = streams
    assert sent == [b"a", b"b\n"]


@fork
def test_lines_of_threads_are_not_mixed():
    def talk(word):
        for number in range(300):
            print(word, number, word, end="")
            print("", word)

    def task():
        threads = [threading.Thread(target=talk, args=[word]) for word in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # inherited: threads take turns in the middle of a print
    try:
        lines = joined(sent_by(task)).decode().splitlines()
    finally:
        sys.setswitchinterval(switching)
    for word in "abcd":
        mine = [line for line in lines if word in line]
        assert mine == [f"{word} {number} {word} {word}" for number in range(300)]
    assert len(lines) == 1200


@fork
def test_the_line_of_a_thread_that_has_ended_is_not_lost():
    def task():
        thread = threading.Thread(target=print, args=["from a thread"], kwargs={"end": ""})
        thread.start()
        thread.join()

    assert sent_by(task) == [("stdout", b"from a thread")]


@fork
def test_a_signal_s_handler_may_print_while_something_is_sent():
    sent, interrupt = [], iter([True])

    def send(name, data):
        if next(interrupt, False):
            signal.raise_signal(signal.SIGUSR1)
        sent.append(data)

    def task():
        signal.signal(signal.SIGUSR1, lambda *_: print("from the handler"))
        send_rest = take_over(send)
        print("a line")
        send_rest()
        os.write(result, pickle.dumps(sent))

    reading, result = os.pipe()
    sent_by(task)
    os.close(result)
    with os.fdopen(reading, "rb") as file:
        assert pickle.load(file) == [b"a line\n", b"from the handler\n"]


@fork
def test_a_flood_is_sent_in_bounded_pieces_of_whole_lines():
    line = "é" * 500 + "\n"
    sent = sent_by(lambda: print(line * 1000, end=""))
    assert joined(sent).decode() == line * 1000
    assert max(len(data) for _, data in sent) <= LONGEST
    assert all(data.endswith(b"\n") for _, data in sent)
    assert len(sent) < 40


@fork
@pytest.mark.parametrize("text", ["x" * 300_000, "é" * 300_000, "x" + "é€🙂" * 50_000])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_line_too_long_to_hold_is_sent_in_pieces_that_cut_no_character(text, at_once):
    def task():
        portion = len(text) if at_once else 1001
        for start in range(0, len(text), portion):
            sys.stdout.write(text[start : start + portion])
            held.append(sum(map(len, sys.stdout.buffer.unfinished.values())))
        print(max(held) <= LONGEST, file=sys.stderr)

    held = []
    sent = sent_by(task)
    assert "".join(data.decode() for kind, data in sent if kind == "stdout") == text
    assert max(len(data) for _, data in sent) <= LONGEST
    assert joined(sent, "stderr") == b"True\n"


@fork
def test_bytes_that_are_no_text_pass_as_they_are():
    junk = b"\x80" * 200_000
    assert joined(sent_by(lambda: sys.stdout.buffer.write(junk))) == junk


@fork
def test_the_streams_are_good_text_streams():
    def task():
        out = sys.stdout
        out.write("text ")
        out.buffer.write(memoryview(b"and bytes\n"))
        print(out.write("four"), out.buffer.write(b"three"), out.writable(), out.closed)
        print(out.encoding, out.errors, out.name, out.readable(), out.seekable(), out.isatty())
        print("\udcff half a character")
        out.writelines(["a", "b\n"])
        out.reconfigure(line_buffering=True)
        with pytest.raises(TypeError):
            out.buffer.write(3)
        with pytest.raises(TypeError):
            out.write(b"no text")

    assert joined(sent_by(task)).decode().splitlines() == [
        "text and bytes",
        "fourthree4 5 True False",
        "utf-8 backslashreplace <stdout> False False False",
        "\\udcff half a character",
        "ab",
    ]


@fork
def test_a_closed_stream_says_so_and_breaks_nothing_else():
    def task():
        print("rest", end="")
        sys.stdout.close()
        with pytest.raises(ValueError, match="closed"):
            print("more")
        print("on", file=sys.stderr)

    assert sent_by(task) == [("stdout", b"rest"), ("stderr", b"on\n")]


@fork
def test_log_records_travel_the_same_way():
    file = io.StringIO()
    logger = logging.getLogger("test_lines.deep")
    handlers = [logging.StreamHandler(each) for each in (sys.stderr, sys.__stderr__, file)]

    def task():
        logger.warning("logged")
        print("in the file:", file.getvalue(), end="")
        logger.handlers.clear()
        logger.warning("last resort")

    logger.propagate, logger.handlers[:] = False, handlers
    try:
        sent = sent_by(task)
        assert [handler.stream for handler in handlers] == [sys.stderr, sys.__stderr__, file]
    finally:
        logger.handlers.clear()
    assert joined(sent, "stderr") == b"logged\nlogged\nlast resort\n"
    assert joined(sent) == b"in the file: logged\n"


def test_a_fresh_interpreter_sends_what_logging_and_warnings_say(run):
    printed = run(
        """
        import logging, sys, warnings
        from faineant.lines import take_over

        logging.basicConfig(format="%(message)s")
        logging.getLogger("a.b").addHandler(logging.StreamHandler(sys.stdout))
        sent, out = [], sys.stdout
        send_rest = take_over(lambda name, data: sent.append((name, data)))
        logging.getLogger("a.b").warning("logged")
        warnings.warn("warned")
        print("a", end="")
        send_rest()
        sys.stdout = out
        for name, data in sent:
            print(name, data.decode().strip().rpartition("program.py:")[2])
        """
    )
    assert printed.splitlines() == [
        "stdout logged",
        "stderr logged",
        "stderr 10: UserWarning: warned",
        '  warnings.warn("warned")',
        "stdout a",
    ]


def test_a_program_that_ends_has_sent_all_and_complains_of_nothing(start):
    process = start(
        """
        import os, sys
        from faineant.lines import take_over

        copy = os.dup(1)
        take_over(lambda name, data: os.write(copy, name.encode() + b": " + data) and None)
        print("unfinished", end="")
        """
    )
    assert process.communicate(timeout=50) == ("stdout: unfinished", "")


def test_programs_that_a_task_starts_write_to_the_real_descriptor(start):
    process = start(
        """
        import subprocess, sys
        from faineant.lines import take_over

        take_over(lambda name, data: None)
        print(sys.stdout.fileno(), sys.stderr.fileno())
        program = [sys.executable, "-c", "import sys; print('o'); print('e', file=sys.stderr)"]
        subprocess.run(program, stdout=sys.stderr, stderr=sys.stdout, check=True)
        """
    )
    printed, complaint = process.communicate(timeout=50)
    assert (printed.strip(), complaint.strip()) == ("e", "o")


@fork
@pytest.mark.parametrize("how", ["fork", "multiprocessing"])
def test_a_grandchild_prints_past_the_way_to_the_parent(start, how):
    process = start(
        f"""
        import multiprocessing, os, sys
        from faineant.lines import take_over

        def grandchild():
            print("from", "the grandchild")
            print("é", end="", file=sys.stderr, flush=True)

        sent = []
        send_rest = take_over(lambda name, data: sent.append(data))
        print("the worker's ", end="")
        if {how!r} == "fork":
            pid = os.fork()
            if pid == 0:
                grandchild()
                send_rest()
                os._exit(0)
            os.waitpid(pid, 0)
        else:
            child = multiprocessing.get_context("fork").Process(target=grandchild)
            child.start()
            child.join()
        print("line")
        os.write(1, b"".join(sent))
        """
    )
    printed, complaint = process.communicate(timeout=50)
    assert complaint == "é"
    assert printed == "from the grandchild\nthe worker's line\n"


@fork
def test_a_process_forked_while_another_thread_sends_can_print(run):
    printed = run(
        """
        import os, threading
        from faineant.lines import take_over

        sending, forked = threading.Event(), threading.Event()

        def send(name, data):
            sending.set()
            forked.wait()

        take_over(send)
        thread = threading.Thread(target=print, args=["in a thread"])
        thread.start()
        sending.wait()
        pid = os.fork()
        if pid == 0:
            print("it can")
            os._exit(0)
        os.waitpid(pid, 0)
        forked.set()
        thread.join()
        """
    )
    assert printed == "it can\n"


@fork
def test_the_parent_s_unwritten_text_is_written_once(run):
    printed = run(
        """
        import os, sys
        from faineant.lines import take_over

        print("the parent's", end=" ")
        pid = os.fork()
        if pid == 0:
            import gc
            take_over(lambda name, data: None)
            print("the worker's")
            gc.collect()
            os._exit(0)
        os.waitpid(pid, 0)
        print("line")
        """
    )
    assert printed == "the parent's line\n"


@pytest.mark.skipif(os.name != "posix", reason="descriptors are closed as POSIX does")
def test_a_worker_without_streams_can_print(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import io, os, sys
from faineant.lines import take_over
assert sys.stdout is None
sent = []
take_over(lambda name, data: sent.append(data))
print("a line")
try:
    sys.stdout.fileno()
except io.UnsupportedOperation as error:
    sent.append(str(error))
if os.fork() == 0:
    print("into the void")
    os._exit(0)
os.wait()
open({str(tmp_path / "sent")!r}, "w").write(repr(sent))
"""
    )
    subprocess.run(["sh", "-c", f"{sys.executable} {program} >&- 2>&-"], check=True, timeout=50)
    assert (tmp_path / "sent").read_text() == ("[b'a line\\n', '<stdout> has no descriptor']")


# -- the parent's side -----------------------------------------------------------------------------


def test_what_is_shown_goes_where_the_caller_looks_now(capsys):
    show("stdout", b"one\n")
    show("stderr", b"two\n")
    assert capsys.readouterr() == ("one\n", "two\n")
    with contextlib.redirect_stdout(io.StringIO()) as elsewhere:
        show("stdout", "thr\u00e9\u00e9\n".encode())
    assert elsewhere.getvalue() == "thréé\n"


def test_what_is_no_utf_8_is_shown_as_far_as_it_goes(capsys):
    show("stdout", b"caf\xe9\n")
    assert capsys.readouterr().out == "caf\ufffd\n"


def test_characters_that_a_stream_lacks_are_spelled_out(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    show("stdout", "é 🙂\n".encode())
    assert stream.buffer.getvalue() == b"\xe9 \\U0001f642\n"


def test_what_is_shown_is_flushed(monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(buffer, encoding="utf-8"))
    show("stderr", b"part")
    assert buffer.getvalue() == b"part"


class OnlyWrites:
    """The least that Python takes for a stream."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text


def test_a_stream_that_can_only_write_is_enough(monkeypatch):
    monkeypatch.setattr(sys, "stdout", OnlyWrites())
    show("stdout", b"a line\n")
    assert sys.stdout.text == "a line\n"


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, closed(), object()], ids=["none", "closed", "odd"])
def test_showing_never_fails(monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    show("stdout", b"a line\n")


@fork
def test_workers_lines_are_whole_in_the_parent_s_file(tmp_path):
    """Two workers at once, as the loop has them."""
    context = multiprocessing.get_context("fork")
    connections = []
    for word in "ab":
        ours, theirs = context.Pipe()
        connections.append(ours)
        pid = os.fork()
        if pid == 0:
            take_over(lambda name, data, theirs=theirs: theirs.send((name, data)))
            for number in range(200):
                print(word, number, word * 50)
            theirs.send(None)
            os._exit(0)
        theirs.close()
    with open(tmp_path / "out", "w+") as file, contextlib.redirect_stdout(file):
        while connections:
            for connection in multiprocessing.connection.wait(list(connections)):
                message = connection.recv()
                if message is None:
                    connections.remove(connection)
                    connection.close()
                    os.wait()
                else:
                    show(*message)
        file.seek(0)
        lines = file.read().splitlines()
    assert sorted(lines) == sorted(
        f"{word} {number} {word * 50}" for word in "ab" for number in range(200)
    )
