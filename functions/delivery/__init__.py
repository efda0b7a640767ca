"""The functions of delivery: rotating the keys that playback tokens are signed with."""
