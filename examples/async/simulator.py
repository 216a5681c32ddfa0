"""A simulated temperature controller, one question per line; `python simulator.py` serves it alone."""

import asyncio
import sys
import time

ANSWERS_AFTER = 0.05  # seconds


class Oven:
    """Approaches its setpoint by so many degrees a second."""

    speed = 20.0

    def __init__(self):
        self.setpoint = self._from = 25.0
        self._since = time.monotonic()

    @property
    def temperature(self):
        gone = self.speed * (time.monotonic() - self._since)
        return self._from + max(-gone, min(gone, self.setpoint - self._from))

    def hold(self, setpoint):
        self._from, self._since = self.temperature, time.monotonic()
        self.setpoint = setpoint


class Simulator:
    """One oven; all who connect speak to the same."""

    def __init__(self):
        self.oven = Oven()

    async def answer(self, question):
        command, _, argument = question.upper().partition(" ")
        if command == "HANG":
            await asyncio.sleep(3600)
        await asyncio.sleep(ANSWERS_AFTER)
        if command == "*IDN?":
            return "ACME,Thermo 7,SN0108,2.1"
        if command == "TEMP?":
            return f"{self.oven.temperature:.2f}"
        if command == "SETP?":
            return f"{self.oven.setpoint:.2f}"
        if command == "SETP":
            self.oven.hold(float(argument))
            return "OK"
        return f"ERROR unknown command {command}"

    async def session(self, reader, writer):
        """One connection: a line in, a line out."""
        try:
            while line := await reader.readline():
                writer.write((await self.answer(line.decode().strip()) + "\n").encode())
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):  # it is over, whoever ended it
            pass
        finally:
            writer.close()


async def serve(host="127.0.0.1", port=4014):
    """Until it is cancelled."""
    server = await asyncio.start_server(Simulator().session, host, port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()


if __name__ == "__main__":
    asyncio.run(serve(port=int(sys.argv[1]) if len(sys.argv) > 1 else 4014))
