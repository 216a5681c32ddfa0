# `make demo`: the IOC of examples/device, a client that shows it, then the prompt.
cd "examples/device"
< st.cmd
pydev("import subprocess, sys; subprocess.run([sys.executable, '../demo.py'])")
