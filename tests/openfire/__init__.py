"""A stand-in for OpenFire (Odoo 10), as far as a connector meets it.

Rules that were seen on the real program are numbered as in docs/connectors/openfire.md;
where the real one refuses, so does this one.
"""
