#!/usr/bin/env pydevpva
# A temperature controller, asked by coroutines.

epicsEnvSet("P", "Example:Async:")
epicsEnvSet("PYTHONPATH", ".")
epicsEnvSet("HOST", "127.0.0.1")
epicsEnvSet("PORT", "$(INSTRUMENT_PORT=4014)")

# A simulated controller to talk to. Take the two lines out, and set HOST and PORT, for a real one.
pydev("import simulator")
pydev("pydev.start(simulator.serve('$(HOST)', $(PORT)), name='simulator')")

pydev("from controller import Controller")
pydev("controller = Controller('$(HOST)', $(PORT))")
pydev("reply = ''")

dbLoadRecords("async.db", "P=$(P)")

iocInit

pydev("pydev.start(controller.watch(every=0.2), name='watch')")
