"""Files of one colour in every encoding and with every tag: what is shown must be that colour, in BT.709."""

from tests.corpus.odd_file import BLUE, X264, Odd, moving, plain, published

MATRICES = {"bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470bg"}


def converted(matrix: str, out_range: str, pixels: str) -> tuple[str, ...]:
    chosen = f"scale=out_color_matrix={matrix}:out_range={out_range}:flags=accurate_rnd+full_chroma_int"
    return ("-vf", f"{chosen},format={pixels}")


def tagged(matrix: str, primaries: str, transfer: str, shown_range: str) -> tuple[str, ...]:
    return (
        *("-colorspace", matrix, "-color_primaries", primaries, "-color_trc", transfer, "-color_range", shown_range),
    )


def sdr() -> list[Odd]:
    found = []
    for matrix in MATRICES:
        for shown in ("tv", "pc"):
            # Primaries of 709 throughout: those of 601 differ by more than the tolerance and are tried in test_colour.
            words = (
                *plain(),
                *converted(matrix, shown, "yuv420p"),
                "-c:v",
                "libx264",
                *tagged(matrix, "bt709", "bt709", shown),
            )
            found.append(published(f"{matrix} {shown}", *words).but(color=BLUE))
    for pixels in ("yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"):
        words = (
            *plain(),
            *converted("bt709", "tv", pixels),
            "-c:v",
            "libx264",
            *tagged("bt709", "bt709", "bt709", "tv"),
        )
        found.append(published(f"709 in {pixels}", *words).but(color=BLUE))
    return found


def untagged() -> list[Odd]:
    """Players take what is small and untagged for BT.601, and what is large for BT.709."""
    small = (*plain(), *converted("smpte170m", "tv", "yuv420p"), "-c:v", "libx264")
    return [
        published("small and untagged", *small).but(color=BLUE),
        published("small and untagged, vp9", *small[:-2], "-c:v", "libvpx-vp9", suffix=".webm").but(color=BLUE),
        published("small and untagged, mpeg4", *small[:-2], "-c:v", "mpeg4", "-q:v", "2").but(color=BLUE),
        published("mjpeg", *plain(), "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "2", suffix=".mov").but(
            color=BLUE
        ),
        published("rgb", *plain(), "-c:v", "libx264rgb", "-pix_fmt", "rgb24", suffix=".mkv").but(color=BLUE),
        published("gray", *plain(color=(128,) * 3), "-c:v", "libx264", "-pix_fmt", "gray").but(color=(128,) * 3),
        published(
            "tags of no meaning", *moving(), *X264, "-x264-params", "colormatrix=fcc:transfer=log100:colorprim=film"
        ),
    ]


def hdr() -> list[Odd]:
    """Which colours come out is measured with patches in test_colour; here each combination of tags must pass."""
    found = []
    for transfer in ("smpte2084", "arib-std-b67"):
        for extra in ("", ":colormatrix=bt2020nc", ":colorprim=bt2020", ":colormatrix=bt2020c", ":colormatrix=ictcp"):
            words = (*moving(), *X264, "-x264-params", f"transfer={transfer}{extra}")
            found.append(published(f"{transfer}{extra}", *words).but(notices=("hdr-converted",)))
    ten_bits = (*moving(), "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params")
    full = "log-level=none:transfer=arib-std-b67:colorprim=bt2020:colormatrix=bt2020nc"
    found.append(published("hlg in hevc, ten bits", *ten_bits, full).but(notices=("hdr-converted",)))
    wide = (*moving(), *X264, "-x264-params", "transfer=bt2020-10:colorprim=bt2020:colormatrix=bt2020nc")
    return [*found, published("bt2020 without hdr", *wide)]


FILES = [*sdr(), *untagged(), *hdr()]
