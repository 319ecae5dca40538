"""`flopprof run --metrics-port`: the metrics of a running job, asked for by real HTTP clients."""

import http.client
import os
import re
import signal
import socket
import unittest
import urllib.error
import urllib.parse
import urllib.request

from staged_prefix import AttachTest

try:
    import prometheus_client.openmetrics.parser as openmetrics
    import prometheus_client.parser as text_format
except ImportError:
    openmetrics = None

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
WAITING_JOB = ["sh", "-c", "read line; exit 7"]


class MetricsPort(AttachTest):
    def start_serving(self, command=WAITING_JOB, options=("--metrics-port", "0")):
        """The job, which waits for its standard input, and the address that was printed."""
        job = self.start(command, options=options, stdin=-1)
        self.addCleanup(job.stdin.close)
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.stderr.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        said = job.stderr.readline().decode()
        url = re.fullmatch(r"flopprof: metrics at (http://\S+/metrics)\n", said)
        self.assertIsNotNone(url, said)
        return job, url.group(1)

    def end(self, job):
        out, err = job.communicate(b"\n", timeout=60)
        self.assertEqual((job.returncode, err), (7, b""))
        return out

    def get(self, url, **headers):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.headers["Content-Type"], answer.read().decode()

    def refusal(self, url, method="GET"):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30)
        with refused.exception as error:
            return error.code, error.read().decode()

    def port_of(self, url):
        return urllib.parse.urlsplit(url).port

    def test_serves_openmetrics_while_the_job_runs_and_no_longer(self):
        job, url = self.start_serving()
        kind, text = self.get(url)
        self.assertEqual(kind, OPENMETRICS)
        self.assertIn("\nflopprof_running 1\n", text)
        self.assertTrue(text.endswith("# EOF\n"))
        self.end(job)
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(url, timeout=30)
        self.assertEqual(self.query("SELECT ended, exit_status FROM run"), [("exited", 7)])
        self.assertEqual(self.faults(), [])

    def test_answers_what_a_scraper_can_read(self):
        if openmetrics is None:
            self.skipTest("no prometheus_client (PyPI)")
        job, url = self.start_serving()
        accepts = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        kind, text = self.get(url, Accept=accepts)
        self.assertEqual(kind, OPENMETRICS)
        families = {f.name: f for f in openmetrics.text_string_to_metric_families(text)}
        self.assertEqual(families["flopprof_run"].samples[0].labels["command"],
                         "sh -c read line; exit 7")
        self.assertEqual(families["flopprof_steps"].type, "counter")
        kind, text = self.get(url, Accept="text/plain;version=0.0.4")
        self.assertEqual(kind, TEXT_FORMAT)
        families = {f.name: f for f in text_format.text_string_to_metric_families(text)}
        self.assertEqual(families["flopprof_running"].samples[0].value, 1)
        self.end(job)

    def test_listens_on_loopback_unless_told_otherwise(self):
        job, url = self.start_serving()
        self.assertTrue(url.startswith("http://127.0.0.1:"), url)
        with open("/proc/net/tcp") as file:
            listening = [line.split()[1] for line in file if line.split()[3] == "0A"]
        at = [place for place in listening if int(place.split(":")[1], 16) == self.port_of(url)]
        self.assertEqual([place.split(":")[0] for place in at], ["0100007F"])
        self.end(job)
        job, url = self.start_serving(
            options=("-f", "--metrics-port", "0", "--metrics-address", "127.0.0.2"))
        self.assertTrue(url.startswith("http://127.0.0.2:"), url)
        self.get(url)
        self.end(job)

    def test_has_nothing_but_metrics(self):
        job, url = self.start_serving()
        self.assertEqual(self.refusal(url[:-len("metrics")]), (404, "it is at /metrics\n"))
        self.assertEqual(self.refusal(url + "/more")[0], 404)
        self.assertIn(self.refusal(url, method="POST")[0], (405, 501))
        client = http.client.HTTPConnection("127.0.0.1", self.port_of(url), timeout=30)
        client.request("HEAD", "/metrics?x=1")
        answer = client.getresponse()
        self.assertEqual((answer.status, answer.read()), (200, b""))
        client.close()
        self.end(job)

    def test_survives_clients_that_talk_nonsense_or_hang_up(self):
        job, url = self.start_serving()
        for bytes_sent in (b"\0\1\2\r\n\r\n", b"GET /metrics HTTP/1.1\r\n", b"G" * 100_000,
                           b"GET /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port_of(url)), timeout=30) as client:
                try:
                    client.sendall(bytes_sent)
                except OSError:  # hung up on, as it deserves
                    pass
        self.assertEqual(self.get(url)[0], OPENMETRICS)
        self.end(job)

    def test_says_why_the_run_cannot_be_read(self):
        job, url = self.start_serving()
        os.remove(os.path.join(self.job, "run.db"))
        status, text = self.refusal(url)
        self.assertEqual(status, 503)
        self.assertIn("run.db: no such file", text)
        job.communicate(b"\n", timeout=60)
        self.assertEqual(job.returncode, 7)

    def test_that_is_taken_does_not_stop_the_job_and_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            result = self.run_job("sh", "-c", "exit 7", options=["--metrics-port", port])
        self.assertEqual(result.returncode, 7)
        told = "cannot listen on 127.0.0.1, port %s: Address already in use" % port
        self.assertEqual(result.stderr.decode(),
                         "flopprof: metrics not served: %s; the job runs without\n" % told)
        self.assertEqual(self.query("SELECT what, detail, remedy FROM fault"),
                         [("metrics not served", told,
                           "give another port with --metrics-port; 0 takes any that is free")])

    def test_on_an_address_that_is_not_ours_is_a_fault_too(self):
        result = self.run_job("sh", "-c", "exit 7", options=[
            "--metrics-port", "0", "--metrics-address", "192.0.2.1"])
        self.assertEqual(result.returncode, 7)
        self.assertEqual(self.faults(), ["metrics not served"])

    def test_that_is_none_is_wrong_usage_and_starts_nothing(self):
        for options in (["--metrics-port", "70000"], ["--metrics-port", "-1"], ["--metrics-port", "x"],
                        ["--metrics-address", "127.0.0.1"]):
            result = self.run_job("touch", "started", options=options)
            self.assertEqual(result.returncode, 2, options)
        self.assertEqual(os.listdir(self.job), ["src"])

    def test_leaves_the_job_its_own_files_and_signals(self):
        look = ("import os, signal; signal.signal(signal.SIGTERM, lambda *_: os._exit(9));"
                "print([l for l in (os.readlink('/proc/self/fd/' + f) for f in os.listdir('/proc/self/fd')"
                " if os.path.exists('/proc/self/fd/' + f)) if l.startswith(('socket:', 'anon_inode:'))],"
                " signal.pthread_sigmask(signal.SIG_BLOCK, []), flush=True); signal.pause()")
        job, _ = self.start_serving(command=["python3", "-c", look])
        self.assertEqual(job.stdout.readline(), b"[] set()\n")
        job.send_signal(signal.SIGTERM)
        self.assertEqual(job.wait(60), 9)


if __name__ == "__main__":
    unittest.main()
