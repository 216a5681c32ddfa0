#!/usr/bin/env pydevpva
# Save values and look at their histogram.

epicsEnvSet("P", "Example:")
epicsEnvSet("PYTHONPATH", ".")

# Made before iocInit, used by the links of the records
pydev("import numpy")
pydev("import samples")
pydev("myarray = list()")

dbLoadRecords("histogram.db", "P=$(P),BINS=100")

iocInit
