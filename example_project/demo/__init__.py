"""The demo: an identity provider that provisions a user into the product, and what that user sees after each step."""
