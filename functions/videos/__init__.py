"""The functions of videos: their HTTP service, and the events that follow from a video's changes."""
