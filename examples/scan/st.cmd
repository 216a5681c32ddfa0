#!/usr/bin/env pydevpva
# A step scan over two simulated stages.

epicsEnvSet("P", "Example:Scan:")
epicsEnvSet("PYTHONPATH", ".")

pydev("import devices")
pydev("from scan import scan")

dbLoadRecords("scan.db", "P=$(P)")
dbLoadRecords("program.db", "P=$(P),PROGRAM=scan")

iocInit
