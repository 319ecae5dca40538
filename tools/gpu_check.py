"""Asks a machine with a GPU one question after another, each in a process of its own with a time limit, and keeps
each answer as soon as it is known. tools/gpu_check builds first, and says how it is called.
"""
import argparse
import dataclasses
import os
import sys
import time

import gpu_machine
from gpu_answers import Answers, asked, say

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIFFERENCE = 3


@dataclasses.dataclass(frozen=True)
class Command:
    name: str
    words: list
    environment: dict = dataclasses.field(default_factory=dict)
    directory: str = ROOT


@dataclasses.dataclass(frozen=True)
class Question:
    """`commands`: a function of (options, results folder) that gives them, so that a bad one loses no other."""
    name: str
    limit_s: int
    commands: object


def program(options, *words):
    return [os.path.join(options.build, words[0]), *words[1:]]


def attached(options, results, *command):
    run_db = os.path.join(results, "run.db")
    return program(options, "bin/flopprof", "run", "-f", "-o", run_db, "--", *command)


def tests(options, _):
    return [Command(test["name"], test["command"], test["environment"], test["directory"])
            for test in gpu_machine.tests_in(options.build, ROOT)]


def of_the_program(name, *words):
    def commands(options, _):
        found = gpu_machine.library_path()
        return [Command(name, program(options, "bench/gpu_questions", *words, name), found)]
    return commands


def observer(options, _):
    return [Command("build-observer", program(options, "bin/flopprof", "build-observer"))]


def calibration(options, _):
    return [Command("calibrate", program(options, "bin/flopprof", "calibrate", "--format", "json"),
                    gpu_machine.library_path())]


def beside_cublas(options, _):
    """Part of the calibration, for where there is no time for all of it."""
    return [Command("calibrate", program(options, "bin/flopprof", "calibrate", "--only", "gemm", "--format", "json"),
                    gpu_machine.library_path())]


def convolutions(options, _):
    return [Command(kind, program(options, "bin/flopprof", "conv", "--shapes", "selection", "--type", kind,
                                  "--format", "json"), gpu_machine.library_path()) for kind in ("bf16", "fp32")]


def overhead(*jobs, seconds):
    def commands(options, results):
        file = os.path.join(results, "_".join(["overhead", *jobs]) + ".json")
        return [Command(" ".join(jobs), [sys.executable, os.path.join(ROOT, "bench/overhead.py"), "--device", "cuda",
                                         "--flopprof", *program(options, "bin/flopprof"), "--jobs", *jobs,
                                         "--seconds", str(seconds), "--limit", "60", "--json", file])]
    return commands


def launches(options, results):
    loop, found = program(options, "bench/gpu_questions", "launches"), gpu_machine.library_path()
    bare, with_us = Command("bare", loop, found), Command("attached", attached(options, results, *loop), found)
    return [bare, with_us, with_us, bare, bare, with_us]


def tape(options, results):
    """Of a short job, where the collector records its own: kept with the results."""
    recorded = dict(gpu_machine.library_path(), FLOPPROF_RECORD=os.path.join(results, "tape"))
    job = program(options, "tests/end_to_end/device_job")
    keep = [sys.executable, os.path.join(ROOT, "tools/gpu_machine.py"), os.path.join(results, "tape")]
    return [Command("record", attached(options, results, *job), recorded), Command("keep", keep)]


# What is worth most first: there may not be time for all.
QUESTIONS = [
    Question("tests", 60, tests),
    Question("products", 70, of_the_program("products")),
    Question("range_cost", 45, of_the_program("range_cost")),
    Question("known_kernels", 90, of_the_program("known_kernels")),
    Question("beside_cublas", 40, beside_cublas),
    Question("observer", 100, observer),
    Question("overhead", 200, overhead("resnet50", "gpt2", seconds=140)),
    Question("calibration", 90, calibration),
    Question("convolutions", 60, convolutions),
    Question("permissions", 20, of_the_program("permissions")),
    Question("permissions_of_a_plain_user", 20, of_the_program("permissions", "--user", "65534")),
    Question("sources", 40, of_the_program("sources")),
    Question("sources_of_a_plain_user", 40, of_the_program("sources", "--user", "65534")),
    Question("boundaries", 40, of_the_program("boundaries")),
    Question("ranges_with_tracing", 40, of_the_program("ranges_with_tracing")),
    Question("tracing_cost", 40, of_the_program("tracing_cost")),
    Question("launches", 40, launches),
    Question("tape", 30, tape),
    Question("overhead_compiled", 150, overhead("gpt2_compiled", seconds=60)),
]


def ask(question, options, answers, until):
    began_at, runs = time.monotonic(), []
    try:
        commands = question.commands(options, answers.folder)
    except Exception as error:  # pylint: disable=broad-except  # the other questions are to be asked
        answers.keep(question.name, {"failed": f"{type(error).__name__}: {error}"})
        return
    limit_s = min(question.limit_s, options.limit)
    for command in commands:
        left = min(limit_s - (time.monotonic() - began_at), until - time.monotonic())
        if left <= 0.5:
            runs.append({"name": command.name, "failed": "not asked: no time left"})
        else:
            runs.append(asked(command, left))
        answers.keep(question.name, {"runs": runs, "limit_s": limit_s,
                                     "seconds": round(time.monotonic() - began_at, 3)})
    say(f"{question.name}: {answers.summary(question.name)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", metavar="NAME", choices=[q.name for q in QUESTIONS])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seconds", type=float, default=460)
    parser.add_argument("--limit", type=float, default=600, help="seconds of one question, where it has not less")
    parser.add_argument("--results")
    parser.add_argument("--soak", type=float, metavar="SECONDS")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{q.name:30} {q.limit_s} s at most" for q in QUESTIONS))
        return 0
    until = time.monotonic() + options.seconds
    machine = gpu_machine.described(options.build, ROOT)
    folder = options.results or os.path.join(ROOT, "bench/results", gpu_machine.slug(machine["gpu"]),
                                             time.strftime("%Y-%m-%d"))
    answers = Answers(os.path.abspath(folder), machine)
    say(f"on {machine['gpu']}; results in {answers.folder}")
    if options.soak:
        from gpu_soak import soak
        return soak(options, answers.folder, attached)
    for question in QUESTIONS:
        if not options.only or question.name in options.only:
            ask(question, options, answers, until)
    print(answers.verdict())
    if not answers.went_well():
        return 1
    return DIFFERENCE if answers.differences() else 0


if __name__ == "__main__":
    sys.exit(main())
