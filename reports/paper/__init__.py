"""A report on paper: PDF by Typst, in the layout of administrative documents (Decree 30/2020/NĐ-CP, Appendix I)."""

from reports.paper.pdf import pdf

__all__ = ["pdf"]
