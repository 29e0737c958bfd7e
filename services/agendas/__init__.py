"""Agendas: the business application's side, its settings and its webhooks."""
