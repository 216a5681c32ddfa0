"""A tour of the IOC in examples/device by a PVAccess client in a process of its own."""

import os
import queue
import time

from p4p.client.thread import Context

os.environ.setdefault("EPICS_PVA_ADDR_LIST", "127.0.0.1")  # the IOC is on this machine
os.environ.setdefault("EPICS_PVA_AUTO_ADDR_LIST", "NO")
for port in ("SERVER_PORT", "BROADCAST_PORT"):  # where the IOC has ports of its own
    if number := os.environ.get(f"EPICS_PVAS_{port}"):
        os.environ.setdefault(f"EPICS_PVA_{port}", number)

SEVERITIES = ("NO_ALARM", "MINOR", "MAJOR", "INVALID")


def show(name, value):
    alarm = value["alarm"]
    text = f"{value['value']:.2f} {value['display.units']}"
    print(f"    {name} = {text:10} {SEVERITIES[alarm['severity']]} {alarm['message']}".rstrip())


def section(title):
    print(f"\n--- {title}", flush=True)


def main():
    client = Context("pva", nt=False)

    section("get")
    for name in ("Demo:Position", "Demo:Temperature"):
        show(name, client.get(name))

    section("monitor Demo:Position:RBV and put 20 to Demo:Position, waiting for the end of the move")
    updates = queue.SimpleQueue()
    monitor = client.monitor("Demo:Position:RBV", updates.put)
    began = time.monotonic()
    client.put("Demo:Position", {"value": 20.0}, wait=True, get=False, timeout=30)
    took = time.monotonic() - began
    reached = False
    while not reached:
        update = updates.get(timeout=10)
        show("Demo:Position:RBV", update)
        reached = update["value"] == 20.0
    print(f"    the put completed after {took:.2f} s")

    section("a limit alarm: put 92, the readback's HIGH is 90")
    client.put("Demo:Position", {"value": 92.0}, wait=True, get=False, timeout=30)
    while update["value"] != 92.0:
        update = updates.get(timeout=10)
    show("Demo:Position:RBV", update)
    monitor.close()

    section("an exception is an alarm: put 400 to Demo:Setpoint, the oven takes 300")
    client.put("Demo:Setpoint", {"value": 400.0}, wait=True, get=False, timeout=30)
    show("Demo:Setpoint", client.get("Demo:Setpoint"))
    client.put("Demo:Setpoint", {"value": 20.0}, wait=True, get=False, timeout=30)
    client.close()
    print("\n--- over to you: dbl, dbpf Demo:Position 10, dbgf Demo:Position:RBV, help, exit\n", flush=True)


if __name__ == "__main__":
    main()
