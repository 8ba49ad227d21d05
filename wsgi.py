"""Entry point of WSGI servers: `gunicorn wsgi:app`."""

from lms.app import wsgi

app = wsgi()
