"""Work done later: a queue in the database, leases and the worker's loop."""
