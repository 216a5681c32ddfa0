#!/usr/bin/env pydevpva
# Log to the console: a put of a text prints it with the time.

epicsEnvSet("P", "Example:")
epicsEnvSet("PYTHONPATH", ".")

pydev("from datetime import datetime as dt")
pydev("import logbook")

dbLoadRecords("log.db", "P=$(P)")

iocInit
