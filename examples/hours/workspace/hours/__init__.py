"""Adds up a sheet of hours."""
