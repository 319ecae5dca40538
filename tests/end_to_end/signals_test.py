"""Signals on their way through `flopprof run`."""

import os
import pty
import signal
import subprocess
import sys
import time
import unittest

from staged_prefix import AttachTest

CATCHER = """
import os, signal, sys
def caught(number, frame):
    os.write(1, b"caught %s\\n" % signal.Signals(number).name.encode())
    if number in (signal.SIGTERM, signal.SIGINT):
        sys.exit(5)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT):
    signal.signal(number, caught)
os.write(1, b"up\\n")
while True:
    signal.pause()
"""


class Signals(AttachTest):
    def start_catcher(self, **more):
        job = self.start([sys.executable, self.write("catch.py", CATCHER)], **more)
        self.assertEqual(job.stdout.readline(), b"up\n")
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.stderr.close)
        return job

    def test_sent_to_us_are_sent_on_to_the_job(self):
        job = self.start_catcher()
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            job.send_signal(number)
            self.assertEqual(job.stdout.readline().decode(), "caught %s\n" % number.name)
        job.send_signal(signal.SIGTERM)
        self.assertEqual(job.stdout.readline(), b"caught SIGTERM\n")
        self.assertEqual(job.wait(), 5)
        self.assertEqual(self.query("SELECT ended, exit_status FROM run"), [("exited", 5)])

    def start_catcher_on_terminal(self):
        controller, terminal = pty.openpty()
        take_terminal = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);" \
            "os.execv(sys.argv[1], sys.argv[1:])"
        script = self.write("catch.py", CATCHER)
        job = subprocess.Popen(
            [sys.executable, "-c", take_terminal, self.flopprof, "run", "--", sys.executable, script],
            cwd=self.job, env=self.environment(), stdin=terminal, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        os.close(terminal)
        self.assertEqual(job.stdout.readline(), b"up\n")
        return job, controller

    def test_of_the_terminal_reach_the_job_once_and_not_us(self):
        job, controller = self.start_catcher_on_terminal()
        os.write(controller, b"\x03")
        out, err = job.communicate(timeout=60)
        self.assertEqual((job.returncode, out, err), (5, b"caught SIGINT\n", b""))
        os.close(controller)

    def test_of_a_terminal_that_hangs_up_reach_the_job_once(self):
        job, controller = self.start_catcher_on_terminal()
        os.close(controller)
        self.assertEqual(job.stdout.readline(), b"caught SIGHUP\n")
        time.sleep(0.3)  # a second one would come now
        job.send_signal(signal.SIGTERM)
        out, _ = job.communicate(timeout=60)
        self.assertEqual((job.returncode, out), (5, b"caught SIGTERM\n"))

    def test_find_the_dispositions_in_the_job_that_we_inherited(self):
        look = "import signal; print([signal.getsignal(s).name for s in" \
            " (signal.SIGHUP, signal.SIGCHLD, signal.SIGQUIT, signal.SIGUSR1)]," \
            " signal.pthread_sigmask(signal.SIG_BLOCK, ()))"

        def as_nohup_would():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)

        result = self.run_job(sys.executable, "-c", look, preexec_fn=as_nohup_would)
        self.assertEqual(result.stdout, b"['SIG_IGN', 'SIG_IGN', 'SIG_DFL', 'SIG_DFL'] set()\n")
        self.assertEqual(result.returncode, 0)

    def test_stop_and_continue_the_job_while_we_wait(self):
        job = self.start(["sh", "-c", "echo $$; read line; exit 9"], stdin=subprocess.PIPE)
        pid = int(job.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.2)
        self.assertIsNone(job.poll())
        job.send_signal(signal.SIGCONT)
        job.communicate(b"\n", timeout=60)
        self.assertEqual(job.returncode, 9)

    def test_that_kills_us_leaves_the_job_running(self):
        job = self.start_catcher()
        child = int(subprocess.check_output(["pgrep", "-P", str(job.pid)]).split()[0])
        job.kill()
        job.wait()
        os.kill(child, signal.SIGTERM)
        self.assertEqual(job.stdout.readline(), b"caught SIGTERM\n")
        self.assertEqual(self.query("SELECT ended FROM run"), [(None,)])


if __name__ == "__main__":
    unittest.main()
