"""One address for each kind of token, the toolkit's own, and SCIM."""

from __future__ import annotations

from django.urls import include, path
from knox.auth import TokenAuthentication as KnoxAuthentication
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.views import TokenView
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Me(APIView):
    """Says who calls."""

    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        return Response(request.user.get_username())


urlpatterns = [
    path("drf/", Me.as_view(authentication_classes=[TokenAuthentication])),
    path("knox/", Me.as_view(authentication_classes=[KnoxAuthentication])),
    path("oauth/", Me.as_view(authentication_classes=[OAuth2Authentication])),
    path("o/token/", TokenView.as_view()),
    path("scim/v2/", include("scim_provisioning.urls")),
]
