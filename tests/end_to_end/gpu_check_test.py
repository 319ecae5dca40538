"""How tools/gpu_check asks, with programs that only look as if they asked a GPU."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["FLOPPROF_SOURCE"]
PROGRAM = """#!/bin/sh
for question; do :; done
case $question in
  products) echo '{"case": "plain", "equal": true}'; echo '{"case": "in a graph", "equal": false}' ;;
  known_kernels) echo '{"case": "one", "equal": true}' ;;
  range_cost) echo '{"case": "set A", "us": 7}'; echo '{"case": "set'; sleep 60 ;;
  boundaries) echo 'no JSON'; echo 'cudaMalloc: out of memory (2)' >&2; exit 1 ;;
  permissions) echo '{"kernels": ['; seq -s ', ' 5000; echo '], "targets": []}' ;;
  tracing_cost) exit 77 ;;
  ranges_with_tracing) echo '[  SKIPPED ] 1 test' ;;
esac
"""


class GpuCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flopprof-gpu-check-")
        self.addCleanup(folder.cleanup)
        self.build, self.results = os.path.join(folder.name, "build"), os.path.join(folder.name, "results")
        os.makedirs(os.path.join(self.build, "bench"))
        program = os.path.join(self.build, "bench/gpu_questions")
        with open(program, "w", encoding="ascii") as file:
            file.write(PROGRAM)
        os.chmod(program, 0o755)

    def ask(self, *questions, options=()):
        only = [word for question in questions for word in ("--only", question)]
        command = [sys.executable, os.path.join(SOURCE, "tools/gpu_check.py"), "--build", self.build, "--results",
                   self.results, *only, *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=50)
        with open(os.path.join(self.results, "answers.json"), encoding="utf-8") as file:
            return done.returncode, done.stdout, json.load(file)

    def run_of(self, kept, question):
        return kept["questions"][question]["runs"][0]

    def test_ends_well_where_all_counts_are_as_expected(self):
        status, printed, kept = self.ask("known_kernels")
        self.assertEqual(status, 0)
        self.assertEqual(self.run_of(kept, "known_kernels")["answers"], [{"case": "one", "equal": True}])
        self.assertIn("1 cases, 0 failures, 1 of 1 counts equal what was expected", printed)

    def test_tells_a_count_that_differs_from_a_failure(self):
        status, printed, _ = self.ask("products")
        self.assertEqual(status, 3)
        self.assertIn("differs: products, in a graph", printed)

    def test_keeps_what_a_question_said_before_its_time_was_over_and_asks_the_next(self):
        status, printed, kept = self.ask("range_cost", "known_kernels", options=["--limit", "2"])
        self.assertEqual(status, 1)
        run = self.run_of(kept, "range_cost")
        self.assertEqual((run["answers"], run["failed"]), ([{"case": "set A", "us": 7}], "ended after its 2 s"))
        self.assertEqual(self.run_of(kept, "known_kernels")["status"], 0)
        self.assertIn("failed: range_cost", printed)

    def test_keeps_what_a_program_said_of_its_failure(self):
        _, _, kept = self.ask("boundaries", "tracing_cost")
        run = self.run_of(kept, "boundaries")
        self.assertEqual((run["failed"], run["printed"]), ("status 1", "no JSON"))
        self.assertEqual(run["said"], "cudaMalloc: out of memory (2)\n")
        self.assertEqual(self.run_of(kept, "tracing_cost")["failed"], "no GPU")

    def test_keeps_the_whole_of_one_answer_over_many_lines(self):
        status, _, kept = self.ask("permissions")
        self.assertEqual(status, 0)
        run = self.run_of(kept, "permissions")
        self.assertEqual(run["answers"], [{"kernels": list(range(1, 5001)), "targets": []}])
        self.assertEqual(run["printed"], "")

    def test_takes_a_test_that_was_skipped_for_one_that_failed(self):
        status, _, kept = self.ask("ranges_with_tracing")
        self.assertEqual(status, 1)
        self.assertIn("skipped", self.run_of(kept, "ranges_with_tracing")["failed"])

    def test_names_a_question_that_there_was_no_time_for(self):
        _, _, kept = self.ask("range_cost", "known_kernels", options=["--seconds", "1.5"])
        self.assertEqual(self.run_of(kept, "known_kernels")["failed"], "not asked: no time left")

    def test_adds_to_the_answers_of_an_earlier_call(self):
        self.ask("products")
        _, _, kept = self.ask("known_kernels")
        self.assertEqual(sorted(kept["questions"]), ["known_kernels", "products"])

    def test_goes_on_without_a_program_that_is_not_there(self):
        os.remove(os.path.join(self.build, "bench/gpu_questions"))
        status, _, kept = self.ask("products", "tests", "known_kernels")
        self.assertEqual(status, 1)
        self.assertIn("No such file", self.run_of(kept, "products")["failed"])
        self.assertIn("gpu_questions", self.run_of(kept, "known_kernels")["failed"])
        self.assertIn("failed", kept["questions"]["tests"])


class Pack(unittest.TestCase):
    def test_runs_where_it_was_moved_to(self):
        built = os.environ["FLOPPROF_BUILD"]
        for program in "bench/gpu_questions", "tests/kernels_gpu_test", "tests/end_to_end/device_job":
            if not os.path.exists(os.path.join(built, program)):
                self.skipTest(f"{program} was not built")
        with tempfile.TemporaryDirectory(prefix="flopprof-pack-") as folder:
            packed, moved = os.path.join(folder, "pack"), os.path.join(folder, "moved")
            subprocess.run([sys.executable, os.path.join(SOURCE, "tools/gpu_pack.py"), built, packed], check=True,
                           stdout=subprocess.DEVNULL)
            os.rename(packed, moved)
            results = os.path.join(folder, "results")
            subprocess.run([sys.executable, os.path.join(moved, "tools/gpu_check.py"), "--only", "tests", "--results",
                            results], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
            with open(os.path.join(results, "answers.json"), encoding="utf-8") as file:
                text = file.read()
        self.assertNotIn(built, text)
        runs = json.loads(text)["questions"]["tests"]["runs"]
        self.assertGreaterEqual(len(runs), 2)
        for run in runs:
            self.assertEqual(run.get("status"), 0, run)  # passed, or skipped for want of a GPU


if __name__ == "__main__":
    unittest.main()
