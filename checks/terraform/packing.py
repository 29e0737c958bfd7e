"""What hashicorp/archive does with `archive_file`: pieces of text into a zip.

The zip depends on the pieces alone: sorted, and with one time for all of them.
"""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MODE = 0o644


def packed(config: Mapping[str, Any]) -> dict[str, Any]:
    """Write the zip of a data source, and return what is then known about it."""
    if config["source_dir"] or config["source_file"]:
        raise ValueError("only `source` blocks are understood here")
    path = Path(config["output_path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for piece in sorted(config["source"], key=lambda one: str(one["filename"])):
            info = zipfile.ZipInfo(piece["filename"])
            info.external_attr = _MODE << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, piece["content"])
    return {**config, **_sums(path.read_bytes())}


def _sums(content: bytes) -> dict[str, Any]:
    sha256 = hashlib.sha256(content)
    return {
        "output_sha256": sha256.hexdigest(),
        "output_base64sha256": base64.b64encode(sha256.digest()).decode(),
        "output_sha512": hashlib.sha512(content).hexdigest(),
        "output_size": len(content),
        "id": sha256.hexdigest(),
    }
