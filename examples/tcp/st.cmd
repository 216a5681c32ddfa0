#!/usr/bin/env pydevpva
# A TCP instrument, asked for its identity.

epicsEnvSet("P", "Example:Tcp:")
epicsEnvSet("PYTHONPATH", ".")
epicsEnvSet("HOST", "127.0.0.1")
epicsEnvSet("PORT", "$(INSTRUMENT_PORT=4012)")

# A simulated instrument to talk to. Take the two lines out, and set HOST and PORT, for a real one.
pydev("import instrument")
pydev("instrument.start('$(HOST)', $(PORT))")

pydev("from socket import *")

dbLoadRecords("tcp.db", "P=$(P),HOST=$(HOST),PORT=$(PORT)")

iocInit
