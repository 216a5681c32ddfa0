"""Frames on their way through workers: in order, and never more than so many at a time."""

import threading
from collections import deque

import numpy

import pydev


class InFlight:
    """`submit(pixels)` gives a future of any kind: Dask's, or that of an @pydev.in_process function.

    What it comes to, an array, is published as `name` with the frame's number, time and attributes. A frame that comes
    while `most` are under way is dropped: the `ndarray` record that gets the results counts it as LOST, by the frames'
    numbers, and those that came to nothing, too: their error is published as `name`:error. `name`:count is how many are
    under way. `take` is called by one record.
    """

    def __init__(self, submit, name, most=4, newest_first=False):
        self._submit, self._name, self._most = submit, name, most
        self.newest_first = newest_first
        self._under_way = deque()
        self._lock = threading.Lock()
        pydev.iointr(name + ":count", 0)

    def take(self, frame):
        """Send a frame off, if there is room, and return it. Raises what `submit` raises."""
        if frame.size and len(self._under_way) < self._most:  # before the first frame there is an empty one
            future = self._submit(numpy.asarray(frame))
            sent = Sent(frame)
            self._under_way.append(sent)
            pydev.iointr(self._name + ":count", len(self._under_way))
            future.add_done_callback(lambda future: self._give_on(sent, future))  # perhaps at once
        return frame

    def _give_on(self, sent, future):
        """On a thread of the future's library. Newest first waits for none of those before, and forgets them."""
        sent.end(future)
        with self._lock:
            if self.newest_first and sent in self._under_way:
                while self._under_way[0] is not sent:
                    self._under_way.popleft()
            while self._under_way and self._under_way[0].made is not None:
                self._publish(self._under_way.popleft())
            pydev.iointr(self._name + ":count", len(self._under_way))

    def _publish(self, sent):
        if isinstance(sent.made, str):
            pydev.iointr(self._name + ":error", f"frame {sent.frame.unique_id}: {sent.made}")
        else:
            pydev.iointr(self._name, sent.made)


class Sent:
    """A frame that is under way; `made` is what came of it, or the text of an error."""

    def __init__(self, frame):
        self.frame, self.made = frame, None

    def end(self, future):
        frame = self.frame
        try:
            self.made = pydev.NDArray(
                future.result(), frame.attributes, unique_id=frame.unique_id, timestamp=frame.timestamp
            )
        except BaseException as error:  # CancelledError is none of Exception
            self.made = f"{type(error).__name__}: {error}".splitlines()[0]
