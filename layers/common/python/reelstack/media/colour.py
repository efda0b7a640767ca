"""The colours of a source: what its tags mean, what is assumed where they say nothing, and the filters that convert.

Every rendition is BT.709 in limited range and says so. Tags that are missing, reserved or impossible are replaced by
what players assume (mpv, VLC; Chrome and Firefox draw the line at 720 lines): BT.601 up to 576 lines and below 1280
pixels across, BT.709 above; PQ and HLG are BT.2100, so their colours are BT.2020's.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Transfer = Literal["sdr", "pq", "hlg"]

TRANSFERS: dict[str, Transfer] = {"smpte2084": "pq", "arib-std-b67": "hlg"}
"""All other curves are those of SDR. Players show them alike (Chrome takes BT.709's for sRGB's), so their values are
passed on as they are."""
TAGS: dict[Transfer, str] = {"sdr": "bt709", "pq": "smpte2084", "hlg": "arib-std-b67"}
PRIMARIES = frozenset(("bt709", "bt470bg", "smpte170m", "smpte240m", "bt2020", "smpte431", "smpte432", "ebu3213"))
PLAIN_MATRICES = frozenset(("bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc"))
"""Those that are the same for each brightness. swscale knows them, and so does zscale."""
SPECIAL_MATRICES = frozenset(("ycgco", "ictcp"))
"""Those that only zscale knows."""
RGB_FORMATS = ("gbr", "rgb", "bgr", "argb", "abgr", "0rgb", "0bgr", "pal8")
HD_WIDTH, SD_LINES = 1280, 576
LINES_625, LINES_525 = (576,), (480, 486, 488)
CUBE = "colours.cube"
"""The file beside what is made that holds the table of colours: media.colour_cube."""
KNOWN = "setparams=color_primaries=bt709:color_trc=bt709"
"""Before all filters, since scaling refuses pictures with tags that it cannot read (log100). What the file says about
primaries and transfer is known by then, and comes back where it is needed."""
BT709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=limited"


class Colour(BaseModel):
    """How a source's values are to be read, in FFmpeg's names. Its transfer is the facts'."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    matrix: str
    """"gbr" if the picture is stored as red, green and blue."""
    primaries: str
    full_range: bool = False
    assumed: bool = False
    """Tags were missing or impossible."""
    changes: bool = False
    """Later pictures have other tags than the first."""

    def is_mapped(self, transfer: Transfer) -> bool:
        """Whether each pixel goes through a table, since it is not a matter of the matrix alone."""
        return transfer != "sdr" or self.primaries != "bt709" or self.matrix in SPECIAL_MATRICES

    def is_plain(self, transfer: Transfer) -> bool:
        """Whether scaling does all that is needed: BT.709 already, or tags that change and are followed by it."""
        return not self.is_mapped(transfer) and (self.matrix == "bt709" or (self.changes and self.matrix != "gbr"))


def find_transfer(picture: dict[str, Any]) -> Transfer:
    return TRANSFERS.get(picture.get("color_transfer", ""), "sdr")


def find_colour(picture: dict[str, Any]) -> Colour:
    """From a stream, or a frame, as ffprobe describes it."""
    transfer, pixels = find_transfer(picture), str(picture.get("pix_fmt", ""))
    said_matrix, said = picture.get("color_space", ""), picture.get("color_primaries", "")
    primaries = said if said in PRIMARIES else ""
    matrix = _matrix(said_matrix, primaries, pixels, transfer)
    guessed = matrix or _assumed_matrix(picture, transfer)
    return Colour(
        matrix=guessed,
        primaries=primaries or _assumed_primaries(picture, guessed, transfer),
        full_range=picture.get("color_range") == "pc" or pixels.startswith("yuvj"),
        assumed=not (matrix and primaries),
    )


def _matrix(said: str, primaries: str, pixels: str, transfer: Transfer) -> str:
    """What the tag means; "" if nothing. Some cameras tag ordinary YUV as RGB, others RGB as YUV."""
    if pixels.startswith(RGB_FORMATS):
        return "gbr"
    if said.startswith("chroma-derived"):
        return {"bt709": "bt709", "bt2020": "bt2020nc"}.get(primaries, "")
    if said == "bt2020c":  # a wrong tag for the other: no camera or encoder makes constant luminance
        return "bt2020nc"
    if said == "ictcp" and transfer == "sdr":
        return ""
    return said if said in PLAIN_MATRICES | SPECIAL_MATRICES else ""


