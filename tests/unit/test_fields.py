"""Details and contents laid flat, and raised again."""

import json

from hypothesis import given

from sync.content import Content, Details
from sync.facets import content_from, facets_of
from sync.fields import details_of, fields_of
from tests.unit import strategies


@given(strategies.details())
def test_details_come_back_from_their_fields(details: Details) -> None:
    assert details_of(fields_of(details)) == details


@given(strategies.details())
def test_fields_survive_json(details: Details) -> None:
    fields = fields_of(details)

    assert json.loads(json.dumps(fields)) == fields


@given(strategies.contents())
def test_a_content_comes_back_from_its_facets(content: Content) -> None:
    slots = strategies.slots_of(content, 5)

    facets = facets_of(content, slots)

    assert set(slots) | set(content.overrides) == facets.keys() - {None}
    assert content_from(facets, uid=content.uid) == content
