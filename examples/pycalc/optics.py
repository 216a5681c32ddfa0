"""A crystal monochromator."""

import math

# Spacing of the lattice planes, in the order of the crystals in pycalc.db
SPACING_NM = (0.31356, 0.19202, 0.32664)
HC_EV_NM = 1239.84198


def energy(angle_deg, crystal):
    """Photon energy in eV that the crystal passes at a Bragg angle."""
    return HC_EV_NM / (2 * SPACING_NM[crystal] * math.sin(math.radians(angle_deg)))


if __name__ == "__main__":
    print(energy(30, 0))
