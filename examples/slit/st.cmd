#!/usr/bin/env pydevpva
# A slit, whose records are also seen together: as a structure, and its scan as a table.

epicsEnvSet("P", "Example:")
epicsEnvSet("PYTHONPATH", ".")

pydev("from slit import Slit")
pydev("slit = Slit()")

dbLoadRecords("slit.db", "P=$(P)")

iocInit
