"""`flopprof run` and `flopprof env` as a user types them."""

import os
import shutil
import subprocess
import sys
import time
import unittest

from staged_prefix import AttachTest, printed_json


class ExitStatus(AttachTest):
    def test_is_the_jobs_own(self):
        for status in (0, 1, 42):
            result = self.run_job("sh", "-c", "exit %d" % status, options=["-f"])
            self.assert_untouched(result, status)
            self.assertEqual(self.query("SELECT ended, exit_status FROM run"), [("exited", status)])

    def test_is_128_and_the_signal_that_ended_the_job(self):
        for signal, status in (("TERM", 143), ("KILL", 137)):
            result = self.run_job("sh", "-c", "kill -%s $$" % signal, options=["-f"])
            self.assert_untouched(result, status)
            self.assertEqual(self.query("SELECT ended, exit_status FROM run"), [("signalled", status)])

    def test_is_127_without_such_a_command_and_leaves_no_run(self):
        result = self.run_job("no-such-command")
        self.assertEqual(result.returncode, 127)
        self.assertIn(b"no-such-command", result.stderr)
        self.assertEqual(os.listdir(self.job), ["src"])

    def test_is_126_for_a_file_that_cannot_be_run(self):
        result = self.run_job(self.write("notes.txt", "hello\n"))
        self.assertEqual(result.returncode, 126)
        self.assertIn(b"Permission denied", result.stderr)

    def test_is_2_before_the_job_starts_when_the_options_are_wrong(self):
        wrong = (["--overhead-budget", "5"], ["--overhead-budget", "x%"], ["--every", "-1"],
                 ["--trace-steps", "3"], ["--trace-steps", "2:1"], ["--formulas", "none"], ["--bogus"])
        for options in wrong:
            result = self.run_job("touch", "started", options=options)
            self.assertEqual(result.returncode, 2, options)
            self.assertNotEqual(result.stderr, b"")
        self.assertEqual(os.listdir(self.job), ["src"])


class CommandLine(AttachTest):
    def words(self, *arguments):
        command = [self.flopprof, "run", "-f", *arguments]
        return subprocess.run(command, cwd=self.job, env=self.environment(), stdout=subprocess.PIPE)

    def test_hands_every_word_to_the_job_as_it_is(self):
        words = ["[1,2]", "--", "-o", "x", "", "a b", "%%", "{}", "--help", "ü\n"]
        result = self.words("--", "printf", "%s|", *words)
        self.assertEqual(result.stdout.decode(), "|".join(words) + "|")

    def test_begins_at_the_first_word_that_is_no_option(self):
        result = self.words("--every", "2", "printf", "%s|", "-o", "--every", "report", "--", "x")
        self.assertEqual(result.stdout, b"-o|--every|report|--|x|")
        self.assertEqual(self.query("SELECT every_steps FROM run"), [(2,)])

    def test_reads_the_budget_as_a_share_or_in_percent(self):
        for text, share in (("1%", 0.01), ("0.25", 0.25), ("0%", 0.0), ("0.5%", 0.005)):
            self.words("--overhead-budget", text, "--", "true")
            self.assertEqual(self.query("SELECT overhead_budget FROM run"), [(share,)])


