"""What databases and startup scripts take from well-known EPICS modules, and what stands for it here. No thread.

A module is named by its commands, record types, DTYPs, and by the macros in which `make` puts its folder (envPaths).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydevpva.db.macros import undefined
from pydevpva.db.model import Field

_DEVICE = (
    "Python talks to devices here (sockets, pyserial, the maker's package), "
    'called by records with field(DTYP, "pydev")'
)
RECORDS_OF = "records of "  # and the module: the cause of a problem
_ELSEWHERE = "or leave it in its C IOC, and link to that over PVA"


@dataclass(frozen=True, slots=True)
class Module:
    """`commands` and `dtyps` are regular expressions for whole names, `records` and `macros` are words."""

    name: str
    advice: str
    commands: str = ""
    records: str = ""
    dtyps: str = ""
    macros: str = ""


MODULES = (
    Module(
        "autosave",
        "its commands are built in, no folder of its own is needed; copy the databases that you want of it, such as "
        "save_restoreStatus.db, next to yours",
        r"configMenu\w*",
        macros="AUTOSAVE SAVE_RESTORE",
    ),
    Module(
        "iocStats",
        "its device support is built in, no folder of its own is needed; copy iocAdminSoft.db of it, if you want it, "
        "next to your databases",
        r"(dev)?[iI]ocStats\w*|ioc(Admin|Stats)\w*",
        dtyps=r"VX stats( \w+)?",
        macros="DEVIOCSTATS IOCSTATS IOCADMIN",
    ),
    Module(
        "seq",
        "programs of the state notation language are C; write the sequence in Python, as a pydev.Program",
        r"seq\w*|snc\w+",
        macros="SNCSEQ SEQ SEQUENCER SNC",
    ),
    Module(
        "motor",
        'its record motor is there with DTYP "Soft Channel", and Python moves what is behind it: OUT to an ao, RDBL to '
        f'an ai, both with field(DTYP, "pydev"); {_ELSEWHERE}',
        r"(?!motorUtilInit$|listMovingMotors$)\w*[mM]otor\w*|\w+Create(Controller|Ax[ei]s|CSAxes|Profile\w*)"
        r"|set(Moving|Idle)PollPeriod|printChIDlist"
        r"|(oms|MAX|PM\d|MM\d|MC[BD]|ESP|XPS|IM4|Soloist|Ensemble|Phytron|PI[CE])\w*(Setup|Config\w*)|pmac\w+|Galil\w+",
        "",
        r"asynMotor|OMS.*|MAXv.*|PM\d+|Soft Channel Motor|.* Motor",
        "MOTOR PMAC GALIL",
    ),
    Module(
        "areaDetector",
        "Python reads cameras here, and the record ndarray serves their images (docs/images-and-tables.md)",
        r"(ND|AD)\w+Config(ure)?|\w*[dD]etectorConfig|(ffmpeg|prosilica|pilatus|aravis|URLDriver|eiger|pvaDriver)\w*"
        r"|parseAreaPrefixes",
        dtyps=r"NDPlugin\w*",
        macros="AREA_DETECTOR ADCORE ADSUPPORT",
    ),
    Module(
        "modbus",
        f"{_DEVICE}; for Modbus there is pymodbus",
        r"(drvM|m)odbus\w*",
        dtyps=r"modbus\w*",
        macros="MODBUS",
    ),
    Module(
        "StreamDevice",
        f"{_DEVICE}; what a protocol file does, a Python function does",
        r"stream\w*",
        dtyps=r"stream",
        macros="STREAM STREAMDEVICE",
    ),
    Module(
        "asyn",
        _DEVICE,
        r"drvAsyn\w*|asyn\w+|vxi11\w+|usbtmc\w+|(drv)?[pP]rologix\w*|gsIP488\w*|(TDS3000|E2050|E5810)Reboot|ni1014\w*"
        r"|devGpib\w*|interposeInterfaceInit|ipEchoServer2?",
        "asyn",
        r"asyn\w*",
        "ASYN",
    ),
    Module(
        "calc",
        "calcout and pycalc compute here, pycalc with arrays and text as well; sseq and swait are there",
        r"[as]Calc\w*|acalc\w*|scalc\w*",
        "wait",
        macros="CALC",
    ),
    Module(
        "busy",
        'the record busy is there; with field(DTYP, "pydev") it is busy until its code has ended',
        macros="BUSY",
    ),
    Module(
        "std",
        "its records epid, throttle and timestamp are there, and so are Time of Day and Sec Past Epoch; and "
        "Python makes loops that are faster than a scan",
        r"vxCall|femto\w*",
        dtyps=r"Fast Epid",
        macros="STD",
    ),
    Module(
        "sscan",
        "its records sscan and scanparm are there; files are written by a client here (a Python script, bluesky), "
        "which waits for DATA and reads the arrays",
        r"saveData\w*",
        macros="SSCAN",
    ),
    Module("lua", 'Python stands for Lua: pydev("..."), field(DTYP, "pydev")', r"lua\w*", "luascript", "lua", "LUA"),
    Module("snmp", f"{_DEVICE}; for SNMP there is pysnmp", r"(devS|s)nmp\w*", dtyps=r"(dev)?[sS]nmp\w*", macros="SNMP"),
    Module(
        "ether_ip",
        f"{_DEVICE}; for EtherNet/IP there are pycomm3 and cpppo",
        r"drvEtherIP\w*|EIP_\w+",
        dtyps=r"EtherIP\w*",
        macros="ETHER_IP ETHERIP",
    ),
    Module(
        "s7plc",
        f"{_DEVICE}; for S7 there is python-snap7",
        r"s7(plc|nodave)\w*",
        dtyps=r"S7(plc|nodave)( \w+)?",
        macros="S7PLC S7NODAVE",
    ),
    Module(
        "opcua",
        f"{_DEVICE}; for OPC UA there is asyncua",
        r"opcua\w*",
        "opcuaItem",
        r"OPC ?UA\w*",
        "OPCUA",
    ),
    Module(
        "recsync",
        "it is built in, no folder of its own is needed; copy reccaster.db next to your databases if you want it",
        macros="RECCASTER RECSYNC",
    ),
    Module("mrfioc2", _DEVICE, r"mrm\w+|E[rg](Configure|Debug\w+)", dtyps=r"Obj Prop .*|EV[RG]\b.*", macros="MRFIOC2"),
    Module("scaler", _DEVICE, r"\w*[sS]caler\w*", "scaler", r".*[sS]caler.*", "SCALER"),
    Module("mca", _DEVICE, r"mca\w*|drvSIS3\w+|AIMConfig|icb\w+", "mca", r".*\bMCA\b.*", "MCA"),
    Module("dxp", _DEVICE, r"xia\w+|NDDxp\w+|dxp\w+", dtyps=r"DXP.*", macros="DXP"),
    Module("ipac", _DEVICE, r"ipac\w*|initHy\w+|initIp\w+|initDAC128V\w*|tyGSOctal\w*|tyGSMPC\w*|configIp330\w*",
           dtyps=r"Ip330(Scan|Sweep)?|dac128V|ipUnidig", macros="IPAC IP330 DAC128V IPUNIDIG"),
    Module("vac", _DEVICE, r"drvVac\w*|devVac\w*", "vs digitel", r"asyn (GP307|MM200|CC10|Digitel.*|MPC.*)", "VAC"),
    Module("vme", _DEVICE, r"dev(Avme|Xy|Vmi|A32)\w*|(avme|xy|vmi)\w+Config\w*|HiDEOS\w*", "eg er erevent egevent",
           r"(VMIC?|X[yY](COM)?|AVME|BVME|MPV|HP|Dvx|VTR|Burr|JOERGER)[- ]?[\dE].*|MZ8310|DT\d+|IK320", "VME"),
    Module("allenBradley", f"{_DEVICE}; for Allen-Bradley there are pycomm3 and cpppo", r"ab(Config|Reset|DBDebug)\w*",
           dtyps=r"AB[- ].*|AB-?\d+.*", macros="ALLEN_BRADLEY"),
    Module("camac", _DEVICE, r"camac\w*|cc32\w*|e500\w*", dtyps=r".*(CAMAC|E500).*", macros="CAMAC"),
    Module("love", _DEVICE, r"drvLove\w*|devLove\w*", macros="LOVE"),
    Module("delaygen", _DEVICE, r"delaygen\w*", macros="DELAYGEN"),
    Module("measComp", f"{_DEVICE}; for Measurement Computing there is mcculw or uldaq",
           r"MultiFunctionConfig|USBCTRConfig|(USB|E|TC)-?\d+\w*Config|measComp\w*|cbAddBoard", macros="MEASCOMP"),
    Module("LabJack", f"{_DEVICE}; for LabJack there is labjack-ljm", r"LabJack\w*", macros="LABJACK"),
    Module("quadEM", _DEVICE, r"drv(AHxxx|TetrAMM|NSLS\w*|APS_EM|PCR4|T4U\w*)Configure|(init|APS_)?[qQ]uadEM\w*",
           macros="QUADEM QUAD_EM"),
    Module("softGlue", _DEVICE, r"(init)?[sS]oftGlue\w*|initIp_?EP\w*|drvSG\w*", macros="SOFTGLUE SOFTGLUEZYNQ"),
    Module("optics", "its databases load as far as their records are there; its sequence programs are for Python",
           r"xia_?\w*Shutter|kohzu\w*|orient\w*|optics\w*", macros="OPTICS"),
    Module("ip", f"its databases load as far as their records are there; {_DEVICE}", r"devXxStrParm\w*|ipSerial\w*",
           macros="IP IPSERIAL"),
    Module("ADS", f"{_DEVICE}; for Beckhoff's ADS there is pyads", r"[aA]ds(Asyn\w+|Open|Close|SetLocalAddress)\w*",
           dtyps=r"ADS\w*", macros="ADS TWINCAT_ADS"),
    Module("EtherCAT", _DEVICE, r"ecmc\w*|Cfg\.\w+|ecAsyn\w*|ek9000\w*", dtyps=r"EK9\w+.*",
           macros="ECMC ETHERCAT EK9000"),
    Module("regDev", _DEVICE, r"regDev\w*|mmapConfigure|simRegDev\w*", dtyps=r"regDev", macros="REGDEV"),
    Module("exec", 'Python runs programs here: field(DTYP, "pydev") and subprocess', dtyps=r"exec", macros="EXEC"),
    Module("lvDCOM", _DEVICE, r"lvDCOM\w*", macros="LVDCOM"),
    Module("pyDevSup", 'its Python can be called from field(DTYP, "pydev")', r"py(Dev\w+)?|evalPy|evalFile",
           dtyps=r"Python Device", macros="PYDEVSUP"),
    Module(
        "caputRecorder",
        "puts are not recorded here",
        r"caputRecorder\w*|registerCaputRecorder\w*",
        macros="CAPUTRECORDER",
    ),
    Module("alive", "nothing is sent to an alive server here", r"alive\w*", "alive", macros="ALIVE"),
    Module(
        "pvAccess server of EPICS 7",
        "iocInit starts the PVAccess server; the line can go",
        r"(start|stop)PVAServer|pvaSrv\w*|installPVAddReplyHook",
        macros="PVA PVA2PVA PVACCESS PVDATA PVCOMMON PVDATABASE NORMATIVETYPES PVXS QSRV",
    ),
    Module(
        "require",
        'Python modules are imported, pydev("import ..."), and databases loaded by dbLoadRecords',
        r"require|loadIocsh|requireSnippet|afterInit|runScript",
        macros="REQUIRE",
    ),
    Module(
        "gensub",
        "aSub takes its place, with a Python function",
        records="genSub csub",
        macros="GENSUB",
    ),
    Module(
        "vxWorks",
        "there is no vxWorks shell here; an IOC on Linux does without the line",
        r"ld|lkup|putenv|task(Delay|Spawn|Priority\w*)|memShow|sys(At|Clk|Vme|Boot|Bus)\w+|ipAttach|hostAdd|m?[rR]outeAdd"
        r"|nfs\w+|shellPromptSet|iam|netDev\w+|checkStack|reboot|veclist|sym\w+|bootChange|s?printf|[mc]alloc|strn?cpy"
        r"|free|TS(init|report)|NTPTime\w*|loginUserAdd|rtp\w+|logMsg|semBCreate|i|sp|tt",
    ),
)  # fmt: skip
# The fields of its record type `table`, an optical table: axes, speeds, motors, limits
_TABLE_OF_OPTICS = re.compile(
    r"GEOM|INIT|PREC|[AL]EGU|AUNIT|LVIO|MMAP|PPO?[012]|READ|S?SET|SUSE|SYNC|TORAD|VERS|YANG|ZERO|[LRS][XYZ]"
    r"|[MREHLV][012][XYZ][IL]?|A?[XYZ](0|L|RB)?|[HLU]?[EHL]A?[XYZ]R?"
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\s*=.*", re.DOTALL)


def record_type_advice(name: str) -> tuple[str, str]:
    """(cause, what is said) of a record type that is not there; "" for what is said when no module is known for it."""
    module = of_record_type(name)
    if module is None:
        return f"record type {name}", ""
    return f"{RECORDS_OF}{module.name}", f'record type "{name}" belongs to {module.name}: {module.advice}'


def field_advice(record_type: str, field: str) -> tuple[str, str]:
    """The same of a field that a record type of ours does not have, and another module's of the same name has."""
    if record_type == "table" and re.fullmatch(_TABLE_OF_OPTICS, field):
        return f"{RECORDS_OF}optics", f'it is of another record type "table", that of optics: {_ELSEWHERE[3:]}'
    return f"no field {field} in {record_type}", ""


