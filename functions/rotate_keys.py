"""`python -m functions.rotate_keys signing-keys`: use a new key from now on.

Makes the keyset where there is none. What was made with the other keys stays good.
"""

import argparse
import sys

from functions.bootstrap import started, world
from services.secrets.keysets import Keys
from services.secrets.sealing import SEALING_KEYS
from services.secrets.signing import SIGNING_KEYS


def main() -> None:
    """Rotate the keyset that the command line names, and tell the new key's id."""
    parser = argparse.ArgumentParser(
        prog="python -m functions.rotate_keys", description=__doc__
    )
    parser.add_argument("keyset", choices=(SIGNING_KEYS, SEALING_KEYS))
    chosen = parser.parse_args()
    started()
    key_id = Keys(world().vault, chosen.keyset).rotate()
    sys.stdout.write(f"{chosen.keyset} uses the key {key_id} from now on.\n")


if __name__ == "__main__":
    main()
