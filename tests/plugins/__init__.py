"""What the test run itself needs: a PostgreSQL server, a browser, the account of proven requirements."""
