"""The vault in Secret Manager: what only the cloud can do to us."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.ports.vault import (
    READ_AGAIN_AFTER,
    SecretDisabled,
    SecretMissing,
    VaultError,
    VaultRefused,
)
from services.secrets.sealing import SEALING_KEYS, Sealer
from tests.cloud.fixtures import NewVault
from tests.cloud.secret_manager import SecretManager, State
from tests.cloud.serving import Code
from tests.twins import VirtualClock

VALUE = b"of nobody's business"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def test_a_value_is_read_once_a_minute(
    secret_manager: SecretManager, new_cloud_vault: NewVault, clock: VirtualClock
) -> None:
    new_cloud_vault().write("client", b"old")
    vault = new_cloud_vault(clock)
    vault.read("client")
    secret_manager.calls.clear()

    new_cloud_vault().write("client", b"new")
    within = [vault.read("client") for _ in range(5)]
    clock.advance(READ_AGAIN_AFTER)
    after = vault.read("client")

    assert within == [b"old"] * 5
    assert after == b"new"
    assert secret_manager.calls.count("AccessSecretVersion") == 1


def test_a_process_knows_at_once_what_it_wrote_itself(
    secret_manager: SecretManager, new_cloud_vault: NewVault
) -> None:
    vault = new_cloud_vault()
    vault.write("client", b"old")
    vault.read("client")
    secret_manager.calls.clear()

    vault.write("client", b"new")

    assert vault.read("client") == b"new"
    assert secret_manager.calls == ["AddSecretVersion"]


def test_a_version_that_is_disabled_gives_way_to_the_one_before(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    for value in (b"1", b"2", b"3"):
        new_cloud_vault().write("client", value)

    secret_manager.set_state(cloud_project, "client", 3, State.DESTROYED)
    one_gone = new_cloud_vault().read("client")
    secret_manager.set_state(cloud_project, "client", 2, State.DISABLED)

    assert one_gone == b"2"
    assert new_cloud_vault().read("client") == b"1"


def test_a_secret_whose_versions_are_all_disabled_is_no_missing_one(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    new_cloud_vault().write("keys", VALUE)
    secret_manager.set_state(cloud_project, "keys", 1, State.DISABLED)

    with pytest.raises(SecretDisabled, match="keys has no version that is enabled"):
        new_cloud_vault().read("keys")
    with pytest.raises(SecretDisabled):
        new_cloud_vault().write_once("keys", b"made up in its place")

    assert secret_manager.values(cloud_project, "keys") == [VALUE]


def test_permission_denied_is_told_apart_from_not_found(
    secret_manager: SecretManager, new_cloud_vault: NewVault
) -> None:
    vault = new_cloud_vault()
    vault.write("secret", VALUE)
    secret_manager.faults.add("AccessSecretVersion", Code.PERMISSION_DENIED)

    with pytest.raises(VaultRefused, match=r"secretAccessor") as refused:
        vault.read_anew("secret")
    secret_manager.faults.clear()
    with pytest.raises(SecretMissing) as missing:
        vault.read_anew("other")

    assert "the secret secret" in str(refused.value)
    assert str(missing.value) == "The vault holds no secret named other."


def test_who_may_not_write_says_which_role_is_missing(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    secret_manager.make_empty(cloud_project, "signing-keys")
    secret_manager.faults.add("GetSecret", Code.PERMISSION_DENIED)

    with pytest.raises(VaultRefused, match="secretVersionAdder"):
        new_cloud_vault().write_once("signing-keys", VALUE)


@pytest.mark.parametrize("code", [Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED])
def test_a_moment_of_trouble_is_waited_out(
    secret_manager: SecretManager, new_cloud_vault: NewVault, code: Code
) -> None:
    vault = new_cloud_vault()
    vault.write("secret", VALUE)
    secret_manager.faults.add("AccessSecretVersion", code, times=2)

    assert vault.read_anew("secret") == VALUE


def test_any_other_trouble_is_an_error_that_shows_no_value(
    secret_manager: SecretManager, new_cloud_vault: NewVault
) -> None:
    vault = new_cloud_vault()
    secret_manager.faults.add("AddSecretVersion", Code.INTERNAL)

    with pytest.raises(VaultError) as failed:
        vault.write("secret", VALUE)

    assert "Secret Manager could not do it for secret" in str(failed.value)
    assert VALUE.decode() not in str(failed.value)


def test_an_empty_secret_of_the_set_up_gets_its_first_version(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    secret_manager.make_empty(cloud_project, "keys")

    with pytest.raises(SecretMissing):
        new_cloud_vault().read("keys")

    assert new_cloud_vault().write_once("keys", b"1") == b"1"
    assert new_cloud_vault().write_once("keys", b"2") == b"1"
    assert secret_manager.values(cloud_project, "keys") == [b"1"]


def test_who_died_before_the_first_version_is_not_waited_for_for_ever(
    secret_manager: SecretManager, new_cloud_vault: NewVault, clock: VirtualClock
) -> None:
    secret_manager.faults.add("AddSecretVersion", Code.INTERNAL, times=1)
    with pytest.raises(VaultError):
        new_cloud_vault(clock).write_once("keys", b"of the dead")
    begun = clock.now()

    written = new_cloud_vault(clock).write_once("keys", b"of the living")

    assert written == b"of the living"
    assert clock.now() - begun >= timedelta(seconds=30)


def test_of_many_who_find_an_empty_secret_one_writes(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    secret_manager.make_empty(cloud_project, "keys")
    vaults = [new_cloud_vault() for _ in range(8)]
    barrier = threading.Barrier(8)

    def write(number: int) -> bytes:
        barrier.wait()
        return vaults[number].write_once("keys", b"%d" % number)

    with ThreadPoolExecutor(8) as threads:
        got = set(threads.map(write, range(8)))

    assert len(secret_manager.values(cloud_project, "keys")) == 1
    assert got == set(secret_manager.values(cloud_project, "keys"))


def test_secrets_stay_in_the_region_that_was_chosen(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    new_cloud_vault(region="europe-west4").write("pinned", VALUE)
    new_cloud_vault().write("anywhere", VALUE)

    pinned = secret_manager.secret(cloud_project, "pinned").replication
    anywhere = secret_manager.secret(cloud_project, "anywhere").replication
    places = [one.location for one in pinned.user_managed.replicas]
    assert places == ["europe-west4"]
    assert "automatic" in anywhere


def test_keys_outlive_an_outage_of_the_vault_and_follow_a_rotation(
    secret_manager: SecretManager, new_cloud_vault: NewVault
) -> None:
    operator = Sealer(new_cloud_vault())
    old = operator.seal(b"token", bound_to="a")
    running = Sealer(new_cloud_vault())
    assert running.open(old, bound_to="a") == b"token"

    new_key = operator.rotate()
    running._keys._read_at -= 301
    secret_manager.faults.add("AccessSecretVersion", Code.PERMISSION_DENIED)
    during = running.seal(b"during", bound_to="a")
    secret_manager.faults.clear()
    running._keys._read_at -= 301
    after = running.seal(b"after", bound_to="a")

    assert new_key.encode() not in during
    assert new_key.encode() in after
    assert [running.open(one, bound_to="a") for one in (old, during, after)] == [
        b"token",
        b"during",
        b"after",
    ]


def test_keys_that_somebody_disabled_are_not_made_anew(
    secret_manager: SecretManager, new_cloud_vault: NewVault, cloud_project: str
) -> None:
    Sealer(new_cloud_vault()).seal(b"token", bound_to="a")
    secret_manager.set_state(cloud_project, SEALING_KEYS, 1, State.DISABLED)

    with pytest.raises(SecretDisabled):
        Sealer(new_cloud_vault()).seal(b"token", bound_to="a")

    assert len(secret_manager.values(cloud_project, SEALING_KEYS)) == 1
