"""A crystal monochromator."""

import math

# The crystals in the order of pycalc.db, and the spacing of their lattice planes
CRYSTALS = ("Si 111", "Si 220", "Ge 111")
SPACING_NM = (0.31356, 0.19202, 0.32664)
HC_EV_NM = 1239.84198


def energy(angle_deg, crystal):
    """Photon energy in eV that the crystal passes at a Bragg angle."""
    return HC_EV_NM / (2 * SPACING_NM[crystal] * math.sin(math.radians(angle_deg)))


def table(angle_deg):
    """What each crystal passes at a Bragg angle: a dict of columns."""
    energies = [round(energy(angle_deg, crystal), 1) for crystal in range(len(CRYSTALS))]
    return {"crystal": list(CRYSTALS), "spacing": list(SPACING_NM), "energy": energies}


if __name__ == "__main__":
    print(energy(30, 0))
