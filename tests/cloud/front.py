"""What a load balancer does in the cloud: the doors for people behind one address.

`functions-framework --target front --source tests/cloud/front.py`
"""

from flask import Request, Response

import main
from local.doors import ROUTES


def front(request: Request) -> Response:
    """Hand the request to the door whose path begins its own."""
    asked = f"{request.path}/"
    [name, *_] = (name for prefix, name in ROUTES if asked.startswith(prefix))
    answer: Response = getattr(main, name)(request)
    return answer
