"""Delivery: how a video is played: signed paths, their keys, and the denylist at the edge.

playback      the addresses of a video for one viewer
tokens        signs the path of an asset; pure
signing_keys  rotates the keys, and writes the denylist into the edge's key-value store
"""
