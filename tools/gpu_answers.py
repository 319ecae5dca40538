"""The answers of tools/gpu_check.py: one JSON file, whole at every moment."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

KEPT_CHARACTERS = 6000
NO_GPU = 77


def say(text):
    print(f"tools/gpu_check: {text}", file=sys.stderr, flush=True)


def text_of(file):
    file.seek(0)
    return file.read().decode(errors="replace")


def end_of(process):
    """All of its session; what hangs in the driver is left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass


def asked(command, limit_s):
    """Runs a command to its end or its limit. What it printed by then is kept: JSON as what it is."""
    run = {"name": command.name, "command": command.words, "environment": command.environment}
    began_at = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(command.words, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       cwd=command.directory, env={**os.environ, **command.environment},
                                       start_new_session=True)
        except OSError as error:
            return {**run, "failed": str(error)}
        try:
            run["status"] = process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            end_of(process)
            run["failed"] = f"ended after its {limit_s:.0f} s"
        run["seconds"] = round(time.monotonic() - began_at, 3)
        run["answers"], run["printed"] = sorted_out(text_of(out))
        run["said"] = text_of(err)[-KEPT_CHARACTERS:]
    if run.get("status") == NO_GPU:
        run["failed"] = "no GPU"
    elif run.get("status"):
        run["failed"] = f"status {run['status']}"
    elif "[  SKIPPED ]" in run["printed"] or "(skipped=" in run["said"]:  # as GoogleTest and unittest put it
        run["failed"] = "a test was skipped: it found no GPU"
    return run


def sorted_out(text):
    """Lines of JSON, and the rest; or one value of JSON over many lines, whole, however long."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict):
        return [whole], ""
    answers, rest = [], []
    for line in text.splitlines():
        try:
            answer = json.loads(line) if line.startswith("{") else None
        except ValueError:  # cut off in the middle
            answer = None
        if isinstance(answer, dict):
            answers.append(answer)
        else:
            rest.append(line)
    return answers, "\n".join(rest)[-KEPT_CHARACTERS:]


class Answers:
    def __init__(self, folder, machine):
        self.folder, self.file = folder, os.path.join(folder, "answers.json")
        os.makedirs(folder, exist_ok=True)
        self.all = {"machine": machine, "questions": {}}
        if os.path.exists(self.file):  # of an earlier call on the same day
            with open(self.file, encoding="utf-8") as file:
                self.all["questions"] = json.load(file)["questions"]
        self.own = []

    def keep(self, question, answer):
        self.all["questions"][question] = {"asked_at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **answer}
        if question not in self.own:
            self.own.append(question)
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            json.dump(self.all, file, indent=1)
        os.replace(self.file + ".new", self.file)

    def cases(self, question):
        runs = self.all["questions"][question].get("runs", [])
        return [answer for run in runs for answer in run.get("answers", [])]

    def failures(self, question):
        answer = self.all["questions"][question]
        wrong = [answer["failed"]] if "failed" in answer else []
        wrong += [f"{run['name']}: {run['failed']}" for run in answer.get("runs", []) if "failed" in run]
        return wrong + [f"{case.get('case')}: {case['failed']}" for case in self.cases(question) if "failed" in case]

    def summary(self, question):
        compared = [case for case in self.cases(question) if "equal" in case]
        runs = self.all["questions"][question].get("runs", [])
        text = f"{len(runs)} runs, {len(self.cases(question))} cases, {len(self.failures(question))} failures"
        if compared:
            text += f", {sum(case['equal'] for case in compared)} of {len(compared)} counts equal what was expected"
        return text

    def differences(self):
        return [f"{question}, {case['case']}" for question in self.own for case in self.cases(question)
                if case.get("equal") is False]

    def went_well(self):
        return not any(self.failures(question) for question in self.own)

    def verdict(self):
        lines = [f"{question:30} {self.summary(question)}" for question in self.own]
        lines += [f"failed: {question}: {text}" for question in self.own for text in self.failures(question)]
        lines += [f"differs: {text}" for text in self.differences()]
        return "\n".join([*lines, self.file])
