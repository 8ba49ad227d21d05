"""The example service for its own tests."""

from tests.example import services_folder as services_folder
