"""Media: what a file is, and how it becomes HLS. The room knows no AWS service and no table.

file_types        the type of a file, from its first bytes
probe             what an uploaded file really holds, or why it cannot be produced
stream_choice     which of a file's pictures and sounds come first
packets           the packets of a stream
sound_probe       the sound that a clip is made with, and its loudness
timeline          how long pictures are held while only the sound goes on
complaints        what ffmpeg said of a file, as a sentence for its owner
colour            what a source's colour tags mean, and the filters that convert to BT.709
colour_cube       the table of colours for HDR and for other gamuts than BT.709's
shape             how a picture is stored and shown, and borders where its shape changes
midway            whether shape or colours change midway
steady_sound      sound whose rate or channels change midway
frame_grid        the even grid of frames that a clip is produced on
notices           what production changed about a clip
ladder            the plan of a production: renditions (rungs) and segments
bitrates          how many bits a piece of a rendition may take, and the quality to ask for
rate_control      how a piece is encoded again that spent too much or too little
ffmpeg_args       the arguments that make ffmpeg encode a plan
still_args        the arguments that make it take posters, frames and speech from a clip
ffmpeg_process    runs ffmpeg and ffprobe within limits of time, memory and output
damage            how much of a picture may be damaged
sound_encoder     encodes the sound of a clip by itself
transcoder        encodes segments and checks what came out
thumbnails        small pictures and fingerprints of a clip's frames
looks             which frames show the same
frame_sampling    the frames that moderation inspects
posters           the picture that stands for a clip
sprites           seek previews and the placeholder colour
mp4_boxes         reads and writes the boxes of fragmented mp4
codec_strings     the CODECS attribute of a track
packager          joins the segments of a rendition into one file with an index
hls_writer        writes playlists
masters           which master playlists a clip has, by codecs
fetch_units       the byte ranges that a player asks for at once
hls_reader        reads playlists and the files they name
hls_conformance   checks an asset against RFC 8216 and Apple's specification
mediaconvert_job  the MediaConvert job of a plan
"""
