"""The analysis as a processor for pvapy-hpc-consumer, which shares frames among several processes."""

import analysis
import pvaccess
from pvapy.hpc.adImageProcessor import AdImageProcessor

THRESHOLD = 300


class CentroidProcessor(AdImageProcessor):
    """Passes each frame on with the attributes CentroidX and CentroidY."""

    def __init__(self, configDict={}):  # noqa: B006  # as pvapy calls it
        super().__init__(configDict)
        self.frames = 0

    def process(self, pvObject):
        """Called by the consumer with each of its frames."""
        pixels = self.reshapeNtNdArray(pvObject)[1][:: analysis.STEP, :: analysis.STEP]
        across, down = analysis.profiles(pixels, THRESHOLD)
        centroid = {"CentroidX": analysis.middle(across), "CentroidY": analysis.middle(down)}
        added = [pvaccess.NtAttribute(name, pvaccess.PvDouble(analysis.STEP * x)) for name, x in centroid.items()]
        pvObject["attribute"] = [*pvObject["attribute"], *added]
        self.frames += 1
        self.updateOutputChannel(pvObject)
        return pvObject

    def getStats(self):
        """Shown in the consumer's status PV."""
        return {"frames": self.frames}

    def getStatsPvaTypes(self):
        """Their types there."""
        return {"frames": pvaccess.UINT}


class InOrder(AdImageProcessor):
    """For the collector: passes the results on as they are, which come to it in the frames' order."""

    def process(self, pvObject):
        """Called by the collector with each result."""
        self.updateOutputChannel(pvObject)
        return pvObject
