"""The home page of each role, navigation, notices, and what keeps the service running."""
