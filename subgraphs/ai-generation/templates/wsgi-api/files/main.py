import json
import sys
from io import BytesIO

from app import create_app


def request(app, method: str, path: str, value: object = None) -> None:
    """Calls the application as a server would, and prints what it answers."""
    body = b"" if value is None else json.dumps(value).encode()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    answered = []
    content = b"".join(app(environ, lambda status, headers: answered.append(status)))
    print(f"{method} {path} -> {answered[0]}\n  {content.decode()}")


def main() -> None:
    print("{{title}}")
    app = create_app()
    if sys.argv[1:2] == ["--serve"]:
        from wsgiref.simple_server import make_server

        port = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
        with make_server("127.0.0.1", port, app) as server:
            print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
            server.serve_forever()
    request(app, "POST", "/notes", {"text": "buy tea"})
    request(app, "GET", "/notes")
    request(app, "GET", "/notes/9")
    request(app, "PUT", "/notes", {})
    request(app, "DELETE", "/notes/1")


if __name__ == "__main__":
    main()
