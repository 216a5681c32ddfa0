# A saved session: each line is run in softIocPVX's shell and in ours
coreRelease
epicsEnvSet("P", "X:")
epicsEnvSet FILE a.db
echo $(P) ${Q=def} "a  b" c
echo "tab\tx\\y"
epicsEnvShow F?LE
epicsEnvUnset NOTHERE
echo 'single "dq" x'
echo "unbalanced
pwd > /dev/null
date > /dev/null
errlogInit 2000
errlogInit2 2000 256
eltc 1
help > /dev/null
iocLogPrefix "fac=test"
setIocLogDisable 1
asSetFilename rules.acf
asSetSubstitutions "A=1"
asdbdump
asprules
aspmem
aspuag
asphag
callbackSetQueueSize 1000
callbackParallelThreads 2
scanOnceSetQueueSize 500
dbPvdTableSize 1024
var dbTemplateMaxVars 200
var dbTemplateMaxVars
var nosuch
var as*
dbDumpPath
dbDumpMenu pdbbase menuPini
dbDumpMenu pdbbase menuScan
dbDumpMenu pdbbase nosuch
dbDumpDriver
dbDumpRegistrar
dbDumpFunction
dbDumpVariable
dbDumpLink
dbDumpDevice pdbbase ai
dbDumpField pdbbase ai VAL
dbDumpRecordType pdbbase longin
dbDumpBreaktable pdbbase typeKdegC
registryDump > /dev/null
registryDeviceSupportFind devAiSoft
registryDriverSupportFind drvX
registryFunctionFind f
registryRecordTypeFind ai
dbLoadDatabase base.dbd
dbLoadRecords
dbLoadRecords nosuch.db
dbLoadRecords $(FILE)
dbLoadTemplate
dbLoadGroup
dbCreateAlias pdbbase X:g2 X:other
dbl
dbl ai
dbl ai "VAL EGU SCAN"
dbl "" recordType
dbl nosuch
dbla
dbla X:o*
dbglob X:?o
dbgrep X:a*
dbnr
dbnr 1
dbli
dbli c*
dbli nosuch
dbgf X:ai
dbpf X:ai 2
dbtr X:ai
dbtgf X:ai
dbpr X:ai 1
dbpr X:wf 1
dbDumpRecord pdbbase longin
dbDumpRecord pdbbase ai 1
scanOnceQueueShow
callbackQueueShow
scanpel
scanppl
afterIocRunning
afterIocRunning "echo it runs"
iocRun
iocPause
iocInit
iocInit
afterIocRunning "echo late"
iocBuild
iocRun
epicsThreadSleep 0.3
dbl
dba
dba X:nosuch
dba X:ai
dba X:ai.SCAN
dba X:ai.DESC$
dba X:wf
dba X:lo.OUT
dba X:ai.TIME
dbgf
dbgf X:ai
dbgf X:ai.SCAN
dbgf X:ai.DESC
dbgf X:ai.FLNK
dbgf X:mb
dbgf X:wf
dbgf X:nosuch
dbpf X:ai 4.5
dbpf X:ai abc
dbpf X:ao 3.25
dbpf X:mb one
dbpf X:mb 1
dbpf X:bo on
dbpf X:bo nosuch
dbpf X:si "a b c"
dbpf X:wf [1,2,3.5]
dbpf X:wf "[7,8]"
dbpf X:ch "hello"
dbpf X:st '["a","b c"]'
dbpf X:i6 99999999999
dbpf X:lo 99999999999
dbpf X:ai.SCAN "2 second"
dbpf X:ai.SCAN 0
dbpf X:ai.DESC "about it"
dbpr
dbpr X:ai
dbpr X:ai 2
dbpr X:ca 1
dbpr X:wf 2
dbpr X:al 0
dbtr X:li
dbtgf
dbtgf X:ao
dbtpf
dbtpf X:ao 1
dbtpf X:ao abc
dbtpf X:mb one
dbtpf X:lo 300
dbtpf X:si foo
dbtpn
dbtpn X:nosuch 1
dbtpn X:ao 3
epicsThreadSleep 0.3
tpn
tpn X:ao 4
epicsThreadSleep 0.3
gft X:ai
pft X:si abc
dbel
dbel X:mb
dbel X:ai 1
dbior
dbior drvNone 3
dbhcr
dbReportDeviceConfig
dbcar
dbcar "" 1
dbcar "" 2
dbcar X:ca 2
dbcar X:nosuch 1
dblsr
dblsr X:ai 2
dblsr X:nosuch
dbLockShowLocked
dbjlr X:ai
dbjlr X:nosuch
dbpvar
dbpvar X:ai
dbstat
dbsr
dbNotifyDump
dbPvdDump
dbPutAttribute ai VERS 3.4
dbgf X:ai.VERS
dbgf X:ai.RTYP
dbStateCreate red
dbStateCreate blue
dbStateSet red
dbStateShow red
dbStateShow blue
dbStateShow nosuch
dbStateShow red 1
dbStateShowAll
dbStateShowAll 1
dbStateClear red
dbStateShowAll
scanppl
scanppl 10
scanppl 7
scanpel
scanpel 3
scanpel "my*"
scanpel nosuch
scanpiol
postEvent
postEvent 3
postEvent "my event"
epicsThreadSleep 0.2
dbgf X:li
asdbdump
asprules
asprules calc
asprules nosuch
aspmem DEFAULT
aspmem nosuch
aspuag
aspuag ops
asphag hosts
asphag nosuch
astac
astac X:ai alice localhost
epicsThreadSleep 0.2
ascar
asDumpHash
asInit
dbb
dbb X:i6
dbb X:i6
dbstat
dbd X:i6
epicsThreadSleep 0.3
dbd X:i6
dbc
dbs
dbp
dbc X:ai
dbs X:ai
dbp X:ai
dbap
dbap X:i6
dbap X:i6
dbstat
epicsThreadShow
epicsThreadShow nosuch
epicsThreadShowAll
epicsThreadResume
epicsMutexShowAll
taskwdShow
generalTimeReport
generalTimeReport 0
ClockTime_Report
installLastResortEventProvider
iocLogShow
iocLogInit
casr
pvxsr
pvxsl
pvxsl 1
pvxsi
pvxgl
pvxgl 1
pvxgl 2
pvxgl 1 "Z*"
pvxrefshow
pvxrefsave
pvxrefdiff
pvxs_log_config "pvxs.none=ERR"
pvxs_log_clear
epicsParamShow > /dev/null
epicsPrtEnvParams > /dev/null
errlog
errlog "a message"
iocPause
iocPause
iocRun
iocshCmd "echo inner"
iocshRun "echo $(M=none)" "M=4"
iocshLoad nosuch.cmd
cd /tmp
nosuchcommand 1 2
on error continue
exit
