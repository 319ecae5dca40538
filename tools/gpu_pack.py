"""Copies what tools/gpu_check asks with to a folder for another machine: gpu_pack.py BUILD FOLDER. Every program is
stripped, and has what it needs beside the C library in the pack."""
import json
import os
import re
import shutil
import subprocess
import sys

import gpu_machine

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
AT_MOST_MIB = 64
PROGRAMS = ("bin", "lib", "libexec", "share", "bench", "tests/end_to_end")  # of the build
SCRIPTS = ("tools/gpu_check", "tools/gpu_check.py", "tools/gpu_answers.py", "tools/gpu_machine.py",
           "tools/gpu_soak.py", "tools/setup", "bench/overhead.py", "bench/overhead_job.py",
           "bench/training_flops.py", "bench/training_networks.py")
NOT_ASKED = ("flopprof_parquet",)  # nothing there is about a GPU, and Arrow is large
# The machine's own: they belong to its C library, or PyTorch and nvcc need them there too.
OF_THE_MACHINE = re.compile(r"(ld-linux|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s|z))[.-]")


def is_program(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF" and not path.endswith((".o", ".a", ".cubin"))


def stripped(path, build, target):
    copy = os.path.join(target, os.path.relpath(path, build))
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    shutil.copy2(path, copy)
    if is_program(copy):
        subprocess.run(["strip", "--strip-unneeded", copy], check=True)
    return copy


def is_of_a_pytorch(path):
    return any(name.startswith("libtorch") for name in needed_by(path))


def copy_programs(build, target):
    """Gives the copies of programs and libraries."""
    for path in {test["command"][0] for test in gpu_machine.tests_of_ctest(build)}:
        if path.startswith(build + os.sep):
            yield stripped(path, build, target)
    for top in PROGRAMS:
        for place, _, names in os.walk(os.path.join(build, top), followlinks=True):
            if "CMakeFiles" in place or "observers" in place:  # those are of a PyTorch here
                continue
            for name in names:
                path = os.path.join(place, name)
                if name in NOT_ASKED or is_program(path) and is_of_a_pytorch(path):
                    continue
                if is_program(path):
                    yield stripped(path, build, target)
                elif top == "share":
                    stripped(path, build, target)


def needed_by(program):
    listed = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=False).stdout
    return dict(re.findall(r"(\S+) => (/\S+)", listed))


def copy_tests(build, target, folder):
    tests = gpu_machine.tests_of_ctest(build)
    text = json.dumps(tests, indent=1).replace(build, "@BUILD@").replace(ROOT, "@ROOT@")
    text = re.sub(r'"/usr/bin/python3[0-9.]*"', '"python3"', text)
    with open(os.path.join(target, "gpu_tests.json"), "w", encoding="utf-8") as file:
        file.write(text)
    for test in tests:  # a Python test runs in the folder of its file
        directory = os.path.relpath(test["directory"], ROOT)
        for word in test["command"]:
            script = os.path.join(test["directory"], word + ".py")
            if os.path.exists(script):
                os.makedirs(os.path.join(folder, directory), exist_ok=True)
                shutil.copy2(script, os.path.join(folder, directory))


def size_of(folder):
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)


def main(build, folder):
    build, folder = os.path.abspath(build), os.path.abspath(folder)
    target = os.path.join(folder, "build")
    if os.path.exists(folder) and os.listdir(folder) and not os.path.exists(os.path.join(target, "commit")):
        sys.exit(f"{folder} is not empty, and no pack; name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(target)
    commit = gpu_machine.commit_of(build, ROOT)
    with open(os.path.join(target, "commit"), "w", encoding="utf-8") as file:
        file.write(commit + "\n")
    for program in list(copy_programs(build, target)):
        for name, path in needed_by(program).items():
            if not OF_THE_MACHINE.match(name) and not os.path.exists(os.path.join(target, "lib", name)):
                shutil.copy2(os.path.realpath(path), os.path.join(target, "lib", name))
    for script in SCRIPTS:
        os.makedirs(os.path.join(folder, os.path.dirname(script)), exist_ok=True)
        shutil.copy2(os.path.join(ROOT, script), os.path.join(folder, script))
    copy_tests(build, target, folder)
    mib = size_of(folder) / 2**20
    print(f"{folder}: {mib:.1f} MiB, of {commit}")
    if mib > AT_MOST_MIB:
        sys.exit(f"gpu_pack: more than {AT_MOST_MIB} MiB")


if __name__ == "__main__":
    main(*sys.argv[1:])
