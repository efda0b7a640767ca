from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.search import reindex
from reelstack.search.documents import SearchKind
from reelstack.search.reindex import Rebuild
from reelstack.web import ADMIN, declared

router = APIRouter(prefix="/v1/search", tags=["search"], dependencies=[ADMIN])


class WantedRebuild(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: SearchKind
    index: str | None = Field(default=None, max_length=40)
    """That of the answer before; None begins anew."""
    cursor: str | None = Field(default=None, max_length=512)


@router.post("/reindex", openapi_extra=declared(audited="search:indexes", core=False))
def rebuild(wanted: WantedRebuild) -> Rebuild:
    """Builds an index anew from its table, a page at a time; with the last page it is the one that is searched."""
    return reindex.go_on(wanted.kind, wanted.index or reindex.begin(wanted.kind), wanted.cursor)
