from django.apps import AppConfig


class HcmcIocConfig(AppConfig):
    name = "hcmc_ioc"

    def ready(self):
        from hcmc_ioc import celery  # noqa: F401  the apps' shared tasks find their broker
