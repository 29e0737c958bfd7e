"""A stand-in for Odoo 17, 18 and 19, as far as a connector meets it.

Rules that were seen on the real program, or read in its source, are numbered as in
docs/connectors/odoo.md; where the real one refuses, so does this one.
"""
