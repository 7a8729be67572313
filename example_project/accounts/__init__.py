"""The product's login accounts."""
