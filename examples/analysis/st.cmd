#!/usr/bin/env pydevpva
# Evaluates the images of the camera IOC, which runs in another process or on another machine.

epicsEnvSet("P", "Example:Ana:")
epicsEnvSet("CAMERA", "Example:Cam:Image")
epicsEnvSet("PYTHONPATH", ".")

pydev("import analysis")

dbLoadRecords("analysis.db", "P=$(P),CAMERA=$(CAMERA)")

iocInit
