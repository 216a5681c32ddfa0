#!/usr/bin/env pydevpva
# The device of the tutorial: a stage and an oven, simulated by mydevice.py.

epicsEnvSet("P", "Demo:")

# Where Python finds mydevice.py
epicsEnvSet("PYTHONPATH", ".")

# Stop must get through while a move waits for its end, so one thread is not enough.
epicsEnvSet("PYDEV_NUM_THREADS", "2")

pydev("from mydevice import Stage, Oven")
pydev("stage = Stage('stage')")
pydev("oven = Oven('oven')")

dbLoadRecords("device.db", "P=$(P)")

iocInit
