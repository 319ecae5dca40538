"""Python jobs: the start-up hook attaches them when they import torch."""

import glob
import os
import subprocess
import sys
import unittest

from staged_prefix import AttachTest

ATTACHED = ["attach", "layer_leave"]  # the second call tells the preloaded library of the first
OTHER_PYTHONS = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python")))


class Script(AttachTest):
    def test_is_attached_when_it_imports_torch(self):
        self.assert_untouched(self.run_python("import torch; print(torch.ready)"), 0, b"True\n")
        self.assertEqual(self.call_names(), ATTACHED)

    def test_that_imports_no_torch_loads_nothing_of_ours(self):
        self.assert_untouched(self.run_python("print(open('/proc/self/maps').read().count('libflopprof.so'))"),
                              0, b"0\n")
        self.assertEqual(self.calls(), [])

    def test_that_only_looks_for_torch_is_not_attached_yet(self):
        self.run_python("import importlib.util as u; u.find_spec('torch'); u.find_spec('torch')")
        self.assertEqual(self.calls(), [])
        self.run_python("import importlib.util as u; u.find_spec('torch'); import torch", options=["-f"])
        self.assertEqual(self.call_names(), ATTACHED)

    def test_is_attached_however_the_script_sets_pythonpath(self):
        self.write("script.py", "import torch")
        for line in ("PYTHONPATH=src python3 script.py", "env -u PYTHONPATH PYTHONPATH=src python3 script.py",
                     "cd src && env -u PYTHONPATH python3 -c 'import torch'",
                     "cd src && python3 -m torch.__init__"):
            result = self.run_job("bash", "-c", line.replace("python3", sys.executable), options=["-f"],
                                  env={"PYTHONPATH": "src"})
            self.assertEqual((result.returncode, self.call_names()), (0, ATTACHED), line)
            os.remove(self.log)

    def test_is_attached_without_the_preloaded_library(self):
        self.write("script.py", "import torch")
        self.run_job("env", "-u", "LD_PRELOAD", sys.executable, "script.py", env={"PYTHONPATH": "src"})
        self.assertEqual(self.call_names(), ["attach"])

    def test_that_shuts_the_hook_out_is_reported_as_unseen(self):
        for option in ("-I", "-E", "-S"):
            text = "import sys; sys.path.insert(0, 'src'); import torch"
            self.assert_untouched(self.run_python(text, arguments=[option], options=["-f"]))
            self.assertEqual(self.faults(), ["LibTorch not attached"], option)

    def test_flushes_when_it_ends_by_os_exit(self):
        self.assert_untouched(self.run_python("import os, torch; os._exit(3)"), 3)
        self.assertEqual(self.call_names(), ATTACHED + ["flush"])


class WhatTheJobSees(AttachTest):
    LOOK = """if True:
        import sys
        print(sys.path, sys.flags, sorted(sys.modules), sys.argv)
        print([entry for entry in sys.path_importer_cache if "hook" in entry])
    """

    def plain(self, text, **env):
        script = self.write("script.py", text)
        return subprocess.run([sys.executable, script], cwd=self.job, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment(PYTHONPATH="src", **env))

    def assert_same(self, text):
        plain, attached = self.plain(text), self.run_python(text, options=["-f"])
        self.assertEqual((attached.returncode, attached.stdout, attached.stderr),
                         (plain.returncode, plain.stdout, plain.stderr))
        return attached

    def test_is_the_path_and_the_modules_it_would_have(self):
        self.assertIn(b"src", self.assert_same(self.LOOK).stdout)

    def test_is_its_own_sitecustomize(self):
        self.write("src/sitecustomize.py", "import builtins\nbuiltins.mine = __file__\n")
        result = self.assert_same("import sitecustomize; print(mine, sitecustomize.__file__)")
        self.assertIn(b"src/sitecustomize.py", result.stdout)
        self.write("src/sitecustomize.py", "raise RuntimeError('broken')\n")
        self.assertIn(b"broken", self.assert_same(self.LOOK).stderr)
        self.write("src/sitecustomize.py", "import no_such_module\n")
        self.assertIn(b"no_such_module", self.assert_same(self.LOOK).stderr)

    def test_is_the_traceback_of_a_torch_that_fails_to_import(self):
        self.write("src/torch/__init__.py", "from no_such_module import x\n")
        self.assertIn(b"ModuleNotFoundError", self.assert_same("import torch").stderr)
        self.write("src/torch/__init__.py", "1 / 0\n")
        self.assertIn(b"ZeroDivisionError", self.assert_same("import torch").stderr)

    def test_is_a_torch_that_can_be_imported_at_the_second_try(self):
        self.write("src/torch/__init__.py", "import os\nif 'READY' not in os.environ: raise ImportError('no')\n")
        self.assert_same("import os\ntry:\n  import torch\nexcept ImportError: os.environ['READY'] = '1'\n"
                         "import torch; print(torch.__spec__.origin, vars(torch.__loader__))")
        self.assertEqual(self.call_names(), ATTACHED)

    def test_is_its_own_sqlite(self):
        self.assert_same("import torch, sqlite3; c = sqlite3.connect('own.db');"
                         "print(sqlite3.sqlite_version, c.execute('select 1').fetchall())")


