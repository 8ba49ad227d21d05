"""People, organisations, roles, credentials, sign-in, and access grants: whom a viewer may see."""
