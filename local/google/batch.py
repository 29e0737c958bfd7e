"""Batches: many calls in one request, each answered for itself.

https://developers.google.com/workspace/calendar/api/guides/batch
"""

import secrets
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from local.google.errors import ApiError

MOST_CALLS = 1000
Wsgi = Callable[..., object]


def answer_batch(wsgi: Wsgi, request: Request) -> Response:
    """Return the answers of all inner calls, in the order of the calls."""
    parts = _parts(request)
    if not parts or len(parts) > MOST_CALLS:
        raise ApiError(
            status=400,
            reason="badRequest",
            message=f"The batch must hold between 1 and {MOST_CALLS} calls.",
        )
    boundary = f"batch_{secrets.token_hex(16)}"
    answers = [_answer(wsgi, request, part) for part in parts]
    body = b"".join(f"--{boundary}\r\n".encode() + one + b"\r\n" for one in answers)
    return Response(
        body + f"--{boundary}--\r\n".encode(),
        content_type=f"multipart/mixed; boundary={boundary}",
    )


def _parts(request: Request) -> list[Message]:
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    whole = BytesParser().parsebytes(head + request.get_data())
    if not whole.is_multipart():
        return []
    return [part for part in whole.get_payload() if isinstance(part, Message)]


def _answer(wsgi: Wsgi, outer: Request, part: Message) -> bytes:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    status, headers, body = _run(wsgi, outer, data)
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    inner = "\r\n".join([*lines, "", ""]).encode() + body
    content_id = part.get("Content-ID")
    head = "Content-Type: application/http\r\n"
    if content_id:
        head += f"Content-ID: {_response_id(content_id)}\r\n"
    return f"{head}\r\n".encode() + inner


def _response_id(content_id: str) -> str:
    return f"<response-{content_id.strip().strip('<>')}>"


def _run(
    wsgi: Wsgi, outer: Request, data: bytes
) -> tuple[str, list[tuple[str, str]], bytes]:
    first, _, rest = data.lstrip().partition(b"\n")
    words = first.decode().split()
    if len(words) < 2:
        return "400 Bad Request", [], b""
    parsed = BytesParser().parsebytes(rest)
    payload = parsed.get_payload(decode=True)
    kept = {
        name: value
        for name, value in outer.headers.items()
        if name.lower() in ("authorization", "user-agent", "x-goog-quota-user")
    }
    headers: Headers = Headers(kept)
    for name, value in parsed.items():
        headers[name] = str(value)
    path, _, query = words[1].partition("?")
    builder = EnvironBuilder(
        path=path,
        query_string=query,
        method=words[0],
        headers=headers,
        data=payload if isinstance(payload, bytes) else b"",
    )
    builder.headers.pop("Accept-Encoding", None)
    chunks, status, found = run_wsgi_app(wsgi, builder.get_environ())  # type: ignore[arg-type] # because a Flask app is one
    shown = [(name, value) for name, value in found if name != "Content-Length"]
    body = b"".join(chunks)
    return status, [*shown, ("Content-Length", str(len(body)))], body
