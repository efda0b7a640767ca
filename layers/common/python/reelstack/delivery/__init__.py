"""Delivery: how a video is played: signed paths, their keys, and the denylist at the edge.

playback      the addresses of a video for one viewer
clips_for_everybody  a clip as everybody with its link may see it
clip_page     its page; pure
embedding     the answer to oEmbed, with the frame that plays it elsewhere; pure
web_shell     the page of the web app
tokens        signs the path of an asset; pure
signing_keys  the keys of path tokens, and their rotation
warm_up       which clips are fetched through the edge before viewers do, and how much of them
edge_client   requests of a function to the site's own edge
denylist      videos whose tokens the edge refuses before they expire; its queue and the one writer
edge_shards   an entry of the edge's store: the keys, and the denials of some videos; pure
edge_ring     how keys are brought into every shard; pure
edge_store    reads and changes the CloudFront KeyValueStore
overload_flag  by which the edge refuses routes that can wait
"""
