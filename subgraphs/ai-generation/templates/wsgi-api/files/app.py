from http import HTTPStatus
from itertools import count

from router import HttpError, Router


def create_app() -> Router:
    """Notes in memory: GET and POST /notes, GET and DELETE /notes/<id>."""
    app = Router()
    notes: dict[int, dict] = {}
    ids = count(1)

    def get_note(id: str) -> dict:
        if not id.isdecimal() or int(id) not in notes:
            raise HttpError(HTTPStatus.NOT_FOUND, f"there is no note {id}")
        return notes[int(id)]

    @app.route("GET", "/notes")
    def list_notes():
        return HTTPStatus.OK, list(notes.values())

    @app.route("POST", "/notes")
    def add_note(body):
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise HttpError(HTTPStatus.BAD_REQUEST, "expected {\"text\": \"...\"}")
        note = {"id": next(ids), "text": text.strip()}
        notes[note["id"]] = note
        return HTTPStatus.CREATED, note

    @app.route("GET", "/notes/<id>")
    def show_note(id):
        return HTTPStatus.OK, get_note(id)

    @app.route("DELETE", "/notes/<id>")
    def delete_note(id):
        return HTTPStatus.OK, notes.pop(get_note(id)["id"])

    return app
