"""`flopprof sass` agrees with NVIDIA's disassembler, wherever one is found."""

import collections
import glob
import json
import os
import subprocess
import sys
import unittest

import disassembly

CLI = os.path.join(os.environ['FLOPPROF_BUILD'], 'bin', 'flopprof')
DATA = os.path.join(os.environ['FLOPPROF_SOURCE'], 'tests', 'data', 'gpu_code')
BUILT = os.path.join(os.environ['FLOPPROF_BUILD'], 'kernels')


def counts_of(cubin):
    printed = subprocess.run([CLI, 'sass', cubin, '--format', 'json'], check=True,
                             capture_output=True, text=True).stdout
    kernels = {}
    for kernel in json.loads(printed)['kernels']:
        counts = collections.Counter()
        for line in kernel['instructions']:
            counts[line['instruction']] += line['count']
        kernels[kernel['name']] = dict(counts)
    return kernels


class Nvdisasm(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.program = disassembly.nvdisasm()
        if self.program is None:
            self.skipTest('no nvdisasm: neither FLOPPROF_NVDISASM, nor in PATH, nor a toolkit\'s, nor the '
                          'wheel nvidia-cuda-nvdisasm')

    def test_counts_the_same_instructions(self):
        cubins = sorted(glob.glob(os.path.join(DATA, '*.cubin')) +
                        glob.glob(os.path.join(BUILT, '**', '*.cubin'), recursive=True))
        for cubin in cubins:
            with self.subTest(cubin=cubin):
                self.assertEqual(counts_of(cubin), disassembly.counts_of(cubin, self.program))
        print(f'{len(cubins)} cubins agree with {self.program}')


if __name__ == '__main__':
    result = unittest.main(exit=False, verbosity=2).result
    sys.exit(not result.wasSuccessful() or (77 if result.skipped else 0))
