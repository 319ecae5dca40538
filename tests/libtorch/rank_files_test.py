"""Ranks of a native program that each have a launcher of their own, and `flopprof merge`."""

import json
import os
import shutil
import subprocess
import unittest

from observed_job import BUILD, EVERY_STEP, FLOPPROF, JobTest, Run

EXAMPLE = os.path.join(BUILD, "tests/flopprof_example_train")
MPIRUN = shutil.which("mpirun")
STEPS, STEP = 20, 1_294_336
MPI = [MPIRUN, "--allow-run-as-root", "--oversubscribe", "-n", "4"]


@unittest.skipUnless(os.path.exists(EXAMPLE), "built without Debian's LibTorch")
class RankFiles(JobTest):
    def setUp(self):
        self.folder = self.folder_for(self.addCleanup)

    def environment_of(self, **more):
        return self.environment(OMPI_MCA_rmaps_base_oversubscribe="1", **more)

    def call(self, *command, status=0, env=None):
        result = subprocess.run(command, cwd=self.folder, env=self.environment_of(**(env or {})), timeout=300,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, status, result.stdout.decode() + result.stderr.decode())
        return result

    def attached(self, *options):
        return [FLOPPROF, "run", *options, *EVERY_STEP, "--", EXAMPLE]

    def files(self):
        return sorted(name for name in os.listdir(self.folder) if name.endswith(".db"))

    def read(self, name="run.db"):
        return Run(os.path.join(self.folder, name), None)

    def assert_whole(self, run, ranks=4):
        self.assertEqual(run.total()[:2], (STEPS, ranks * STEPS * STEP))
        self.assertEqual(run.query("SELECT rank, steps, model_flops FROM rank_total WHERE rank NOT NULL ORDER BY rank"),
                         [(rank, STEPS, STEPS * STEP) for rank in range(ranks)])
        self.assertEqual(run.steps(), [ranks * STEP] * STEPS)
        self.assertEqual(run.faults(), [])

    def make_ranks(self, *ranks, job="77", size=4, name="part%d.db"):
        """As `srun` starts them. -o names each file itself, so that nothing is merged at the end."""
        for rank in ranks:
            self.call(*self.attached("-o", name.replace("%d", "%r")), env={
                "SLURM_PROCID": str(rank), "SLURM_LOCALID": str(rank), "SLURM_STEP_NUM_TASKS": str(size),
                "SLURM_JOB_ID": job, "SLURM_STEP_ID": "0"})
        return [name % rank for rank in ranks]

    @unittest.skipUnless(MPIRUN, "no mpirun: apt-get install openmpi-bin")
    def test_under_mpirun_become_one_run(self):
        self.call(*MPI, *self.attached())
        self.assertEqual(self.files(), ["run.db"] + ["run.rank%d.db" % rank for rank in range(4)])
        self.assert_whole(self.read())

    @unittest.skipUnless(MPIRUN, "no mpirun: apt-get install openmpi-bin")
    def test_are_one_where_mpirun_is_the_job(self):
        self.call(FLOPPROF, "run", *EVERY_STEP, "--", *MPI, EXAMPLE)
        self.assertEqual(self.files(), ["run.db"])
        self.assert_whole(self.read())

    def test_that_ran_one_after_the_other_are_one_job_only_when_told(self):
        for rank in (3, 1, 0, 2):
            self.assertNotIn("run.db", self.files())
            self.call(*self.attached(), env={
                "SLURM_PROCID": str(rank), "SLURM_LOCALID": "0", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "77",
                "SLURM_STEP_ID": "0"})
        # They ran one after the other: they are not taken for ranks of one job.
        self.assertNotIn("run.db", self.files())
        result = self.call(FLOPPROF, "merge", *["run.rank%d.db" % rank for rank in range(4)], "-o", "run.db")
        self.assertIn(b"world Slurm 77.0: 4 of 4 ranks\n", result.stderr)
        self.assert_whole(self.read())

    def test_merged_by_hand_are_one_run_that_reports_itself(self):
        self.call(FLOPPROF, "merge", *self.make_ranks(0, 1, size=2), "-o", "all.db")
        self.assert_whole(self.read("all.db"), ranks=2)
        report = json.loads(self.call(FLOPPROF, "report", "all.db", "--by", "rank", "--format", "json").stdout)
        self.assertEqual([row["rank"] for row in report["by_rank"]], [0, 1])
        self.assertEqual(report["totals"]["model_flops"], 2 * STEPS * STEP)
        # A job of milliseconds cannot keep to a budget.
        self.assertLessEqual({fault["what"] for fault in report["faults"]}, {"overhead above the budget"})
        text = self.call(FLOPPROF, "report", "all.db", "--by", "rank", "--sql").stdout.decode()
        rows = self.read("all.db").query(text)
        self.assertEqual(len(rows), 2)

    def test_that_are_missing_or_broken_are_named(self):
        first, second = self.make_ranks(0, 1)
        with open(os.path.join(self.folder, second), "r+b") as file:
            file.truncate(30_000)
        result = self.call(FLOPPROF, "merge", first, second, "-o", "all.db", status=1)
        self.assertIn(b"kept out: part1.db is", result.stderr)
        self.assertIn(b"1 of 4 ranks, without ranks 1 to 3\n", result.stderr)
        report = self.call(FLOPPROF, "report", "all.db").stdout.decode()
        self.assertIn("fault: rank file kept out (1 x", report)
        self.assertIn("ranks 1 to 3 of the 4 of world Slurm 77.0 left nothing here", report)
        self.assertRegex(report, r"ranks: +1 of 4, without ranks 1 to 3\n")

    def test_that_are_no_ranks_of_one_job_are_refused(self):
        first, second = self.make_ranks(0, 1)
        other, = self.make_ranks(2, job="78")
        shutil.copy(os.path.join(self.folder, first), os.path.join(self.folder, "copy.db"))
        for runs, message in (([], b"runs is required"), ([first, first], b"given twice"),
                              ([first, "copy.db"], b"rank 0 of world Slurm 77.0 is in"),
                              ([first, other], b"Slurm 77.0 (4 ranks) and Slurm 78.0 (4 ranks)"),
                              ([first, "all.db"], b"read and written")):
            result = self.call(FLOPPROF, "merge", *runs, "-o", "all.db", status=2)
            self.assertIn(message, result.stderr + result.stdout)
            self.assertNotIn("all.db", self.files())
        self.call(FLOPPROF, "merge", "none.db", "-o", "all.db", status=1)
        self.assertEqual(self.files(), ["copy.db", first, second, other])

    def test_replace_a_merged_run_only_by_force(self):
        first, second = self.make_ranks(0, 1, size=2)
        self.call(FLOPPROF, "merge", first, "-o", "all.db")
        result = self.call(FLOPPROF, "merge", first, second, "-o", "all.db", status=2)
        self.assertIn(b"--force", result.stderr)
        self.call(FLOPPROF, "merge", first, second, "-o", "all.db", "--force")
        self.assert_whole(self.read("all.db"), ranks=2)


if __name__ == "__main__":
    unittest.main()
