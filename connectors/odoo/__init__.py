"""Odoo 17, 18 and 19: the meetings (`calendar.event`) of one user."""
