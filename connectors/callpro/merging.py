"""CallPro's merge fields, `%SCRIPT.COMP_NAME%`, and our templates: pure."""

import re

_FIELD = re.compile(r"%([A-Za-z]\w*\.[A-Za-z]\w*)( \\DT[A-Za-z0-9:/. -]{1,30})?%")
COLLECTION = re.compile(r"%?(\w+)\.")


def fields_of(*texts: str) -> list[str]:
    """Return the merge fields of texts as they are written, each once, in order."""
    found = [match[0] for text in texts for match in _FIELD.finditer(text)]
    return list(dict.fromkeys(found))


def name_of(field: str) -> str:
    """Return under which name we keep what a merge field holds."""
    return re.sub(r"\W+", "_", field).strip("_")


def template_of(text: str) -> str:
    """Return a text with merge fields as a template of ours."""
    parts, at = [], 0
    for match in _FIELD.finditer(text):
        parts += [_braced(text[at : match.start()]), f"{{{name_of(match[0])}}}"]
        at = match.end()
    return "".join([*parts, _braced(text[at:])])


def escaped(text: str) -> str:
    """Return a text whose merge fields can stand inside a JSON string.

    `\\JS` has CallPro escape them. What has a format is a date and needs none.
    """
    return _FIELD.sub(lambda match: match[0] if match[2] else _as_json(match[1]), text)


def _as_json(field: str) -> str:
    return rf"%{field} \JS%"


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
