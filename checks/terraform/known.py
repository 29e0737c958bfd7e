"""The providers' schemas, fetched once and kept."""

import fcntl
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from checks.terraform import bindings, schema
from checks.terraform.places import KEPT, ROOT
from checks.terraform.schema import Attribute, Block, Nested, Nesting, Provider

PACKAGE = ROOT / "requirements" / "terraform-schema.txt"
SOURCE = "hashicorp/google"
SECONDS = 180


class SchemaMissing(Exception):
    """The package with the schema cannot be had; the message says why."""


def google() -> Provider:
    """Return what the pinned version of hashicorp/google knows.

    The first call fetches a package of 49 MB, which pip checks against its hash; the
    schema that is read out of it is kept. Raises SchemaMissing.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"google-{_edition()}.json"
    # Several processes may begin at once; one fetches, the others wait for it.
    with (KEPT / "google.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            schema.write(kept, _fetched())
    return schema.read(kept)


def archive() -> Provider:
    """Return the one data source of hashicorp/archive that is used here.

    After https://registry.terraform.io/providers/hashicorp/archive/2.7.1/docs.
    """
    text, number = Attribute(required=True), Attribute(type="number", computed=True)
    made, may = Attribute(computed=True), Attribute(optional=True)
    piece = Block(attributes={"content": text, "filename": text})
    file = Block(
        attributes={
            "type": text,
            "output_path": text,
            "output_file_mode": may,
            "source_dir": may,
            "source_file": may,
            "excludes": Attribute(type="set(string)", optional=True),
            "output_size": number,
            **{f"output_{kind}": made for kind in ("md5", "sha", "sha256", "sha512")},
            **{f"output_base64{kind}": made for kind in ("sha256", "sha512")},
            "id": made,
        },
        blocks={"source": Nested(block=piece, nesting=Nesting.SET)},
    )
    return Provider(
        source="hashicorp/archive", version="2.7.1", data={"archive_file": file}
    )


def _edition() -> str:
    """Return what tells this schema from one of another version, or read otherwise."""
    texts = (PACKAGE, Path(bindings.__file__), Path(schema.__file__))
    return hashlib.sha256(b"".join(one.read_bytes() for one in texts)).hexdigest()[:16]


def _fetched() -> Provider:
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        _download(folder)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as package:
            [inner] = (name for name in package.namelist() if name.endswith(".tgz"))
            return bindings.extracted(io.BytesIO(package.read(inner)), source=SOURCE)


def _download(folder: str) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    pip += ["--require-hashes", "--disable-pip-version-check", "--no-input"]
    pip += ["--requirement", str(PACKAGE), "--dest", folder]
    try:
        done = subprocess.run(
            pip, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SchemaMissing(f"pip took longer than {SECONDS} seconds") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
        raise SchemaMissing(last[0])
