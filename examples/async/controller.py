"""A temperature controller, asked over TCP by coroutines; `python controller.py` tries it against the simulator."""

import asyncio

import pydev


class Controller:
    """Many may ask at the same time: the questions stand in line, and no thread waits for an answer."""

    def __init__(self, host, port):
        self._address = host, port
        self._connection = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, question):
        """A line out, a line in. Connects when it has to.

        Whoever is cancelled, by a time limit too, leaves an answer behind that belongs to nobody, and what failed is of
        no use any more: both begin anew with a connection of their own.
        """
        async with self._one_at_a_time:
            try:
                if self._connection is None:
                    self._connection = await asyncio.open_connection(*self._address)
                reader, writer = self._connection
                writer.write(f"{question}\n".encode())
                answer = await reader.readline()
                if not answer:
                    raise ConnectionError("the controller has hung up")
            except BaseException:
                self._hang_up()
                raise
        text = answer.decode().strip()
        if text.startswith("ERROR"):
            raise ValueError(text)
        return text

    async def number(self, question):
        return float(await self.ask(question))

    async def heat(self, setpoint):
        """Returns when the temperature is reached. One who is cancelled leaves it where it is then."""
        await self.ask(f"SETP {setpoint}")
        try:
            while abs(await self.number("TEMP?") - setpoint) > 0.1:
                await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            await self.ask(f"SETP {await self.ask('TEMP?')}")
            raise

    async def watch(self, every):
        """Publishes the temperature, also while somebody heats."""
        while True:
            try:
                pydev.iointr("temperature", await self.number("TEMP?"))
            except OSError as error:
                pydev.iointr("temperature", error)
            await asyncio.sleep(every)

    def _hang_up(self):
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None


async def _try():
    import simulator

    server = asyncio.create_task(simulator.serve(port=4015))
    await asyncio.sleep(0.1)
    controller = Controller("127.0.0.1", 4015)
    print(await controller.ask("*IDN?"))
    await controller.heat(30)
    print("at", await controller.number("TEMP?"), "C")
    server.cancel()


if __name__ == "__main__":
    asyncio.run(_try())
