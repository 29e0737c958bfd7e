"""Tandem's command line for operators: everything through the REST API."""
