"""Radicale as it is, but for one thing: it does not wait for the disk.

Started as a process: `python radicale_server.py CONFIG`. The option is Radicale's, for
its own tests, and cannot stand in the file.
"""

import sys

from radicale import config, server

if __name__ == "__main__":
    configuration = config.load([(sys.argv[1], False)])
    fast = {"storage": {"_filesystem_fsync": "False"}}
    configuration.update(fast, "tests", privileged=True)
    server.serve(configuration)
