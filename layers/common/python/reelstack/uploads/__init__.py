"""Uploads: how a file comes from a creator's device into storage, bound to its owner.

uploads         opening an upload, and what clients read of it
new_upload      what a request for a new upload says
parts           cutting a file into parts or chunks, signing them, and which of them storage holds
completion      completing or aborting an upload
chunk_composer  joins the chunks of an upload into its original
quotas          limits per creator: open uploads, uploads a day, bytes a day
priorities      high, normal or low: decided by the server, written into the original's key; pure
checksums       CRC-64/NVME of bytes, and of a whole from its parts
"""