class Children(AttachTest):
    def attached_processes(self):
        return len({pid for pid, call, _ in self.calls() if call == "attach"})

    def flushed_processes(self):
        return len({pid for pid, call, _ in self.calls() if call == "flush"})

    def test_of_every_start_method_are_followed(self):
        text = ("import multiprocessing as m, sys\n"
                "def work(n):\n  import torch\n"
                "if __name__ == '__main__':\n"
                "  c = m.get_context(sys.argv[1])\n"
                "  p = [c.Process(target=work, args=(i,)) for i in range(3)]\n"
                "  [q.start() for q in p]; [q.join() for q in p]; print([q.exitcode for q in p])\n")
        for method in ("fork", "spawn", "forkserver"):
            script = self.write("script.py", text)
            result = self.run_job(sys.executable, script, method, options=["-f"], env={"PYTHONPATH": "src"})
            self.assert_untouched(result, 0, b"[0, 0, 0]\n")
            self.assertEqual(self.attached_processes(), 3, method)
            if method != "spawn":  # those end by os._exit
                self.assertEqual(self.flushed_processes(), 3, method)
            os.remove(self.log)

    def test_that_were_forked_a_hundred_times_are_flushed(self):
        text = ("import os, torch\n"
                "for i in range(100):\n  if os.fork() == 0: os._exit(0)\n"
                "print(sum(os.waitstatus_to_exitcode(os.wait()[1]) for i in range(100)))")
        self.assert_untouched(self.run_python(text), 0, b"0\n")
        self.assertEqual((self.attached_processes(), self.flushed_processes()), (1, 100))

    def test_that_are_programs_are_followed_through_shells(self):
        text = "import subprocess, sys; print(subprocess.run(['bash', '-c', sys.executable + ' child.py']).returncode)"
        self.write("child.py", "import torch")
        self.assert_untouched(self.run_python(text), 0, b"0\n")
        self.assertEqual(self.attached_processes(), 1)

    def test_that_do_not_start_flush_nothing_in_their_parent(self):
        text = ("import subprocess, torch\ntry:\n  subprocess.run(['no-such-command'])\n"
                "except FileNotFoundError: print('none')")
        self.assert_untouched(self.run_python(text), 0, b"none\n")
        self.assertEqual(self.flushed_processes(), 0)


class Package(AttachTest):
    TEXT = ("import torch, flopprof\n"
            "with flopprof.step('s'):\n  with flopprof.layer('encoder.0'): pass\n"
            "flopprof.step_begin(); flopprof.step_end()\n"
            "flopprof.formula('my::op', '2*numel(0)')\n"
            "try:\n  flopprof.formula('my::op', 'bad')\nexcept ValueError as e: print(e)\n")

    def test_marks_steps_layers_and_formulas(self):
        self.assert_untouched(self.run_python(self.TEXT), 0, b"bad is no product\n")
        self.assertEqual([(call, argument) for _, call, argument in self.calls()][2:], [
            ("step_begin", "s"), ("layer_enter", "encoder.0"), ("layer_leave", "-"), ("step_end", "-"),
            ("step_begin", "-"), ("step_end", "-"), ("formula", "my::op")])

    def test_does_nothing_without_a_run(self):
        folder = os.path.join(self.prefix, "share/flopprof/python")
        script = self.write("script.py", self.TEXT)
        result = subprocess.run([sys.executable, script], cwd=self.job, stdout=subprocess.PIPE,
                                env=self.environment(PYTHONPATH="src:" + folder))
        self.assertEqual((result.returncode, result.stdout, self.calls()), (0, b"", []))

    def test_gives_way_to_another_flopprof(self):
        self.write("src/flopprof.py", "mine = 1\n")
        self.assert_untouched(self.run_python("import flopprof; print(flopprof.mine)"), 0, b"1\n")


class EveryPython(AttachTest):
    @unittest.skipUnless(OTHER_PYTHONS, "no other Python is installed")
    def test_runs_its_scripts_as_before_and_is_attached_from_3_8_on(self):
        for python in OTHER_PYTHONS:
            version = tuple(int(n) for n in python.split("/")[-3].split(".")[:2])
            with self.subTest(python=python):
                result = self.run_python("import torch, sys; print(torch.ready)", python, options=["-f"])
                self.assert_untouched(result, 0, b"True\n")
                self.assertEqual(self.call_names(), ATTACHED if version >= (3, 8) else [])
                if os.path.exists(self.log):
                    os.remove(self.log)


if __name__ == "__main__":
    unittest.main()
