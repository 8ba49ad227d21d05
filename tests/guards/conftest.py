"""The example service for the guards."""

from tests.guards.demo_service import demo_files as demo_files
from tests.guards.demo_service import kept_service as kept_service
from tests.guards.demo_service import service as service
