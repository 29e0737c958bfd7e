"""What the sealer promises, whatever vault stands behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.secrets.sealing import SealBroken, Sealer
from tests.twins import MemoryVault


@given(plain=st.binary(max_size=200), bound_to=st.text(max_size=20))
def test_what_was_sealed_opens_for_what_it_is_bound_to(
    plain: bytes, bound_to: str
) -> None:
    sealer = Sealer(MemoryVault())

    sealed = sealer.seal(plain, bound_to=bound_to)

    assert sealer.open(sealed, bound_to=bound_to) == plain


def test_a_token_copied_to_another_account_does_not_open() -> None:
    sealer = Sealer(MemoryVault())

    sealed = sealer.seal(b"token", bound_to="accounts/o1.anna")

    with pytest.raises(SealBroken):
        sealer.open(sealed, bound_to="accounts/o1.bert")


def test_the_same_secret_never_looks_the_same_twice() -> None:
    sealer = Sealer(MemoryVault())

    sealed = {sealer.seal(b"token", bound_to="a") for _ in range(100)}

    assert len(sealed) == 100
    assert not any(b"token" in one for one in sealed)


def test_every_changed_byte_and_every_cut_is_noticed() -> None:
    sealer = Sealer(MemoryVault())
    sealed = sealer.seal(b"token", bound_to="a")
    changed = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        for at in range(len(sealed))
    ]
    cut = [sealed[:length] for length in range(len(sealed))]

    for broken in [*changed, *cut, sealed + b"x"]:
        with pytest.raises(SealBroken):
            sealer.open(broken, bound_to="a")


def test_what_an_old_key_sealed_still_opens_after_rotation() -> None:
    vault = MemoryVault()
    before = Sealer(vault)
    old = before.seal(b"token", bound_to="a")

    new_key = Sealer(vault).rotate()

    after = Sealer(vault)
    assert after.open(old, bound_to="a") == b"token"
    assert new_key.encode() in after.seal(b"token", bound_to="a")


def test_what_another_process_sealed_with_a_newer_key_opens() -> None:
    vault = MemoryVault()
    here, there = Sealer(vault), Sealer(vault)
    here.seal(b"", bound_to="a")

    there.rotate()

    assert here.open(there.seal(b"token", bound_to="a"), bound_to="a") == b"token"


def test_another_vault_cannot_open_it() -> None:
    sealed = Sealer(MemoryVault()).seal(b"token", bound_to="a")

    with pytest.raises(SealBroken, match="key"):
        Sealer(MemoryVault()).open(sealed, bound_to="a")
