"""How the files of several launchers are told apart, and when they become one."""

import os
import socket
import subprocess
import unittest

from staged_prefix import AttachTest


def rank(number, size=3, port="1"):
    return {"RANK": str(number), "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}


class Names(AttachTest):
    def files(self):
        return sorted(name for name in os.listdir(self.job) if name.endswith(".db"))

    def test_hold_what_percent_signs_stand_for(self):
        name = "%r of %h, %q{JOB} 100%%.db"
        self.assert_untouched(self.run_job("true", options=["-o", name], env={"RANK": "7", "JOB": "ü"}))
        self.assertEqual(self.files(), ["7 of %s, ü 100%%.db" % socket.gethostname()])

    def test_with_percent_signs_of_no_meaning_or_value_are_refused(self):
        for name, why in (("%r.db", b"needs a rank"), ("%x.db", b"%h the host"), ("run.db%", b"%h the host"),
                          ("%q{NO_SUCH}.db", b"NO_SUCH is not set"), ("%qRANK.db", b"%q{NAME}")):
            result = self.run_job("touch", "started", options=["-o", name])
            self.assertEqual(result.returncode, 2, name)
            self.assertIn(why, result.stderr)
        self.assertEqual(os.listdir(self.job), ["src"])

    def test_have_the_rank_in_them_where_a_launcher_is_one_of_several(self):
        self.assert_untouched(self.run_job("true", options=["-o", "a.b.db"], env=rank(2)))
        self.assertEqual(self.files(), ["a.b.rank2.db"])

    def test_are_plain_in_a_world_of_one_and_in_a_batch_script(self):
        batch = {"SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "7"}
        for variables in rank(0, size=1), batch:
            self.assert_untouched(self.run_job("true", options=["-f"], env=variables))
            self.assertEqual(self.files(), ["run.db"])


class Launchers(AttachTest):
    def start_ranks(self, *ranks, options=()):
        jobs = [self.start(["sh", "-c", "echo up; read line; exit %d" % number], options, env=rank(number),
                           stdin=subprocess.PIPE) for number in ranks]
        for job in jobs:
            self.assertEqual(job.stdout.readline(), b"up\n")
        return jobs

    def end(self, job, status):
        out, err = job.communicate(b"\n", timeout=60)
        self.assertEqual((job.returncode, out, err), (status, b"", b""))

    def files(self):
        return sorted(name for name in os.listdir(self.job) if "db" in name)

    def test_of_one_world_become_one_run_with_the_last_that_ends(self):
        jobs = self.start_ranks(0, 1, 2)
        for number in 1, 2:
            self.end(jobs[number], number)
            self.assertNotIn("run.db", self.files())
        self.end(jobs[0], 0)
        self.assertEqual(self.files(), ["run.db", "run.rank0.db", "run.rank1.db", "run.rank2.db"])
        self.assertEqual(self.query("SELECT ended, exit_status FROM run"), [("exited", 1)])

    def test_replace_an_earlier_run_only_by_force(self):
        self.run_job("true")
        result = self.run_job("touch", "started", env=rank(0))
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"run.db exists", result.stderr)
        self.assertEqual(self.files(), ["run.db"])
        for job, status in zip(self.start_ranks(0, 1, 2, options=["-f"]), range(3)):
            self.end(job, status)
        self.assertEqual(self.query("SELECT exit_status FROM run"), [(1,)])

    def test_do_not_take_the_files_of_an_earlier_job_for_their_own(self):
        self.run_job("true", env=rank(2))
        for job, status in zip(self.start_ranks(0, 1), range(2)):
            self.end(job, status)
        self.assertEqual(self.files(), ["run.rank0.db", "run.rank1.db", "run.rank2.db"])


if __name__ == "__main__":
    unittest.main()
