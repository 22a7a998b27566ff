"""Resources that hold what citizens said: what they tell is written down."""

from rest_framework.response import Response

from feedback import readings
from hcmc_ioc.lib.api.views import Resource


class Readable(Resource):
    """Each answer to a GET that holds tickets leaves one row, with the address that was asked; an empty one, or "not
    changed", tells nothing and leaves none."""

    def finalize_response(self, request, response, *args, **kwargs) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "GET" and response.status_code == 200 and (told := _told(response.data)):
            readings.note(request.auth, readings.Kind.API, asked=request.get_full_path(), rows=told)
        return response


def _told(data: dict) -> int:
    return len(data["results"]) if "results" in data else 1
