#!/usr/bin/env pydevpva
# Frames of a simulated camera, worked on by a Dask cluster.

epicsEnvSet("P", "Example:Cluster:")
epicsEnvSet("PYTHONPATH", ".:../camera")
epicsEnvSet("PORT", "$(INSTRUMENT_PORT=4016)")

# A cluster of two workers on this machine. Take the two lines and the record Workers out for a real one.
pydev("from workers import Workers")
pydev("workers = Workers(port=$(PORT))")

pydev("import math, spots")
pydev("from camera import Camera; from cluster import Cluster; from inflight import InFlight")
pydev("cluster = Cluster('tcp://127.0.0.1:$(PORT)', name='cluster')")
pydev("frames = InFlight(lambda pixels: cluster.submit(spots.profile, pixels), name='made', most=4)")
pydev("camera = Camera('camera')")

dbLoadRecords("cluster.db", "P=$(P)")

iocInit
