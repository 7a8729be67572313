"""The tests of scim_provisioning, in folders named after its rooms."""
