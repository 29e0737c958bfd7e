"""What the signer promises, whatever vault stands behind it."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.secrets.keysets import Keys, KeysetBroken
from services.secrets.signing import SIGNING_KEYS, Signer
from tests.twins import MemoryVault

TEXT = st.text(max_size=20)


@given(purpose=TEXT, parts=st.lists(TEXT, max_size=4))
def test_what_was_signed_is_known_again(purpose: str, parts: list[str]) -> None:
    signer = Signer(MemoryVault())

    signature = signer.sign(purpose, parts)

    assert signer.verify(purpose, parts, signature)


def test_a_signature_fits_into_a_url_and_a_channel_token() -> None:
    signature = Signer(MemoryVault()).sign("channel", ["c1", "x" * 300])

    assert len(signature) <= 64
    assert set(signature) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )


@pytest.mark.parametrize(
    ("purpose", "parts"),
    [
        ("channel", ["a", "bc"]),
        ("channel", ["abc"]),
        ("channel", ["ab", "c", ""]),
        ("state", ["ab", "c"]),
        ("channelab", ["c"]),
    ],
)
def test_nothing_else_passes_for_what_was_signed(
    purpose: str, parts: list[str]
) -> None:
    signer = Signer(MemoryVault())

    signature = signer.sign("channel", ["ab", "c"])

    assert not signer.verify(purpose, parts, signature)


@pytest.mark.parametrize(
    "forged", ["", ".", "x", "x.y", "é.ü", "\ud800.\udfff", "..", "." * 5000, "\x00"]
)
def test_forged_signatures_of_any_shape_are_refused(forged: str) -> None:
    signer = Signer(MemoryVault())
    key_id = signer.sign("channel", ["c1"]).partition(".")[0]

    assert not signer.verify("channel", ["c1"], forged)
    assert not signer.verify("channel", ["c1"], f"{key_id}.{forged}")


def test_a_signature_outlives_the_process_and_the_rotation() -> None:
    vault = MemoryVault()
    old = Signer(vault).sign("channel", ["c1"])

    new_key = Signer(vault).rotate()

    signer = Signer(vault)
    assert signer.verify("channel", ["c1"], old)
    assert signer.sign("channel", ["c1"]).startswith(new_key + ".")


def test_a_key_added_by_another_process_is_found() -> None:
    vault = MemoryVault()
    here, there = Signer(vault), Signer(vault)
    here.sign("channel", ["c1"])

    there.rotate()

    assert here.verify("channel", ["c1"], there.sign("channel", ["c1"]))


def test_made_up_key_ids_cannot_hammer_the_vault() -> None:
    vault = MemoryVault()
    now = [0.0]
    keys = Keys(vault, "some-keys", seconds=lambda: now[0])
    keys.primary()
    before = vault.reads

    found = [keys.find(f"{number:08x}") for number in range(100)]
    reads_in_one_second = vault.reads - before
    now[0] += 1
    keys.find("ffffffff")

    assert found == [None] * 100
    assert reads_in_one_second == 1
    assert vault.reads - before == 2


def test_the_vault_is_read_once_however_many_threads_sign() -> None:
    vault = MemoryVault()
    signer = Signer(vault)
    threads = [
        threading.Thread(target=signer.sign, args=("channel", ["c1"])) for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert vault.reads == 1


def test_all_who_make_the_first_keys_at_the_same_moment_share_them() -> None:
    vault = MemoryVault()
    barrier = threading.Barrier(8)
    signatures: list[str] = []

    def sign() -> None:
        barrier.wait()
        signatures.append(Signer(vault).sign("channel", ["c1"]))

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(signatures)) == 1


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"{}",
        b'{"primary": "a", "keys": {}}',
        b'{"primary": "a", "keys": {"a": "c2hvcnQ="}}',
        b'{"primary": "a", "keys": {"a": 5}}',
        b"\xff",
    ],
)
def test_a_broken_keyset_is_named(stored: bytes) -> None:
    vault = MemoryVault()
    vault.write(SIGNING_KEYS, stored)

    with pytest.raises(KeysetBroken, match="signing-keys"):
        Signer(vault).sign("channel", ["c1"])


def test_the_keyset_is_json_that_an_operator_can_make() -> None:
    vault = MemoryVault()
    Signer(vault).sign("channel", ["c1"])

    keyset = json.loads(vault.read(SIGNING_KEYS))

    assert keyset["primary"] in keyset["keys"]
