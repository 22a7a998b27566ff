"""Investments without duplicates: the register, consultations, the board."""
