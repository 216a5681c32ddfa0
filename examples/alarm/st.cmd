#!/usr/bin/env pydevpva
# Alarms: limits, states, exceptions, and how they travel along links.

epicsEnvSet("P", "Example:")
epicsEnvSet("PYTHONPATH", ".")

pydev("from tank import Tank")
pydev("tank = Tank()")

dbLoadRecords("alarm.db", "P=$(P)")

iocInit
