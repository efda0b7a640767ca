"""Engines that AWS runs for us: search, MediaConvert and Rekognition."""
