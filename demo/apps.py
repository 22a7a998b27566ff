from django.apps import AppConfig


class DemoConfig(AppConfig):
    """No models: the invented city lives by the verbs of the others. Installed only where `IOC_DEMO` says so."""

    name = "demo"