def dtyp_advice(text: str, record_type: str) -> tuple[str, str]:
    """The same of a DTYP."""
    module = of_dtyp(text)
    if module is None:
        return f'DTYP "{text}" of {record_type}', ""
    return f"{RECORDS_OF}{module.name}", f'DTYP "{text}" belongs to {module.name}: {module.advice}'


def value_advice(text: str, field: Field, record_type: str) -> tuple[str, str]:
    """The same of a text that a field does not take."""
    if names := undefined(text):
        return f"macro {names[0]}", ""
    return dtyp_advice(text, record_type) if field.type == "DEVICE" and not text.isdigit() else ("", "")


def of_command(name: str) -> Module | None:
    """The module that brings a command of iocsh, or of the shell of vxWorks."""
    if _ASSIGNMENT.fullmatch(name):
        return _VXWORKS
    return next((m for m in MODULES if m.commands and re.fullmatch(m.commands, name)), None)


def of_record_type(name: str) -> Module | None:
    """The module that brings a record type."""
    return next((m for m in MODULES if name in m.records.split()), None)


def of_dtyp(text: str) -> Module | None:
    """The module that brings a device support."""
    return next((m for m in MODULES if m.dtyps and re.fullmatch(m.dtyps, text)), None)


def of_macro(name: str) -> Module | None:
    """The module whose folder `make` would have put into that macro."""
    return next((m for m in MODULES if name in m.macros.split()), None)


_VXWORKS = next(m for m in MODULES if m.name == "vxWorks")