class RunFile(AttachTest):
    def test_is_not_replaced_without_force(self):
        self.run_job("true")
        result = self.run_job("touch", "started")
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"--force", result.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.job, "started")))

    def test_is_replaced_by_force(self):
        self.run_job("sh", "-c", "exit 5")
        self.assert_untouched(self.run_job("true", options=["-f"]))
        self.assertEqual(self.query("SELECT exit_status FROM run"), [(0,)])
        self.assertEqual(sorted(os.listdir(self.job)), ["run.db", "src"])

    def test_comes_back_when_the_job_that_was_to_replace_it_does_not_start(self):
        self.run_job("sh", "-c", "exit 5")
        self.assertEqual(self.run_job("no-such-command", options=["-f"]).returncode, 127)
        self.assertEqual(self.query("SELECT exit_status FROM run"), [(5,)])

    def test_that_is_no_run_is_never_replaced(self):
        path = self.write("train.py", "print('mine')\n")
        result = self.run_job("true", options=["-f", "-o", path])
        self.assertEqual(result.returncode, 2)
        with open(path) as file:
            self.assertEqual(file.read(), "print('mine')\n")

    def test_of_a_living_job_is_never_replaced(self):
        first = self.start(["sh", "-c", "echo up; read line"], stdin=subprocess.PIPE)
        first.stdout.readline()
        second = self.run_job("true", options=["-f"])
        self.assertEqual(second.returncode, 2)
        self.assertIn(b"still running", second.stderr)
        first.communicate(b"\n")
        self.assertEqual(first.returncode, 0)
        self.assert_untouched(self.run_job("true", options=["-f"]))

    def test_may_have_any_name(self):
        name = "it's \"the\" run ü\n.db"
        self.assert_untouched(self.run_job("true", options=["-o", name]))
        self.assertEqual(self.query("SELECT ended FROM run", name), [("exited",)])

    def test_that_cannot_be_written_does_not_stop_the_job(self):
        result = self.run_job("sh", "-c", "echo ran; exit 3", options=["-o", "no/such/run.db"])
        self.assertEqual((result.returncode, result.stdout), (3, b"ran\n"))
        self.assertEqual(result.stderr.count(b"no/such/run.db"), 2)

    def test_that_was_removed_by_the_job_is_missed_aloud(self):
        result = self.run_job("rm", "run.db")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"run.db: no such file", result.stderr)

    def test_on_a_full_disk_does_not_stop_the_job(self):
        limited = 'ulimit -f 0; exec "$@"'
        result = subprocess.run(
            ["sh", "-c", limited, "sh", self.flopprof, "run", "--", "sh", "-c", "exit 6"],
            cwd=self.job, env=self.environment(), stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 6)
        self.assertIn(b"run.db", result.stderr)
        self.assertEqual(os.listdir(self.job), ["src"])

    def test_that_another_run_has_taken_over_keeps_its_own_end(self):
        script = "rm run.db; env -u LD_PRELOAD %s run -- sh -c 'exit 8'" % self.flopprof
        result = self.run_job("sh", "-c", script)
        self.assertEqual(result.returncode, 8)
        self.assertIn(b"belongs to another run", result.stderr)
        self.assertEqual(self.query("SELECT command FROM run"), [('["sh","-c","exit 8"]',)])


class Job(AttachTest):
    def test_reads_our_stdin_and_writes_our_stdout_byte_for_byte(self):
        data = bytes(range(256)) * 4096
        self.assert_untouched(self.run_job("cat", stdin=data), 0, data)

    def test_starts_by_a_relative_path_in_our_folder(self):
        os.chmod(self.write("tool", "#!/bin/sh\ncd / && pwd\n"), 0o755)
        self.assert_untouched(self.run_job("./tool"), 0, b"/\n")
        self.assertEqual(self.query("SELECT directory FROM run"), [(self.job,)])

    def test_without_libtorch_has_no_library_thread_or_file_of_ours(self):
        look = "cat /proc/self/maps; ls /proc/self/task | wc -l; ls -l /proc/self/fd"
        result = self.run_job("bash", "-c", look)
        self.assertNotIn(b"libflopprof.so", result.stdout)
        self.assertNotIn(b"run.db", result.stdout)
        self.assertNotIn(b"memfd", result.stdout)
        self.assertIn(b"\n1\n", result.stdout)
        self.assertEqual(self.calls(), [])
        self.assertEqual(sorted(os.listdir(self.job)), ["run.db", "src"])

    def test_is_not_waited_for_by_what_it_left_behind(self):
        began = time.monotonic()
        script = "(sleep 30 >/dev/null 2>&1 </dev/null &) ; exit 4"
        self.assertEqual(self.run_job("sh", "-c", script).returncode, 4)
        self.assertLess(time.monotonic() - began, 20)

    def test_learns_of_an_injection_that_was_taken(self):
        result = self.run_job("printenv", "CUDA_INJECTION64_PATH", env={"CUDA_INJECTION64_PATH": "/x.so"})
        self.assert_untouched(result, 0, b"/x.so\n")
        self.assertEqual(self.faults(), ["injection taken"])

    def test_keeps_the_users_own_preload_first(self):
        library = os.path.join(self.prefix, "lib/libflopprof.so")
        result = self.run_job("printenv", "LD_PRELOAD", env={"LD_PRELOAD": library})
        self.assertEqual(result.stdout.decode(), "%s:%s/lib/libflopprof_preload.so\n" % (library, self.prefix))


