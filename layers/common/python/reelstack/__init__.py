"""What every part of Reelstack shares. The folder is the Lambda layer `common`."""
