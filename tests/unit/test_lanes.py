"""Shards: each organization has one, and every connection of it knows which."""

from hypothesis import given
from hypothesis import strategies as some

from services.lanes import new_connection_id, shard_of
from services.limits import SHARDS

ORGANIZATIONS = [f"o_{number:020}" for number in range(400)]


@given(organization=some.text(min_size=1, max_size=30))
def test_all_connections_of_an_organization_share_a_shard(organization: str) -> None:
    ids = [new_connection_id(organization) for _ in range(5)]

    assert len(set(ids)) == 5
    assert len({shard_of(connection) for connection in ids}) == 1


def test_organizations_are_spread_over_the_shards() -> None:
    shards = [shard_of(new_connection_id(each)) for each in ORGANIZATIONS]

    assert all(0 <= shard < SHARDS for shard in shards)
    assert len(set(shards)) > 0.95 * len(ORGANIZATIONS)
    for queues in (2, 4, 8):
        share = [shard % queues for shard in shards].count(0)
        assert 0.5 < share * queues / len(shards) < 1.5


def test_a_connection_that_is_older_than_shards_has_one_too() -> None:
    assert 0 <= shard_of("c_q3mz5k7yxw2d4f6hjbvn") < SHARDS
    assert 0 <= shard_of("c1") < SHARDS
