"""What Odoo raises, and what each way in makes of it (F2)."""


class Fault(Exception):
    """An error of the server; `name` is the class that both JSON ways name."""

    name = "builtins.ValueError"
    status = 500


class AccessDenied(Fault):
    """The key is wrong, or was never there."""

    name = "odoo.exceptions.AccessDenied"
    status = 401


class AccessError(Fault):
    """This user may not."""

    name = "odoo.exceptions.AccessError"
    status = 403


class MissingError(Fault):
    """There is no such record to write."""

    name = "odoo.exceptions.MissingError"
    status = 404


class UserError(Fault):
    """A person would be told so."""

    name = "odoo.exceptions.UserError"
    status = 422


class ValidationError(UserError):
    """A constraint does not hold."""

    name = "odoo.exceptions.ValidationError"


class UnknownMethod(Fault):
    """There is no such model or method."""

    name = "builtins.AttributeError"
    status = 404
