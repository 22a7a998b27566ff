"""Directives, requests and explanations: one life per recipient."""
