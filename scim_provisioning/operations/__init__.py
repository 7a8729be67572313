"""What a request does to the database. Knows no HTTP."""
