"""How gunicorn serves the product, behind nginx on the same machine."""

wsgi_app = "example_project.wsgi"
bind = "unix:/run/product/gunicorn.sock"  # nobody but nginx gets there
workers = 4  # about two for each core
worker_class = "gthread"
threads = 4  # most of its time a request waits for the database
timeout = 120  # seconds; as long as nginx waits
graceful_timeout = 60  # seconds that requests have to end in, when gunicorn reloads or stops
limit_request_line = 0  # nginx limits it; the default of 4,094 bytes is less than a filter may have
