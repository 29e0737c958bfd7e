"""XML that an application answers with does nothing but say what it says."""

import pytest

from connectors.xml import XmlRefused, parsed

LAUGHS = "".join(
    f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12)
)
LONG, OFTEN = "x" * 100_000, "&x;" * 1000
HOSTILE = {
    "a billion laughs": (f'<!ENTITY l0 "ha">{LAUGHS}', "&l11;"),
    "one long entity, often": (f'<!ENTITY x "{LONG}">', OFTEN),
    "a file of ours": ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    "an address of ours": ('<!ENTITY x SYSTEM "http://127.0.0.1/">', "&x;"),
    "entities by parameter": ('<!ENTITY % x SYSTEM "http://a.example/">%x;', ""),
    "a document type alone": ("<!ELEMENT a ANY>", ""),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_tries_something_is_refused(name: str, encoding: str) -> None:
    declared, content = HOSTILE[name]

    with pytest.raises(XmlRefused):
        parsed(f"<!DOCTYPE a [{declared}]><a>{content}</a>".encode(encoding))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<a>", b"\0", b'<!DOCTYPE a SYSTEM "http://a.example/"><a/>']
)
def test_what_is_no_xml_that_we_take_is_refused(body: bytes) -> None:
    with pytest.raises(XmlRefused):
        parsed(body)


def test_elements_within_elements_without_end_are_survived() -> None:
    deep = 50_000

    root = parsed(b"<a>" * deep + b"</a>" * deep)

    assert sum(1 for _ in root.iter()) == deep


def test_ordinary_xml_is_read() -> None:
    root = parsed(b'<d:a xmlns:d="DAV:">&lt;b&gt; &#233;</d:a>')

    assert (root.tag, root.text) == ("{DAV:}a", "<b> \u00e9")