def _is_hd(picture: dict[str, Any]) -> bool:
    return int(picture.get("width", 0)) >= HD_WIDTH or int(picture.get("height", 0)) > SD_LINES


def _assumed_matrix(picture: dict[str, Any], transfer: Transfer) -> str:
    if transfer != "sdr" or picture.get("color_primaries") == "bt2020":
        return "bt2020nc"
    return "bt709" if _is_hd(picture) or picture.get("color_space") == "gbr" else "smpte170m"


def _assumed_primaries(picture: dict[str, Any], matrix: str, transfer: Transfer) -> str:
    if transfer != "sdr" or matrix == "bt2020nc":
        return "bt2020"
    lines = int(picture.get("height", 0))
    if matrix in ("bt709", "gbr", "ycgco") or _is_hd(picture):
        return "bt709"
    return "bt470bg" if lines in LINES_625 else "smpte170m" if lines in LINES_525 else "bt709"


def converted(colour: Colour | None, transfer: Transfer, width: int, height: int, folder: Path) -> str:
    """Filters, each after a comma, to BT.709 at this size; "" if the scaling of `scaled` does it all.

    Pictures are scaled first, since what follows costs by the pixel. `folder` holds the table (CUBE) if it is needed.
    """
    if colour is None:
        return _as_earlier(width, height) if transfer != "sdr" else ""
    if colour.is_plain(transfer):
        return ""
    rgb = colour.matrix == "gbr"
    pixels, levels = ("gbrp10le", "full") if rgb else ("yuv420p10le", "limited")
    scaled = f"scale={width}:{height}:flags=bicubic:out_range={levels},format={pixels}"
    # While pictures are scaled nothing may be converted: swscale would, between tags that it takes for different.
    as_one = [] if rgb else ["setparams=colorspace=bt709"]
    tags = f"color_primaries={colour.primaries}:color_trc={TAGS[transfer]}:range={levels}"
    filters = [*as_one, scaled, f"setparams=colorspace={colour.matrix}:{tags}"]
    if colour.is_mapped(transfer):
        table = escaped(folder / CUBE)
        filters += ["zscale=m=gbr:r=full", "format=gbrp16le", f"lut3d=file={table}:interp=tetrahedral"]
        filters += ["setparams=colorspace=gbr:color_primaries=bt709:color_trc=bt709:range=full"]
    return "," + ",".join([*filters, "zscale=m=709:r=limited", "format=yuv420p", BT709])


def scaled(colour: Colour | None, transfer: Transfer, width: int, height: int) -> str:
    """Filters to the size and the pixels of a rendition, tagged as BT.709 in limited range.

    None: a plan of an earlier release, whose other segments may be made already. Headers of segments must be alike.
    """
    filters = f"scale={width}:{height}:flags=bicubic:out_range=limited"
    if colour is None:
        return f"{filters},setsar=1,format=yuv420p"
    if colour.is_plain(transfer):
        filters += _matrices(colour)
    return f"{filters},setsar=1,format=yuv420p,{BT709}"


def following(colour: Colour | None, transfer: Transfer) -> str:
    """Options of a `scale` before all others, if the tags of pictures change and it is to follow them."""
    return _matrices(colour) if colour and colour.changes and colour.is_plain(transfer) else ""


def _matrices(colour: Colour) -> str:
    if not colour.changes:
        return ":in_color_matrix=bt709:out_color_matrix=bt709"
    believed = "bt709" if colour.assumed and colour.matrix == "bt709" else "auto"  # "auto" takes no tag for BT.601
    return f":flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix={believed}:out_color_matrix=bt709"


def _as_earlier(width: int, height: int) -> str:
    """How earlier releases mapped HDR: a clip that one of them began is finished alike."""
    linear = "zscale=transfer=linear:npl=203,format=gbrpf32le,zscale=primaries=bt709"
    mapped = "tonemap=mobius:desat=0:peak=5,zscale=transfer=bt709:matrix=bt709:range=limited,format=yuv420p"
    return f",scale={width}:{height}:flags=bicubic,{linear},{mapped}"


def escaped(path: Path) -> str:
    """A path as the option of a filter within a graph: it is read twice, once by the graph and once by the filter."""
    once = "".join(f"\\{sign}" if sign in "\\':" else sign for sign in str(path))
    return "".join(f"\\{sign}" if sign in "\\'[],;" else sign for sign in once)
