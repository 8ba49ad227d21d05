"""The example service for the guards."""

from tests.example import services_folder as services_folder
from tests.guards.demo_service import kept_service as kept_service
from tests.guards.demo_service import loaded_demo as loaded_demo
from tests.guards.demo_service import service as service
