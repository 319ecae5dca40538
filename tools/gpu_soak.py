"""A soak for tools/gpu_check.py: a network trained bare for a while, then attached; memory and step times over time."""
import json
import os
import subprocess
import sys
import threading
import time

from gpu_answers import end_of, say

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BARE_SHARE, LONGEST_BARE_S = 6, 60
STARTING_S = 120  # and ending
STEPS = 25  # of a line


def job(seconds):
    return [sys.executable, os.path.join(ROOT, "bench/overhead_job.py"), "gpt2", "none", "1", str(STEPS), "--seconds",
            str(seconds), "--device", "cuda", "--log"]


def follow(command, seconds, note):
    """Notes each line of the job as it comes; answers the job's status, None where it had to be ended."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                               start_new_session=True)
    late = threading.Event()
    alarm = threading.Timer(seconds + STARTING_S, lambda: (late.set(), end_of(process)))
    alarm.start()
    for line in process.stdout:
        if line.startswith("{"):
            figures = json.loads(line)
            figures.pop("means", None)  # each had a line
            note(figures)
    status = process.wait()
    alarm.cancel()
    return None if late.is_set() else status


def soak(options, folder, attached):
    file = os.path.join(folder, "soak.jsonl")
    call = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    bare_s = min(options.soak / BARE_SHARE, LONGEST_BARE_S)
    statuses = []
    with open(file, "a", encoding="utf-8") as lines:
        for name, seconds, command in [("bare", bare_s, job(bare_s)),
                                       ("attached", options.soak - bare_s,
                                        attached(options, folder, *job(options.soak - bare_s)))]:
            say(f"{name} for {seconds:.0f} s")

            def note(figures, name=name):
                lines.write(json.dumps({"call": call, "variant": name, **figures}) + "\n")
                lines.flush()
            statuses.append(follow(command, seconds, note))
            note({"status": statuses[-1], "command": command})
        note({"report": report(options, folder)}, "report")
    print(file)
    return 0 if statuses == [0, 0] else 1


def report(options, folder):
    done = subprocess.run([os.path.join(options.build, "bin/flopprof"), "report", os.path.join(folder, "run.db"),
                           "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    try:
        whole = json.loads(done.stdout)
    except ValueError:
        return {"failed": done.stderr}
    return {key: whole.get(key) for key in ("totals", "faults", "per_step")}
