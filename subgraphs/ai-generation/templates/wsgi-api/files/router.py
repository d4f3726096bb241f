import json
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus

Handler = Callable[..., tuple[HTTPStatus, object]]


class HttpError(Exception):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Router:
    """A WSGI application (PEP 3333) that answers JSON. Handlers return a status and a value."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def route(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """``/notes/<id>`` passes the part as the argument ``id``."""
        pattern = re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", path))

        def add(handler: Handler) -> Handler:
            self._routes.append((method, pattern, handler))
            return handler

        return add

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        try:
            status, value = self._answer(environ)
        except HttpError as error:
            status, value = error.status, {"error": str(error)}
        body = json.dumps(value).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _answer(self, environ: dict) -> tuple[HTTPStatus, object]:
        matches = [
            (method, match, handler)
            for method, pattern, handler in self._routes
            if (match := pattern.fullmatch(environ["PATH_INFO"]))
        ]
        if not matches:
            raise HttpError(HTTPStatus.NOT_FOUND, "there is no such path")
        for method, match, handler in matches:
            if method == environ["REQUEST_METHOD"]:
                body = _read_json(environ) if method in ("POST", "PUT") else None
                return handler(**match.groupdict()) if body is None else handler(body, **match.groupdict())
        raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, f"expected {', '.join(method for method, *_ in matches)}")


def _read_json(environ: dict) -> object:
    try:
        return json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    except ValueError as error:
        raise HttpError(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error
