"""The SCIM protocol of RFC 7643 and RFC 7644, in pure Python: no Django, no input or output."""
