#!/usr/bin/env pydevpva
# Python publishes several values at once, and records take them by name (SCAN "I/O Intr").

epicsEnvSet("P", "Example:")
epicsEnvSet("PYTHONPATH", ".")

pydev("from roots import sqrt")

dbLoadRecords("sqrt.db", "P=$(P)")

iocInit
