"""Ground of every domain: database, clock, ids, errors and content reading. Knows no domain and no HTTP."""
