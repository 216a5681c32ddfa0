"""A cluster on this machine, of a scheduler and two worker processes: `python workers.py` runs it alone."""

import os
import subprocess
import sys

import pydev

PORT = 4016


class Workers:
    """The cluster as a process of its own, which ends with the IOC."""

    def __init__(self, port=PORT, count=2):
        self._command = [sys.executable, os.path.abspath(__file__), str(port), str(count)]
        self._process = None
        pydev.at_exit(lambda: self.stop(1.5))

    def run(self, on):
        """Start or stop it."""
        if not on:
            self.stop()
        elif self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def stop(self, seconds=10):
        """It ends when its stdin does, also when the IOC is killed; its workers end with it."""
        if self._process is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main(port=PORT, count=2):
    from distributed import LocalCluster

    # With None for its pages the scheduler would serve them on port 8787, which another one may have
    with LocalCluster(
        n_workers=int(count), threads_per_worker=1, scheduler_port=int(port), dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ):  # fmt: skip
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
