"""A simulated tank with a sensor that can be unplugged."""


class Tank:
    """Holds up to 100 litres."""

    def __init__(self):
        self._litres = 50.0
        self._plugged = True

    def fill(self, litres):
        """Fill or drain to so many litres; ValueError when they do not fit."""
        if not 0 <= litres <= 100:
            raise ValueError(f"{litres:g} l, but 0 to 100 fit")
        self._litres = litres

    def plug(self, inside):
        """Put the sensor's plug in (1) or pull it (0)."""
        self._plugged = bool(inside)

    def level(self):
        """Litres in the tank; ConnectionError without the sensor."""
        if not self._plugged:
            raise ConnectionError("sensor does not answer")
        return self._litres


if __name__ == "__main__":
    print(Tank().level())
