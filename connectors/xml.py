"""XML that others sent, read without letting it do anything."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring


class XmlRefused(Exception):
    """This is no XML, or XML that tries something: entities, outside documents."""


def parsed(body: bytes) -> Element:
    """Return the root of an XML document. Raises XmlRefused.

    Entities are not expanded and nothing outside is fetched: a document of a few lines
    must not grow to gigabytes (https://docs.python.org/3/library/xml.html).
    """
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise XmlRefused("The answer is no XML that we take.") from error
    return root
