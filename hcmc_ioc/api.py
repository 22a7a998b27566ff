"""The router of the public API: everything under /api/v1/. Each app lists its resources in `<app>/api/urls.py`, and they
are included here; pages' own JSON lives with the pages.
"""

urlpatterns: list = []
