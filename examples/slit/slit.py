"""A simulated slit: two blades, and what of a beam comes through between them. Plain Python, it knows no records."""

import math
import time

import numpy

import pydev


class Slit:
    """Two blades that reach from -5 to 5 mm, and a beam whose middle is not quite at 0."""

    TRAVEL_MM = 5.0
    BEAM_MM, WIDTH_MM, PHOTONS = 0.4, 0.5, 1e6
    SCAN_MM = 2.0
    DWELL_S = 0.05

    def __init__(self):
        self.left = self.right = 0.0

    def move(self, gap, centre):
        """Move both blades; ValueError where they cannot go."""
        left, right = centre - gap / 2, centre + gap / 2
        if gap < 0:
            raise ValueError(f"{gap:g} mm is no gap")
        if max(-left, right) > self.TRAVEL_MM:
            raise ValueError(f"the blades end at {self.TRAVEL_MM:g} mm")
        self.left, self.right = left, right

    def flux(self):
        """Photons a second that come through."""
        return round(self.PHOTONS * (self._share(self.right) - self._share(self.left)))

    def scan(self, points):
        """Move the gap across the beam and back, and publish what it has seen so far at each point."""
        before = self.left, self.right
        centres = numpy.linspace(-self.SCAN_MM, self.SCAN_MM, points).round(3)
        fluxes = []
        for centre in centres:
            self.move(before[1] - before[0], centre)
            time.sleep(self.DWELL_S)
            fluxes = [*fluxes, self.flux()]
            pydev.iointr("scan.centre", centres[: len(fluxes)])
            pydev.iointr("scan.flux", fluxes)
        self.left, self.right = before

    def _share(self, blade):
        """How much of the beam is on the left of a blade."""
        return (1 + math.erf((blade - self.BEAM_MM) / (self.WIDTH_MM * math.sqrt(2)))) / 2


if __name__ == "__main__":
    slit = Slit()
    slit.move(gap=1, centre=0)
    print(f"{slit.flux()} photons a second")
