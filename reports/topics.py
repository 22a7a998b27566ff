"""What reports tell others: which demanded reports they stand for, and how they are."""

from hcmc_ioc.lib import metrics
from indicators import demanded
from reports import coverage, making


def register() -> None:
    demanded.written_by.append(coverage.written)
    metrics.queue("reports", making.late_since)
