"""The router of the public API: everything under /api/v1/.

Each app lists its resources in `<app>/api/urls.py`, and they are included here; the JSON of pages lives with the pages.
"""

urlpatterns: list = []
