"""What NVIDIA's disassembler says of a cubin, in the words of `flopprof sass`."""

import collections
import glob
import os
import re
import shutil
import site
import subprocess
import sysconfig

FLOATING_POINT = re.compile(
    r'(U?F(ADD|MUL|FMA)2?|FSWZADD|FH(ADD|FMA)|D(ADD|MUL|FMA)|H(ADD|MUL|FMA)2|'
    r'MUFU|FCHK|F(SEL|MNMX|SETP?)|DSETP|HSETP?2|HMNMX2|F2FP?|F2I|I2FP?|FRND|'
    r'[A-Z]*(?<!VIADD)MMA)$')
MATRIX = re.compile(r'[A-Z]*MMA$')
NOT_OF_THE_SHAPE = re.compile(r'\.(ROW|COL|XOR|POPC|AND|SAT|RELU|E8|UE4M3|UE8M0|4X|2X|1X|STEP\d)\b.*')
INSTRUCTION = re.compile(r'\s*/\*[0-9a-f]{4,}\*/\s+(?:\{\s*)?(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_.a-z]*)')
SECTION = re.compile(r'\s*\.section\s+"?\.text\.([^",]+)')


def nvdisasm():
    """The path of a disassembler, from the toolkit or the wheel nvidia-cuda-nvdisasm; None: there is none."""
    asked = os.environ.get('FLOPPROF_NVDISASM')
    if asked:
        return asked
    found = shutil.which('nvdisasm')
    if found:
        return found
    folders = [sysconfig.get_path('purelib'), site.getusersitepackages(), *site.getsitepackages()]
    patterns = ['/usr/local/cuda*/bin/nvdisasm']
    patterns += [os.path.join(folder, 'nvidia/*/bin/nvdisasm') for folder in folders]
    if 'FLOPPROF_SOURCE' in os.environ:  # where tools/test installs it
        venv = os.path.join(os.environ['FLOPPROF_SOURCE'], 'build/tools-venv')
        patterns.append(os.path.join(venv, 'lib/python3*/site-packages/nvidia/*/bin/nvdisasm'))
    for pattern in patterns:
        for path in sorted(glob.glob(pattern)):
            return path
    return None


def name_of(mnemonic):
    """The instruction without what does not bear on its work: rounding, saturation, layout."""
    opcode, _, rest = mnemonic.partition('.')
    modifiers = rest.split('.') if rest else []
    if opcode.startswith('UTC'):
        return opcode
    if MATRIX.match(opcode):
        name = NOT_OF_THE_SHAPE.sub('', mnemonic)
        if name.startswith('HMMA.884.'):
            return name.rpartition('.')[0]
        return name.replace('DMMA.884', 'DMMA.8x8x4')
    if opcode == 'MUFU':
        return '.'.join([opcode] + [m for m in modifiers if m not in ('F16', 'F16_V2')])
    if opcode in ('HADD2', 'HMUL2', 'HFMA2'):
        kept = [m for m in modifiers if m in ('MMA', 'BF16_V2', 'F32')]
        return '.'.join([opcode] + kept)
    return opcode


def counts_of(cubin, program):
    """{kernel: {instruction: count}}"""
    text = subprocess.run([program, '-c', cubin], check=True, capture_output=True, text=True).stdout
    kernels = collections.defaultdict(collections.Counter)
    kernel = None
    for line in text.splitlines():
        section = SECTION.match(line)
        if section:
            kernel = section.group(1)
            kernels[kernel]
        instruction = INSTRUCTION.match(line)
        if instruction and FLOATING_POINT.match(instruction.group(1).split('.')[0]):
            kernels[kernel][name_of(instruction.group(1))] += 1
    return {name: dict(counts) for name, counts in kernels.items()}
