"""A simulated TCP instrument with a few SCPI commands, one per line; `python instrument.py` serves it alone."""

import socketserver
import sys
import threading

IDENTITY = "ACME,Voltmeter 34,SN0042,1.0"


class Session(socketserver.StreamRequestHandler):
    """One connection: a line in, a line out."""

    def handle(self):
        volts = 0.0
        for line in self.rfile:
            command, _, argument = line.decode().strip().upper().partition(" ")
            if command == "*IDN?":
                answer = IDENTITY
            elif command == "VOLT":
                volts = float(argument)
                answer = "OK"
            elif command == "VOLT?":
                answer = f"{volts:.3f}"
            else:
                answer = f"ERROR unknown command {command}"
            self.wfile.write(answer.encode() + b"\n")


class Instrument(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def start(host="127.0.0.1", port=4012):
    """Serve in the background."""
    threading.Thread(target=Instrument((host, port), Session).serve_forever, daemon=True).start()


if __name__ == "__main__":
    Instrument(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 4012), Session).serve_forever()
