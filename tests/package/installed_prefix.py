"""A prefix as `cmake --install` makes it, moved elsewhere afterwards."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
SOURCE = os.environ["FLOPPROF_SOURCE"]
CMAKE = os.environ["FLOPPROF_CMAKE"]


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise AssertionError("%s\nended with %d:\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


def files_below(folder):
    return [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]


class InstalledTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.realpath(tempfile.mkdtemp(prefix="flopprof-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        first = os.path.join(cls.folder, "first")
        run(CMAKE, "--install", BUILD, "--prefix", first)
        cls.prefix = os.path.join(cls.folder, "moved", "elsewhere")
        os.makedirs(os.path.dirname(cls.prefix))
        os.rename(first, cls.prefix)
        cls.flopprof = os.path.join(cls.prefix, "bin", "flopprof")

    def query(self, sql):
        connection = sqlite3.connect(os.path.join(self.folder, "run.db"))
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
