"""Incidents and the duty room: one timeline for all, the city's level, who is on duty."""
