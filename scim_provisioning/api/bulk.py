"""/Bulk: many operations in one request (RFC 7644 §3.7)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ..conf import settings
from ..models import Event
from ..operations.bulk import Run
from ..protocol import bulk
from ..protocol.errors import ScimError
from .base import ScimView
from .content import sent
from .exceptions import refusal


class BulkView(ScimView):
    """The endpoint /Bulk."""

    operation = Event.Operation.BULK

    def post(self, request: Request) -> Response:
        """The results of what was done; 200, whatever became of each operation."""
        job = bulk.parse(sent(request), settings.MAX_BULK_OPERATIONS, self.caller.leniency)
        return Response(bulk.response(Run(self.caller, job, self._refusal).all()))

    def _refusal(self, error: Exception) -> ScimError:
        return refusal(error, self.get_exception_handler_context())
