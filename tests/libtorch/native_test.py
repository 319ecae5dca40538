"""Programs that are no Python: steps are what they mark."""

import os
import unittest

from observed_job import BUILD, JobTest

EXAMPLE = os.path.join(BUILD, "tests/flopprof_example_train")
NVTX_JOB = os.path.join(BUILD, "tests/nvtx_job")


class Native(JobTest):
    def run_program(self, program, options):
        return self.run_in(self.folder_for(self.addCleanup), [program], options)

    @unittest.skipUnless(os.path.exists(EXAMPLE), "built without Debian's LibTorch")
    def test_training_has_the_marked_steps_and_their_flops(self):
        for options in ("--every", "1"), ("--every", "4"), ():
            with self.subTest(options):
                run = self.run_program(EXAMPLE, options)
                first, second = 2 * 32 * 64 * 128, 2 * 32 * 128 * 10
                self.assertEqual(run.steps(), [2 * first + 3 * second] * 20)
                self.assertEqual(run.total()[:2], (20, 20 * (2 * first + 3 * second)))
                phases = run.phases()
                # After the last mark the observer may be resting, but not when every step is counted.
                self.assertIn(phases.pop("evaluation", 0), (first + second, 0 if options[1:] != ("1",) else None))
                self.assertEqual(phases, {"forward": 20 * (first + second), "backward": 20 * (first + 2 * second)})
                self.assertEqual(run.query("SELECT step_source FROM process"), [("mark",)])
                self.assertEqual(run.faults(), [])

    @unittest.skipUnless(os.path.exists(NVTX_JOB), "built without a CUDA toolkit")
    def test_ranges_of_nvtx_are_steps_when_asked_for(self):
        run = self.run_program(NVTX_JOB, ("--step-range", "step"))
        self.assertEqual(run.query("SELECT step_source FROM process"), [("nvtx",)])
        self.assertEqual(run.query("SELECT count(*) FROM step"), [(8,)])

    @unittest.skipUnless(os.path.exists(NVTX_JOB), "built without a CUDA toolkit")
    def test_ranges_of_nvtx_are_nothing_when_not_asked_for(self):
        run = self.run_program(NVTX_JOB, ())
        self.assertEqual(run.query("SELECT count(*) FROM step"), [(0,)])


if __name__ == "__main__":
    unittest.main()
