"""What maps in the browser draw."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.utils.cache import patch_cache_control

from districts import geo

OUTLINE_CELLS = 9  # hexagons of about 0.1 km²: streets apart, 30 KB compressed for the city


@login_required
def outlines(request):
    """The outlines of the areas in force, as GeoJSON."""
    answer = JsonResponse(geo.feature_collection(settings.MAP, OUTLINE_CELLS))
    patch_cache_control(answer, private=True, max_age=86400)
    return answer
