"""Content-addressed files: stored once by digest, checked by content, served as downloads."""
