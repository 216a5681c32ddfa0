"""A Dask cluster that may come late, go away and come back."""

import threading

import pydev

LOOK = 0.5  # seconds between two tries


class Cluster:
    """`submit` as a `dask.distributed.Client` has it. A client gives up when its scheduler is away for long, and cannot
    be made without one: so a thread makes the first, and a new one when that has given up.

    Publishes `name`:state, such as "2 workers" or "no scheduler at tcp://127.0.0.1:8786".
    """

    def __init__(self, address, name):
        self._address, self._name = address, name
        self._client = None
        self._ended = threading.Event()
        pydev.at_exit(self.close)
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, function, *args):
        """A future; ConnectionError at once where there is no cluster."""
        client = self._client
        if client is None or client.status != "running":
            raise ConnectionError(self._no_scheduler())
        return client.submit(function, *args, pure=False)

    def close(self):
        self._ended.set()
        if self._client is not None:
            self._client.close(timeout=1)

    def _run(self):
        try:
            import distributed
        except ImportError as error:
            pydev.iointr(self._name + ":state", f"{error}: pip install pydevpva[dask]")
            return
        while not self._ended.is_set():
            if self._client is None or self._client.status == "closed":
                self._connect(distributed)
            pydev.iointr(self._name + ":state", self._state())
            self._ended.wait(LOOK)

    def _connect(self, distributed):
        try:
            self._client = distributed.Client(self._address, timeout=2, set_as_default=False)
        except Exception:  # nobody there, or somebody who is no scheduler
            self._client = None

    def _state(self):
        try:
            if self._client is not None and self._client.status == "running":
                return f"{len(self._client.scheduler_info(n_workers=-1)['workers'])} workers"
        except Exception as error:  # of many kinds, while the connection goes: the next look will tell
            print(f"{self._name}: {error!r}")
        return self._no_scheduler()

    def _no_scheduler(self):
        return f"no scheduler at {self._address}"
