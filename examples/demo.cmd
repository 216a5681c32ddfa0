# `make demo`: the IOC of examples/device, a client that shows it, then the prompt.
# It serves on 127.0.0.1 and sends no beacons, so that it does not appear on a control network.
# For others to see it: make demo EPICS_PVAS_INTF_ADDR_LIST=0.0.0.0 EPICS_PVAS_AUTO_BEACON_ADDR_LIST=YES
epicsEnvSet("EPICS_PVAS_INTF_ADDR_LIST", "$(EPICS_PVAS_INTF_ADDR_LIST=127.0.0.1)")
epicsEnvSet("EPICS_PVAS_BEACON_ADDR_LIST", "$(EPICS_PVAS_BEACON_ADDR_LIST=127.0.0.1)")
epicsEnvSet("EPICS_PVAS_AUTO_BEACON_ADDR_LIST", "$(EPICS_PVAS_AUTO_BEACON_ADDR_LIST=NO)")
epicsEnvSet("EPICS_CAS_INTF_ADDR_LIST", "$(EPICS_CAS_INTF_ADDR_LIST=127.0.0.1)")
epicsEnvSet("EPICS_CAS_BEACON_ADDR_LIST", "$(EPICS_CAS_BEACON_ADDR_LIST=127.0.0.1)")
epicsEnvSet("EPICS_CAS_AUTO_BEACON_ADDR_LIST", "$(EPICS_CAS_AUTO_BEACON_ADDR_LIST=NO)")
cd "examples/device"
< st.cmd
pydev("import subprocess, sys; subprocess.run([sys.executable, '../demo.py'])")
