"""Media: what a file is, and how it becomes HLS. The room knows no AWS service and no table.

file_types        the type of a file, from its first bytes
probe             what an uploaded file really holds, or why it cannot be produced
frame_grid        the even grid of frames that a clip is produced on
notices           what production changed about a clip
ladder            the plan of a production: renditions (rungs), segments, bitrates
rate_control      how a piece is encoded again that spent too much or too little
ffmpeg_args       the arguments that make ffmpeg encode a plan
ffmpeg_process    runs ffmpeg and ffprobe within limits of time, memory and output
transcoder        encodes segments and checks what came out
frame_sampling    the frames that moderation inspects
sprites           seek previews and the placeholder colour
mp4_boxes         reads and writes the boxes of fragmented mp4
codec_strings     the CODECS attribute of a track
packager          joins the segments of a rendition into one file with an index
hls_writer        writes playlists
hls_reader        reads playlists and the files they name
hls_conformance   checks an asset against RFC 8216 and Apple's specification
mediaconvert_job  the MediaConvert job of a plan
"""
