# A start that fails ends the process with status 2, which the unit file knows
on error break

pydev("from pump import pump")
asSetFilename("access.acf")
dbLoadRecords("pump.db", "P=Deploy:")
iocInit
