"""Programs that link LibTorch themselves: the preloaded library attaches them."""

import os
import unittest

from staged_prefix import LATE_JOB, LIBTORCH, NATIVE_JOB, AttachTest

MARKS = ["attach", "step_begin", "layer_enter", "layer_leave", "step_end"]


class NativeJob(AttachTest):
    def test_is_attached_and_marks_its_steps_and_layers(self):
        self.assert_untouched(self.run_job(NATIVE_JOB))
        self.assertEqual(self.call_names(), MARKS)
        arguments = [argument for _, _, argument in self.calls()]
        self.assertEqual(arguments, ["-", "native", "encoder.0", "-", "-"])

    def test_flushes_when_it_ends_by_exit_without_atexit(self):
        self.assert_untouched(self.run_job(NATIVE_JOB, "_exit"), 9)
        self.assertEqual(self.call_names(), MARKS + ["flush"])

    def test_flushes_in_a_forked_child(self):
        self.assert_untouched(self.run_job(NATIVE_JOB, "fork"), 8)
        self.assertEqual(self.call_names(), MARKS + ["flush"])
        self.assertNotEqual(self.calls()[-1][0], self.calls()[0][0])

    def test_flushes_nothing_in_a_vfork_child(self):
        self.assert_untouched(self.run_job(NATIVE_JOB, "vfork"), 7)
        self.assertEqual(self.call_names(), MARKS)

    def test_is_found_when_its_environment_was_cleared(self):
        preload = os.path.join(self.prefix, "lib/libflopprof_preload.so")
        result = self.run_job("sh", "-c", 'env -i LD_PRELOAD="$1" FAKE_COLLECTOR_LOG="$2" "$3"; true',
                              "sh", preload, self.log, NATIVE_JOB)
        self.assert_untouched(result)
        self.assertEqual(self.call_names(), MARKS)

    def test_is_left_alone_when_the_run_is_set_to_nothing(self):
        self.assert_untouched(self.run_job("env", "FLOPPROF_RUN=", NATIVE_JOB))
        self.assertEqual(self.calls(), [])

    def test_that_loads_libtorch_late_is_reported_as_unseen(self):
        self.assert_untouched(self.run_job(LATE_JOB, LIBTORCH))
        self.assertEqual(self.calls(), [])
        self.assertEqual(self.faults(), ["LibTorch not attached"])


if __name__ == "__main__":
    unittest.main()
