"""Playback tokens as text. That the edge agrees is tested with the edge function itself: tests/local."""

from reelstack.delivery.tokens import SigningKey, asset_url, signature, tokened_prefix

KEY = SigningKey("k1", "5ec2e7")
SINCE, UNTIL = 1_799_999_700, 1_800_000_000


def test_a_signature_is_43_characters_that_need_no_escaping_in_a_path() -> None:
    # printf v1/1799999700/1800000000/k1 | openssl dgst -sha256 -hmac 5ec2e7 -binary | basenc --base64url
    assert signature("v1", SINCE, UNTIL, KEY) == "w0gmbXzAmyc--EivWtMcA5QNFfxAwbSFLF_rDdn61nU"


def test_a_signature_covers_video_times_key_id_and_secret() -> None:
    others = [
        signature("v2", SINCE, UNTIL, KEY),
        signature("v1", SINCE + 1, UNTIL, KEY),
        signature("v1", SINCE, UNTIL + 1, KEY),
        signature("v1", SINCE, UNTIL, SigningKey("k2", "5ec2e7")),
        signature("v1", SINCE, UNTIL, SigningKey("k1", "5ec2e8")),
    ]
    assert signature("v1", SINCE, UNTIL, KEY) not in others
    assert len(set(others)) == len(others)


def test_everything_of_a_video_lies_below_one_prefix_so_that_playlists_can_be_relative() -> None:
    master = asset_url("v1", "v/v1/2/master.m3u8", SINCE, UNTIL, KEY)
    assert master == tokened_prefix("v1", SINCE, UNTIL, KEY) + "2/master.m3u8"
    assert master.startswith(f"/v/v1/t/{SINCE}-{UNTIL}-k1-")
