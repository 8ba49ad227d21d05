"""Storing files, looking at their text first, and opening them."""

from lms.files.services.store import Received, add_file, path_of, receive

__all__ = ["Received", "add_file", "path_of", "receive"]
