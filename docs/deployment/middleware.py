"""What the product has to be told about the proxy before it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """The client's address, as nginx tells it. Only where nobody but nginx can reach the product's server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = request.META.get("HTTP_X_REAL_IP", "")
        return self.get_response(request)
