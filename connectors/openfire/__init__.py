"""OpenFire (Odoo 10): the visits (`of.planning.intervention`) of one person."""
