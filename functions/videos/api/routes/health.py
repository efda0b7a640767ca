from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.platform.config import config
from reelstack.web import EVERYBODY

router = APIRouter(tags=["health"], dependencies=[EVERYBODY])


class Health(BaseModel):
    status: str
    stage: str


@router.get("/v1/health")
def health() -> Health:
    """Says that the gateway, the function and its configuration are in order. Needs no token."""
    return Health(status="ok", stage=config().stage)
