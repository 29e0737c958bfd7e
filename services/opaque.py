"""Text that clients carry for us: cursors, acknowledgements, places in a list.

It hides nothing and proves nothing: whoever reads it back checks what it says.
"""

import base64
import binascii


def opaque(plain: str) -> str:
    """Return text that can stand in an address."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def plain_of(text: str) -> str:
    """Return what `opaque` was given. Raises ValueError for text of another kind."""
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except binascii.Error as error:
        raise ValueError(str(error)) from None
