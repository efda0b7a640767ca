from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.privacy import data_requests, exports
from reelstack.privacy.data_requests import Progress
from reelstack.tables.privacy import DataRequest
from reelstack.web import Viewer, declared

router = APIRouter(prefix="/v1/me/export", tags=["privacy"])


class ExportFile(BaseModel):
    name: str
    size_bytes: int
    download_url: str
    """Good for a quarter of an hour; ask again for another."""


class ExportView(BaseModel):
    """An export of everything that is the caller's. Times are unix milliseconds."""

    export_id: str
    state: Progress
    percent: int
    finished: list[str]
    """Names of the parts that are done."""
    asked_at: int
    ended_at: int | None
    expires_at: int | None
    """When its files go."""
    files: list[ExportFile]


def _view(request: DataRequest) -> ExportView:
    files = request.files or []
    return ExportView(
        export_id=request.request_id,
        state=Progress(request.state),
        percent=data_requests.percent(request),
        finished=sorted(request.finished or ()),
        asked_at=int(request.asked_at),
        ended_at=int(request.ended_at) if request.ended_at else None,
        expires_at=int(request.expires_at) * 1000 if request.expires_at else None,
        files=[ExportFile(**file, download_url=exports.link(request, file["name"])) for file in files],
    )


@router.post("", status_code=202, openapi_extra=declared(answers_kept=False, also_suspended=True, core=False))
def ask_for_export(caller: Viewer) -> ExportView:
    """Asked again within a day, it is the same export."""
    return _view(exports.ask(caller.user_id))


@router.get("", openapi_extra=declared(core=False))
def get_export(caller: Viewer) -> ExportView:
    return _view(exports.find(caller.user_id))
