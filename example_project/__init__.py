"""A small product whose users and their access are provisioned over SCIM."""
