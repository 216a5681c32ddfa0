"""A pump that must not run on without its IOC; simulated."""

import threading

import pydev


class Pump:
    """What would talk to the pump's controller."""

    def __init__(self):
        self._speed, self._lock = 0.0, threading.Lock()

    def connect(self):
        """Say what it does, so that no client begins with an alarm."""
        pydev.iointr("pump speed", self._speed)

    def set_speed(self, speed):
        """In turns per minute."""
        with self._lock:
            self._speed = speed
            pydev.iointr("pump speed", speed)
        return speed


pump = Pump()


@pydev.at_start
def connect():
    pump.connect()


@pydev.at_exit(seconds=5)
def stop():
    pump.set_speed(0.0)
    print("pump: stopped")