class AwkwardPrefix(AttachTest):
    prefix_name = "my tools: ü"

    def test_is_reached_through_a_link_that_is_removed_again(self):
        temporary = os.path.join(self.folder, "temporary")
        os.mkdir(temporary)
        result = self.run_python("import torch", env={"TMPDIR": temporary})
        self.assert_untouched(result)
        self.assertEqual(self.call_names(), ["attach", "layer_leave"])
        self.assertEqual(os.listdir(temporary), [])

    def test_is_refused_by_env_which_leaves_nothing_behind_to_link(self):
        result = subprocess.run([self.flopprof, "env"], stderr=subprocess.PIPE, env=self.environment())
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"flopprof run", result.stderr)


class BrokenInstallation(AttachTest):
    def test_runs_the_job_as_it_is_and_says_what_is_missing(self):
        os.remove(os.path.join(self.prefix, "lib/libflopprof_preload.so"))
        result = self.run_job("sh", "-c", "echo $LD_PRELOAD; exit 2")
        self.assertEqual((result.returncode, result.stdout), (2, b"\n"))
        self.assertIn(b"libflopprof_preload.so is missing", result.stderr)
        self.assertEqual(self.faults(), ["not attached"])


class FaultLines(AttachTest):
    def tell(self, what):
        line = '{"what":"%s","detail":"d","remedy":"r"}' % what
        return self.run_job("sh", "-c", "echo '%s' >> $FLOPPROF_FAULTS" % line, options=["-f"])

    def test_of_processes_become_rows_of_the_run(self):
        self.assert_untouched(self.tell("odd thing"))
        self.assertEqual(self.query("SELECT process, what, count, detail, remedy FROM fault"),
                         [(0, "odd thing", 1, "d", "r")])

    def test_about_the_run_file_are_said_aloud_as_well(self):
        self.assertEqual(self.tell("run.db full").stderr, b"flopprof: run.db full: d\n")


class Env(AttachTest):
    def env(self, *options, **more):
        return subprocess.run([self.flopprof, "env", *options], cwd=self.job, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment(**more))

    def test_attaches_what_a_shell_starts_with_it_and_creates_nothing(self):
        exports = self.env("-o", "it's a run.db").stdout.decode()
        self.assertEqual(os.listdir(self.job), ["src"])
        script = exports + "export PYTHONPATH=$PYTHONPATH:src\n" + sys.executable + \
            " -c 'import os, torch; print(os.environ[\"FLOPPROF_RUN\"])'"
        result = subprocess.run(["sh", "-c", script], cwd=self.job, stdout=subprocess.PIPE,
                                env=self.environment())
        self.assertEqual(result.stdout.decode(), os.path.join(self.job, "it's a run.db\n"))
        self.assertEqual(self.call_names(), ["attach", "layer_leave"])

    def test_prints_the_same_as_json(self):
        variables = printed_json(self.env("--format", "json", "--layers", "--step-range", "s",
                                          FLOPPROF_FAULTS="/proc/1/fd/1"))
        self.assertEqual(variables["FLOPPROF_RUN"], os.path.join(self.job, "run.db"))
        self.assertEqual(variables["FLOPPROF_LAYERS"], "1")
        self.assertEqual(variables["NVTX_INJECTION64_PATH"], os.path.join(self.prefix, "lib/libflopprof.so"))
        self.assertIsNone(variables["FLOPPROF_FAULTS"])

    def test_refuses_a_run_that_is_there(self):
        self.run_job("true")
        self.assertEqual(self.env().returncode, 2)


class Preload(AttachTest):
    @unittest.skipUnless(shutil.which("nm"), "needs nm")
    def test_exports_the_six_names_and_no_other(self):
        library = os.path.join(self.prefix, "lib/libflopprof_preload.so")
        listing = subprocess.check_output(["nm", "-D", "--defined-only", library]).decode()
        names = sorted(line.split()[-1] for line in listing.splitlines())
        self.assertEqual(names, ["_Exit", "_exit", "flopprof_layer_enter", "flopprof_layer_leave",
                                 "flopprof_step_begin", "flopprof_step_end"])


if __name__ == "__main__":
    unittest.main()
