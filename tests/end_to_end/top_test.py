"""`flopprof top` on a terminal of 80 columns and 24 lines."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import tempfile
import termios
import time
import unittest

from exchange_test import FLOPPROF, add_model_flops, make_nsys_export

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, *words, term="xterm", columns=80, lines=24):
        self.keeper, self.end = pty.openpty()
        self.resize(columns, lines, tell=False)
        self.before = termios.tcgetattr(self.end)
        environment = {**os.environ, "TERM": term}
        environment.pop("COLUMNS", None)
        self.job = subprocess.Popen([FLOPPROF, *map(str, words)], stdin=self.end, stdout=self.end,
                                    stderr=self.end, env=environment, start_new_session=True,
                                    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.said = b""

    def resize(self, columns, lines, tell=True):
        fcntl.ioctl(self.keeper, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if tell:
            self.job.send_signal(signal.SIGWINCH)

    def read_until(self, found, seconds=20):
        deadline = time.monotonic() + seconds
        while not found(self.said) and time.monotonic() < deadline:
            if select.select([self.keeper], [], [], 0.05)[0]:
                try:
                    self.said += os.read(self.keeper, 65536)
                except OSError:  # the last holder of the other end has closed it
                    break
        return self.said

    def type(self, keys):
        os.write(self.keeper, keys)

    def close(self):
        if self.job.poll() is None:
            self.job.kill()
        self.job.wait()
        os.close(self.keeper)
        os.close(self.end)

    def last_frame(self):
        frame = self.said.split(b"\x1b[H")[-1].split(b"\x1b[J")[0]
        text = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", frame).decode()
        return re.split("\r*\n", text)


class Top(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        make_nsys_export(self.path / "capture.sqlite", steps=200)
        self.run_db = self.path / "run.db"
        subprocess.run([FLOPPROF, "import", self.path / "capture.sqlite", "-o", self.run_db,
                        "--step-range", "step *"], check=True, stderr=subprocess.DEVNULL)
        add_model_flops(self.run_db)

    def top(self, *words, **how):
        terminal = Terminal("top", self.run_db, *words, **how)
        self.addCleanup(terminal.close)
        terminal.read_until(lambda said: b"q quits" in said)
        return terminal

    def check_clean_end(self, terminal):
        self.assertEqual(terminal.job.wait(20), 0)
        terminal.read_until(lambda said: LEAVE in said, 5)
        self.assertIn(LEAVE, terminal.said)
        self.assertGreater(terminal.said.rfind(b"\x1b[?25h"), terminal.said.rfind(b"\x1b[?25l"))
        self.assertEqual(termios.tcgetattr(terminal.end), terminal.before)

    def test_a_finished_run_is_drawn_within_80_by_24(self):
        terminal = self.top()
        self.assertIn(ENTER, terminal.said)
        lines = terminal.last_frame()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertIn("200 steps", lines[0])
        self.assertTrue(any("█" in line for line in lines))

    def test_q_quits_and_gives_the_terminal_back(self):
        terminal = self.top()
        terminal.type(b"q")
        self.check_clean_end(terminal)

    def test_control_c_quits_and_gives_the_terminal_back(self):
        terminal = self.top()
        terminal.type(b"\x03")
        self.check_clean_end(terminal)

    def test_a_request_to_end_gives_the_terminal_back(self):
        terminal = self.top()
        terminal.job.terminate()
        self.check_clean_end(terminal)

    def test_control_z_gives_the_terminal_back_until_it_goes_on(self):
        terminal = self.top()
        terminal.type(b"\x1a")
        terminal.read_until(lambda said: LEAVE in said)
        deadline = time.monotonic() + 20
        while termios.tcgetattr(terminal.end) != terminal.before and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(termios.tcgetattr(terminal.end), terminal.before)
        while time.monotonic() < deadline:
            if "T" in pathlib.Path(f"/proc/{terminal.job.pid}/stat").read_text().split()[2]:
                break
        terminal.said = b""
        terminal.job.send_signal(signal.SIGCONT)
        terminal.read_until(lambda said: b"q quits" in said)
        self.assertIn(ENTER, terminal.said)
        terminal.type(b"q")
        self.check_clean_end(terminal)

    def test_keys_change_the_table(self):
        terminal = self.top()
        terminal.type(b"k")
        terminal.read_until(lambda said: b"relu" in said)
        self.assertIn("relu", "".join(terminal.last_frame()))

    def test_a_smaller_window_is_drawn_anew(self):
        terminal = self.top()
        terminal.said = b""
        terminal.resize(40, 12)
        terminal.read_until(lambda said: b"\x1b[J" in said)
        lines = terminal.last_frame()
        self.assertLessEqual(len(lines), 12)
        self.assertLessEqual(max(map(len, lines)), 40)

    def test_a_run_that_goes_on_is_followed(self):
        terminal = self.top("--every", "0.1")
        with sqlite3.connect(self.run_db) as db:
            db.execute("INSERT INTO step VALUES (1, 200, 0, 201000, 1000, 1000, 7)")
        terminal.read_until(lambda said: b"201 steps" in said)
        self.assertIn("201 steps", terminal.last_frame()[0])

    def test_a_file_that_goes_away_leaves_the_last_frame_and_says_why(self):
        terminal = self.top("--every", "0.1")
        self.run_db.unlink()
        terminal.read_until(lambda said: b"no such file" in said)
        self.assertIn("200 steps", terminal.last_frame()[0])
        terminal.type(b"q")
        self.check_clean_end(terminal)

    def test_without_a_terminal_one_frame_is_printed(self):
        done = subprocess.run([FLOPPROF, "top", self.run_db], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("200 steps", done.stdout)
        self.assertIn("no terminal", done.stderr)

    def test_a_terminal_that_cannot_be_drawn_on_gets_one_frame(self):
        terminal = Terminal("top", self.run_db, term="dumb")
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.job.wait(20), 0)
        terminal.read_until(lambda said: b"printed once" in said, 5)
        self.assertNotIn(b"\x1b", terminal.said)

    def test_a_run_that_is_not_there_fails_before_the_screen_is_taken(self):
        terminal = Terminal("top", self.path / "no.db")
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.job.wait(20), 1)
        terminal.read_until(lambda said: b"no such file" in said, 5)
        self.assertNotIn(ENTER, terminal.said)


if __name__ == "__main__":
    unittest.main()
