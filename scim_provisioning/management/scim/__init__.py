"""The subcommands of `manage.py scim`, one module each, by whose name it is called.

A module has a docstring, whose first line is the help, `add_arguments(parser)`, and `handle(command, **options)`, which
writes to `command.stdout`. One that tells itself what the system checks say has `REPORTS_CHECKS = True`.
"""
