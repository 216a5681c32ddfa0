#!/usr/bin/env pydevpva
# A simulated camera: frames of 2 MiB, 100 per second.

epicsEnvSet("P", "Example:Cam:")
epicsEnvSet("PYTHONPATH", ".")

pydev("from camera import Camera")
pydev("camera = Camera('camera')")

dbLoadRecords("camera.db", "P=$(P),RATE=100")

iocInit
