"""Turns a Django product into a SCIM 2.0 service provider."""

__version__ = "0.1.0"
