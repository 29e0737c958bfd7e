"""What the connector of `rest` agendas says of itself."""

from collections.abc import Mapping

from connectors.base import (
    Capabilities,
    Connector,
    Creates,
    Definition,
    Json,
    Means,
    Versions,
)

CAPABILITIES = Capabilities(versions=Versions.EXACT, creates=Creates.IDEMPOTENT)


def _open(application: Mapping[str, Json], means: Means) -> Connector:
    from connectors.rest.connector import RestConnector

    return RestConnector(means.agenda, means.shelf(), means.latest)


def _tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    return application


DEFINITION = Definition(
    name="rest",
    title="REST",
    capabilities=CAPABILITIES,
    form={
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "identity": {
                "title": "Identity",
                "description": (
                    "Names the application for good, whatever becomes of this agenda;"
                    " without it the owner's address does."
                ),
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
            }
        },
    },
    limits=("An item may have 256 kB.",),
    open=_open,
    tried=_tried,
    keeps_items=True,
)
