"""The JSON addresses under /api/v1/ that the console works with. Errors: 400 with `{"errors": {field: [messages]}}`."""

from django.conf import settings
from django.utils.cache import patch_cache_control
from rest_framework.decorators import api_view
from rest_framework.response import Response

from districts import geo

OUTLINE_CELLS = 8  # hexagons of about 0.7 km²: a picture of the unit, a few tens of KB for the city


@api_view(["GET"])
def outlines(request):
    """The outlines of the areas in force, as GeoJSON."""
    answer = Response(geo.feature_collection(settings.MAP, OUTLINE_CELLS))
    patch_cache_control(answer, private=True, max_age=86400)
    return answer
