#!/usr/bin/env pydevpva
# An output record whose value is what Python makes of it.

epicsEnvSet("P", "Example:")
epicsEnvSet("PYTHONPATH", ".")

pydev("import distance")

dbLoadRecords("abs.db", "P=$(P),CENTRE=5")

iocInit
