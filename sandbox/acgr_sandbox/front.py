"""The sandbox as its users see it: requests in, answers out.

`Sandbox` decides one thing: whether a request is for the API of Amazon Connect (`dispatch`) or for a control route
under /_sandbox/ (`control.routes`). All that it imitates, and all that can be done to it without a request, is in
`Simulation`, which dispatch and control routes work on; they know nothing of this module.
"""

from __future__ import annotations

from collections.abc import Mapping

from .control import routes
from .control.second_writer import make_change
from .dispatch import dispatch
from .simulation import Simulation
from .wire.rest_json import Request, Response


class Sandbox(Simulation):
    """Amazon Connect with two linked Regions, for one account and everybody who asks; made as a `Simulation` is."""

    def handle(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            LostReply: a fault says that the answer never arrives.
        """
        if request.raw_path.startswith(routes.PREFIX):
            return routes.answer(self, request)
        return dispatch(self, request)

    def change(self, change: Mapping[str, object]) -> str:
        """Let a second writer change the world now (module `core.change_forms`); what became of it."""
        return make_change(self, change)
