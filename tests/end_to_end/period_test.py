"""Jobs on a simulated GPU that tell of no step: their steps are found by the period of what they launch."""

import sqlite3
import unittest

from simulated_gpu import SimulatedGpu

FOUND = "steps found by the period of launches"


class Period(SimulatedGpu):
    def step_source(self):
        connection = sqlite3.connect(self.run_db)
        try:
            return connection.execute("SELECT step_source FROM process").fetchall()
        finally:
            connection.close()

    def test_gives_a_job_without_marks_its_steps(self):
        self.attached("unmarked")
        # Found after 20 periods, with the launch that begins the 21st step: the 22nd is the first one.
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 29)
        self.assertEqual(self.step_source(), [("period",)])
        kernels = {k["kernel"]: k for k in self.report("--by", "kernel")["by_kernel"]}
        self.assertEqual((kernels["init"]["launches"], kernels["init"]["other_launches"]), (0, 4))
        faults = self.faults()
        self.assertEqual(set(faults), {FOUND})
        self.assertEqual(
            faults[FOUND]["detail"],
            "nobody tells of steps; 8 launches repeat, seen 20 times, 20 of them alike, 20 to the launch; "
            "confidence 0.95; what was launched before is outside steps",
        )
        self.assertIn("flopprof/mark.h", faults[FOUND]["remedy"])

    def test_leaves_an_evaluation_outside_steps_and_says_so(self):
        self.attached("evaluates")
        # 9 steps before it, 4 behind the one that follows it, which is none.
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 13)
        faults = self.faults()
        self.assertEqual(set(faults), {FOUND, "period of launches lost", "launches that do not fit the period"})
        self.assertEqual(faults["launches that do not fit the period"]["count"], 1)

    def test_gives_no_steps_to_launches_without_one(self):
        self.attached("aimless")
        self.assertEqual(self.gpu_ns_of_steps(), [])
        self.assertEqual(self.step_source(), [("",)])
        self.assertEqual(self.faults(), {})

    def test_yields_to_a_mark_that_comes_late(self):
        self.attached("marks_late")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * (4 + 3))
        self.assertEqual(self.step_source(), [("mark",)])
        self.assertIn("told by mark", self.faults()["steps told late"]["detail"])

    def test_is_not_asked_where_a_range_was_to_tell(self):
        self.attached("marks_late", options=["--step-range", "iteration"])
        self.assertEqual(self.gpu_ns_of_steps(), [])


if __name__ == "__main__":
    unittest.main()
