"""What products and proxies do to requests before they reach the endpoints, as middlewares to plant."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

Answers = Callable[[HttpRequest], HttpResponse]


def drops_authorization(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_AUTHORIZATION", None)
        return get_response(request)

    return middleware


def uses_one_token_for_all(get_response: Answers) -> Answers:
    tokens: list[str] = []

    def middleware(request: HttpRequest) -> HttpResponse:
        tokens.append(request.META["HTTP_AUTHORIZATION"])
        request.META["HTTP_AUTHORIZATION"] = tokens[0]
        return get_response(request)

    return middleware


def has_a_token_of_its_own(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["HTTP_AUTHORIZATION"] = "Bearer gateway"
        return get_response(request)

    return middleware


def asks_for_a_login(get_response: Answers) -> Answers:
    return lambda request: HttpResponseRedirect(f"/accounts/login/?next={request.path}")


def shows_a_page(get_response: Answers) -> Answers:
    return lambda request: HttpResponse("<!doctype html><title>Sign in</title>")


def asks_for_a_password(get_response: Answers) -> Answers:
    return lambda request: HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="staging"'})


def asks_for_a_csrf_token(get_response: Answers) -> Answers:
    return lambda request: HttpResponse("<p>CSRF verification failed.</p>", status=403)


def adds_a_slash(get_response: Answers) -> Answers:
    return lambda request: HttpResponseRedirect(f"{request.path}/")


def goes_to_www(get_response: Answers) -> Answers:
    return lambda request: HttpResponseRedirect(f"https://www.example.com{request.path}")


def looks_at_the_user_s_profile(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.user.profile  # noqa: B018
        return get_response(request)

    return middleware


def loses_the_query(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = ""
        return get_response(request)

    return middleware


def decodes_the_query(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = unquote_plus(request.META["QUERY_STRING"])
        return get_response(request)

    return middleware


def blocks_patch(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        return HttpResponse("<h1>Forbidden</h1>", status=403) if request.method == "PATCH" else get_response(request)

    return middleware


def takes_delete_for_post(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.method = "POST" if request.method == "DELETE" else request.method
        return get_response(request)

    return middleware


def dislikes_quotes(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        refused = "%22" in request.META["QUERY_STRING"]
        return HttpResponse("<title>Request blocked</title>", status=403) if refused else get_response(request)

    return middleware


def limits_requests(get_response: Answers) -> Answers:
    return lambda request: HttpResponse(status=429)


def limits_bodies(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=413) if request.method == "POST" else get_response(request)

    return middleware


def loses_bodies(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            request.META["CONTENT_LENGTH"] = ""
        return get_response(request)

    return middleware


def changes_the_content_type(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            request.META["CONTENT_TYPE"] = "application/octet-stream"
        return get_response(request)

    return middleware


def cannot_reach_the_server(get_response: Answers) -> Answers:
    return lambda request: HttpResponse("<h1>502 Bad Gateway</h1>", status=502)


def is_another_api(get_response: Answers) -> Answers:
    return lambda request: HttpResponse('{"hello": "world"}', content_type="application/json")


def answers_from_a_cache(get_response: Answers) -> Answers:
    kept: dict[str, HttpResponse] = {}

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or not request.path.startswith("/scim/v2/Users/"):
            return get_response(request)
        if request.path in kept:
            kept[request.path].headers["Age"] = "12"
        return kept.setdefault(request.path, get_response(request))

    return middleware


def compresses(get_response: Answers) -> Answers:
    return lambda request: HttpResponse(b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"})
