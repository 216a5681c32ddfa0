#!/usr/bin/env pydevpva
# Python with more than one input: the pycalc record.

epicsEnvSet("P", "Example:Calc:")
epicsEnvSet("PYTHONPATH", ".")

pydev("import optics")

dbLoadRecords("pycalc.db", "P=$(P)")

iocInit
