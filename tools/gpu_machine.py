"""What tools/gpu_check.py knows of the machine: its GPU and versions, its libraries, and the tests for it."""
import glob
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile

TOOLKIT = ("/usr/local/cuda/lib64", "/usr/local/cuda/extras/CUPTI/lib64")
PACKAGES = re.compile(r"torch|triton|nvidia[-_](cuda|cudnn|cublas|nccl).*")
LIBRARIES = ("libcupti.so.1[23]", "libcublasLt.so.1[23]")


def printed_by(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                              text=True, timeout=60, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command[0]}: {error}"


def slug(gpu):
    return re.sub("[^a-z0-9]+", "_", gpu.lower()).strip("_") or "gpu"


def commit_of(build, root):
    noted = os.path.join(build, "commit")
    if os.path.exists(noted):  # in a pack
        with open(noted, encoding="utf-8") as file:
            return file.read().strip()
    return printed_by("git", "-C", root, "describe", "--always", "--dirty", "--abbrev=40")


def versions():
    """Of the Python packages that matter here, without importing them."""
    names = ((package.metadata["Name"] or "", package.version) for package in importlib.metadata.distributions())
    return {name: version for name, version in names if PACKAGES.fullmatch(name)}


def described(build, root):
    name = printed_by("nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "-i", "0")
    asked = "name,driver_version,clocks.max.sm,clocks.sm,power.limit,mig.mode.current,compute_mode"
    answer = printed_by("nvidia-smi", f"--query-gpu={asked}", "--format=csv,noheader", "-i", "0")
    values = [value.strip() for value in answer.split(",")]
    return {"gpu": "GPU" if "nvidia-smi" in name else name, "nvidia_smi": dict(zip(asked.split(","), values)),
            "commit": commit_of(build, root),
            "nvcc": printed_by("nvcc", "--version").splitlines()[-1:], "packages": versions(),
            "python": platform.python_version(), "libc": " ".join(platform.libc_ver()),
            "kernel": platform.release(), "processors": os.cpu_count(), "user": os.getuid(),
            "libraries": library_path(), "command": sys.argv}


def library_path():
    """{"LD_LIBRARY_PATH": …} with the folders of the Python packages that have what the toolkit has not."""
    folders = []
    for library in LIBRARIES:
        if any(glob.glob(os.path.join(folder, library)) for folder in TOOLKIT):
            continue
        for place in sys.path:
            found = glob.glob(os.path.join(place, "nvidia", "*", "lib", library))
            folders += [os.path.dirname(path) for path in found]
    if not folders:
        return {}
    kept = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    return {"LD_LIBRARY_PATH": ":".join(dict.fromkeys(folders + kept))}


def tests_of_ctest(build):
    listed = subprocess.run(["ctest", "--test-dir", build, "-L", "^gpu$", "--show-only=json-v1"],
                            stdout=subprocess.PIPE, text=True, check=True)
    tests = []
    for test in json.loads(listed.stdout)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test["properties"]}
        environment = dict(entry.split("=", 1) for entry in properties.get("ENVIRONMENT", []))
        tests.append({"name": test["name"], "command": test.get("command", []), "environment": environment,
                      "directory": properties.get("WORKING_DIRECTORY", build)})
    return tests


def tests_in(build, root):
    """The tests with the label `gpu`, of a build or a pack."""
    packed = os.path.join(build, "gpu_tests.json")
    if not os.path.exists(packed):
        tests = tests_of_ctest(build)
    else:
        with open(packed, encoding="utf-8") as file:
            tests = json.loads(file.read().replace("@BUILD@", build).replace("@ROOT@", root))
    if not tests:
        raise RuntimeError(f"{build} has no test with the label gpu")
    for test in tests:
        test["environment"].update(library_path())
    return tests


def keep_tape(folder):
    """One file of what was recorded; what there is none of is said."""
    if not os.path.isdir(folder):
        print(json.dumps({"case": "tape", "files": 0, "note": "this build of the collector records no tapes"}))
        return
    files = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    with tarfile.open(folder + ".tar.gz", "w:gz") as tape:
        tape.add(folder, arcname="tape")
    print(json.dumps({"case": "tape", "files": len(files), "bytes": sum(map(os.path.getsize, files)),
                      "packed_bytes": os.path.getsize(folder + ".tar.gz")}))
    shutil.rmtree(folder)


if __name__ == "__main__":
    keep_tape(sys.argv[1])
