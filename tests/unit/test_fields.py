"""Contents laid flat and raised again."""

import json

from hypothesis import given

from sync.content import Content, Details
from sync.fields import atoms_of, content_of, details_of, fields_of, slot_of
from tests.unit import strategies


@given(strategies.details())
def test_details_come_back_from_their_fields(details: Details) -> None:
    assert details_of(fields_of(details)) == details


@given(strategies.details())
def test_fields_survive_json(details: Details) -> None:
    fields = fields_of(details)

    assert json.loads(json.dumps(fields)) == fields


@given(strategies.contents())
def test_a_content_comes_back_from_its_atoms(content: Content) -> None:
    slots = strategies.slots_of(content, 5)

    atoms = atoms_of(content, slots)

    assert json.loads(json.dumps(atoms)) == atoms
    assert content_of(atoms, content.uid) == content


@given(strategies.series())
def test_every_atom_names_its_slot(content: Content) -> None:
    slots = {slot_of(key)[0] for key in atoms_of(content, [])}

    assert slots - {None} == set(content.overrides)
